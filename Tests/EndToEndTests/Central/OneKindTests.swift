// One id, two kinds, with the built programs: the attack that hid a dossier's name from its erasure.

import Foundation
import JSON
import Testing

@Suite("An id names one record of one kind", .ownThreads)
struct OneKindTests {
    @Test("a contact under a dossier's id is refused, and the dossier's name is erased")
    func attack() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let other = try office.desk("b", of: Office.otherCode)
        let id = try desk.enter("code=A-1", "applicant_name=Zqxmark")
        try desk.sync()
        func contact(_ id: String) -> String {
            #"{"new":"contact","id":"\#(id)","fields":{"way":"in_person","topic":"x"}}"# + "\n"
        }
        // The twin under a free id is taken.
        let free = "0197f3b2-0000-7000-8000-000000000001"
        #expect(try other("apply", "-", input: contact(free)).code == 0)
        try other.sync()
        #expect(try other("apply", "-", input: contact(id)).code == 0)
        let refused = try other("sync", "--json")
        #expect(refused.code == 65)
        #expect(try refused.json["refused"] == 1)
        let kept = try other("refused", "--json").jsonLines
        #expect(kept.map { $0["code"] } == ["other-kind"])
        #expect(
            try other("refused", "--lang", "vi").output.contains(
                "id này là của một bản ghi loại khác"))
        let own = try desk("apply", "-", "--json", input: contact(id))
        #expect(own.code == 65)
        #expect(try own.json["errors"]?[0]?["code"] == "other_kind")
        try desk.sync()
        try other.sync()

        #expect(try office.central("erase", id, "--dry-run").output.contains("applicant_name"))
        #expect(try office.central("erase", id, "--reason", "QĐ 1").code == 0)
        #expect(try office.central("erase", id, "--reason", "QĐ 1").code == 66)
        #expect(try !office.central("records", "--ndjson").output.contains("Zqxmark"))
        #expect(try office.central("verify").code == 0)
        for each in [desk, other] { #expect(try each("verify").code == 0) }
        #expect(try office.central("settle", id, "--keep", "dossier").code == 65)
        #expect(try office.central("settle", "x", "--keep", "dossier").code == 64)
        #expect(try office.central("settle", id, "--keep", "x").code == 64)
    }

    @Test(
        "the sync of a restored desk lists the codes that were given twice, with names and what to do"
    )
    func codesGivenTwice() throws {
        let office = try Office()
        let desk = try office.desk("a")
        try desk.sync()
        let backup = try office.root.path + "/backup"
        try FileManager.default.copyItem(atPath: desk.home, toPath: backup)
        func receive(_ name: String) throws -> String {
            let answer = try desk("receive", "procedure=1.1", "applicant_name=\(name)", "--json")
            return try #require(try answer.json["code"]?.stringValue)
        }
        let code = try receive("Nguyễn Lan")
        try desk.sync()
        try FileManager.default.removeItem(atPath: desk.home)
        try FileManager.default.moveItem(atPath: backup, toPath: desk.home)
        #expect(try receive("Trần Hoa") == code)
        let sync = try desk("sync")
        #expect(sync.code == 0)
        for words in [
            "\(code) is the code of 2 dossiers", "Nguyễn Lan", "Trần Hoa", "counter recode ID",
        ] {
            #expect(sync.output.contains(words), "\(sync.output)")
        }
        #expect(try !desk("sync").output.contains("Lan"))
    }
}
