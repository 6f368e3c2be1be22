import Crypto
import Replication
import SeededRandom
import Testing

@Suite("Digests")
struct DigestTests {
    private func states(_ seed: UInt64) throws -> [RecordState] {
        try (0..<6).map { index in
            var random = SeededGenerator(seed: seed * 100 + UInt64(index))
            let history = RandomHistory(&random, eventsMax: 3)
            var state = try #require(RandomHistory.emptyState())
            for index in history.events.indices { history.take(index, into: &state) }
            return state
        }
    }

    private func digest(_ states: [RecordState]) -> Digest {
        states.reduce(into: Digest()) { $0.formUnion(Digest(of: $1)) }
    }

    @Test("The digest of one state is the hash of its bytes; of none, zero")
    func single() throws {
        let state = try states(1)[0]
        #expect(Digest(of: state).hash == Hash256(hashing: state.canonicalBytes))
        #expect(Digest().hash == .zero)
    }

    @Test("The order of the records does not matter, but each of them does")
    func orderFree() throws {
        for seed in Seeds.all(20) {
            var random = SeededGenerator(seed: seed)
            let states = try states(seed)
            let whole = digest(states)
            #expect(digest(states.shuffled(using: &random)) == whole, "seed \(seed)")
            #expect(digest(states.dropLast()) != whole, "seed \(seed)")
            #expect(digest(states + [states[0]]) != whole, "seed \(seed)")
        }
    }

    @Test("Taking away what was added gives the digest from before")
    func inverse() throws {
        for seed in Seeds.all(20) {
            let states = try states(seed)
            var kept = digest(states)
            kept.subtract(Digest(of: states[2]))
            #expect(kept == digest(Array(states[..<2] + states[3...])), "seed \(seed)")
            kept.formUnion(Digest(of: states[2]))
            #expect(kept == digest(states), "seed \(seed)")
        }
    }

    @Test("Lanes wrap around, each for itself")
    func wrapping() {
        let ones = Hash256(lanes: SIMD4(.max, .max, 0, 1))
        var digest = Digest(ones)
        digest.formUnion(Digest(Hash256(lanes: SIMD4(1, 2, 3, 4))))
        #expect(digest.sum == SIMD4(0, 1, 3, 5))
        digest.subtract(Digest(ones))
        #expect(digest.sum == SIMD4(1, 2, 3, 4))
    }

    @Test("A digest is resumed from its 32 bytes, and shown as their digits")
    func resumed() throws {
        let digest = digest(try states(3))
        #expect(Digest(digest.hash) == digest)
        #expect(digest.description == digest.hash.description)
    }
}
