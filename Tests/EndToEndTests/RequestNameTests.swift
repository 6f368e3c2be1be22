// One request is found in the logs of both ends by the same name.

import Foundation
import JSON
import Testing

@Suite("The name of a request", .ownThreads)
struct RequestNameTests {
    private let office: Office

    init() throws {
        office = try Office()
    }

    /// The names in central's log, of exchanges.
    private func logged() throws -> Set<[String]> {
        let server = try #require(office.server)
        let lines = try server.errors.split(separator: "\n")
            .map { try JSONValue(parsing: String($0)) }
        return Set(
            lines.filter { $0["event"] == "exchange" }.map {
                [$0["device"]?.stringValue ?? "", $0["request"]?.stringValue ?? "none"]
            })
    }

    private func names(_ report: JSONValue) -> [[String]] {
        (report["requests"]?.arrayValue ?? []).map {
            [$0["device"]?.stringValue ?? "", $0["request"]?.stringValue ?? ""]
        }
    }

    @Test("counter sync says it in JSON and with --verbose, and central's log has the same")
    func sync() throws {
        let desk = try office.desk("a")
        for _ in 0..<2 { _ = try desk.enter("applicant_name=Marked Name") }
        let report = try desk.sync()
        let said = names(report)
        #expect(!said.isEmpty && report["roundTrips"]?.integerValue == Int64(said.count))
        #expect(try logged().isSuperset(of: said), "\(said)")
        let replica = try desk("status", "--json").json["replica"]?.stringValue
        #expect(said.allSatisfy { $0[0] == replica })
        let verbose = try desk("sync", "--verbose").output.split(separator: "\n")
            .filter { $0.hasPrefix("  device ") }
        #expect(!verbose.isEmpty)
        for line in verbose {
            let words = line.split { " ,".contains($0) }.map(String.init)
            #expect(try logged().contains([words[1], words[3]]), "\(line)")
        }
        #expect(try !desk("sync").output.contains("request"))
        // One that did not arrive is named too.
        _ = try office.stop()
        let gone = try desk("sync", "--json")
        #expect(gone.code == 69)
        #expect(try names(gone.json).count == 1)
    }

    @Test(
        "the agent's log names its requests as central's does, in either form",
        arguments: ["json", "logfmt"])
    func agent(form: String) throws {
        let desk = try office.desk("a")
        let agent = try desk.start("run", "--log", form)
        defer { agent.signal(SIGKILL) }
        _ = try desk.enter("applicant_name=Marked Name")
        while try desk("status", "--json").json["pending"] != 0 {
            try #require(agent.isRunning, "\(agent.errors)")
            Thread.sleep(forTimeInterval: 0.1)
        }
        agent.signal(SIGTERM)
        let ending = try agent.ending()
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(!ending.errors.contains("Marked"))
        let lines = ending.errors.split(separator: "\n").map(String.init)
        let syncs = lines.filter { $0.contains(form == "json" ? #""event":"sync""# : "event=sync") }
        #expect(syncs.count >= 1, "\(ending.errors)")
        let said = try syncs.flatMap { line in
            func member(_ name: String) throws -> String {
                guard form == "logfmt" else {
                    return try #require(JSONValue(parsing: line)[name]?.stringValue)
                }
                let start = try #require(line.firstRange(of: " \(name)="))
                return String(line[start.upperBound...].prefix { $0 != " " })
            }
            let device = try member("device")
            return try member("request").split(separator: ",").map { [device, String($0)] }
        }
        #expect(!said.isEmpty)
        #expect(try logged().isSuperset(of: said), "\(said)")
        #expect(try desk("run", "--log", "xml").code == 64)
    }
}
