import Causality
import Crypto
import Replication
import Testing
import Wire

@Suite("A request for a new identity, and its answer, on the wire")
struct RotationTests {
    private let end = ChainEnd(seq: 1, hash: Hash256(hashing: [1]))

    private func decodes(keyBytes: Int, probes: Int) throws -> Bool {
        let key = try #require(SigningKey(seed: Array(repeating: 7, count: 32)))
        var request = SyncRequest(
            replica: ReplicaID(5), cursor: nil, chain: end, time: Timestamp(milliseconds: 0))
        request.rotation = Rotation(
            key: key, after: ReplicaID(5), signedBy: key,
            probes: Array(repeating: end, count: probes))
        request.rotation?.publicKey = Array(repeating: 7, count: keyBytes)
        let bytes = request.encoded()
        do throws(SyncFailure) {
            return try SyncRequest(encoded: bytes) == request
        } catch {
            return false
        }
    }

    @Test("a key of another length and too many places are malformed")
    func limits() throws {
        #expect(try decodes(keyBytes: 32, probes: 0))
        #expect(try decodes(keyBytes: 32, probes: WireLimits.probesMax))
        #expect(try !decodes(keyBytes: 32, probes: WireLimits.probesMax + 1))
        #expect(try !decodes(keyBytes: 31, probes: 1))
        #expect(try !decodes(keyBytes: 33, probes: 1))
    }

    @Test("a request without a signature, or with one of another length, is malformed")
    func unsigned() throws {
        let key = try #require(SigningKey(seed: Array(repeating: 7, count: 32)))
        var request = SyncRequest(
            replica: ReplicaID(5), cursor: nil, chain: end, time: Timestamp(milliseconds: 0))
        request.rotation = Rotation(
            key: key, after: ReplicaID(5), signedBy: key, probes: [end])
        let whole = request.encoded()
        #expect(try SyncRequest(encoded: whole) == request)
        for count in [0, 63, 65] {
            request.rotation?.signature = Array(repeating: 1, count: count)
            #expect(throws: SyncFailure.self) { try SyncRequest(encoded: request.encoded()) }
        }
        // As it was before: three members.
        let member = try #require(whole.firstRange(of: [0x0C, 0x84, 0x58, 0x20]))
        var former = whole
        former[member.lowerBound + 1] = 0x83
        former.removeLast(SigningKey.signatureByteCount + 2)
        #expect(throws: SyncFailure.self) { try SyncRequest(encoded: former) }
    }

    @Test(
        "an identity that cannot be is malformed",
        arguments: [(0, 1), (5, 0), (5, -1), (5, 100_000_000)])
    func impossibleIdentity(replica: UInt64, desk: Int64) {
        var reply = SyncReply(accepted: end, time: Timestamp(milliseconds: 0))
        reply.identity = NewIdentity(
            replica: ReplicaID(replica), desk: desk, confirmedSeq: 0)
        #expect(throws: SyncFailure.self) { try SyncReply(encoded: reply.encoded()) }
    }
}
