// What the law orders erased, with the built programs: what they say, and what is left on disks.

import Foundation
import JSON
import Testing

@Suite("Erasure by law", .ownThreads)
struct ErasureTests {
    private static let marks = [
        "Zqxmark Name", "0909123456", "079012345678", "zqx note", "zqx more",
    ]

    /// Which marks stand in the files of a home.
    private func traces(_ home: String) throws -> Set<String> {
        var found = Set<String>()
        for name in try FileManager.default.subpathsOfDirectory(atPath: home) {
            guard let data = FileManager.default.contents(atPath: home + "/" + name) else {
                continue
            }
            for mark in Self.marks where data.range(of: Data(mark.utf8)) != nil {
                found.insert(mark)
            }
        }
        return found
    }

    private func enter(_ desk: Desk) throws {
        _ = try desk.enter(
            "code=A-1", "applicant_name=Zqxmark Name", "applicant_phone=0909123456",
            "applicant_id=079012345678", "x.more=zqx more", "fee_vnd=10000")
        #expect(try desk("note", "A-1", "zqx note", "--by", "Lan").code == 0)
        #expect(
            try desk("contact", "--way", "in_person", "caller_name=Zqxmark Name", "dossier=A-1")
                .code
                == 0)
    }

    @Test(
        "nothing of the person is left in any file, while central serves; the rest is, and verifies"
    )
    func files() throws {
        let office = try Office()
        let (first, second) = (try office.desk("a"), try office.desk("b"))
        try enter(first)
        try first.sync()
        try second.sync()
        #expect(try second("set", "A-1", "applicant_phone=0909123456", "fee_vnd=20000").code == 0)
        let homes = try [office.home, first.home, second.home]
        for home in homes { #expect(try !traces(home).isEmpty) }
        let contact = try #require(
            office.central("records", "--ndjson").jsonLines
                .first { $0["kind"] == "contact" }?["id"]?.stringValue)

        let trial = try office.central("erase", "A-1", "--dry-run", "--json").json
        #expect(
            trial["fields"] == [
                "notes", "x.more", "applicant_id", "applicant_name", "applicant_phone",
            ])
        #expect(trial["changes"] == 2 && trial["contacts"] == [.string(contact)])
        #expect(try traces(office.home).count == Self.marks.count)

        let erased = try office.central(
            "erase", "A-1", "--reason", "QĐ 12/2026", "--by", "chị Hoa")
        #expect(erased.code == 0 && erased.errors.isEmpty, "\(erased.errors)")
        #expect(erased.output.contains("applicant_name") && erased.output.contains(contact))
        #expect(!erased.output.contains("Zqx"))
        // Once more, and nothing is found: that is told from the first by the exit code.
        #expect(try office.central("erase", "A-1", "--dry-run").code == 66)
        // The contact has a name of its own.
        #expect(try traces(office.home) == ["Zqxmark Name"])
        #expect(try office.central("erase", contact, "--reason", "QĐ 12/2026").code == 0)
        #expect(try traces(office.home) == [])

        let told = try first("sync")
        #expect(told.output.contains("the personal data of 2 records was erased here"))
        #expect(try second("sync", "--json").json["erased"] == 2)
        for desk in [first, second, first, second] { try desk.sync() }
        for home in homes { #expect(try traces(home) == [], "\(home)") }
        for desk in [first, second] { #expect(try desk("verify").code == 0) }
        #expect(try office.central("verify", "--audit").code == 0)
        #expect(try first.digest() == office.digest() && second.digest() == office.digest())
        #expect(try first.record("A-1")["fields"]?["fee_vnd"] == 20_000)
        let contents = try office.central("erasures", "--json").jsonLines
        #expect(contents.count == 2)
        #expect(contents.allSatisfy { $0["unconfirmedBy"] == [] }, "\(contents)")
        #expect(try office.central("status", "--json").json["erasuresUnconfirmed"] == 0)
    }

    @Test("who did it, when and why stays, and what each change had written by name")
    func audit() throws {
        let office = try Office()
        let desk = try office.desk("a")
        try enter(desk)
        try desk.sync()
        #expect(try office.central("erase", "A-1", "--reason", "QĐ 12", "--by", "Hoa").code == 0)
        let waiting = try office.central("erasures", "--json").jsonLines
        #expect(waiting.first?["unconfirmedBy"]?[0]?["name"] == "a")
        #expect(waiting.first?["reasons"] == ["QĐ 12"])
        #expect(try office.central("status", "--json").json["erasuresUnconfirmed"] == 1)
        #expect(
            try office.central("status").output
                .contains("1 erasure is not confirmed by every device: central erasures"))
        try desk.sync()
        let changes = try office.central("audit", "A-1", "--json").jsonLines
        #expect(changes.map { $0["by"]?.stringValue } == [nil, "Lan", "Hoa"])
        #expect(changes[1]["erased"] == ["notes"] && changes[1]["after"] == [:])
        #expect(changes[2]["after"]?["erased"] == "QĐ 12")
        let trail = try office.central("audit", "--json").jsonLines
        #expect(trail.last?["action"] == "erase" && trail.last?["count"] == 2)
        let shown = try desk("show", "A-1", "--history").output
        #expect(shown.contains("erased since: notes") && shown.contains("QĐ 12"), "\(shown)")
        #expect(try desk("list").output.contains("(erased)"))
        let exported = try office.central("export", "--since", "0", "--with-personal").jsonLines
        #expect(exported.first?["erased"] == true && exported.first?["applicant_name"] == .null)
    }

    @Test("a device that was revoked is named for good, and is no open matter")
    func revoked() throws {
        let office = try Office()
        let desk = try office.desk("a")
        try enter(desk)
        try desk.sync()
        let replica = try #require(desk("status", "--json").json["replica"]?.stringValue)
        #expect(try office.central("erase", "A-1", "--reason", "QĐ 12").code == 0)
        #expect(try office.central("status", "--json").json["erasuresUnconfirmed"] == 1)
        #expect(try office.central("revoke", replica).code == 0)
        #expect(try office.central("status", "--json").json["erasuresUnconfirmed"] == 0)
        #expect(try office.central("erasures").output.contains("/1 (revoked)"))
    }

    @Test("what cannot be is said clearly, and erases nothing")
    func mistakes() throws {
        let office = try Office()
        let desk = try office.desk("a")
        try enter(desk)
        try desk.sync()
        #expect(try office.central("erase", "A-1").code == 64)
        #expect(try office.central("erase", "A-2", "--reason", "x").code == 65)
        #expect(try office.central("erase", "A-1", "--reason", "").code == 65)
        let long = String(repeating: "x", count: 501)
        let refused = try office.central("erase", "A-1", "--reason", long)
        #expect(refused.code == 65 && refused.errors.contains("500"), "\(refused.errors)")
        let catalog = try #require(
            office.central("records", "--ndjson").jsonLines
                .first { $0["kind"] == "office" }?["id"]?.stringValue)
        #expect(try office.central("erase", catalog, "--reason", "x").code == 65)
        #expect(try office.central("erase", catalog, "--dry-run").code == 65)
        #expect(try office.central("erasures").output == "no record was erased\n")
        let written = try desk("set", "A-1", "erased=x")
        #expect(written.code == 65 && written.errors.contains("central erase"))
        #expect(try office.central("erase", "A-1", "--reason", "QĐ").code == 0)
        try desk.sync()
        let again = try desk("set", "A-1", "applicant_name=Zqxmark Name")
        #expect(again.code == 65 && again.errors.contains("erased by law"))
        #expect(try desk("note", "A-1", "zqx note").code == 65)
        #expect(try desk("set", "A-1", "fee_vnd=1").code == 0)
        try desk.sync()
        #expect(try traces(desk.home) == ["Zqxmark Name"], "the contact's")
        // What was erased before holds nothing any more.
        let twice = try office.central("erase", "A-1", "--reason", "QĐ 2")
        #expect(twice.code == 66 && twice.output.contains("holds nothing of people"))
    }
}
