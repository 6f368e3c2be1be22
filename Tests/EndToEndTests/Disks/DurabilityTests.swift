import Foundation
import JSON
import SeededRandom
import Testing

/// Promise 3 with the built programs: kill -9 at any moment loses nothing that was acknowledged.
@Suite("Durability: kill -9 at any moment", .ownThreads)
struct DurabilityTests {
    @Test("a counter that is killed while it applies a file keeps whole lines, and goes on")
    func applyKilled() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let file = EditFile(0..<4000)
        var moments = SeededGenerator(seed: 20_210_601)
        var stored = 0
        var cuts = 0
        for round in 0..<12 where stored < file.ids.count {
            let program = try desk.start("apply", "-", "--json", input: file.lines(from: stored))
            usleep(UInt32(moments.number(below: 250_000)))
            program.signal(SIGKILL)
            let ending = try program.ending()
            let now = try desk.storedLineCount(of: file)
            #expect(now >= stored, "round \(round): what was stored before is gone")
            if ending.code == -SIGKILL { cuts += 1 }
            if let applied = try? ending.json["applied"]?.integerValue {
                #expect(now == stored + Int(applied), "round \(round): acknowledged, and not there")
            }
            stored = now
        }
        #expect(cuts > 0, "no round was killed before its end")
        let rest = try desk("apply", "-", input: file.lines(from: stored))
        #expect(rest.code == 0, "\(rest.errors)")
        #expect(try desk.storedLineCount(of: file) == file.ids.count)
        try desk.sync()
        try office.expectSame(as: desk)
    }

    @Test("every single edit that was acknowledged is there after kill -9")
    func editsKilled() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let file = EditFile(0..<40)
        var moments = SeededGenerator(seed: 7)
        var acknowledged = Set<String>()
        // The moments are as far apart as a run takes on this machine now.
        let start = ContinuousClock.now
        acknowledged.insert(try desk.enter("officer=A"))
        let microseconds = start.duration(to: .now) / .microseconds(1) * 1.2
        for id in file.ids {
            let program = try desk.start("new", "officer=A", "--id", id, "--json")
            usleep(UInt32(moments.number(below: Int(microseconds) + 1)))
            program.signal(SIGKILL)
            if try program.ending().output.contains(id) { acknowledged.insert(id) }
        }
        let records = try desk("list", "--json").jsonLines.compactMap { $0["id"]?.stringValue }
        #expect(acknowledged.isSubset(of: records))
        #expect(acknowledged.count <= file.ids.count, "no program was killed before its end")
        try desk.sync()
        try office.expectSame(as: desk)
    }

    @Test("a central that is killed in the middle of syncs has all that a counter calls accepted")
    func centralKilled() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let file = EditFile(0..<3000)
        #expect(try desk("apply", "-", input: file.lines()).code == 0)
        var moments = SeededGenerator(seed: 42)
        var cuts = 0
        for round in 0..<8 {
            let before = try #require(office.server).errors.count
            let sync = try desk.start("sync", "--json", "--limit-rate", "60000")
            // From the first answer on, or while the first request is under way.
            if round % 2 == 0 {
                try waitUntil("central answers") {
                    try #require(office.server).errors.count > before || !sync.isRunning
                }
            }
            usleep(UInt32(moments.number(below: 120_000)))
            try office.stop(SIGKILL)
            let ending = try sync.ending()
            #expect([0, 69, 75].contains(ending.code), "\(ending.output) \(ending.errors)")
            if ending.code != 0 { cuts += 1 }
            let accepted = try desk.acceptedCount(of: file.ids.count)
            #expect(try office.acceptedCount() >= accepted, "round \(round)")
            try office.start()
        }
        #expect(cuts > 0, "no sync was cut")
        try desk.sync()
        #expect(try office.acceptedCount() == file.ids.count)
        try office.expectSame(as: desk)
    }

    @Test("a counter that is killed in the middle of syncs forgets nothing and sends nothing twice")
    func syncKilled() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        let other = try office.desk("other")
        let (file, news) = (EditFile(0..<1500), EditFile(5000..<6500))
        #expect(try other("apply", "-", input: news.lines()).code == 0)
        try other.sync()
        #expect(try desk("apply", "-", input: file.lines()).code == 0)
        var moments = SeededGenerator(seed: 3)
        for _ in 0..<8 {
            let sync = try desk.start("sync", "--json", "--limit-rate", "100000")
            usleep(UInt32(moments.number(below: 400_000)))
            sync.signal(SIGKILL)
            let ending = try sync.ending()
            #expect([0, -SIGKILL].contains(ending.code), "\(ending.output) \(ending.errors)")
            #expect(try desk.storedLineCount(of: file) == file.ids.count)
        }
        try desk.sync()
        try office.expectSame(as: desk)
        #expect(try desk.storedLineCount(of: news) == news.ids.count)
    }
}
