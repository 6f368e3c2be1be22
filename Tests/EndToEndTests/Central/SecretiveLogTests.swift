import Foundation
import JSON
import Testing

/// Citizens' data and secrets go through everything that may go wrong, and stand in no log, status file
/// or error text afterwards.
@Suite("Logs and errors hold nothing of records, codes and tokens", .ownThreads)
final class SecretiveLogTests {
    private struct NotYet: Error {}

    /// Values that occur nowhere by chance.
    private static let marks = [
        "name": "ZQXNAME", "id": "079ZQX123456", "phone": "0987650001", "address": "ZQXADDRESS",
        "note": "ZQXNOTE", "writer": "ZQXWRITER", "custom": "ZQXCUSTOM", "path": "ZQXPATH",
        "header": "ZQXHEADER", "body": "ZQXBODY",
    ]

    private let office: Office
    private let desk: Desk
    private let other: Desk
    private let foreign: Desk
    /// What every command has written on standard error, with the command.
    private var errors: [(command: String, text: String)] = []
    /// Codes and tokens, as they come to be.
    private var secrets: [String] = []

    init() throws {
        office = try Office()
        desk = try office.desk("desk")
        other = try office.desk("other")
        foreign = try office.desk("foreign", of: Office.otherCode)
        for one in [desk, other, foreign] {
            secrets.append(try one.secret("token"))
            secrets.append(try one.secret("hex(signing_seed)"))
        }
    }

    /// Runs a counter's command and keeps what it says; it ends with one of these codes.
    @discardableResult
    private func run(
        _ desk: Desk, _ arguments: [String], input: String? = nil, ends codes: Int32...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Program.Ending {
        let ending = try Program.run(
            "counter", arguments + ["--home", desk.home], in: desk.directory, input: input)
        errors.append((arguments.joined(separator: " "), ending.errors))
        #expect(
            codes.isEmpty || codes.contains(ending.code),
            "\(arguments): \(ending.code) \(ending.errors)", sourceLocation: sourceLocation)
        return ending
    }

    private func code() throws -> String {
        let issued = try office.central("enrol", Office.code, "--json")
        let code = try #require(issued.json["code"]?.stringValue)
        secrets += [code, code.filter { $0 != "-" }]
        return code
    }

