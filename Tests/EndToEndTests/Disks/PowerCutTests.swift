import Foundation
import JSON
import SeededRandom
import Testing

/// Promise 3 where the machine itself dies: what was acknowledged had been synced.
@Suite(
    "Power cuts", .ownThreads, .enabled(if: PowerCutDisk.isWanted, PowerCutDisk.isWantedWords))
struct PowerCutTests {
    @Test("the disk of these tests forgets what nobody synced")
    func disk() throws {
        let disk = try PowerCutDisk()
        for (name, isSynced) in [("synced", true), ("not", false)] {
            let descriptor = open(disk.path + "/" + name, O_WRONLY | O_CREAT, 0o600)
            try #require(write(descriptor, name, name.utf8.count) == name.utf8.count)
            if isSynced { try #require(fsync(descriptor) == 0) }
            close(descriptor)
        }
        try disk.cut()
        #expect(open(disk.path + "/more", O_WRONLY | O_CREAT, 0o600) < 0)
        try disk.restore()
        #expect(FileManager.default.contents(atPath: disk.path + "/synced") == Data("synced".utf8))
        #expect(!FileManager.default.fileExists(atPath: disk.path + "/not"))
    }

    @Test("a counter whose machine loses power has every edit that it had acknowledged")
    func counterWhileEditing() throws {
        let disk = try PowerCutDisk()
        let office = try Office()
        let desk = try office.desk("desk", home: disk.path + "/home")
        var moments = SeededGenerator(seed: 18)
        var acknowledged: Set<String> = []
        var cuts = 0
        for round in 0..<8 {
            let file = EditFile(round * 10..<round * 10 + 3)
            let start = ContinuousClock.now
            for id in file.ids.dropLast() {
                #expect(try desk("new", "officer=A", "--id", id).code == 0)
                acknowledged.insert(id)
            }
            // The moments are as far apart as a run takes on this machine now.
            let microseconds = start.duration(to: .now) / .microseconds(1) / 2
            let program = try desk.start("new", "officer=A", "--id", file.ids[2], "--json")
            usleep(UInt32(moments.number(below: Int(microseconds) + 1)))
            try disk.cut(with: program)
            let ending = try program.ending()
            if ending.code == 0 { acknowledged.insert(file.ids[2]) } else { cuts += 1 }
            try disk.restore()
            let records = try desk.soundRecords()
            #expect(acknowledged.isSubset(of: records), "round \(round)")
            // An acknowledged change that was lost would make this replica a copy of itself.
            if round % 2 == 1 { #expect(try desk.sync()["identityChanged"] == nil) }
        }
        #expect(cuts > 0, "no edit was cut")
        try desk.sync()
        try office.expectSame(as: desk)
    }

    @Test(
        "a counter that loses power while it applies a file keeps whole lines, the ones it counted")
    func counterWhileApplying() throws {
        let disk = try PowerCutDisk()
        let office = try Office()
        let desk = try office.desk("desk", home: disk.path + "/home")
        let file = EditFile(0..<6000)
        var moments = SeededGenerator(seed: 5)
        var stored = 0
        for round in 0..<4 {
            let program = try desk.start("apply", "-", "--json", input: file.lines(from: stored))
            usleep(50_000 + UInt32(moments.number(below: 200_000)))
            try disk.cut(with: program)
            let ending = try program.ending()
            #expect(ending.code != 0, "round \(round): the whole file is faster than the cut")
            try disk.restore()
            _ = try desk.soundRecords()
            let now = try desk.storedLineCount(of: file)
            #expect(now >= stored, "round \(round): what was stored before is gone")
            if let applied = try? ending.json["applied"]?.integerValue {
                #expect(now >= stored + Int(applied), "round \(round): counted, and not there")
            }
            stored = now
        }
        try desk.sync()
        try office.expectSame(as: desk)
    }

    @Test("a central whose machine loses power has all that a counter calls accepted")
    func centralWhileIngesting() throws {
        let disk = try PowerCutDisk()
        let office = try Office(home: disk.path + "/central")
        let desk = try office.desk("desk")
        // The enrolment has just been acknowledged: it is there after the first cut.
        let file = EditFile(0..<3000)
        #expect(try desk("apply", "-", input: file.lines()).code == 0)
        var moments = SeededGenerator(seed: 77)
        var cuts = 0
        for round in 0..<6 {
            let before = try #require(office.server).errors.count
            let sync = try desk.start("sync", "--json", "--limit-rate", "60000")
            if round % 2 == 1 {
                try waitUntil("central answers") {
                    try #require(office.server).errors.count > before || !sync.isRunning
                }
            }
            usleep(UInt32(moments.number(below: 150_000)))
            try disk.cut(with: office.server)
            let ending = try sync.ending()
            if ending.code != 0 {
                cuts += 1
                #expect([69, 75].contains(ending.code), "\(ending.output) \(ending.errors)")
            }
            try office.stop(SIGKILL)
            try disk.restore()
            let verified = try office.central("verify")
            #expect(verified.code == 0, "round \(round): \(verified.output) \(verified.errors)")
            let accepted = try desk.acceptedCount(of: file.ids.count)
            #expect(try office.acceptedCount() >= accepted, "round \(round)")
            try office.start()
        }
        #expect(cuts > 0, "no sync was cut")
        #expect(try desk.sync()["identityChanged"] == nil)
        #expect(try office.acceptedCount() == file.ids.count)
        try office.expectSame(as: desk)
        try office.stop()
    }
}

extension Desk {
    /// The ids of all records, once the file is sound.
    func soundRecords(sourceLocation: SourceLocation = #_sourceLocation) throws -> Set<String> {
        let verified = try self("verify")
        #expect(
            verified.code == 0, "\(verified.output) \(verified.errors)",
            sourceLocation: sourceLocation)
        let records = try self("records", "--ndjson").jsonLines
        return Set(records.compactMap { $0["id"]?.stringValue })
    }
}
