import Causality
import CentralEngine
import CounterEngine
import Crypto
import Dossiers
import SQLiteStore
import Replication
import Store
import Synchronization
import TestSupport
import Testing
import Wire

/// Who has a machine has all identities that it had, and older copies of it have them too.
@Suite("Revoking a device closes every identity of its enrolment")
struct RevocationTests {
    private let fleet: Fleet

    init() throws {
        fleet = try Fleet()
    }

    private func replica(_ counter: TestCounter) throws -> ReplicaID {
        try counter.read { try $0.enrolledIdentity().replica }
    }

    private func copy(_ counter: TestCounter, _ name: String) throws -> TestCounter {
        try counter.copied(to: fleet.directory + "/\(name).db", slot: fleet.slot)
    }

    /// A counter, and a copy of it that has an identity of its own by now.
    private func clones() async throws -> (original: TestCounter, clone: TestCounter) {
        let original = try await fleet.enrol("A")
        let clone = try copy(original, "clone")
        _ = try original.make()
        try await settle([original])
        #expect(try await clone.sync().rotation != nil)
        return (original, clone)
    }

    @discardableResult
    private func revoke(
        _ counter: TestCounter, sparing spared: [TestCounter] = []
    ) throws -> Revocation {
        let (named, spared) = (try replica(counter), try spared.map(replica))
        let central = try fleet.openCentral()
        defer { central.close() }
        return try central.write(now: fleet.clock.now()) {
            try $0.revoke(named, sparing: spared)
        }
    }

    private func expectShutOut(
        _ counter: TestCounter, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let report = try await counter.sync()
        #expect(report.failure == .revoked, sourceLocation: sourceLocation)
        #expect(report.rotation == nil && report.pulled == 0, sourceLocation: sourceLocation)
    }

