// Who wrote something is said by the desk's name, at every counter, and never by the number of its replica.

import Foundation
import JSON
import Testing

@Suite("Desks by their names", .ownThreads)
struct DeskNameTests {
    /// What is printed for people, checked to hold no replica's number.
    private func text(_ ending: Program.Ending) -> String {
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(!ending.output.contains(/[0-9a-f]{16}/), "\(ending.output)")
        return ending.output
    }

    @Test("histories, conflicts and central's audit name desks, those of other offices too")
    func names() throws {
        let office = try Office()
        let (a, b) = (try office.desk("quay-1"), try office.desk("quay-2"))
        let other = try office.desk("xa", of: Office.otherCode)
        #expect(try a("receive", "code=A-1", "procedure=x", "applicant_name=Hoa").code == 0)
        for desk in [a, b] { try desk.sync() }
        #expect(try a("set", "A-1", "fee_vnd=1000").code == 0)
        #expect(try b("set", "A-1", "fee_vnd=2000").code == 0)
        for desk in [a, b, a] { try desk.sync() }
        let history = text(try a("show", "A-1", "--history"))
        #expect(history.contains("desk 1 (quay-1), here") && history.contains("desk 2 (quay-2)"))
        #expect(!history.contains("desk 2 (quay-2), here"))
        let conflicts = text(try b("conflicts", "--lang", "vi"))
        #expect(conflicts.contains("quầy 1 (quay-1)"), "\(conflicts)")
        #expect(conflicts.contains("quầy 2 (quay-2), tại đây"), "\(conflicts)")
        #expect(text(try b("resolve", "A-1")).contains("desk 1 (quay-1)"))
        let values = try b("conflicts", "--json").jsonLines.first?["values"]?.arrayValue ?? []
        #expect(
            Set(values.map { $0["desk"]?.stringValue })
                == ["desk 1 (quay-1)", "desk 2 (quay-2), here"])
        #expect(values.allSatisfy { $0["replica"]?.stringValue?.count == 16 })
        #expect(text(try office.central("conflicts")).contains("\(Office.code), desk 2 (quay-2)"))
        #expect(try b("resolve", "A-1", "fee_vnd", "2000").code == 0)
        #expect(try b("hand-over", "A-1", Office.otherCode).code == 0)
        for desk in [b, other] { try desk.sync() }
        #expect(try other("set", "A-1", "fee_vnd=3000").code == 0)
        try other.sync()
        let moved = text(try other("show", "A-1", "--history"))
        #expect(moved.contains("desk 1 (xa), here"), "\(moved)")
        let json = try other("show", "A-1", "--history", "--json").json["history"]?.arrayValue
        #expect(json?.last?["desk"] == "desk 1 (xa), here", "\(String(describing: json))")
        let audit = text(try office.central("audit", "A-1"))
        #expect(audit.contains("\(Office.otherCode), desk 1 (xa)"), "\(audit)")
        #expect(!text(try office.central("audit")).contains("device:"))
    }

    @Test("the catalog lists a desk once, whenever central begins to serve")
    func listed() throws {
        let office = try Office()
        let desk = try office.desk("a")
        func desks() throws -> [String] {
            let offices = try office.central("records", "--kind", "office").jsonLines
            let mine = offices.first { $0["fields"]?["code"]?.stringValue == Office.code }
            let entries = mine?["fields"]?["desks"]?.arrayValue ?? []
            return entries.compactMap { $0.stringValue }.map {
                $0.split(separator: " ").dropFirst().joined(separator: " ")
            }
        }
        #expect(try desks() == ["1 a"])
        try office.stop()
        try office.start()
        #expect(try desks() == ["1 a"])
        _ = try office.desk("b")
        #expect(try desks() == ["1 a", "2 b"])
        #expect(try office.central("catalog", "set", "office", Office.code, "desks=x").code != 0)
        try desk.sync()
        #expect(text(try desk("list", "--kind", "office")).contains("Một cửa A"))
        #expect(try office.central("verify").code == 0 && desk("verify").code == 0)
        #expect(try desk.digest() == office.digest())
    }

    @Test("a conflict in what has left the office waits for the other one, and is counted there")
    func conflictsOfCopies() throws {
        let office = try Office()
        let (a, b) = (try office.desk("a"), try office.desk("b"))
        let other = try office.desk("xa", of: Office.otherCode)
        #expect(try a("receive", "code=A-1", "procedure=x", "applicant_name=Hoa").code == 0)
        for desk in [a, b] { try desk.sync() }
        #expect(try a("set", "A-1", "fee_vnd=1000").code == 0)
        #expect(try b("set", "A-1", "fee_vnd=2000").code == 0)
        for desk in [a, b, a] { try desk.sync() }
        #expect(try a("status", "--json").json["conflicts"] == 1)
        #expect(try a("hand-over", "A-1", Office.otherCode).code == 0)
        for desk in [a, b, other] { try desk.sync() }
        for desk in [a, b] {
            #expect(try desk("conflicts").output == "no conflict waits\n")
            #expect(try desk("conflicts", "--json").output.isEmpty)
            #expect(try desk("status", "--json").json["conflicts"] == 0)
            #expect(try desk("list", "--handed-over").output.contains("A-1"))
        }
        #expect(try other("status", "--json").json["conflicts"] == 1)
        #expect(try other("conflicts").output.contains("A-1"))
    }
}