    @Test("whatever is entered, refused, damaged or attacked")
    func everything() throws {
        let agent = try foreign.start("run", "--every", "1")
        defer { agent.signal(SIGKILL) }
        let id = try edits()
        try refusals(id)
        try badInput(id)
        try bundles()
        try strangers()
        try identities()
        let status = try waitForAgent()
        agent.signal(SIGTERM)
        errors.append(("run", try agent.ending().errors))
        errors.append(("the status file", status))

        let log = try office.stop().errors
        errors.append(("central serve", log))
        try expectLines(log)
        #expect(errors.count > 40)
        for (command, text) in errors {
            for mark in Self.marks.values + secrets {
                #expect(
                    !text.lowercased().contains(mark.lowercased()), "\(command) tells \(mark)")
            }
        }
    }

    /// A dossier with all there is, at two desks, in conflict; its id.
    private func edits() throws -> String {
        let made = try run(
            desk,
            [
                "new", "applicant_name=ZQXNAME", "applicant_id=079ZQX123456",
                "applicant_phone=0987650001", "applicant_address=ZQXADDRESS",
                #"x.custom="ZQXCUSTOM""#, "--by", "ZQXWRITER", "--json",
            ], ends: 0)
        let id = try #require(made.json["id"]?.stringValue)
        try run(desk, ["note", id, "ZQXNOTE", "--by", "ZQXWRITER"], ends: 0)
        try run(
            desk,
            [
                "contact", "--way", "incoming_call", "caller_name=ZQXNAME",
                "caller_phone=0987650001",
            ],
            ends: 0)
        try run(desk, ["sync"], ends: 0)
        try run(other, ["sync"], ends: 0)
        for (number, desk) in [desk, other].enumerated() {
            try run(desk, ["set", id, "applicant_name=ZQXNAME \(number)"], ends: 0)
        }
        for desk in [desk, other, desk] { try run(desk, ["sync"], ends: 0) }
        let conflicts = try run(desk, ["conflicts"], ends: 0)
        #expect(conflicts.output.contains("ZQXNAME 1"), "the marks are there")
        try run(desk, ["resolve", id, "applicant_name", "--value", "ZQXNAME 2"])
        try run(desk, ["sync"], ends: 0)
        return id
    }

    /// A hand-over, and writes that central refuses.
    private func refusals(_ id: String) throws {
        try run(other, ["sync"], ends: 0)
        try run(desk, ["hand-over", id, Office.otherCode], ends: 0)
        try run(desk, ["sync"], ends: 0)
        try run(desk, ["set", id, "applicant_address=ZQXADDRESS 2"])
        let line = #"{"new":"dossier","id":"\#(id)","fields":{"applicant_name":"ZQXNAME"}}"#
        try run(other, ["set", id, "applicant_name=ZQXNAME 3"])
        try run(other, ["sync", "--json"])
        let third = try office.desk("third")
        try run(third, ["apply", "-"], input: line, ends: 0)
        try run(third, ["sync"], ends: 0, 65)
        try run(third, ["refused"], ends: 0)
        try run(third, ["status"], ends: 0)
    }

    /// What people type wrong.
    private func badInput(_ id: String) throws {
        for wrong in [
            "fee_vnd=ZQXNAME", "applicant_phone=ZQXNAME", "applicant_id=ZQX NAME!",
            "status=ZQXNAME", "received_at=ZQXNAME", "applicant_name=ZQXNAME\u{1}",
            "channel=ZQXNAME", "office=ZQXNAME",
            "applicant_name=" + String(repeating: "ZQXNAME", count: 500),
        ] {
            try run(desk, ["new", wrong], ends: 64, 65)
            try run(other, ["set", id, wrong])
        }
        for line in [
            #"{"new":"dossier","fields":{"fee_vnd":"ZQXNAME"}}"#, "ZQXNAME", #"{"ZQXNAME":1}"#,
            #"{"set":"ZQXNAME","fields":{"officer":"ZQXNAME"}}"#,
            #"{"note":"ZQXNAME","text":"ZQXNOTE"}"#, #"{"new":"ZQXNAME","fields":{}}"#,
            #"{"new":"dossier","fields":{"applicant_name":"ZQXNAME","at":"ZQXNAME"}"#,
        ] {
            try run(desk, ["apply", "-"], input: line + "\n", ends: 65)
        }
        try run(desk, ["show", "ZQXNAME"], ends: 65)
        try run(desk, ["note", "ZQXNAME", "ZQXNOTE"], ends: 65)
        try run(desk, ["new", "applicant_name=ZQXNAME", "--at", "ZQXNAME"], ends: 64, 65)
    }

    private func bundles() throws {
        let folder = try office.root.path
        try run(desk, ["new", "applicant_name=ZQXNAME"], ends: 0)
        try run(desk, ["bundle", "create", folder + "/up"], ends: 0)
        let answered = try office.central(
            "bundle", "apply", folder + "/up", "--reply", folder + "/down")
        #expect(answered.code == 0)
        errors.append(("central bundle apply", answered.errors))
        try run(desk, ["bundle", "apply", folder + "/down"], ends: 0)
        for name in ["up", "down"] {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(name)-damaged"))
        }
        try run(desk, ["bundle", "apply", folder + "/down-damaged"], ends: 65)
        try run(other, ["bundle", "apply", folder + "/down"], ends: 65)
        let refused = try office.central(
            "bundle", "apply", folder + "/up-damaged", "--reply", folder + "/down2")
        #expect(refused.code == 65)
        errors.append(("central bundle apply", refused.errors))
    }

    /// Requests of no counter, with marked values wherever one may stand.
    private func strangers() throws {
        let cbor = "Content-Type: application/vnd.dossiersync+cbor"
        let json = "Content-Type: application/json"
        let token = try desk.secret("token")
        func ask(_ line: String, _ headers: [String] = [], body: String = "") throws {
            let answer = try RawAnswer(office.url, line, headers, body: Array(body.utf8))
            errors.append(("answer to \(line)", answer.body))
        }
        try ask("GET /ZQXPATH/0987650001?name=ZQXNAME")
        try ask("ZQXHEADER /v1/sync")
        try ask("POST /v1/sync", [cbor, "Authorization: Bearer ZQXHEADER"], body: "ZQXBODY")
        try ask("POST /v1/sync", [cbor, "Authorization: ZQXHEADER"], body: "ZQXBODY")
        try ask(
            "POST /v1/sync",
            [cbor, "Authorization: Bearer \(token)", "X-Name: ZQXHEADER"], body: "ZQXBODY")
        try ask(
            "POST /v1/sync",
            [cbor, "Authorization: Bearer \(token)", "Content-Encoding: ZQXHEADER"], body: "ZQXBODY"
        )
        try ask("POST /v1/sync", ["Content-Type: ZQXHEADER", "Authorization: Bearer \(token)"])
        for path in ["/v1/enrol", "/v1/token"] {
            for body in [
                "ZQXBODY", #"{"ZQXBODY":"#, #"{"version":"ZQXBODY"}"#,
                #"{"version":2,"code":"ZQXBODY","publicKey":"ZQXBODY","replica":"ZQXBODY"}"#,
                "{\"version\":2,\"version\":2,\"ZQXBODY\":\"\u{1}\"}",
            ] {
                try ask("POST \(path)", [json], body: body)
            }
        }
    }

    /// Codes that are wrong or used, tokens that are replaced, and a device that is shut out.
    private func identities() throws {
        let (good, used) = (try code(), try code())
        let fresh = Desk(home: try office.root.path + "/fresh", directory: try office.root)
        let late = Desk(home: try office.root.path + "/late", directory: try office.root)
        try run(fresh, ["enrol", office.url, "--code", used], ends: 0)
        try run(late, ["enrol", office.url, "--code", used], ends: 77)
        let wrong = String(good.dropLast()) + (good.hasSuffix("0") ? "1" : "0")
        try run(late, ["enrol", office.url, "--code", wrong])
        try run(late, ["enrol", "http://127.0.0.1:1", "--code", good], ends: 69)
        secrets.append(try fresh.secret("token"))
        try run(fresh, ["new", "applicant_name=ZQXNAME"], ends: 0)
        try FileManager.default.copyItem(
            atPath: fresh.home, toPath: try office.root.path + "/copy")
        try run(fresh, ["new", "applicant_name=ZQXNAME"], ends: 0)
        try run(fresh, ["sync", "--new-token"], ends: 0)
        secrets.append(try fresh.secret("token"))
        let copy = Desk(home: try office.root.path + "/copy", directory: try office.root)
        try run(copy, ["new", "applicant_name=ZQXNAME"], ends: 0)
        try run(copy, ["sync"], ends: 0)
        secrets.append(try copy.secret("token"))
        let replica = try #require(copy("status", "--json").json["replica"]?.stringValue)
        #expect(try office.central("revoke", replica).code == 0)
        try run(copy, ["new", "applicant_name=ZQXNAME"], ends: 0)
        try run(copy, ["sync"], ends: 77)
        try run(copy, ["export", try office.root.path + "/rescue"], ends: 0)
        try run(copy, ["verify"], ends: 0)
    }

    /// The agent's status file, once it has taken in what was handed over to its office.
    private func waitForAgent() throws -> String {
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if try foreign("list").output.contains("ZQXNAME") {
                return try String(
                    contentsOfFile: foreign.home + "/agent.json", encoding: .utf8)
            }
        }
        throw NotYet()
    }

    /// One line of JSON for each exchange: who, how much, how long, and what came of it.
    private func expectLines(_ log: String) throws {
        var outcomes: Set<String> = []
        for line in log.split(separator: "\n") {
            let json = try JSONValue(parsing: String(line))
            let event = try #require(json["event"]?.stringValue)
            guard ["exchange", "enrolment", "token"].contains(event) else { continue }
            for name in [
                "acceptedThrough", "refused", "items", "bytesIn", "bytesOut", "milliseconds",
            ] {
                #expect(json[name]?.integerValue != nil, "\(line)")
            }
            let device = try #require(json["device"]?.stringValue)
            let outcome = try #require(json["outcome"]?.stringValue)
            #expect(device.isEmpty || device.count == 16, "\(line)")
            if ["revoked", "token-replaced"].contains(outcome) {
                #expect(!device.isEmpty, "whose token it was: \(line)")
            }
            outcomes.insert("\(event) \(outcome)")
        }
        for wanted in [
            "exchange complete", "exchange malformed", "exchange not-enrolled",
            "exchange unsupported-content", "exchange token-replaced", "exchange forked",
            "exchange revoked", "enrolment done", "enrolment malformed",
            "enrolment bad-enrolment-code", "token done", "token malformed",
        ] {
            #expect(outcomes.contains(wanted), "\(wanted): \(outcomes)")
        }
    }

    @Test("a central that is not believed hears and tells nothing")
    func untrusted() throws {
        let secure = try Office(tls: ["--tls"])
        let made = try secure.central("enrol", Office.code, "--json").json
        let code = try #require(made["code"]?.stringValue)
        let pin = try #require(made["pin"]?.stringValue)
        let desk = Desk(home: try secure.root.path + "/desk", directory: try secure.root)
        #expect(
            try run(desk, ["enrol", secure.url, "--code", code, "--pin", pin]).code == 0)
        try run(desk, ["new", "applicant_name=ZQXNAME"], ends: 0)
        // Another key than the pinned one.
        try secure.stop()
        try FileManager.default.removeItem(atPath: secure.home + "/tls-key.pem")
        try FileManager.default.removeItem(atPath: secure.home + "/tls-cert.pem")
        #expect(
            try secure.central("tls", "self-signed", "--name", "127.0.0.1").code == 0)
        try secure.start()
        try run(desk, ["sync"], ends: 69)
        errors.append(("central serve", try secure.stop().errors))
        let token = try desk.secret("token")
        for (command, text) in errors {
            for mark in [code, token, "ZQXNAME"] {
                #expect(!text.contains(mark), "\(command) tells \(mark)")
            }
        }
    }
}
