import Causality
import CentralEngine
import CounterEngine
import Crypto
import Dossiers
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

/// Who may have another identity: only the holder of the key before, and where central sees why.
@Suite("A new identity is proved by the key before, and given for a reason")
struct NewIdentityTests {
    private let fleet: Fleet
    private var device: RawDevice

    init() async throws {
        fleet = try Fleet()
        device = try await RawDevice(fleet, office: "A")
        let change = device.change(writes: [FieldWrite("office", .text("A"))])
        #expect(try await device.send(device.push([change])).accepted.seq == 1)
    }

    private func freshKey() throws -> SigningKey {
        try #require(SigningKey(seed: SystemRandomSource().bytes(SigningKey.seedByteCount)))
    }

    /// A copy's request: its chain ends before what central has.
    private func forked(_ rotation: Rotation, of device: RawDevice) -> SyncRequest {
        var request = device.request()
        request.chain = ChainEnd(seq: 0, hash: .zero)
        request.rotation = rotation
        return request
    }

    /// A request in which central sees no reason.
    private func unseen(
        _ key: SigningKey, of device: RawDevice
    ) -> SyncRequest {
        var request = device.request()
        request.rotation = Rotation(
            key: key, after: device.replica, signedBy: device.key, probes: [request.chain])
        return request
    }

    private func rotation(
        to key: SigningKey, of replica: ReplicaID? = nil, signedBy signer: SigningKey
    ) -> Rotation {
        Rotation(key: key, after: replica ?? device.replica, signedBy: signer, probes: [])
    }

    private func count() throws -> Int { try fleet.readCentral { try $0.devices().count } }

