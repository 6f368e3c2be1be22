import Causality
import Crypto
import Dossiers
import ReplicaStore
import Replication
import SyncEngine
import SyncProtocol
import TestSupport
import Testing

@Suite("Clones, restored counters and revoked devices are noticed and lose nothing")
struct IdentityTests {
    /// Expects that a counter was told of its fork and still holds all that it held.
    private func expectForked(
        _ counter: TestCounter, keeps before: [RecordID: RecordState],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let identity = try counter.read { try $0.enrolledIdentity().identity }
        let report = try await counter.sync()
        guard case .forked? = report.failure else {
            Issue.record("\(report.outcome)", sourceLocation: sourceLocation)
            return
        }
        #expect(report.outcome == .failed, sourceLocation: sourceLocation)
        #expect(try counter.states() == before, sourceLocation: sourceLocation)
        let after = try counter.read { try $0.enrolledIdentity().identity }
        #expect(after.seq == identity.seq, sourceLocation: sourceLocation)
        #expect(after.pushedSeq == identity.pushedSeq, sourceLocation: sourceLocation)
        #expect(report.pending == identity.pendingCount, sourceLocation: sourceLocation)
    }

    @Test(
        "a clone: the second to sync is told, whichever of the two wrote more",
        arguments: [(1, 1), (1, 3), (3, 1), (2, 0)])
    func clone(writes: (first: Int, second: Int)) async throws {
        let fleet = try Fleet()
        let (original, witness) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try original.make()
        try await settle([original, witness])
        let clone = try original.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        for number in 0..<writes.first {
            try original.set(id, "fee_vnd", .integer(Int64(number)))
        }
        for number in 0..<writes.second {
            try clone.set(id, "fee_vnd", .integer(Int64(100 + number)))
        }
        let kept = try clone.states()
        #expect(try await original.sync().outcome == .synced)
        try await expectForked(clone, keeps: kept)
        try await expectForked(clone, keeps: kept)
        try await settle([original, witness])
        try expectConverged(fleet, [original, witness])
    }

    @Test("a clone that pushes in chunks smaller than the original's work is told too")
    func cloneInSmallChunks() async throws {
        let fleet = try Fleet()
        let original = try await fleet.enrol("A")
        let id = try original.make()
        try await settle([original])
        let clone = try original.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        for number in Int64(0)..<5 {
            try original.set(id, "fee_vnd", .integer(number))
            try clone.set(id, "fee_vnd", .integer(100 + number))
            try clone.set(id, "officer", .text("\(number)"))
        }
        try await settle([original])
        var options = SyncOptions()
        options.pushBytes = 1
        let before = try fleet.readCentral { try $0.statesByID() }
        let report = try await clone.sync(options)
        guard case .forked? = report.failure else {
            Issue.record("\(report.outcome)")
            return
        }
        #expect(try fleet.readCentral { try $0.statesByID() } == before)
        #expect(report.pending == 10)
    }

    @Test(
        "a counter restored from an older copy is told, before and after it writes again",
        arguments: [0, 1, 2, 5])
    func restored(writes: Int) async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let id = try counter.make()
        try await settle([counter])
        let copy = try counter.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        for number in Int64(0)..<2 { try counter.set(id, "fee_vnd", .integer(number)) }
        try await settle([counter])
        for number in 0..<writes { try copy.set(id, "fee_vnd", .integer(Int64(100 + number))) }
        let before = try fleet.readCentral { try $0.statesByID() }
        try await expectForked(copy, keeps: try copy.states())
        #expect(try fleet.readCentral { try $0.statesByID() } == before)
    }

    @Test("a revoked device is shut out at its next request and keeps its unsynced work")
    func revoked() async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([counter, other])
        let id = try counter.make()
        let central = try fleet.openCentral()
        #expect(try central.write(now: fleet.clock.now()) { try $0.revoke(counter.replica) })
        central.close()
        let before = try fleet.readCentral { try $0.statesByID() }
        for _ in 0..<2 {
            let report = try await counter.sync()
            #expect(report.failure == .revoked)
            #expect(report.outcome == .denied)
            #expect(report.pending == 1)
        }
        let identity = try counter.read { try $0.enrolledIdentity().identity }
        #expect(identity.state == .revoked)
        #expect(identity.lastOutcome == "denied")
        #expect(try counter.states()[id] != nil)
        #expect(try fleet.readCentral { try $0.statesByID() } == before)
        try await settle([other])
    }

    @Test("a device that is revoked in the middle of a long push is shut out at the next chunk")
    func revokedInTheMiddle() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        for _ in 0..<5 { _ = try counter.make() }
        counter.transport.onReply { _ in
            let central = try fleet.openCentral()
            defer { central.close() }
            _ = try central.write(now: fleet.clock.now()) { try $0.revoke(counter.replica) }
        }
        var options = SyncOptions()
        options.pushBytes = 1
        let report = try await counter.sync(options)
        #expect(report.failure == .revoked)
        #expect(report.accepted == 1)
        #expect(report.pending == 4)
    }
}

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
