// Random causal histories of one record, and a model of the merge that knows nothing of vectors:
// every event carries the explicit set of the events that its writer had seen.

import Causality
import Replication
import SeededRandom

/// One event of a history: a change, or a change that central refused.
struct HistoryEvent {
    var change: Change
    var isVoid: Bool
    /// The events that the writer had seen, by index; closed: with an event all that it had seen.
    var seen: EventSet
}

struct RandomHistory {
    static let record = RecordID(bytes: 0..<16)
    static let writable: [FieldName] = ["s", "name", "phone"]
    static let addable: [FieldName] = ["note", "name"]
    /// All fields that a history has.
    static let names = Set(writable + addable + [RecordState.erasedField])

    /// The events in one order that respects causality.
    private(set) var events: [HistoryEvent] = []

    /// All events.
    var all: EventSet { EventSet(events.indices) }

    /// Makes a history of 2 to 5 replicas that write, and now and then hear of each other.
    init(_ random: inout SeededGenerator, eventsMax: Int = 16) {
        let ids = [1, 2, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, UInt64.max]
            .shuffled(using: &random).prefix(Int.random(in: 2...5, using: &random))
        var seen = [EventSet](repeating: EventSet(), count: ids.count)
        var seqs = [UInt64](repeating: 0, count: ids.count)
        while events.count < eventsMax {
            let writer = Int.random(in: 0..<ids.count, using: &random)
            if Int.random(in: 0..<5, using: &random) < 2 {
                let peer = Int.random(in: 0..<ids.count, using: &random)
                seen[writer].formUnion(news(from: seen[peer], &random))
                continue
            }
            // The replica writes to other records too, so seqs have gaps.
            seqs[writer] += UInt64.random(in: 1...3, using: &random)
            let dot = Dot(ReplicaID(ids[ids.startIndex + writer]), seqs[writer])
            add(dot, seen: seen[writer], &random)
            seen[writer].insert(events.count - 1)
        }
    }

    /// All of what a peer has seen, or one event with all that its writer had seen.
    private func news(from peer: EventSet, _ random: inout SeededGenerator) -> EventSet {
        guard Bool.random(using: &random), let one = peer.indices.randomElement(using: &random)
        else { return peer }
        return events[one].seen.inserting(one)
    }

    private mutating func add(_ dot: Dot, seen: EventSet, _ random: inout SeededGenerator) {
        var writes: [FieldWrite] = []
        var additions: [FieldWrite] = []
        for name in Self.writable where Int.random(in: 0..<3, using: &random) == 0 {
            writes.append(FieldWrite(name, randomValue(&random)))
        }
        for name in Self.addable
        where Int.random(in: 0..<4, using: &random) == 0
            && !writes.contains(where: { $0.name == name })
        {
            additions.append(FieldWrite(name, randomValue(&random)))
        }
        if Int.random(in: 0..<12, using: &random) == 0 {
            let kept = Self.writable.filter { _ in Bool.random(using: &random) }
            additions.append(
                FieldWrite(
                    RecordState.erasedField, SampleErasure.value(of: Self.record, keeping: kept)))
        }
        let change = Change(
            dot: dot, clock: HybridTimestamp(rawValue: random.next() >> 40), kind: .dossier,
            record: Self.record, context: vector(of: seen), writes: writes, additions: additions,
            by: Bool.random(using: &random) ? "clerk \(dot.seq)" : nil)
        let isVoid = Int.random(in: 0..<8, using: &random) == 0
        events.append(HistoryEvent(change: change, isVoid: isVoid, seen: seen))
    }

    /// The same events in another life of central, which refuses others of them.
    func judgedAnew(_ random: inout SeededGenerator) -> RandomHistory {
        var other = self
        for index in events.indices {
            other.events[index].isVoid = Int.random(in: 0..<4, using: &random) == 0
        }
        return other
    }

    /// The same events where each counts as refused that every life refused which knew of it: this one knew of
    /// some, and another of others.
    func taken(_ mine: EventSet, or theirs: EventSet, by other: RandomHistory) -> RandomHistory {
        var both = self
        for index in events.indices {
            let isTaken =
                mine.contains(index) && !events[index].isVoid
                || theirs.contains(index) && !other.events[index].isVoid
            both.events[index].isVoid = !isTaken
        }
        return both
    }