    @Test("by a signature of the key before, over the new key and token, and by no other")
    func proof() async throws {
        let other = try await RawDevice(fleet, office: "A")
        let (key, another) = (try freshKey(), try freshKey())
        let genuine = rotation(to: key, signedBy: device.key)
        var (unsigned, otherToken, otherKey) = (genuine, genuine, genuine)
        unsigned.signature = Array(repeating: 0, count: SigningKey.signatureByteCount)
        otherToken.tokenHash = BearerToken(of: another).hash
        otherKey.publicKey = another.publicKey.bytes
        let bent = [
            unsigned, otherToken, otherKey, rotation(to: key, signedBy: key),
            rotation(to: key, signedBy: other.key),
            rotation(to: key, of: other.replica, signedBy: device.key),
        ]
        #expect(try await device.send(device.request()).itemCount > 0)
        for rotation in bent {
            await #expect(throws: SyncFailure.badSignature) {
                try await device.send(forked(rotation, of: device))
            }
        }
        // Said again by a device of the same office, which heard it on the way.
        await #expect(throws: SyncFailure.badSignature) {
            try await other.send(forked(genuine, of: other))
        }
        #expect(try count() == 2)
        let given = try #require(try await device.send(forked(genuine, of: device)).identity)
        #expect(given.replica == ReplicaID(of: key.publicKey))
        #expect(try await device.send(forked(genuine, of: device)).identity == given)
        #expect(try count() == 3)
    }

    @Test("where the chains have parted, however often")
    func forks() async throws {
        for _ in 0..<5 {
            let request = forked(
                rotation(to: try freshKey(), signedBy: device.key), of: device)
            #expect(try await device.send(request).identity != nil)
        }
        let devices = try fleet.readCentral { try $0.devices() }
        #expect(devices.compactMap(\.cause) == Array(repeating: .forked, count: 5))
        #expect(devices.allSatisfy { $0.enrolment == device.replica })
    }

    @Test("in another epoch than its own, and in that no more")
    func epochs() async throws {
        try fleet.editCentralTransaction { try $0.beginEpoch(77, cause: .told) }
        for _ in 0..<4 {
            #expect(try await device.send(unseen(try freshKey(), of: device)).identity != nil)
        }
        let causes = try fleet.readCentral { try $0.devices().compactMap(\.cause) }
        #expect(causes == Array(repeating: .newEpoch, count: 4))
        // One that is enrolled now may have been another that central has forgotten.
        let fresh = try await RawDevice(fleet, office: "A")
        for _ in 0...IdentityLimits.unseenMax {
            #expect(try await fresh.send(unseen(try freshKey(), of: fresh)).identity != nil)
        }
        let later = try fleet.readCentral { try $0.copies(of: fresh.replica) }.map(\.cause)
        #expect(later == Array(repeating: .newEpoch, count: IdentityLimits.unseenMax + 1))
    }

    @Test("without a reason that central sees, three in 30 days; then an admin is asked")
    func unseen() async throws {
        var keys: [SigningKey] = []
        for _ in 0..<IdentityLimits.unseenMax {
            keys.append(try freshKey())
            #expect(try await device.send(unseen(keys[0], of: device)).identity != nil)
            #expect(try await device.send(unseen(keys[keys.count - 1], of: device)).identity != nil)
        }
        let next = unseen(try freshKey(), of: device)
        await #expect(throws: SyncFailure.identityRefused) { try await device.send(next) }
        // What was given is given again, and a reason counts for itself.
        #expect(try await device.send(unseen(keys[1], of: device)).identity != nil)
        let seen = forked(rotation(to: try freshKey(), signedBy: device.key), of: device)
        #expect(try await device.send(seen).identity != nil)
        // Other enrolments have their own.
        let other = try await RawDevice(fleet, office: "A")
        #expect(try await other.send(unseen(try freshKey(), of: other)).identity != nil)

        fleet.clock.advance(milliseconds: IdentityLimits.unseenMilliseconds)
        #expect(try await device.send(next).identity != nil)
        for _ in 1..<IdentityLimits.unseenMax {
            #expect(try await device.send(unseen(try freshKey(), of: device)).identity != nil)
        }
        let last = unseen(try freshKey(), of: device)
        await #expect(throws: SyncFailure.identityRefused) { try await device.send(last) }
        let replica = device.replica
        try fleet.editCentralTransaction { transaction in
            let isKnown = try transaction.allowIdentity(replica)
            #expect(isKnown)
        }
        #expect(try await device.send(last).identity != nil)
    }

    @Test("central sees no reason in places that it does not have")
    func nothingPushed() async throws {
        let fresh = try await RawDevice(fleet, office: "A")
        func request(_ key: SigningKey) -> SyncRequest {
            var request = unseen(key, of: fresh)
            request.chain = ChainEnd(seq: 1, hash: ShortHash(Hash256(hashing: [1])))
            request.rotation?.probes = [request.chain]
            return request
        }
        for _ in 0..<IdentityLimits.unseenMax {
            #expect(try await fresh.send(request(try freshKey())).identity?.confirmedSeq == 0)
        }
        let next = request(try freshKey())
        await #expect(throws: SyncFailure.identityRefused) { try await fresh.send(next) }
    }

    @Test("a clock that was ten years ahead once keeps nobody out")
    func clockAhead() async throws {
        let years: Int64 = 10 * 365 * 86_400_000
        fleet.clock.advance(milliseconds: years)
        for _ in 0..<IdentityLimits.unseenMax {
            #expect(try await device.send(unseen(try freshKey(), of: device)).identity != nil)
        }
        fleet.clock.advance(milliseconds: -years)
        #expect(try await device.send(unseen(try freshKey(), of: device)).identity != nil)
    }

    @Test("a copy whose chain central sees part in the midst of a long one is no unseen reason")
    func longChain() async throws {
        let original = try await fleet.enrol("A")
        let id = try original.make()
        try original.edit { edit in
            for number in Int64(0)..<500 {
                _ = try edit.edit(.id(id), writes: [FieldWrite("fee_vnd", .integer(number))])
            }
        }
        try await settle([original])
        let copy = try original.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        try original.set(id, "officer", .text("Lan"))
        for number in 0..<40 { try copy.set(id, "officer", .text("\(number)")) }
        try await settle([original])
        #expect(try await copy.sync().rotation?.reissuedCount == 40)
        let given = try fleet.readCentral { try $0.devices().compactMap(\.cause) }
        #expect(given == [.forked])
    }

    @Test("the identity before is kept at the counter, and its key with it")
    func formerKeys() async throws {
        let counter = try await fleet.enrol("A")
        let copy = try counter.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        _ = try counter.make()
        let before = try copy.read { try $0.enrolledIdentity() }
        try await settle([counter])
        #expect(try await copy.sync().rotation != nil)
        let kept = try copy.read { try $0.formerIdentities(countMax: 9) }
        #expect(kept.map(\.replica) == [before.replica])
        #expect(kept.map(\.signingSeed) == [before.identity.signingSeed])
    }
}
