// Backups with the real programs: made in use, destroyed, restored, and what a person reads of it.

import Foundation
import JSON
import Testing

@Suite("Backups: made in use, restored after a disaster", .ownThreads)
struct BackupTests {
    private let office: Office
    private let backups: String

    init() throws {
        office = try Office(tls: [])
        backups = try office.root.path + "/backups"
    }

    @discardableResult
    private func backup(_ arguments: String...) throws -> JSONValue {
        let ending = try Program.run(
            "central", ["backup", backups] + arguments + ["--json", "--home", office.home],
            in: office.root)
        try #require(ending.code == 0, "\(ending.errors)")
        return try ending.json
    }

    /// Kills central, takes its home away, and restores it.
    private func destroyAndRestore(_ arguments: String...) throws -> Program.Ending {
        try office.stop(SIGKILL)
        try FileManager.default.removeItem(atPath: office.home)
        let ending = try Program.run(
            "central", ["restore", backups] + arguments + ["--home", office.home], in: office.root)
        try #require(ending.code == 0, "\(ending.errors)")
        try office.start()
        return ending
    }

    @Test("a folder with the backups of another home is refused, and its sets stay")
    func otherHome() throws {
        let first = try backup()["set"]
        _ = try Program.run(
            "central", ["office", "add", "B", "B", "--home", office.root.path + "/other"],
            in: office.root)
        let ending = try Program.run(
            "central",
            ["backup", backups, "--keep", "1h", "--home", office.root.path + "/other"],
            in: office.root)
        #expect(ending.code == 73)
        #expect(ending.errors.contains("holds the backups of another home"), "\(ending.errors)")
        let second = try backup("--keep", "1h")
        #expect(second["removed"]?.arrayValue == [first].compactMap(\.self))
    }

    @Test(
        "central is destroyed at random moments: all that counters had synced comes back",
        arguments: [1, 2, 3])
    func destroyed(seed: UInt64) throws {
        var random = seed &* 0x9E37_79B9_7F4A_7C15
        func next(_ count: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % count
        }
        let desks = try [office.desk("a"), office.desk("b")]
        try backup()
        var ids: Set<String> = []
        for round in 0..<2 {
            for step in 0..<(4 + next(4)) {
                let desk = desks[Int(next(2))]
                ids.insert(try desk.enter("applicant_name=\(round)-\(step)"))
                if next(2) == 0 { try desk.sync() }
                if next(3) == 0 { try backup("--keep", "24h") }
            }
            // One may be under way: it is a set, or none.
            let running = try Program(
                "central", ["backup", backups, "--home", office.home], in: office.root)
            Thread.sleep(forTimeInterval: Double(next(40)) / 1000)
            running.signal(SIGKILL)
            _ = try running.ending()
            let told = try destroyAndRestore()
            #expect(told.output.contains("restored as of"), "\(told.output)")
            #expect(try office.central("verify").code == 0)
            for desk in desks + desks { _ = try desk("sync") }
            for desk in desks { try desk.sync() }
            #expect(try office.central("recover", "--end").code == 0)
        }
        let listed = try office.central("records", "--ndjson").jsonLines
            .filter { $0["kind"] == "dossier" }.compactMap { $0["id"]?.stringValue }
        #expect(Set(listed) == ids)
        for desk in desks { #expect(try desk.digest() == office.digest()) }
        let verified = try backup("--verify")
        #expect(verified["sets"]?.integerValue ?? 0 > 0)
        #expect(try office.central("verify", "--audit").code == 0)
        try office.stop()
    }

    @Test(
        "status tells how old the last good backup is; one that is damaged is found and restores nothing"
    )
    func damaged() throws {
        #expect(try office.central("status").output.contains("no backup was ever made here"))
        #expect(try office.central("status", "--json").json["backup"] == .null)
        let set = try #require(try backup("--keep", "7d")["set"]?.stringValue)
        let told = try office.central("status", "--json").json["backup"]
        #expect(told?["set"] == .string(set) && told?["keep"] == "7d", "\(told ?? .null)")
        #expect(told?["verified"] == .null)
        try backup("--verify")
        #expect(try office.central("status", "--json").json["backup"]?["verified"] != .null)
        #expect(try office.central("status").output.contains("last backup: "))
        #expect(try office.central("backup", backups, "--list").output.contains(set))
        let path = "\(backups)/\(set)/central.db"
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: 9_000)
        file.write(Data([0xFF, 0x00, 0xFF]))
        try file.close()
        let verified = try office.central("backup", backups, "--verify")
        #expect(verified.code == 65 && verified.errors.contains("central.db has been altered"))
        let new = try office.root.path + "/new"
        let restored = try Program.run(
            "central", ["restore", backups, "--home", new], in: office.root)
        #expect(restored.code == 65, "\(restored.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: new).isEmpty)
        #expect(try office.central("restore", backups).code == 73)
        #expect(try office.central("backup", backups + "/none", "--list").code == 66)
        #expect(try office.central("backup", backups, "--keep", "7y").code == 64)
        try office.stop()
    }

