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

@Suite("Clones, restored counters and revoked devices are noticed and lose nothing")
struct IdentityTests {
    /// Syncs a counter that is a copy, and expects that it takes an identity of its own and that all
    /// its unsynced work arrives.
    private func expectHealed(
        _ counter: TestCounter, reissuing count: UInt64,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try counter.read { try $0.enrolledIdentity() }
        let report = try await counter.sync()
        #expect(
            report.outcome == .synced, "\(String(describing: report.failure))",
            sourceLocation: sourceLocation)
        let rotation = try #require(report.rotation, sourceLocation: sourceLocation)
        #expect(rotation.reissuedCount == count, sourceLocation: sourceLocation)
        let after = try counter.read { try $0.enrolledIdentity() }
        #expect(after.replica != before.replica, sourceLocation: sourceLocation)
        #expect(after.identity.desk != before.identity.desk, sourceLocation: sourceLocation)
        #expect(after.identity.token != before.identity.token, sourceLocation: sourceLocation)
        #expect(after.identity.seq == count, sourceLocation: sourceLocation)
        #expect(report.pending == 0, sourceLocation: sourceLocation)
        #expect(
            try counter.read { try $0.identityRotations() } == [rotation],
            sourceLocation: sourceLocation)
    }

    @Test(
        "a clone: the second to sync goes on as itself, whichever of the two wrote more",
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
        #expect(try await original.sync().outcome == .synced)
        try await expectHealed(clone, reissuing: UInt64(writes.second))
        try await settle([original, clone, witness])
        try expectConverged(fleet, [original, clone, witness])
        // Neither had seen the other's: both last values stand.
        var expected: [FieldValue] = [.integer(Int64(writes.first - 1))]
        if writes.second > 0 { expected.append(.integer(Int64(100 + writes.second - 1))) }
        #expect(Set(try witness.values(id, "fee_vnd")) == Set(expected))
        try expectHonestDots(fleet, [original, clone, witness])
    }

    /// Every dot names one change wherever it is logged, and the chains verify.
    private func expectHonestDots(_ fleet: Fleet, _ counters: [TestCounter]) throws {
        var known: [Dot: [UInt8]] = [:]
        func collect(_ database: ReplicaDatabase, _ replicas: [ReplicaID]) throws {
            for replica in replicas {
                var chain = HashChain()
                while let chunk = try database.outbox(
                    of: replica, after: chain.seq, bytesMax: 1)
                {
                    chain.append(chunk.changes)
                    #expect(chain.hash == chunk.hashAfter)
                    let dot = Dot(replica, chain.seq)
                    #expect(
                        known.updateValue(chunk.changes, forKey: dot) ?? chunk.changes
                            == chunk.changes)
                }
            }
        }
        let devices = try fleet.readCentral { central in
            let devices = try central.devices().map(\.replica)
            try collect(central, devices)
            return devices
        }
        for counter in counters {
            try counter.read { try collect($0, [$0.enrolledIdentity().replica]) }
        }
        #expect(devices.count == counters.count)
    }

    @Test("work that central had taken before the copy was made is not issued twice")
    func lostReplyBeforeTheCopy() async throws {
        let fleet = try Fleet()
        let original = try await fleet.enrol("A")
        let id = try original.make()
        try await settle([original])
        for number in Int64(0)..<3 { try original.set(id, "fee_vnd", .integer(number)) }
        let made = try original.make([FieldWrite("officer", .text("Lan"))])
        original.transport.meet([.replyLost])
        #expect(try await original.sync().outcome == .interrupted)
        let clone = try original.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        try original.set(id, "officer", .text("Hoa"))
        try clone.set(id, "officer", .text("Minh"))
        let own = try clone.make([FieldWrite("officer", .text("Thu"))])
        try clone.set(made, "fee_vnd", .integer(7))
        try await settle([original])
        try await expectHealed(clone, reissuing: 3)
        try await settle([original, clone])
        try expectConverged(fleet, [original, clone])
        #expect(try original.states().count { $0.value.kind == .dossier } == 3)
        #expect(try original.values(own, "officer") == [.text("Thu")])
        #expect(try original.values(made, "fee_vnd") == [.integer(7)])
        #expect(Set(try clone.values(id, "officer")) == [.text("Hoa"), .text("Minh")])
        try expectHonestDots(fleet, [original, clone])
    }

    @Test("replies lost while a copy takes its identity cost nothing", arguments: 1...4)
    func lostReplies(exchange: Int) async throws {
        let fleet = try Fleet()
        let original = try await fleet.enrol("A")
        for _ in 0..<200 { _ = try original.make() }
        try await settle([original])
        let clone = try original.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        let theirs = try original.make([FieldWrite("officer", .text("Lan"))])
        let ours = try clone.make([FieldWrite("officer", .text("Hoa"))])
        try clone.edit {
            _ = try $0.edit(
                .id(ours), writes: [],
                additions: [
                    FieldWrite("notes", .text("a note"))
                ])
        }
        try await settle([original])
        let faults = (1...exchange).map { $0 == exchange ? LinkFault.replyLost : nil }
        clone.transport.meet(faults)
        _ = try await clone.sync()
        try await settle([clone, original])
        try expectConverged(fleet, [original, clone])
        #expect(try fleet.readCentral { try $0.devices().count } == 2)
        #expect(try original.values(ours, "notes") == [.text("a note")])
        #expect(try clone.values(theirs, "officer") == [.text("Lan")])
        try expectHonestDots(fleet, [original, clone])
    }

    @Test("a clone that pushes in chunks smaller than the original's work is healed too")
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
        let report = try await clone.sync(options)
        #expect(report.outcome == .synced)
        #expect(report.rotation?.reissuedCount == 10)
        try await settle([original, clone])
        try expectConverged(fleet, [original, clone])
        #expect(Set(try original.values(id, "fee_vnd")) == [.integer(4), .integer(104)])
        #expect(try original.values(id, "officer") == [.text("4")])
    }

    @Test(
        "a counter restored from an older copy gets back what it had sent, and sends what it wrote",
        arguments: [0, 1, 2, 5])
    func restored(writes: Int) async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let id = try counter.make()
        try await settle([counter])
        let copy = try counter.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        for number in Int64(0)..<2 { try counter.set(id, "fee_vnd", .integer(number)) }
        let later = try counter.make([FieldWrite("officer", .text("Lan"))])
        try await settle([counter])
        for number in 0..<writes { try copy.set(id, "fee_vnd", .integer(Int64(100 + number))) }
        try await expectHealed(copy, reissuing: UInt64(writes))
        #expect(try copy.values(later, "officer") == [.text("Lan")])
        try expectConverged(fleet, [copy])
        try await settle([copy])
    }

    @Test("a copy of a copy is healed, and so is one with refused changes and conflicts")
    func copyOfACopy() async throws {
        let fleet = try Fleet()
        let (first, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try first.make([FieldWrite("officer", .text("Lan"))])
        try await settle([first, other])
        try first.set(id, "officer", .text("Hoa"))
        try other.set(id, "officer", .text("Minh"))
        try first.plant(.dossier, record: id, writes: [FieldWrite("status", .text("returned"))])
        try await settle([other])
        #expect(try await first.sync().outcome == .refused)
        let second = try first.copied(to: fleet.directory + "/second.db", slot: fleet.slot)
        try first.set(id, "fee_vnd", .integer(1))
        try second.set(id, "fee_vnd", .integer(2))
        try await settle([first])
        try await expectHealed(second, reissuing: 1)
        let third = try second.copied(to: fleet.directory + "/third.db", slot: fleet.slot)
        try second.set(id, "applicant_phone", .text("1"))
        try third.set(id, "applicant_phone", .text("2"))
        try await settle([second])
        #expect(try await third.sync().rotation?.reissuedCount == 1)
        #expect(try third.read { try $0.identityRotations().count } == 2)
        #expect(try third.read { try $0.refusedChanges().count } == 1)
        try await settle([first, second, third, other])
        try expectConverged(fleet, [first, second, third, other])
        #expect(Set(try other.values(id, "fee_vnd")) == [.integer(1), .integer(2)])
        #expect(Set(try other.values(id, "applicant_phone")) == [.text("1"), .text("2")])
        #expect(Set(try other.values(id, "officer")) == [.text("Hoa"), .text("Minh")])
    }

    @Test("a refusal whose reply was lost is told with the new identity")
    func untoldRefusal() async throws {
        let fleet = try Fleet()
        let original = try await fleet.enrol("A")
        let id = try original.make([FieldWrite("officer", .text("Lan"))])
        try await settle([original])
        try original.plant(.dossier, record: id, writes: [FieldWrite("status", .text("returned"))])
        original.transport.meet([.replyLost])
        _ = try await original.sync()
        let clone = try original.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        try original.set(id, "fee_vnd", .integer(1))
        try clone.set(id, "officer", .text("Hoa"))
        #expect(try await original.sync().outcome == .refused)
        let report = try await clone.sync()
        #expect(report.outcome == .refused)
        #expect(report.refused == 1)
        #expect(report.rotation?.reissuedCount == 1)
        let kept = try clone.read { try $0.refusedChanges() }
        #expect(kept.map(\.change.writes) == [[FieldWrite("status", .text("returned"))]])
        try await settle([original, clone])
        try expectConverged(fleet, [original, clone])
        #expect(try original.values(id, "officer") == [.text("Hoa")])
        #expect(try clone.values(id, "fee_vnd") == [.integer(1)])
    }

    @Test("a refusal is told however many questions the fork takes", arguments: 1...8)
    func untoldRefusalFarBack(ownWrites: Int) async throws {
        let fleet = try Fleet()
        let original = try await fleet.enrol("A")
        let id = try original.make()
        try await settle([original])
        try original.plant(.dossier, record: id, writes: [FieldWrite("status", .text("returned"))])
        try original.edit { edit in
            for number in Int64(0)..<200 {
                _ = try edit.edit(.id(id), writes: [FieldWrite("fee_vnd", .integer(number))])
            }
        }
        original.transport.meet([.replyLost])
        _ = try await original.sync()
        let clone = try original.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        try original.set(id, "officer", .text("Lan"))
        // With some of these numbers, the last question is about changes of the clone's alone.
        for number in 0..<ownWrites { try clone.set(id, "applicant_phone", .text("\(number)")) }
        #expect(try await original.sync().outcome == .refused)
        #expect(try await clone.sync().refused == 1)
        #expect(try clone.read { try $0.refusedCount() } == 1)
        try await settle([original, clone])
        try expectConverged(fleet, [original, clone])
    }

    @Test("a copy of a revoked device gets no identity")
    func copyOfARevokedDevice() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        _ = try counter.make()
        let copy = try counter.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        _ = try copy.make()
        try await settle([counter])
        try fleet.readCentral { central in
            _ = try central.write(now: fleet.clock.now()) { try $0.revoke(counter.replica) }
        }
        let report = try await copy.sync()
        #expect(report.failure == .revoked)
        #expect(report.rotation == nil)
        #expect(try fleet.readCentral { try $0.devices().count } == 1)
    }

    @Test("a revoked device is shut out at its next request and keeps its unsynced work")
    func revoked() async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([counter, other])
        let id = try counter.make()
        let central = try fleet.openCentral()
        _ = try central.write(now: fleet.clock.now()) { try $0.revoke(counter.replica) }
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
        // The hook holds the counter, which holds the link.
        defer { counter.transport.onReply(nil) }
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
