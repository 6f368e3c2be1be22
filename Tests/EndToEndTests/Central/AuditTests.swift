// Who did what, and whether anybody altered it, with the built programs.

import Foundation
import JSON
import SQLite
import Testing

@Suite("Audit", .ownThreads)
struct AuditTests {
    private func alter(_ office: Office, _ sql: String) throws {
        let connection = try Connection(path: office.home + "/central.db", access: .readWrite)
        defer { connection.close() }
        try connection.execute(sql)
    }

    @Test("every change to a dossier is shown with who, where, when, and what was before")
    func record() throws {
        let office = try Office()
        let desk = try office.desk("pc-1")
        _ = try desk.enter("code=A-1", "applicant_name=Lê Thị Hoa", "fee_vnd=10000")
        #expect(try desk("set", "A-1", "fee_vnd=25000", "--by", "Lan").code == 0)
        #expect(try desk("note", "A-1", "gọi lại", "--by", "Hoa").code == 0)
        #expect(try desk("sync").code == 0)
        let changes = try office.central("audit", "A-1", "--json").jsonLines
        #expect(changes.count == 3)
        #expect(changes[1]["before"]?["fee_vnd"] == 10_000)
        #expect(changes[1]["after"]?["fee_vnd"] == 25_000 && changes[1]["by"] == "Lan")
        #expect(changes[1]["desk"]?.stringValue?.contains("desk 1 (pc-1)") == true)
        #expect(changes.allSatisfy { $0["arrived"]?.stringValue?.isEmpty == false })
        let text = try office.central("audit", "A-1").output
        #expect(text.contains("fee_vnd: 10,000 đ → 25,000 đ") && text.contains("gọi lại"))
        #expect(try office.central("audit", "NONE").code == 65)
    }