    /// The vector that says what a closed set of events is: the highest seq of each replica.
    func vector(of set: EventSet) -> VersionVector {
        var highest: [ReplicaID: UInt64] = [:]
        for index in set.indices {
            let dot = events[index].change.dot
            highest[dot.replica] = max(highest[dot.replica] ?? 0, dot.seq)
        }
        return VersionVector(highest.map { Dot($0.key, $0.value) })
    }

    /// A closed set: some events with all that their writers had seen.
    func closedSet(_ random: inout SeededGenerator) -> EventSet {
        var set = EventSet()
        for index in events.indices where Int.random(in: 0..<4, using: &random) == 0 {
            set.formUnion(events[index].seen.inserting(index))
        }
        return set
    }

    /// A random order of a closed set in which every event follows those that it had seen.
    func causalOrder(of set: EventSet, _ random: inout SeededGenerator) -> [Int] {
        var left = set
        var order: [Int] = []
        while let next = left.indices.filter({ events[$0].seen.isDisjoint(with: left) })
            .randomElement(using: &random)
        {
            left.remove(next)
            order.append(next)
        }
        return order
    }

    /// The empty state of the history's record.
    static func emptyState() -> RecordState? {
        record.map { RecordState(kind: .dossier, id: $0) }
    }

    /// Takes one event into a state, as a replica does that hears of it.
    @discardableResult
    func take(_ index: Int, into state: inout RecordState) -> ApplyOutcome {
        let event = events[index]
        guard event.isVoid else { return state.apply(event.change) }
        state.void(event.change.dot)
        return .applied
    }

    /// What a replica holds that has seen the set, by the model: a value is there unless an event
    /// of the set wrote its field and had seen it, or one erases its field.
    func survivors(of name: FieldName, in set: EventSet) -> [FieldEntry] {
        let real = set.indices.filter { !events[$0].isVoid }
        let isErased = real.contains { index in
            events[index].change.additions.contains { addition in
                guard let erasure = Erasure(addition.value) else { return false }
                return name != RecordState.erasedField && !erasure.keptFields.contains(name)
            }
        }
        guard !isErased else { return [] }
        var entries: [FieldEntry] = []
        for index in real {
            let change = events[index].change
            let isReplaced = real.contains { later in
                events[later].seen.contains(index)
                    && events[later].change.writes.contains { $0.name == name }
            }
            if isReplaced { continue }
            for field in change.writes + change.additions where field.name == name {
                entries.append(FieldEntry(change.dot, field.value))
            }
        }
        return entries.sorted { $0.dot < $1.dot }
    }

    /// How a state differs from the model's; empty when it does not.
    func differences(of state: RecordState, from set: EventSet) -> [String] {
        var differences: [String] = []
        if state.vv != vector(of: set) { differences.append("vector \(state.vv)") }
        let voids = set.indices.filter { events[$0].isVoid }.map { events[$0].change.dot }
        if state.voids.map(\.dot) != voids.sorted() { differences.append("voids \(state.voids)") }
        for name in Self.names
        where state[name] != survivors(of: name, in: set) {
            differences.append("field \(name)")
        }
        return differences + violations(of: state)
    }
}

/// Which invariants of `RecordState` a state breaks.
func violations(of state: RecordState) -> [String] {
    var violations: [String] = []
    func require(_ holds: Bool, _ invariant: String) {
        if !holds { violations.append(invariant) }
    }
    func areAscending<T: Comparable>(_ values: [T]) -> Bool {
        zip(values, values.dropFirst()).allSatisfy(<)
    }
    require(areAscending(state.fields.map(\.name)), "fields sorted and unique")
    require(state.fields.allSatisfy { !$0.entries.isEmpty }, "no field without entries")
    for field in state.fields {
        require(areAscending(field.entries.map(\.dot)), "entries sorted and unique")
    }
    let used = Set(state.fields.flatMap { $0.entries.map(\.dot) })
    require(areAscending(state.stamps.map(\.dot)), "stamps sorted and unique")
    require(Set(state.stamps.map(\.dot)) == used, "stamps for exactly the dots that occur")
    require(used.allSatisfy(state.vv.covers), "the vector covers every dot")
    let voids = state.voids.map(\.dot)
    require(areAscending(voids), "voids sorted and unique")
    require(voids.allSatisfy(state.vv.covers), "the vector covers every void")
    require(used.isDisjoint(with: voids), "no value of a void")
    require(state.voids.allSatisfy { areAscending($0.replaced) }, "names sorted and unique")
    return violations
}
