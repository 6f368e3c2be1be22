import Foundation
import JSON
import Testing

/// What a script learns from how a program ends, and what a person reads then.
@Suite("Exit codes and messages", .ownThreads)
struct ExitCodeTests {
    private let office: Office
    private let desk: Desk

    init() throws {
        office = try Office()
        desk = try office.desk("desk")
    }

    /// A failure has its code and a message that names what is wrong.
    private func expect(
        _ ending: Program.Ending, _ code: Int32, _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(ending.code == code, "\(ending.errors)", sourceLocation: sourceLocation)
        #expect(ending.errors.contains(words), "\(ending.errors)", sourceLocation: sourceLocation)
    }

    @Test("wrong command lines exit 64 and name what is wrong")
    func usage() throws {
        expect(try desk("frobnicate"), 64, "frobnicate")
        expect(try desk("sync", "--fast"), 64, "--fast")
        expect(try desk("set"), 64, "counter")
        expect(try desk("enrol", "ftp://x", "--code", "7KQM-3XRT"), 64, "http")
        expect(try office.central("report", "--from", "2021-13-01", "--to", "x"), 64, "--from")
        expect(try office.central("request-sync"), 64, "--all")
    }

    @Test("wrong data exits 65, and a missing file 66")
    func data() throws {
        expect(try desk("show", "H56-404"), 65, "record")
        expect(try desk("new", "fee_vnd=many"), 65, "fee_vnd")
        expect(try desk("new", "nonsense=1"), 65, "nonsense")
        let id = try desk.enter("code=H56-1")
        expect(try desk("new", "code=H56-1"), 65, "code")
        expect(try desk("set", id, "status=returned"), 65, "status")
        expect(try desk("apply", "/nonexistent"), 66, "NDJSON")
        expect(try office.central("enrol", "nowhere"), 65, "office")
        #expect(try desk.record(id).at("fields")["status"] == "new")
    }

    @Test("changes that central refuses exit 65, and stay here with their reasons")
    func refused() throws {
        let other = try office.desk("other", of: Office.otherCode)
        let id = try desk.enter("applicant_name=A")
        try desk.sync()
        // The other office cannot see that record, so it cannot know that the id is taken.
        let line = #"{"new":"dossier","id":"\#(id)","fields":{"applicant_name":"B"}}"#
        #expect(try other("apply", "-", input: line).code == 0)
        let ending = try other("sync", "--json")
        expect(ending, 65, "refused")
        let report = try ending.json
        #expect(report["outcome"] == "refused")
        #expect(report["refused"] == 1)
        #expect(try other("status").output.contains("counter refused"))
        #expect(try other("refused").output.contains("B"))
        #expect(try other("refused").output.contains("the record is not this office's"))
        #expect(
            try other("refused", "--lang", "vi").output
                .contains("bản ghi không thuộc cơ quan này (out-of-scope)"))
        #expect(try desk.record(id).at("fields")["applicant_name"] == "A")
    }

    @Test("a central that cannot be reached exits 69, and work goes on")
    func unreachable() throws {
        try office.stop()
        let id = try desk.enter("applicant_name=Trần Thị Bí Mật")
        let ending = try desk("sync", "--json")
        #expect(ending.code == 69)
        #expect(try ending.json["outcome"] == "unreachable")
        #expect(try ending.json["pending"] == 1)
        #expect(try desk("status", "--json").json["synced"] == false)
        expect(try desk("sync"), 69, "central")
        try office.start()
        try desk.sync()
        #expect(try desk.digest() == office.digest())
        #expect(try desk("show", id).code == 0)
    }

    @Test("no replica, another file and another program's home exit 78; not enrolled exits 77")
    func configuration() throws {
        let root = try office.root
        let empty = Desk(home: root.path + "/empty", directory: root)
        expect(try empty("status"), 78, "counter enrol")
        #expect(!FileManager.default.fileExists(atPath: empty.home))
        expect(try Desk(home: office.home, directory: root)("sync"), 78, "hint")
        expect(
            try Program.run("central", ["status", "--home", desk.home], in: root), 78, "central")

        let garbage = Desk(home: root.path + "/garbage", directory: root)
        try FileManager.default.createDirectory(
            atPath: garbage.home, withIntermediateDirectories: true)
        try Data("no database, but long enough to be looked at".utf8)
            .write(to: URL(fileURLWithPath: garbage.home + "/replica.db"))
        expect(try garbage("list"), 78, "hint")

        let half = Desk(home: root.path + "/half", directory: root)
        expect(try half("enrol", office.url, "--code", "AAAA-AAAA"), 77, "code")
        expect(try half("sync"), 77, "enrol")
    }

    @Test("a revoked device exits 77 and keeps its work")
    func revoked() throws {
        let device = try #require(
            office.central("devices", "--json").json[0]?["device"]?.stringValue)
        #expect(try office.central("revoke", device).code == 0)
        let id = try desk.enter("applicant_name=A")
        expect(try desk("sync"), 77, "revoked")
        #expect(try desk("show", id).code == 0)
        #expect(try desk("status", "--json").json["pending"] == 1)
    }

    @Test("neither program writes personal data to its errors or log")
    func personalData() throws {
        let name = "Trần Thị Bí Mật"
        let id = try desk.enter("applicant_name=\(name)", "applicant_phone=0987654321")
        let lines = """
            {"set":"\(id)","fields":{"applicant_phone":["0987654321"]}}
            {"new":"dossier","id":"\(id)","fields":{"applicant_name":"\(name)"}}
            {"new":"dossier","fields":{"applicant_name":"\(name)","status":"\(name)"}}
            {"note":"\(id)","text":"\(name)
            """
        let applied = try desk("apply", "-", input: lines)
        #expect(applied.code == 65)
        try desk.sync()
        let log = try office.stop().errors
        #expect(log.contains(#""event":"exchange""#))
        for text in [applied.errors, log, try desk("sync").errors] {
            #expect(!text.contains("Bí Mật"))
            #expect(!text.contains("0987654321"))
        }
    }
}
