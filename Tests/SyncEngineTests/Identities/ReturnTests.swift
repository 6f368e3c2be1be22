import Causality
import CentralEngine
import CounterEngine
import Crypto
import SQLiteStore
import Replication
import Store
import Synchronization
import TestSupport
import Testing
import Wire

/// A central that was restored to a day before a device took its identity knows only who it was.
@Suite("A device whose identity central has forgotten proves who it was, and needs no code")
struct ReturnTests {
    private let fleet: Fleet
    private let counter: TestCounter
    /// Central before the device took another identity.
    private let backup: String

    init() async throws {
        fleet = try Fleet()
        counter = try await fleet.enrol("A")
        _ = try counter.make()
        try await settle([counter])
        backup = try fleet.backUpCentral()
        try await restore(isTold: true)
        #expect(try await counter.sync().rotation?.cause == .newEpoch)
        #expect(try replica() != counter.replica)
    }

    private func restore(isTold: Bool) async throws {
        try fleet.restoreCentral(from: backup)
        guard isTold else { return }
        try fleet.editCentralTransaction {
            try $0.beginEpoch(SystemRandomSource().number() >> 1, cause: .told)
            try $0.setRecovering(true)
        }
    }

    private func replica() throws -> ReplicaID {
        try counter.read { try $0.enrolledIdentity().replica }
    }

