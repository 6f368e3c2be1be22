import Foundation
import JSON
import Testing

/// A device that was revoked is shut out at once, says so, and its work gets out by a file.
@Suite("A revoked device", .ownThreads)
struct RevokedDeviceTests {
    private let office: Office
    private let desk: Desk
    private let id: String

    init() throws {
        office = try Office()
        desk = try office.desk("desk")
        id = try desk.enter("applicant_name=Lê Hoa")
        try desk.sync()
    }

    private func revoke(_ desk: Desk) throws {
        let replica = try #require(desk("status", "--json").json["replica"]?.stringValue)
        #expect(try office.central("revoke", replica).code == 0)
    }

    private func expectShutOut(
        _ ending: Program.Ending, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(ending.code == 77, "\(ending.errors)", sourceLocation: sourceLocation)
        #expect(
            ending.errors.contains("this device was revoked"), "\(ending.errors)",
            sourceLocation: sourceLocation)
        #expect(
            ending.errors.contains("counter export FILE"), "\(ending.errors)",
            sourceLocation: sourceLocation)
    }

    @Test("its next request is refused, and so is every one after, with 77 and what to do")
    func shutOut() throws {
        _ = try desk.enter("applicant_name=Trần An")
        try revoke(desk)
        for _ in 0..<2 { expectShutOut(try desk("sync")) }
        expectShutOut(try desk("sync", "--new-token"))
        let status = try desk("status", "--json").json
        #expect(status["pending"] == 1)
        #expect(status["synced"] == false)
        #expect(try desk("status").output.contains("counter export FILE"))
        #expect(try desk("new", "applicant_name=Võ Bình").code == 0, "it works on by itself")
        #expect(try office.digest() != desk.digest())
    }

    @Test("one that waits at central is shut out while it waits")
    func whileItWaits() throws {
        let other = try office.desk("other")
        try desk.sync()
        let waiting = try desk.start("sync", "--wait", "50")
        // It waits once central has noted its request: the log tells of ended ones only, so it is
        // given a short wait of another desk to be surely later.
        _ = try other("sync", "--wait", "2")
        try revoke(desk)
        let began = ContinuousClock.now
        expectShutOut(try waiting.ending())
        #expect(began.duration(to: .now) < .seconds(30))
    }

    @Test("its unsynced work goes to a file, and from there to a device that is enrolled anew")
    func export() throws {
        let made = try desk.enter("applicant_name=Trần An", "applicant_phone=0912 345 678")
        #expect(try desk("set", id, "officer=Võ Bình", "--by", "Bình").code == 0)
        #expect(try desk("note", id, "thiếu bản sao").code == 0)
        #expect(try desk("contact", "--way", "incoming_call", "caller_name=Hồ Cúc").code == 0)
        try revoke(desk)
        expectShutOut(try desk("sync"))
        let path = try office.root.path + "/rescue.ndjson"
        let exported = try desk("export", path)
        #expect(exported.code == 0, "\(exported.errors)")
        #expect(exported.output.contains("4 lines"), "\(exported.output)")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)
        try expectNoSecrets(path)

        let fresh = try office.desk("fresh")
        try fresh.sync()
        let applied = try fresh("apply", path, "--json")
        #expect(applied.code == 0, "\(applied.output) \(applied.errors)")
        try fresh.sync()
        #expect(try fresh.record(made).at("fields")["applicant_phone"] == "0912 345 678")
        let edited = try fresh.record(id)
        #expect(try edited.at("fields")["officer"] == "Võ Bình")
        #expect(try edited.at("fields")["notes"] == .array([.string("thiếu bản sao")]))
        #expect(try fresh.digest() == office.digest())
        let contacts = try fresh("records", "--ndjson", "--kind", "contact").output
        #expect(contacts.contains("Hồ Cúc"))

        // A second time nothing changes.
        let before = try fresh.records()
        let again = try fresh("apply", path, "--json")
        #expect(again.code == 0)
        #expect(try again.json["known"] == 4, "\(again.output)")
        #expect(try fresh.records() == before)
        #expect(try desk("status", "--json").json["pending"] == 4, "the replica stays as it was")
    }

    @Test("what the old device had not seen is not written over: both values stand, for a person")
    func exportOverUnseen() throws {
        let fresh = try office.desk("fresh")
        #expect(try desk("set", id, "fee_vnd=5").code == 0)
        try desk.sync()
        try fresh.sync()
        #expect(try desk("set", id, "fee_vnd=6").code == 0)
        #expect(try desk("set", id, "fee_vnd=7", "--by", "Bình").code == 0)
        #expect(try fresh("set", id, "fee_vnd=9").code == 0)
        try fresh.sync()
        try revoke(desk)
        let path = try office.root.path + "/rescue.ndjson"
        #expect(try desk("export", path).code == 0)
        #expect(try fresh("apply", path).output.contains("wrote 2 lines"))
        try fresh.sync()
        let conflict = try #require(fresh("conflicts", "--json").jsonLines.first)
        #expect(conflict["field"] == "fee_vnd")
        let shown = try fresh("conflicts").output
        #expect(shown.contains("7") && shown.contains("9") && shown.contains("Bình"), "\(shown)")
        #expect(try office.central("verify").code == 0 && fresh("verify").code == 0)
    }

    @Test("a line that was changed by hand is named, and taken as an edit without what it carries")
    func changedByHand() throws {
        let fresh = try office.desk("fresh")
        try desk.sync()
        try fresh.sync()
        #expect(try desk("set", id, "fee_vnd=7").code == 0)
        try revoke(desk)
        let path = try office.root.path + "/rescue.ndjson"
        #expect(try desk("export", path).code == 0)
        let line = try String(contentsOfFile: path, encoding: .utf8)
        let changed = line.replacingOccurrences(of: #""fee_vnd":7"#, with: #""fee_vnd":8"#)
        #expect(changed != line)
        let refused = try fresh("apply", "-", "--json", input: changed)
        #expect(refused.code == 65)
        #expect(try refused.json["errors"]?[0]?["code"] == "carried_changed")
        let damaged = line.replacingOccurrences(of: #""change":"a"#, with: #""change":"b"#)
        #expect(damaged != line)
        let broken = try fresh("apply", "-", "--json", input: damaged)
        #expect(try broken.json["errors"]?[0]?["code"] == "carried_damaged")
        let edit = #"{"set":"\#(id)","fields":{"fee_vnd":8}}"# + "\n"
        #expect(try fresh("apply", "-", input: edit).code == 0)
        #expect(try fresh.record(id).at("fields")["fee_vnd"] == 8)
    }

    @Test("what it builds on comes with the next sync: until then it waits, and status says so")
    func waitingLines() throws {
        #expect(try desk("set", id, "fee_vnd=7").code == 0)
        try revoke(desk)
        let path = try office.root.path + "/rescue.ndjson"
        #expect(try desk("export", path).code == 0)
        let fresh = try office.desk("fresh")
        let applied = try fresh("apply", path)
        #expect(applied.code == 0 && applied.output.contains("waits for the next sync"))
        #expect(try fresh("status", "--json").json["waitingCarried"] == 1)
        #expect(try fresh("status").output.contains("1 change of an export"))
        try fresh.sync()
        #expect(try fresh("status", "--json").json["waitingCarried"] == nil)
        #expect(try fresh.record(id).at("fields")["fee_vnd"] == 7)
        #expect(try fresh.digest() == office.digest())
    }

    /// Neither the token nor the key of the replica stands in a file.
    private func expectNoSecrets(_ path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8).lowercased()
        for column in ["token", "hex(signing_seed)"] {
            let secret = try desk.secret(column).lowercased()
            #expect(secret.count == 64)
            #expect(!text.contains(secret))
        }
    }

    @Test("a file that is there is not written over, and without work none is made")
    func files() throws {
        let path = try office.root.path + "/rescue.ndjson"
        let nothing = try desk("export", path)
        #expect(nothing.code == 0)
        #expect(nothing.output.contains("no change waits here"))
        #expect(!FileManager.default.fileExists(atPath: path))
        _ = try desk.enter("officer=A")
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        let refused = try desk("export", path)
        #expect(refused.code == 73, "\(refused.errors)")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        #expect(try desk("export", "/nonexistent/file").code == 73)
        #expect(try desk("export", "/").code == 64)
        if FileManager.default.fileExists(atPath: "/dev/full") {
            #expect(try desk("export", "/dev/full").code == 73)
        }
    }
}
