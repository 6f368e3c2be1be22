import Causality
import Testing

@Suite("Version vectors")
struct VersionVectorTests {
    private let a = ReplicaID(1)
    private let b = ReplicaID(2)

    @Test("A missing entry is 0, and an entry of 0 is a missing one")
    func zeroEntries() {
        let vector: VersionVector = [a: 0, b: 3]
        #expect(vector.entries == [Dot(b, 3)])
        #expect(vector[a] == 0)
        #expect(vector[b] == 3)
        #expect(VersionVector(Dot(a, 0)).isEmpty)
        #expect(VersionVector(dictionaryLiteral: (a, 0)).isEmpty)
    }

    @Test("Entries are in order of replica whatever the order they came in; the higher seq counts")
    func canonicalOrder() {
        let vector = VersionVector([Dot(b, 1), Dot(a, 2), Dot(b, 4), Dot(a, 1)])
        #expect(vector.entries == [Dot(a, 2), Dot(b, 4)])
        #expect(vector == [a: 2, b: 4])
    }

    @Test("A vector covers a dot and all before it from the same replica, and no other")
    func coversDots() {
        let vector: VersionVector = [a: 2]
        #expect(vector.covers(Dot(a, 1)))
        #expect(vector.covers(Dot(a, 2)))
        #expect(!vector.covers(Dot(a, 3)))
        #expect(!vector.covers(Dot(b, 1)))
    }

    @Test("What is missing are the other's entries that exceed ours, with the other's seqs")
    func missingEntries() {
        let ours: VersionVector = [a: 2, b: 5]
        let theirs: VersionVector = [a: 4, b: 5, ReplicaID(3): 1]
        #expect(ours.missing(from: theirs) == [a: 4, ReplicaID(3): 1])
        #expect(theirs.missing(from: ours).isEmpty)
    }

    @Test("Going back is never possible: inserting a lower seq changes nothing")
    func insertingLower() {
        var vector: VersionVector = [a: 9]
        vector.insert(Dot(a, 3))
        #expect(vector == [a: 9])
    }

    @Test("The largest replica and the largest seq are ordinary ones")
    func extremes() {
        let largest = Dot(ReplicaID(.max), .max)
        let vector = VersionVector([largest, Dot(a, 1)])
        #expect(vector.entries == [Dot(a, 1), largest])
        #expect(vector.covers(largest))
        #expect(vector.compare(to: [ReplicaID(.max): .max - 1]) == .after)
    }

    /// Two long vectors whose replicas alternate.
    private func long(_ count: Int) -> (VersionVector, VersionVector) {
        func vector(_ first: Int) -> VersionVector {
            VersionVector((0..<count).map { Dot(ReplicaID(UInt64(first + 2 * $0)), 5) })
        }
        return (vector(1), vector(2))
    }

    @Test(
        "Whole vectors are made, compared and merged in as many steps as they have entries, about")
    func stepsOfLongVectors() {
        let count = 10_000
        let (odd, even) = long(count)
        var merged = VersionVector()
        let steps: [(String, Int)] = [
            ("append", StepCount.counting { for dot in odd.entries { merged.append(dot) } }),
            ("make", StepCount.counting { _ = VersionVector(odd.entries.reversed()) }),
            ("merge", StepCount.counting { merged.formMerge(even) }),
            ("covers", StepCount.counting { _ = merged.covers(even) }),
            ("missing", StepCount.counting { _ = odd.missing(from: even) }),
            ("compare", StepCount.counting { _ = odd.compare(to: merged) }),
        ]
        for (name, steps) in steps {
            #expect((count / 2...6 * count).contains(steps), "\(name): \(steps)")
        }
        #expect(merged.entries.count == 2 * count)
        #expect(merged.entries.map(\.replica.rawValue) == (1...UInt64(2 * count)).map { $0 })
    }

    @Test("Asking a long vector for one replica takes a few steps")
    func stepsOfLookups() {
        let (odd, _) = long(10_000)
        #expect(StepCount.counting { _ = odd[ReplicaID(13_001)] } < 20)
        #expect(StepCount.counting { _ = odd.covers(Dot(ReplicaID(19_999), 5)) } < 20)
    }

    @Test("A vector is shown as its entries in order")
    func shownText() {
        #expect("\([b: 7, a: 1] as VersionVector)" == "{0000000000000001:1, 0000000000000002:7}")
        #expect("\(VersionVector())" == "{}")
    }
}