    @Test(
        "after a second restoration, whether central was told of it or not",
        arguments: [true, false])
    func secondRestoration(isTold: Bool) async throws {
        let id = try counter.make([FieldWrite("officer", .text("Lan"))])
        try await settle([counter])
        let waiting = try counter.make()
        try await restore(isTold: isTold)
        let known = try fleet.readCentral { try $0.devices().map(\.replica) }
        #expect(known == [counter.replica])
        var report = try await counter.sync()
        let first = report.rotation
        // Of a central that does not recover yet, the counter holds what it has lost: that it was listed.
        if report.failure == .awaitingRecovery || report.outcome == .diverged {
            try fleet.editCentralTransaction { try $0.setRecovering(true) }
            report = try await counter.sync()
        }
        #expect(report.outcome == .synced, "\(String(describing: report.failure))")
        #expect((report.rotation ?? first)?.cause == .newEpoch)
        try await settle([counter])
        try expectConverged(fleet, [counter])
        let states = try fleet.readCentral { try $0.statesByID() }
        #expect(states[id] != nil && states[waiting] != nil)
        let devices = try fleet.readCentral { try $0.devices() }
        #expect(devices.count == 3)
        #expect(devices.allSatisfy { $0.enrolment == counter.replica && $0.office == "A" })
        #expect(devices.contains { $0.cause == (isTold ? .returned : .unseen) })
        let desk = try counter.read { try $0.enrolledIdentity().identity.desk }
        let own = try replica()
        #expect(devices.first { $0.replica == own }?.desk == desk)
        guard isTold else { return }
        // What it was before the restoration is given up: every copy of then has its key.
        #expect(throws: RevocationError.givenUp(counter.replica)) {
            try fleet.editCentralTransaction {
                _ = try $0.revoke(own, sparing: [counter.replica])
            }
        }
    }

    @Test("whoever of its former identities central still has, not only the newest")
    func olderIdentity() async throws {
        try await restore(isTold: true)
        #expect(try await counter.sync().outcome == .synced)
        #expect(try counter.read { try $0.formerIdentities(countMax: 9) }.count == 2)
        try await restore(isTold: true)
        #expect(try await counter.sync().outcome == .synced)
        let returned = try fleet.readCentral { try $0.devices().filter { $0.cause == .returned } }
        #expect(returned.map(\.copyOf) == [counter.replica])
    }

    @Test("a token that was used before proves nothing, whose ever it was")
    func usedToken() async throws {
        let token = try counter.read { try $0.enrolledIdentity().identity.token }
        try await restore(isTold: true)
        let other = try await fleet.enrol("A")
        let used = try other.read { try $0.enrolledIdentity().identity.token }
        let seeds = try counter.read {
            (
                try $0.enrolledIdentity().identity.signingSeed,
                try $0.formerIdentities(countMax: 1).map(\.signingSeed)
            )
        }
        let own = try #require(SigningKey(seed: seeds.0))
        let former = try #require(seeds.1.first.flatMap(SigningKey.init(seed:)))
        func replacement(_ token: BearerToken) -> TokenReplacement {
            var replacement = TokenReplacement(
                replica: ReplicaID(of: own.publicKey), generation: 1, token: token, key: own)
            replacement.introduction = Introduction(
                of: own, tokenHash: token.hash, formers: [(counter.replica, former)])
            return replacement
        }
        await #expect {
            try await fleet.node.replaceToken(replacement(BearerToken(text: used)))
        } throws: { error in
            if case SyncFailure.malformed? = error as? SyncFailure { true } else { false }
        }
        let receipt = try await fleet.node.replaceToken(replacement(BearerToken(text: token)))
        #expect(receipt.generation == 1)
    }

    @Test("a lost answer is asked for again, and the number of its desk comes with it")
    func lostAnswer() async throws {
        // Others have enrolled since: its old number is another's.
        try await restore(isTold: true)
        for _ in 0..<3 { _ = try await fleet.enrol("A") }
        counter.transport.meetWithTokens([nil, .replyLost])
        #expect(try await counter.sync().failure != nil)
        let given = try #require(
            try fleet.readCentral { try $0.devices().first { $0.cause == .returned } })
        #expect(given.desk == 5)
        let heard = Mutex<Int64>(0)
        counter.transport.onReply { [counter] _ in
            // The first reply after it was let in, before it takes another identity.
            let desk = try counter.read { try $0.enrolledIdentity().identity.desk }
            heard.withLock { $0 = $0 == 0 ? desk : $0 }
        }
        defer { counter.transport.onReply(nil) }
        #expect(try await counter.sync().outcome == .synced)
        #expect(heard.withLock { $0 } == 5)
        #expect(try fleet.readCentral { try $0.devices().count { $0.cause == .returned } } == 1)
    }

    @Test("only by the signature of a key that central knows, over the present key and token")
    func proof() async throws {
        try await restore(isTold: true)
        func key(_ seed: [UInt8]) throws -> SigningKey { try #require(SigningKey(seed: seed)) }
        let own = try key(counter.read { try $0.enrolledIdentity().identity.signingSeed })
        let former = try key(
            try #require(counter.read { try $0.formerIdentities(countMax: 1).first }).signingSeed)
        let fresh = try key(SystemRandomSource().bytes(SigningKey.seedByteCount))
        let token = BearerToken(SystemRandomSource())
        func replacement(_ introduction: Introduction?, _ present: SigningKey) -> TokenReplacement {
            var replacement = TokenReplacement(
                replica: ReplicaID(of: present.publicKey), generation: 1, token: token,
                key: present)
            replacement.introduction = introduction
            return replacement
        }
        func introduction(
            of present: SigningKey, _ hash: Hash256? = nil, by signer: SigningKey
        ) -> Introduction {
            Introduction(
                of: present, tokenHash: hash ?? token.hash, formers: [(counter.replica, signer)])
        }
        var otherReplica = replacement(introduction(of: own, by: former), own)
        otherReplica.replica = ReplicaID(77)
        // All is as it should be, but who signs it has not the present key.
        var otherSigner = replacement(introduction(of: own, by: former), fresh)
        otherSigner.replica = ReplicaID(of: own.publicKey)
        let bent = [
            replacement(nil, own), replacement(introduction(of: own, by: own), own),
            replacement(introduction(of: own, by: fresh), own),
            replacement(introduction(of: own, BearerToken(of: fresh).hash, by: former), own),
            replacement(introduction(of: fresh, by: former), own),
            replacement(introduction(of: own, by: former), fresh), otherReplica,
            otherSigner,
            replacement(
                Introduction(of: own, tokenHash: token.hash, formers: [(ReplicaID(5), former)]),
                own),
        ]
        for (number, replacement) in bent.enumerated() {
            await #expect(throws: SyncFailure.notEnrolled, "\(number)") {
                try await fleet.node.replaceToken(replacement)
            }
        }
        #expect(try fleet.readCentral { try $0.devices().count } == 1)
        let good = replacement(introduction(of: own, by: former), own)
        #expect(try await fleet.node.replaceToken(good).desk == 2)
        #expect(try await fleet.node.replaceToken(good).desk == 2)
        #expect(try await fleet.node.authenticate(token: token.text).replica == good.replica)
    }

    @Test("a device that never had another identity hears that it is not enrolled")
    func noFormer() async throws {
        let other = try await fleet.enrol("A")
        try await settle([other])
        try await restore(isTold: true)
        #expect(try await other.sync().failure == .notEnrolled)
    }
}
