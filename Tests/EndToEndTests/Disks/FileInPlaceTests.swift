// Central's file, or a counter's, is copied without its log, deleted, or replaced while programs have it open.

import Foundation
import JSON
import Testing

@Suite("The file that is served is the file at its path, and whole", .ownThreads)
struct FileInPlaceTests {
    private struct NotYet: Error {}

    /// Far more than anything here takes; it is not what is tested.
    private static let patience = Duration.seconds(600)

    private func wait(_ words: Comment, until isReached: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            if try isReached() { return }
        }
        Issue.record(words)
        throw NotYet()
    }

    /// A home with central's file alone, as somebody copies it.
    private func copyWithoutLog(_ office: Office, _ name: String) throws -> String {
        let home = try office.root.path + "/\(name)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: office.home + "/central.db", toPath: home + "/central.db")
        return home
    }

    @Test(
        "a copy of central.db alone is whole soon after the last write, and verify says how old it is"
    )
    func copied() throws {
        let office = try Office()
        let desk = try office.desk("a")
        _ = try desk.enter("code=A-1", "applicant_name=Lê Thị Hoa")
        try desk.sync()
        func copied(_ words: String...) throws -> Program.Ending {
            let home = try copyWithoutLog(office, "copy")
            return try Program.run("central", words + ["--home", home], in: office.root)
        }
        try wait("the dossier is in central.db itself") {
            try copied("records", "--ndjson").output.contains("Lê Thị Hoa")
        }
        let alone = try copied("verify")
        #expect(alone.code == 0 && alone.output.contains("the file is sound"))
        #expect(alone.output.contains("the newest change is of 20"), "\(alone.output)")
        #expect(alone.output.contains("(-wal) was not beside it"), "\(alone.output)")
        #expect(try copied("verify", "--json").json["hadLog"] == false)
        let own = try office.central("verify")
        #expect(own.output.contains("the newest change is of 20"))
        #expect(!own.output.contains("was not beside it"), "\(own.output)")
        let verified = try office.central("verify", "--json").json
        #expect(verified["hadLog"] == true && verified["newestChange"]?.stringValue != nil)
        #expect(try office.central("status").output.contains("newest change: 20"))
        let status = try office.central("status", "--json").json
        #expect(status["newestChange"] == verified["newestChange"])
        #expect(try desk("verify").output.contains("the newest change is of 20"))
        try office.stop()
    }

    @Test(
        "a central whose file was moved away or replaced takes nothing, says so, and goes on with its own"
    )
    func central() throws {
        let office = try Office()
        let desk = try office.desk("a")
        try desk.sync()
        let file = try office.home + "/central.db"
        let manager = FileManager.default
        _ = try desk.enter("code=A-1", "applicant_name=Lê Thị Hoa")
        try manager.moveItem(atPath: file, toPath: file + ".away")
        func expectRefused(_ words: Comment) throws {
            let refused = try desk("sync")
            #expect(refused.code != 0 && !refused.output.contains("Synced:"), words)
            #expect(refused.errors.contains("central"), "\(refused.errors)")
            #expect(try desk("status", "--json").json["pending"] == 1, words)
        }
        try expectRefused("moved away")
        try manager.copyItem(atPath: file + ".away", toPath: file)
        try expectRefused("replaced by a copy")
        #expect(office.server?.errors.contains("another file than the one") == true)
        try manager.removeItem(atPath: file)
        try manager.moveItem(atPath: file + ".away", toPath: file)
        try desk.sync()
        #expect(try office.central("records", "--ndjson").output.contains("A-1"))
        try office.stop()
    }

    @Test(
        "an agent whose replica was replaced says so and ends, and a new one goes on with what is there"
    )
    func agent() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let agent = try desk.start("run", "--every", "86400")
        defer { agent.signal(SIGKILL) }
        try wait("it syncs") {
            try desk("status", "--json").json["agent"]?["phase"] == "waiting"
        }
        let (file, manager) = (desk.home + "/replica.db", FileManager.default)
        try manager.copyItem(atPath: file, toPath: file + ".copy")
        try manager.removeItem(atPath: file)
        try manager.moveItem(atPath: file + ".copy", toPath: file)
        let ending = try agent.ending()
        #expect(ending.code == 74, "\(ending.code) \(ending.errors)")
        #expect(ending.errors.contains("another file than the one"), "\(ending.errors)")
        _ = try desk.enter("code=A-1")
        try desk.sync()
        #expect(try desk("verify").code == 0)
        try office.stop()
    }
}