    @Test("who was revoked or erased since an older backup stays so when that one is restored")
    func olderSet() throws {
        let (desk, lost) = (try office.desk("desk"), try office.desk("lost"))
        let id = try desk.enter("applicant_name=SECRET")
        try desk.sync()
        try lost.sync()
        let old = try #require(try backup("--keep", "24h,2d")["set"]?.stringValue)
        let replica = try #require(lost("status", "--json").json["replica"]?.stringValue)
        #expect(try office.central("revoke", replica).code == 0)
        #expect(try office.central("erase", id, "--reason", "QĐ 1").code == 0)
        let holding = try office.central("erasures", "--json").json["backups"]
        #expect(holding?[0]?["set"] == .string(old) && holding?[0]?["until"]?.stringValue != nil)
        #expect(try office.central("erasures").output.contains("1, until "))
        try backup()
        let kept = try office.central("erasures", "--json").json["backups"]
        #expect(kept?.arrayValue?.count == 1 && kept?[0]?["until"] == .null)
        #expect(try office.central("erasures").output.contains("1, for ever"))
        let told = try destroyAndRestore("--set", old)
        #expect(told.output.contains("erased again: 1 record"), "\(told.output)")
        #expect(told.output.contains("shut out again: 1 device"), "\(told.output)")
        // What came after the newest backup is not in its lists.
        #expect(told.output.contains("may be missing"), "\(told.output)")
        #expect(try lost("sync").code == 77)
        try desk.sync()
        #expect(try !office.central("records", "--ndjson").output.contains("SECRET"))
        try office.stop()
    }

    @Test("a counter that is restored gives no code again, and loses only what it had not synced")
    func counter() throws {
        let desk = try office.desk("desk")
        func receive() throws -> String {
            let made = try desk("receive", "procedure=x", "applicant_name=Hoa", "--json")
            try #require(made.code == 0, "\(made.errors)")
            return try #require(made.json["code"]?.stringValue)
        }
        let place = try office.root.path + "/stick"
        let first = try receive()
        #expect(try desk("backup", place, "--keep", "3d").code == 0)
        #expect(try desk("backup", place, "--verify").code == 0)
        #expect(try desk("status", "--json").json["backup"]?["set"]?.stringValue != nil)
        let synced = try receive()
        try desk.sync()
        let forgotten = try receive()
        try FileManager.default.removeItem(atPath: desk.home)
        let restored = try desk("restore", place)
        #expect(restored.code == 0, "\(restored.errors)")
        func number(_ code: String) -> Int { Int(code.split(separator: "-").last ?? "") ?? 0 }
        let next = try receive()
        #expect(number(first) + 1 == number(synced) && number(synced) + 1 == number(forgotten))
        #expect(number(next) == number(first) + 101)
        for _ in 0..<3 { _ = try desk("sync") }
        try desk.sync()
        #expect(try desk("show", synced).code == 0 && desk("show", next).code == 0)
        #expect(try desk.digest() == office.digest())
        #expect(try desk("restore", place).code == 73)
        try office.stop()
    }
}
