import Causality
import CentralEngine
import CounterEngine
import Dossiers
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@Suite("Central is restored from an older copy")
struct RewoundCentralTests {
    @Test("counters push again what it lost, states are joined, and no dot names two changes")
    func rewound() async throws {
        let fleet = try Fleet()
        let counters = [
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B"),
        ]
        let ids = try counters.map { try $0.make([FieldWrite("officer", .text("Lan"))]) }
        try await settle(counters)
        let backup = try fleet.backUpCentral()
        try counters[0].set(ids[1], "officer", .text("Hoa"))
        try counters[1].set(ids[1], "officer", .text("Minh"))
        try counters[2].set(ids[2], "officer", .text("Thu"))
        let fresh = try counters[0].make()
        try await settle(counters)
        try counters[1].edit { _ = try $0.resolve(.id(ids[1]), "officer", value: .text("Minh")) }
        try counters[1].set(fresh, "officer", .text("An"))
        try await settle(counters)
        let lost = try dots(fleet)
        try fleet.restoreCentral(from: backup)
        // One writes on before it knows, and another office's work fills the places in the feed.
        try counters[0].set(ids[0], "fee_vnd", .integer(1))
        _ = try counters[2].make()
        try await settle(counters.reversed())
        try expectConverged(fleet, counters)
        #expect(try counters[0].values(ids[1], "officer") == [.text("Minh")])
        #expect(try counters[0].values(fresh, "officer") == [.text("An")])
        let found = try dots(fleet)
        for (dot, bytes) in lost { #expect(found[dot] == bytes, "\(dot)") }
    }

    /// The canonical bytes of every change of the counters that central holds, by dot.
    private func dots(_ fleet: Fleet) throws -> [Dot: [UInt8]] {
        try fleet.readCentral { central in
            var dots: [Dot: [UInt8]] = [:]
            for device in try central.devices() {
                var seq: UInt64 = 0
                while let chunk = try central.outbox(of: device.replica, after: seq, bytesMax: 1) {
                    seq += 1
                    dots[Dot(device.replica, seq)] = chunk.changes
                    #expect(
                        try central.chainHash(of: device.replica, seq: seq) == chunk.hashAfter)
                }
                #expect(device.seq == seq)
            }
            return dots
        }
    }

    @Test("a counter with nothing new pushes again what central lost, at its next exchange")
    func nothingNew() async throws {
        try await promptly {
            let fleet = try Fleet()
            let counter = try await fleet.enrol("A")
            try await settle([counter])
            let backup = try fleet.backUpCentral()
            let id = try counter.make()
            try await settle([counter])
            try fleet.restoreCentral(from: backup)
            var options = SyncOptions()
            options.waitSeconds = 50
            let start = ContinuousClock.now
            let report = try await counter.sync(options)
            #expect(ContinuousClock.now - start < .seconds(30), "it does not wait for news first")
            #expect(report.outcome == .synced)
            #expect(try fleet.readCentral { try $0.state(of: .id(id)) } != nil)
            try expectConverged(fleet, [counter])
        }
    }

    @Test("a hand-over that central forgot: the new office's work comes back with the old one's")
    func forgottenHandOver() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        let id = try b.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, b])
        let backup = try fleet.backUpCentral()
        try b.set(id, "office", .text("A"))
        try await settle([b, a])
        try a.set(id, "officer", .text("Hoa"))
        try await settle([a])
        try fleet.restoreCentral(from: backup)
        // The new office comes first: central cannot know that the dossier is its own.
        _ = try await a.sync()
        _ = try await b.sync()
        try await settle([a, b])
        try expectConverged(fleet, [a, b])
        let kept = try a.read { try $0.refusedChanges() }
        let isThere = try a.values(id, "officer") == [.text("Hoa")]
        #expect(isThere || kept.contains { $0.change.writes.map(\.value) == [.text("Hoa")] })
    }

    @Test("a copy keeps what a restored central has lost, and the changes come once more")
    func changesComeOnceMore() async throws {
        let fleet = try Fleet()
        let (reader, writer, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let id = try writer.make([FieldWrite("officer", .text("Lan"))])
        try await settle([writer, reader, b])
        let backup = try fleet.backUpCentral()
        try writer.set(id, "officer", .text("Hoa"))
        try writer.set(id, "office", .text("B"))
        try await settle([writer, reader, b])
        try fleet.restoreCentral(from: backup)
        // For central the dossier is this office's again, as it was.
        _ = try await reader.sync()
        #expect(try reader.values(id, "officer") == [.text("Hoa")])
        try await settle([writer, reader, b])
        try expectConverged(fleet, [writer, reader, b])
        #expect(try b.values(id, "officer") == [.text("Hoa")])
    }

    @Test(
        "a record that leaves while a desk has lost its place: the desk learns of it",
        arguments: [1, 1 << 20])
    func departureWhileTheCursorIsUnknown(pullBytes: Int) async throws {
        let fleet = try Fleet()
        let (away, writer) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let b = try await fleet.enrol("B")
        let ids = try (0..<3).map { _ in try writer.make() }
        try await settle([writer, away, b])
        let backup = try fleet.backUpCentral()
        _ = try writer.make()
        try await settle([writer, away])
        try fleet.restoreCentral(from: backup)
        for id in ids {
            try writer.set(id, "officer", .text("Lan"))
            try writer.set(id, "office", .text("B"))
        }
        try await settle([writer])
        var options = SyncOptions()
        options.pullBytes = pullBytes
        #expect(try await away.sync(options).outcome == .synced)
        try await settle([writer, away, b])
        try expectConverged(fleet, [writer, away, b])
        #expect(try away.values(ids[0], "office") == [.text("B")])
    }

    @Test(
        "a desk hands on what central has lost, before its maker comes: taken, and all learn of it")
    func handedOverBeforeItsMakerComes() async throws {
        let fleet = try Fleet()
        let (maker, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let b = try await fleet.enrol("B")
        try await settle([maker, other, b])
        let backup = try fleet.backUpCentral()
        let id = try maker.make([FieldWrite("officer", .text("Lan"))])
        try await settle([maker, other])
        try fleet.restoreCentral(from: backup)
        try other.set(id, "officer", .text("Hoa"))
        try other.set(id, "office", .text("B"))
        _ = try await other.sync()
        #expect(try other.read { try $0.refusedCount() } == 0)
        try await settle([maker, other, b])
        try expectConverged(fleet, [maker, other, b])
        #expect(try b.values(id, "officer") == [.text("Hoa")])
    }

    @Test("a first download that central's restoration interrupts starts over and ends well")
    func downloadAcrossARestoration() async throws {
        let fleet = try Fleet()
        let writer = try await fleet.enrol("A")
        let reader = try await fleet.enrol("A")
        for number in Int64(0)..<6 {
            _ = try writer.make([FieldWrite("fee_vnd", .integer(number))])
        }
        try await settle([writer])
        let backup = try fleet.backUpCentral()
        for number in Int64(0)..<6 {
            _ = try writer.make([FieldWrite("fee_vnd", .integer(number))])
        }
        try await settle([writer])
        var options = SyncOptions()
        options.pullBytes = 1
        reader.transport.meet([nil, nil, nil, .replyLost])
        #expect(try await reader.sync(options).outcome == .interrupted)
        #expect(try reader.states().count == 3)
        try fleet.restoreCentral(from: backup)
        _ = try await reader.sync(options)
        try await settle([writer, reader])
        try expectConverged(fleet, [writer, reader])
    }
}
