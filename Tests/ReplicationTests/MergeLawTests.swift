import Causality
import Replication
import SeededRandom
import Testing

/// The promises "no silent loss" and "convergence" as laws over random histories, against a model
/// without vectors. A failure prints its seed.
@Suite("Laws of the merge")
struct MergeLawTests {
    private static let seeds = Seeds.all(100)

    private func state(
        of set: EventSet, in history: RandomHistory, _ random: inout SeededGenerator
    ) throws -> RecordState {
        var state = try #require(RandomHistory.emptyState())
        for index in history.causalOrder(of: set, &random) { history.take(index, into: &state) }
        return state
    }

    @Test("Nothing is lost and nothing comes back: the values are those that no writer replaced")
    func agreesWithModel() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let history = RandomHistory(&random)
            var state = try #require(RandomHistory.emptyState())
            var taken = EventSet()
            for index in history.causalOrder(of: history.all, &random) {
                #expect(history.take(index, into: &state) == .applied, "seed \(seed)")
                taken.insert(index)
                #expect(history.differences(of: state, from: taken) == [], "seed \(seed)")
            }
            #expect(taken.count == history.events.count, "seed \(seed)")
        }
    }

    @Test("The histories do hold concurrent values, voids, replaced values and erasures")
    func coverage() {
        var (conflicts, voids, replaced, erased) = (0, 0, 0, 0)
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let history = RandomHistory(&random)
            let all = history.all
            let values = RandomHistory.writable.map { history.survivors(of: $0, in: all).count }
            if values.contains(where: { $0 > 1 }) { conflicts += 1 }
            let written = history.events.reduce(0) { $0 + $1.change.writes.count }
            if values.reduce(0, +) < written { replaced += 1 }
            if history.events.contains(where: \.isVoid) { voids += 1 }
            if !history.survivors(of: RecordState.erasedField, in: all).isEmpty { erased += 1 }
        }
        #expect(conflicts > Self.seeds.count / 3)
        #expect(replaced > Self.seeds.count / 3)
        #expect(voids > Self.seeds.count / 3)
        #expect(erased > Self.seeds.count / 5 && erased < Self.seeds.count * 4 / 5)
    }

    @Test("Every order that respects causality gives the same state and the same bytes")
    func orderFree() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let history = RandomHistory(&random)
            let all = history.all
            let first = try state(of: all, in: history, &random)
            for _ in 0..<4 {
                let other = try state(of: all, in: history, &random)
                #expect(other == first, "seed \(seed)")
                #expect(other.canonicalBytes == first.canonicalBytes, "seed \(seed)")
            }
        }
    }

    @Test("A change that was seen changes nothing when it comes again, then or later")
    func idempotent() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let history = RandomHistory(&random)
            var state = try #require(RandomHistory.emptyState())
            var taken: [Int] = []
            for index in history.causalOrder(of: history.all, &random) {
                history.take(index, into: &state)
                taken.append(index)
                let before = state
                for earlier in taken {
                    let outcome = state.apply(history.events[earlier].change)
                    // A refused one is known; what has replaced it since is not.
                    let event = history.events[earlier]
                    let known = VersionVector(event.change.dot)
                    #expect(
                        outcome == (event.isVoid ? .causalGap(missing: known) : .alreadyCovered),
                        "seed \(seed)")
                    if event.isVoid { history.take(earlier, into: &state) }
                }
                #expect(state == before, "seed \(seed)")
            }
        }
    }

    @Test("Joining states is applying the union of their changes")
    func joinAgreesWithApply() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let history = RandomHistory(&random)
            for _ in 0..<4 {
                let (a, b) = (history.closedSet(&random), history.closedSet(&random))
                let left = try state(of: a, in: history, &random)
                let right = try state(of: b, in: history, &random)
                let joined = left.joined(with: right)
                #expect(history.differences(of: joined, from: a.union(b)) == [], "seed \(seed)")
                let applied = try state(of: a.union(b), in: history, &random)
                #expect(joined == applied, "seed \(seed)")
                #expect(joined.canonicalBytes == applied.canonicalBytes, "seed \(seed)")
            }
        }
    }

    @Test("Joining is commutative, associative and idempotent, and the empty state is neutral")
    func joinLaws() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let history = RandomHistory(&random)
            let empty = try #require(RandomHistory.emptyState())
            let a = try state(of: history.closedSet(&random), in: history, &random)
            let b = try state(of: history.closedSet(&random), in: history, &random)
            let c = try state(of: history.closedSet(&random), in: history, &random)
            #expect(a.joined(with: b) == b.joined(with: a), "seed \(seed)")
            #expect(
                a.joined(with: b).joined(with: c) == a.joined(with: b.joined(with: c)),
                "seed \(seed)")
            #expect(a.joined(with: a) == a, "seed \(seed)")
            #expect(a.joined(with: empty) == a, "seed \(seed)")
            #expect(empty.joined(with: a) == a, "seed \(seed)")
            #expect(a.joined(with: b).joined(with: b) == a.joined(with: b), "seed \(seed)")
        }
    }

    @Test("What one life of central refused and another took is as if none had refused it")
    func lives() throws {
        var differing = 0
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let one = RandomHistory(&random)
            let other = one.judgedAnew(&random)
            for _ in 0..<4 {
                let (a, b) = (one.closedSet(&random), one.closedSet(&random))
                let left = try state(of: a, in: one, &random)
                let right = try state(of: b, in: other, &random)
                let both = one.taken(a, or: b, by: other)
                let expected = try state(of: a.union(b), in: both, &random)
                #expect(left.joined(with: right) == expected, "seed \(seed)")
                #expect(right.joined(with: left) == expected, "seed \(seed)")
                #expect(both.differences(of: expected, from: a.union(b)) == [], "seed \(seed)")
                if left.voids != expected.voids { differing += 1 }
            }
        }
        #expect(differing > Self.seeds.count / 2)
    }

    @Test(
        "A change whose context was not seen is reported with what is missing, and changes nothing")
    func causalGap() throws {
        var gaps = 0
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let history = RandomHistory(&random)
            let set = history.closedSet(&random)
            let before = try state(of: set, in: history, &random)
            for index in history.events.indices where !set.contains(index) {
                let event = history.events[index]
                guard !event.seen.isSubset(of: set) else { continue }
                gaps += 1
                var after = before
                let missing = history.vector(of: set).missing(from: history.vector(of: event.seen))
                let outcome = after.apply(event.change)
                #expect(outcome == .causalGap(missing: missing), "seed \(seed)")
                #expect(!missing.isEmpty, "seed \(seed)")
                #expect(after == before, "seed \(seed)")
                // The fetched state fills the gap.
                after.join(try state(of: event.seen, in: history, &random))
                history.take(index, into: &after)
                let whole = set.union(event.seen).inserting(index)
                #expect(history.differences(of: after, from: whole) == [], "seed \(seed)")
            }
        }
        #expect(gaps > Self.seeds.count)
    }

    @Test("Replicas that hear of changes and states in any mixture end in one state")
    func convergence() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let history = RandomHistory(&random)
            let all = history.all
            let empty = try #require(RandomHistory.emptyState())
            var replicas = [RecordState](repeating: empty, count: 3)
            for _ in 0..<60 {
                let one = Int.random(in: 0..<3, using: &random)
                if Int.random(in: 0..<6, using: &random) == 0 {
                    replicas[one].join(replicas[Int.random(in: 0..<3, using: &random)])
                } else if let index = history.events.indices.randomElement(using: &random) {
                    // Voids, like changes, come only after what they had seen: the feed's order.
                    let event = history.events[index]
                    guard replicas[one].vv.covers(event.change.context) else { continue }
                    if event.isVoid || !replicas[one].vv.covers(event.change.dot) {
                        history.take(index, into: &replicas[one])
                    }
                }
                #expect(violations(of: replicas[one]) == [], "seed \(seed)")
            }
            let last = try state(of: all, in: history, &random)
            for replica in replicas {
                let end = replica.joined(with: last)
                #expect(end == last, "seed \(seed)")
                var applied = replica
                for index in history.causalOrder(of: all, &random) {
                    history.take(index, into: &applied)
                }
                #expect(applied == last, "seed \(seed)")
            }
        }
    }
}
