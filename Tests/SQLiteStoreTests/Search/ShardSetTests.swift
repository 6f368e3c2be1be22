import SeededRandom
import Testing

@testable import SQLiteStore

@Suite("Sets of records in the search index")
struct ShardSetTests {
    private func unpacked(_ bytes: [UInt8]) -> ShardSet? {
        bytes.withUnsafeBytes { ShardSet(packed: $0) }
    }

    @Test("what is packed comes back, in the shorter of two forms", arguments: 0..<60)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let density = Int.random(in: 1...2_000, using: &random)
        var set = ShardSet()
        for place in 0..<ShardSet.count where Int.random(in: 0..<density, using: &random) == 0 {
            set.insert(place)
        }
        let bytes = set.packed
        #expect(bytes.count <= ShardSet.count / 8)
        #expect(unpacked(bytes) == set)
        let places = set.places
        #expect(places == (0..<ShardSet.count).filter { set.contains($0) })
        let runs = set.runsDownward
        #expect(runs.reversed().flatMap { Array($0) } == places)
        #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.lowerBound > $1.upperBound + 1 })
    }

    @Test("the ends of a shard, all and nothing")
    func ends() {
        var set = ShardSet()
        #expect(set.isEmpty && set.packed.isEmpty && set.runsDownward.isEmpty)
        set.insert(0)
        set.insert(ShardSet.count - 1)
        #expect(set.packed.count == 3 && unpacked(set.packed) == set)
        #expect(ShardSet(all: true).runsDownward == [0...ShardSet.count - 1])
        set.subtract(ShardSet(all: true))
        #expect(set.isEmpty)
    }

    @Test(
        "bytes that no set gives are none",
        arguments: [[0], [1, 0], [0x81], [1, 0x80], [0x81, 0x81, 1], [0xFF, 1, 0xFF, 1]]
            as [[UInt8]])
    func damaged(bytes: [UInt8]) {
        #expect(unpacked(bytes) == nil)
    }
}
