import Causality
import SeededRandom
import Testing

/// The laws, against dictionaries as the model. A failure prints its seed.
@Suite("Laws of version vectors")
struct VersionVectorLawTests {
    private typealias Model = [UInt64: UInt64]

    private static let replicas: [UInt64] = [1, 2, 3, 0x8000_0000_0000_0000, .max]

    private func model(_ random: inout SeededGenerator) -> Model {
        var model = Model()
        for replica in Self.replicas where Bool.random(using: &random) {
            model[replica] = UInt64.random(in: 0...3, using: &random)
        }
        return model
    }

    private func vector(_ model: Model, _ random: inout SeededGenerator) -> VersionVector {
        VersionVector(model.map { Dot(ReplicaID($0.key), $0.value) }.shuffled(using: &random))
    }

    private func covers(_ left: Model, _ right: Model) -> Bool {
        Self.replicas.allSatisfy { (left[$0] ?? 0) >= (right[$0] ?? 0) }
    }

    @Test("Vectors agree with dictionaries in entries, order, covering and what is missing")
    func agreesWithModel() {
        for seed in Seeds.all(400) {
            var random = SeededGenerator(seed: seed)
            let (left, right) = (model(&random), model(&random))
            let (x, y) = (vector(left, &random), vector(right, &random))
            let expected: CausalOrder =
                switch (covers(left, right), covers(right, left)) {
                case (true, true): .equal
                case (true, false): .after
                case (false, true): .before
                case (false, false): .concurrent
                }
            #expect(x.compare(to: y) == expected, "seed \(seed)")
            #expect((x == y) == (expected == .equal), "seed \(seed)")
            let merged = x.merged(with: y)
            let missing = x.missing(from: y)
            let isShared = Self.replicas.contains { left[$0] ?? 0 > 0 && right[$0] ?? 0 > 0 }
            #expect(x.meets(y) == isShared, "seed \(seed)")
            for replica in Self.replicas {
                let (mine, theirs) = (left[replica] ?? 0, right[replica] ?? 0)
                let id = ReplicaID(replica)
                #expect(x[id] == mine, "seed \(seed)")
                #expect(merged[id] == max(mine, theirs), "seed \(seed)")
                #expect(missing[id] == (theirs > mine ? theirs : 0), "seed \(seed)")
                for seq in UInt64(1)...4 {
                    #expect(x.covers(Dot(id, seq)) == (seq <= mine), "seed \(seed)")
                }
            }
        }
    }

    @Test("Entries are sorted, unique and never 0, after any way of making a vector")
    func representation() {
        for seed in Seeds.all(200) {
            var random = SeededGenerator(seed: seed)
            let (x, y) = (vector(model(&random), &random), vector(model(&random), &random))
            for made in [x, x.merged(with: y), x.missing(from: y)] {
                let replicas = made.entries.map(\.replica)
                #expect(zip(replicas, replicas.dropFirst()).allSatisfy(<), "seed \(seed)")
                #expect(made.entries.allSatisfy { $0.seq > 0 }, "seed \(seed)")
            }
        }
    }

    @Test("Merging is commutative, associative and idempotent; the empty vector is neutral")
    func mergeLaws() {
        for seed in Seeds.all(300) {
            var random = SeededGenerator(seed: seed)
            let x = vector(model(&random), &random)
            let y = vector(model(&random), &random)
            let z = vector(model(&random), &random)
            #expect(x.merged(with: y) == y.merged(with: x), "seed \(seed)")
            #expect(
                x.merged(with: y).merged(with: z) == x.merged(with: y.merged(with: z)),
                "seed \(seed)")
            #expect(x.merged(with: x) == x, "seed \(seed)")
            #expect(x.merged(with: VersionVector()) == x, "seed \(seed)")
            #expect(VersionVector().merged(with: x) == x, "seed \(seed)")
            #expect(x.merged(with: x.missing(from: y)) == x.merged(with: y), "seed \(seed)")
        }
    }

    @Test("The merge covers both sides, and whatever covers both covers the merge")
    func leastUpperBound() {
        var bounds = 0
        for seed in Seeds.all(1_000) {
            var random = SeededGenerator(seed: seed)
            let x = vector(model(&random), &random)
            let y = vector(model(&random), &random)
            let z = vector(model(&random), &random).merged(with: x)
            let merged = x.merged(with: y)
            #expect(merged.covers(x) && merged.covers(y), "seed \(seed)")
            guard z.covers(y) else { continue }
            bounds += 1
            #expect(z.covers(merged), "seed \(seed)")
        }
        #expect(bounds > 50)
    }

    @Test("The order is mirrored by swapping sides, and before is transitive")
    func partialOrder() {
        var chains = 0
        for seed in Seeds.all(1_000) {
            var random = SeededGenerator(seed: seed)
            let x = vector(model(&random), &random)
            let y = vector(model(&random), &random).merged(with: x)
            let z = vector(model(&random), &random)
            let mirrored: CausalOrder =
                switch x.compare(to: z) {
                case .equal: .equal
                case .before: .after
                case .after: .before
                case .concurrent: .concurrent
                }
            #expect(z.compare(to: x) == mirrored, "seed \(seed)")
            guard x.compare(to: y) == .before, y.compare(to: z) == .before else { continue }
            chains += 1
            #expect(x.compare(to: z) == .before, "seed \(seed)")
        }
        #expect(chains > 10)
    }
}