    /// The older copy comes back after its machine took another identity and was shut out.
    private func expectOldCopyShutOut(
        _ machine: TestCounter, _ old: TestCounter,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let witness = try await fleet.enrol("A")
        let before = try replica(old)
        #expect(try replica(machine) != before, sourceLocation: sourceLocation)
        let done = try revoke(machine)
        #expect(
            try Set(done.closed.map(\.replica)) == [before, replica(machine)],
            sourceLocation: sourceLocation)
        let secret = try witness.make([FieldWrite("officer", .text("SECRET"))])
        try await settle([witness])
        _ = try old.make()
        for counter in [machine, old] {
            try await expectShutOut(counter, sourceLocation: sourceLocation)
            #expect(try counter.states()[secret] == nil, sourceLocation: sourceLocation)
            var options = SyncOptions()
            options.takesNewToken = true
            #expect(
                try await counter.sync(options).failure == .revoked, sourceLocation: sourceLocation)
        }
        #expect(try fleet.readCentral { try $0.devices().count } == 3)
    }

    @Test("an older copy is shut out with it, after the machine went on as a copy")
    func afterFork() async throws {
        let (original, clone) = try await clones()
        try await expectOldCopyShutOut(clone, original)
    }

    @Test("an older copy is shut out with it, after central was restored")
    func afterEpoch() async throws {
        let machine = try await fleet.enrol("A")
        _ = try machine.make()
        try await settle([machine])
        let old = try copy(machine, "old")
        try fleet.editCentralTransaction { try $0.beginEpoch(77, cause: .told) }
        #expect(try await machine.sync().rotation?.cause == .newEpoch)
        try await expectOldCopyShutOut(machine, old)
    }

    @Test("the copy that is named is spared, and goes on; others are not")
    func keep() async throws {
        let (original, clone) = try await clones()
        let second = try copy(original, "second")
        _ = try original.make()
        try await settle([original])
        #expect(try await second.sync().rotation != nil)
        let done = try revoke(original, sparing: [clone])
        #expect(try done.kept.map(\.replica) == [replica(clone)])
        #expect(done.keptBefore.isEmpty)
        #expect(try done.closed.map(\.replica) == [replica(original), replica(second)])
        _ = try clone.make()
        try await settle([clone])
        for counter in [original, second] { try await expectShutOut(counter) }
        // What it takes later is of the enrolment too, and closes with it.
        let later = try copy(clone, "later")
        _ = try clone.make()
        try await settle([clone])
        #expect(try await later.sync().rotation != nil)
        #expect(try revoke(later).closed.count == 4)
        for counter in [clone, later] { try await expectShutOut(counter) }
    }

    @Test("sparing the one that it went on from is said: the machine has its key too")
    func keepBefore() async throws {
        let (original, clone) = try await clones()
        // By two steps as well.
        let later = try copy(clone, "later")
        _ = try clone.make()
        try await settle([clone])
        #expect(try await later.sync().rotation != nil)
        let done = try revoke(later, sparing: [original])
        #expect(done.keptBefore.map(\.replica) == [original.replica])
        _ = try original.make()
        try await settle([original])
        for counter in [clone, later] { try await expectShutOut(counter) }
    }

    @Test("what was given up when central was restored is not spared, nor what is no clone of it")
    func keepsOnlyLiveClones() async throws {
        let machine = try await fleet.enrol("A")
        let stranger = try await fleet.enrol("A")
        _ = try machine.make()
        try await settle([machine, stranger])
        let old = try copy(machine, "old")
        try fleet.editCentralTransaction { try $0.beginEpoch(77, cause: .told) }
        try await settle([machine, stranger])
        #expect(throws: RevocationError.givenUp(old.replica)) {
            try revoke(machine, sparing: [old])
        }
        let other = try replica(stranger)
        #expect(throws: RevocationError.otherEnrolment(other)) {
            try revoke(machine, sparing: [stranger])
        }
        #expect(throws: RevocationError.sparesItself) { try revoke(machine, sparing: [machine]) }
        #expect(throws: RevocationError.unknown(ReplicaID(5))) {
            try fleet.editCentralTransaction { try $0.revoke(ReplicaID(5)) }
        }
        #expect(try fleet.readCentral { try $0.devices().allSatisfy { $0.state == .active } })
        try revoke(machine)
        #expect(throws: RevocationError.isRevoked(old.replica)) {
            try revoke(machine, sparing: [old])
        }
        try await settle([stranger])
    }

    @Test("taking it back lets all in again that were shut out with it")
    func undo() async throws {
        let (original, clone) = try await clones()
        let other = try await fleet.enrol("A")
        try revoke(other)
        try revoke(clone)
        for counter in [original, clone] { try await expectShutOut(counter) }
        let named = try replica(clone)
        try fleet.editCentralTransaction { transaction in
            let devices = try transaction.takeBackRevocation(of: named)
            #expect(devices.map(\.replica) == [original.replica, named])
            let again = try transaction.takeBackRevocation(of: named)
            #expect(again.isEmpty)
        }
        try await settle([original, clone])
        #expect(try fleet.readCentral { try $0.devices() }.compactMap(\.revokedAt).count == 1)
        try await expectShutOut(other)
    }

    @Test("a closed identity is not given again, though the one before it was spared")
    func notGivenAgain() async throws {
        let (original, clone) = try await clones()
        try revoke(clone, sparing: [original])
        func key(_ counter: TestCounter) throws -> SigningKey {
            let seed = try counter.read { try $0.enrolledIdentity().identity.signingSeed }
            return try #require(SigningKey(seed: seed))
        }
        var request = SyncRequest(
            replica: original.replica, cursor: nil, chain: ChainEnd(seq: 0, hash: .zero),
            time: fleet.clock.now())
        request.rotation = Rotation(
            key: try key(clone), after: original.replica, signedBy: try key(original), probes: [])
        await #expect(throws: SyncFailure.revoked) {
            try await fleet.node.exchange(request, from: original.replica)
        }
        // Its harmless twin, with a key of its own, is taken.
        let fresh = try #require(SigningKey(seed: SystemRandomSource().bytes(32)))
        request.rotation = Rotation(
            key: fresh, after: original.replica, signedBy: try key(original), probes: [])
        #expect(try await fleet.node.exchange(request, from: original.replica).identity != nil)
    }

    @Test("who is shut out while it waits for the writer gets neither an identity nor a token")
    func meanwhile() async throws {
        for isRotation in [true, false] {
            let fleet = try Fleet()
            let device = try await RawDevice(fleet, office: "A")
            let fresh = try #require(SigningKey(seed: SystemRandomSource().bytes(32)))
            var request = device.request()
            request.rotation = Rotation(
                key: fresh, after: device.replica, signedBy: device.key, probes: [])
            let replacement = TokenReplacement(
                replica: device.replica, generation: 1, token: BearerToken(of: fresh),
                key: device.key)
            // The clock is read between the first look at the device and the writer's turn.
            let node = try CentralNode<CentralDatabase>(
                at: fleet.slot.path,
                clock: HookedClock(fleet.clock) {
                    try fleet.editCentralTransaction { _ = try $0.revoke(device.replica) }
                })
            await #expect(throws: SyncFailure.revoked) {
                if isRotation {
                    _ = try await node.exchange(request, from: device.replica)
                } else {
                    try await node.replaceToken(replacement)
                }
            }
            #expect(try fleet.readCentral { try $0.devices().map(\.state) } == [.revoked])
        }
    }

    @Test("a closed identity proves nothing: no token, no identity, no enrolment, no return")
    func provesNothing() async throws {
        let (original, clone) = try await clones()
        try revoke(clone)
        let identity = try original.read { try $0.enrolledIdentity().identity }
        let key = try #require(SigningKey(seed: identity.signingSeed))
        let fresh = try #require(SigningKey(seed: SystemRandomSource().bytes(32)))
        let token = BearerToken(SystemRandomSource())
        await #expect(throws: SyncFailure.revoked) {
            try await fleet.node.replaceToken(
                TokenReplacement(
                    replica: original.replica, generation: 1, token: token, key: key))
        }
        await #expect(throws: SyncFailure.revoked) {
            var request = SyncRequest(
                replica: original.replica, cursor: nil, chain: ChainEnd(seq: 0, hash: .zero),
                time: fleet.clock.now())
            request.rotation = Rotation(
                key: fresh, after: original.replica, signedBy: key, probes: [])
            _ = try await fleet.node.exchange(request, from: original.replica)
        }
        await #expect(throws: SyncFailure.revoked) {
            var back = TokenReplacement(
                replica: ReplicaID(of: fresh.publicKey), generation: 1, token: token, key: fresh)
            back.introduction = Introduction(
                of: fresh, tokenHash: token.hash, formers: [(original.replica, key)])
            try await fleet.node.replaceToken(back)
        }
        let code = EnrolmentCode(SystemRandomSource())
        try fleet.add(code)
        await #expect(throws: SyncFailure.revoked) {
            try await fleet.node.enrol(
                EnrolmentRequest(code: code.text, key: key, device: "again"))
        }
        #expect(try fleet.readCentral { try $0.devices().count } == 2)
        // The code is still good, for another key.
        #expect(
            try await fleet.node.enrol(
                EnrolmentRequest(code: code.text, key: fresh, device: "anew")
            ).desk == 3)
    }
}

/// A clock that does something when it is read for the first time.
private final class HookedClock: WallClock {
    private let clock: ManualClock
    private let hook: @Sendable () throws -> Void
    private let isDone = Mutex(false)

    init(_ clock: ManualClock, _ hook: @escaping @Sendable () throws -> Void) {
        self.clock = clock
        self.hook = hook
    }

    func now() -> Timestamp {
        let isFirst = isDone.withLock { isDone in
            defer { isDone = true }
            return !isDone
        }
        if isFirst {
            do {
                try hook()
            } catch {
                Issue.record(error)
            }
        }
        return clock.now()
    }
}