    @Test("two writes that had not seen each other are shown beside each other, in any order")
    func concurrent() throws {
        let office = try Office()
        let (one, other) = (try office.desk("a"), try office.desk("b"))
        _ = try one.enter("code=A-1", "applicant_name=Hoa", "fee_vnd=5000")
        try one.sync()
        try other.sync()
        #expect(try one("set", "A-1", "fee_vnd=10000", "--by", "Lan").code == 0)
        #expect(try other("set", "A-1", "fee_vnd=25000", "--by", "Mai").code == 0)
        try one.sync()
        try other.sync()
        #expect(try one("set", "A-1", "officer=Lan").code == 0)
        try one.sync()
        let text = try office.central("audit", "A-1").output
        #expect(text.contains("fee_vnd: 5,000 đ → 10,000 đ\n"), "\(text)")
        #expect(
            text.contains("fee_vnd: 5,000 đ → 25,000 đ (beside 10,000 đ, which it had not seen)"))
        #expect(!text.contains("10,000 đ → 25,000 đ"))
        let changes = try office.central("audit", "A-1", "--json").jsonLines
        #expect(changes[2]["before"]?["fee_vnd"] == 5_000)
        #expect(changes[2]["beside"]?["fee_vnd"] == .array([10_000]))
        #expect(changes[1]["beside"] == .object([(String, JSONValue)]()))
        let vietnamese = try office.central("audit", "A-1", "--lang", "vi").output
        #expect(vietnamese.contains("song song với 10.000 đ"))
        try one.sync()
        #expect(try one("resolve", "A-1", "fee_vnd", "25000").code == 0)
        // At a counter the other's write came second, or first: the same is told.
        let history = try one("show", "A-1", "--history").output
        #expect(history.contains("5,000 đ → 25,000 đ (beside 10,000 đ, not seen)"), "\(history)")
        try one.sync()
        let settled = try office.central("audit", "A-1", "--json").jsonLines.last
        #expect(settled?["beside"] == .object([(String, JSONValue)]()))
    }

    @Test("what a device calls itself does nothing to the terminal of who reads the history")
    func deviceName() throws {
        let office = try Office()
        let desk = try office.desk("pc\u{1B}[31m")
        _ = try desk.enter("code=A-1", "--by", "Lan")
        #expect(try desk("sync").code == 0)
        let text = try office.central("audit", "A-1").output
        #expect(text.contains(#"(pc\u{1B}[31m)"#) && text.contains("Lan"), "\(text)")
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 }, "\(text)")
    }

    @Test("the trail says who enrolled, revoked, resolved and exported, and no secret")
    func trail() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let replica = try #require(desk("status", "--json").json["replica"]?.stringValue)
        _ = try desk.enter("code=A-1", "applicant_name=Marked Name")
        #expect(try desk("sync").code == 0)
        #expect(try office.central("assign", "A-1", "Marked Person").code == 0)
        #expect(try office.central("export", "--since", "0").code == 0)
        #expect(try office.central("request-sync", "--all").code == 0)
        #expect(try office.central("revoke", replica).code == 0)
        let entries = try office.central("audit", "--json").jsonLines
        let actions = entries.map { $0["action"]?.stringValue ?? "" }
        #expect(
            actions == [
                "add-office", "add-office", "enrol", "enrolled", "assign", "export",
                "request-sync", "revoke",
            ])
        #expect(entries[3]["actor"]?.stringValue == "device:\(replica)")
        #expect(entries[7]["actor"]?.stringValue?.hasPrefix("local:") == true)
        #expect(entries[7]["subject"]?.stringValue == replica)
        #expect(try !office.central("audit").output.contains("Marked"))
    }

    @Test(
        "a mark kept elsewhere shows what no signature does: central's own changes, the trail's end"
    )
    func mark() throws {
        let office = try Office()
        let desk = try office.desk("a")
        _ = try desk.enter("code=A-1", "applicant_name=Lê Thị Hoa", "fee_vnd=10000")
        #expect(try desk("sync").code == 0)
        #expect(try office.central("assign", "A-1", "Lan").code == 0)
        let mark = try #require(
            office.central("verify", "--audit", "--json").json["mark"]?.stringValue)
        #expect(try office.central("verify", "--audit").output.contains("mark: \(mark)"))
        #expect(try office.central("verify", "--json").json["mark"] == nil)
        // What came later is no matter.
        #expect(try office.central("assign", "A-1", "Hoa").code == 0)
        #expect(try desk("sync").code == 0)
        #expect(try office.central("erase", "A-1", "--reason", "QĐ 12").code == 0)
        #expect(try office.central("verify", "--mark", mark).code == 0)
        try office.stop()
        let copy = try office.root.path + "/whole.db"
        try alter(office, "VACUUM INTO '\(copy)'")
        func faults(_ sql: String) throws -> [String] {
            let path = try office.home + "/central.db"
            try? FileManager.default.removeItem(atPath: path)  // the copy takes its place
            try FileManager.default.copyItem(atPath: copy, toPath: path)
            try alter(office, sql)
            return try office.central("verify", "--mark", mark).output.split(separator: "\n")
                .filter { $0.hasPrefix("  ") }.map { String($0.dropFirst(2)) }
        }
        #expect(try faults("SELECT 1") == [])
        // The last entries of the trail: the chain that is left is whole.
        let entry = try #require(mark.split(separator: "-").last?.split(separator: ".").first)
        #expect(
            try faults("DELETE FROM trail WHERE number >= \(entry)") == [
                "trail entry \(entry): the entries up to it are not those of the mark"
            ])
        let position = try #require(mark.split(separator: ".").first)
        #expect(
            try faults("UPDATE commits SET hash = zeroblob(32) WHERE last = \(position)")
                .contains(
                    "feed position \(position): the changes up to it are not those of the mark"))
        for bad in ["", "1", "1.00", "1.0000000000000000", "x.0000000000000000-1.0000000000000000"]
        {
            #expect(try office.central("verify", "--mark", bad).code == 64)
        }
    }

    @Test("a change that was altered, or taken out, is named, even with all hashes made anew")
    func tampering() throws {
        let office = try Office()
        let desk = try office.desk("a")
        _ = try desk.enter("code=A-1", "fee_vnd=10000")
        #expect(try desk("sync").code == 0)
        #expect(try desk("set", "A-1", "fee_vnd=25000").code == 0)
        #expect(try desk("sync").code == 0)
        try office.stop()
        #expect(try office.central("verify", "--audit").code == 0)
        let replica = try #require(desk("status", "--json").json["replica"]?.stringValue)
        let copy = try office.root.path + "/whole.db"
        func restored(_ sql: String) throws -> Program.Ending {
            let path = try office.home + "/central.db"
            try? FileManager.default.removeItem(atPath: path)  // the copy takes its place
            try FileManager.default.copyItem(atPath: copy, toPath: path)
            try alter(office, sql)
            return try office.central("verify", "--audit")
        }
        try alter(office, "VACUUM INTO '\(copy)'")
        let last = "(SELECT max(position) FROM changes WHERE bytes IS NOT NULL)"
        // The chain's hash is what the device signed: another one is not.
        let altered = try restored(
            "UPDATE changes SET hash = zeroblob(32) WHERE position = \(last)")
        #expect(altered.code == 65 && altered.output.contains("signature \(replica):2"))
        #expect(altered.output.contains("is not what the device signed"), "\(altered.output)")
        let removed = try restored("DELETE FROM changes WHERE position = \(last)")
        #expect(
            removed.output.contains(
                "\(replica):2: the device signed this change, and it is not here"))
        let unsigned = try restored("DELETE FROM signatures")
        #expect(unsigned.output.contains("signature \(replica):1: this change and those after it"))
        let forged = try restored("UPDATE trail SET actor = 'local:nobody' WHERE number = 2")
        #expect(forged.output.contains("trail entry 2"), "\(forged.output)")
        let missing = try restored("DELETE FROM trail WHERE number = 2")
        #expect(missing.output.contains("one before it is missing"))
        #expect(try restored("SELECT 1").code == 0)
    }
}
