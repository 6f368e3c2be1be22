// The merge: pure, without I/O, and the same code at counters and at central.
//
// Invariant: a value leaves a field only when a change whose context covers the value's dot
// replaces it, that is, only when the writer had seen it. A vector that covers a dot whose value
// is absent says so: that is why `join` may drop a value that the other side has seen and no longer
// holds. A change that central refused is known too, and none of it was seen: `voids` tells it from those that
// were, so that where another life of central took it, its values and what they replaced still join. This is
// the optimised observed-remove construction of Bieniusa et al. (2012) on the
// vectors of Parker et al. (1983), with dots as in Preguiça et al. (2012).

public import Causality

/// What became of a change that was applied to a state.
public enum ApplyOutcome: Hashable, Sendable {
    /// The state took it in.
    case applied
    /// The state had seen it already; nothing happened.
    case alreadyCovered
    /// The change builds on changes that the state does not know, or is known as refused, so that what had
    /// replaced it is not; nothing was guessed or changed.
    case causalGap(missing: VersionVector)
}

extension RecordState {
    /// Takes in one change to this record.
    ///
    /// Applying is idempotent, and gives the same state for every order that respects causality.
    public mutating func apply(_ change: Change) -> ApplyOutcome {
        guard !hasVoid(change.dot) else {
            return .causalGap(missing: VersionVector(change.dot))
        }
        guard !vv.covers(change.dot) else { return .alreadyCovered }
        guard vv.covers(change.context) else {
            return .causalGap(missing: vv.missing(from: change.context))
        }
        if fields.isEmpty {
            fields.reserveCapacity(change.writes.count + change.additions.count)
        }
        for write in change.writes {
            let isErasure = write.name == Self.erasedField
            put(
                write, dot: change.dot,
                replacing: isErasure ? VersionVector() : change.context, but: change.unseen)
        }
        for addition in change.additions {
            put(addition, dot: change.dot, replacing: VersionVector())
        }
        if !voids.isEmpty { noteReplaced(by: change, at: voids.indices) }
        vv.insert(change.dot)
        if !change.writes.isEmpty || !change.additions.isEmpty {
            insert(StampedDot(change.dot, change.stamp))
        }
        dropErased()
        dropUnusedStamps()
        return .applied
    }

    /// Notes a change that central refused: it is known, and nothing of it was seen. One that was seen stays:
    /// another life of central had taken it.
    public mutating func void(_ dot: Dot) {
        guard !vv.covers(dot) else { return }
        vv.insert(dot)
        voids.insert(VoidedDot(dot), at: voids.place(of: dot))
    }

    /// Counts a change as refused whose values were taken out, and those put back that it had replaced.
    ///
    /// - Parameter changes: the others that are known one by one: those of them whose writers had seen it have
    ///   replaced its values.
    public mutating func unsee(_ dot: Dot, knowing changes: [Change]) {
        vv.insert(dot)
        if let place = voidPlace(of: dot) { voids.remove(at: place) }
        let place = voids.place(of: dot)
        voids.insert(VoidedDot(dot), at: place)
        for change in changes { noteReplaced(by: change, at: place...place) }
        dropErased()
    }

    /// Notes of refused changes which of their values a change has replaced.
    private mutating func noteReplaced(by change: Change, at places: some Sequence<Int>) {
        let names = change.writes.map(\.name).filter { $0 != Self.erasedField }
        for place in places where change.hasSeen(voids[place].dot) { voids[place].note(names) }
    }

    /// Forgets a writer's refused changes after the last that anybody else knows of, or after none.
    public mutating func forgetVoids(of replica: ReplicaID, after seq: UInt64) {
        guard vv[replica] > seq, hasVoid(Dot(replica, vv[replica])) else { return }
        voids.removeAll { $0.dot.replica == replica && $0.dot.seq > seq }
        vv = VersionVector(
            vv.entries.compactMap { entry in
                guard entry.replica == replica else { return entry }
                return seq > 0 ? Dot(replica, seq) : nil
            })
    }

    /// Whether the state tells that a value was replaced: it has seen it, and holds others of its field.
    public func tellsReplaced(_ dot: Dot, in name: FieldName) -> Bool {
        hasSeen(dot) && !self[name].isEmpty && !holds(dot, in: name)
    }

    /// Takes in all that another state of the same record knows.
    ///
    /// Joining is commutative, associative and idempotent, and agrees with `apply`. A change that one side has
    /// seen and the other knows as refused has been seen.
    public mutating func join(_ other: RecordState) {
        precondition(id == other.id && kind == other.kind, "states of one record are joined")
        if fields.isEmpty, vv.isEmpty {
            self = other
            dropErased()
            dropUnusedStamps()
            return
        }
        var joined: [FieldState] = []
        var (mine, theirs) = (fields[...], other.fields[...])
        while mine.first != nil || theirs.first != nil {
            let name = [mine.first?.name, theirs.first?.name].compactMap(\.self).min()
            guard let name else { break }
            let left = mine.first?.name == name ? mine.removeFirst().entries : []
            let right = theirs.first?.name == name ? theirs.removeFirst().entries : []
            let entries =
                name == Self.erasedField
                ? Self.union(left, right)
                : Self.joined(name, left, self, right, other)
            if !entries.isEmpty { joined.append(FieldState(name, entries)) }
        }
        fields = joined
        if !voids.isEmpty || !other.voids.isEmpty { voids = joinedVoids(with: other) }
        dropErased()
        vv.formMerge(other.vv)
        stamps = Self.union(stamps, other.stamps)
        dropUnusedStamps()
    }

    /// The join of both states.
    public func joined(with other: RecordState) -> RecordState {
        var result = self
        result.join(other)
        return result
    }

    /// The state with only the values that a condition holds for; it has seen the others all the
    /// same.
    public func filtered(_ isKept: (FieldName, FieldEntry) -> Bool) -> RecordState {
        var result = self
        result.fields = fields.compactMap { field in
            let entries = field.entries.filter { isKept(field.name, $0) }
            return entries.isEmpty ? nil : FieldState(field.name, entries)
        }
        result.dropUnusedStamps()
        return result
    }

    /// The state without what a change's writer has written from that change on, as one that has not seen it.
    public func before(_ dot: Dot) -> RecordState {
        var result = filtered { $1.dot.replica != dot.replica || $1.dot.seq < dot.seq }
        result.vv = VersionVector(
            vv.entries.map {
                $0.replica == dot.replica ? Dot(dot.replica, min($0.seq, dot.seq - 1)) : $0
            })
        return result
    }

    /// Takes the values of a field from another state, all of whose dots this one has seen.
    public mutating func restore(_ name: FieldName, from other: RecordState) {
        for entry in other[name] {
            if let stamp = other.stamp(of: entry.dot) {
                restore(FieldWrite(name, entry.value), entry.dot, stamp)
            }
        }
    }

    /// Lets values of another state stand again that this one has seen and does not hold, where nothing that it
    /// knows beyond the other could have replaced them.
    ///
    /// - Parameters:
    ///   - changes: those that are known one by one: of others it is taken that they had seen what stood in the
    ///     fields that they wrote.
    ///   - isEntries: whether values of a field are never replaced.
    public mutating func restoreUnreplaced(
        of other: RecordState, knowing changes: [Change], isEntries: (FieldName) -> Bool
    ) {
        for field in other.fields {
            let news = self[field.name].map(\.dot).filter { !other.hasSeen($0) }
            for entry in field.entries {
                let isReplaced =
                    !isEntries(field.name)
                    && news.contains { dot in
                        changes.first { $0.dot == dot }?.hasSeen(entry.dot) ?? true
                    }
                guard !isReplaced, let stamp = other.stamp(of: entry.dot) else { continue }
                restore(FieldWrite(field.name, entry.value), entry.dot, stamp)
            }
        }
    }

    /// Lets a value of a dot that this state has seen stand again.
    public mutating func restore(_ write: FieldWrite, _ dot: Dot, _ stamp: Stamp) {
        guard hasSeen(dot), !holds(dot, in: write.name),
            keptFields?.contains(write.name) ?? true
        else { return }
        put(write, dot: dot, replacing: VersionVector())
        if stampPlace(of: dot) == nil { insert(StampedDot(dot, stamp)) }
    }

    private mutating func insert(_ stamped: StampedDot) {
        stamps.insert(stamped, at: stamps.place(of: stamped.dot))
    }

    /// Whether a value of this dot stands in a field. O(log n).
    public func holds(_ dot: Dot, in name: FieldName) -> Bool {
        let entries = self[name]
        let place = entries.place(of: dot)
        return place < entries.count && entries[place].dot == dot
    }

    private func joinedVoids(with other: RecordState) -> [VoidedDot] {
        var mine = voids.filter { !other.hasSeen($0.dot) }
        for place in mine.indices {
            if let their = other.voidPlace(of: mine[place].dot) {
                mine[place].note(other.voids[their].replaced)
            }
        }
        return Self.union(mine, other.voids.filter { !hasSeen($0.dot) })
    }

    private static func joined(
        _ name: FieldName, _ left: [FieldEntry], _ mine: RecordState, _ right: [FieldEntry],
        _ theirs: RecordState
    ) -> [FieldEntry] {
        var place = 0
        let kept = left.filter { entry in
            !theirs.hasSeen(entry.dot, in: name) || right.has(entry.dot, from: &place)
        }
        let gained = right.filter { !mine.hasSeen($0.dot, in: name) }
        return gained.isEmpty ? kept : union(kept, gained)
    }

    /// Both, sorted by dot; of two for one dot that of `left` counts. O(n of both).
    private static func union<Element: Dotted>(
        _ left: [Element], _ right: [Element]
    ) -> [Element] {
        guard let first = right.first else { return left }
        guard left.last.map({ $0.dot >= first.dot }) ?? false else { return left + right }
        StepCount.note(left.count + right.count)
        var result: [Element] = []
        result.reserveCapacity(left.count + right.count)
        var place = 0
        for element in right {
            while place < left.count, left[place].dot <= element.dot {
                result.append(left[place])
                place += 1
            }
            if result.last?.dot != element.dot { result.append(element) }
        }
        return result + left[place...]
    }

    private mutating func put(
        _ write: FieldWrite, dot: Dot, replacing context: VersionVector, but unseen: [Dot] = []
    ) {
        let place = place(of: write.name)
        let entry = FieldEntry(dot, write.value)
        if place == fields.count {
            fields.append(FieldState(write.name, [entry]))
            return
        }
        guard fields[place].name == write.name else {
            fields.insert(FieldState(write.name, [entry]), at: place)
            return
        }
        fields[place].entries.removeAll { context.covers($0.dot) && !unseen.contains($0.dot) }
        let index = fields[place].entries.place(of: dot)
        fields[place].entries.insert(entry, at: index)
    }

    private mutating func dropUnusedStamps() {
        guard stamps.count > 1 else {
            if fields.isEmpty { stamps = [] }
            return
        }
        var used = Set<Dot>()
        for field in fields {
            for entry in field.entries { used.insert(entry.dot) }
        }
        if used.count < stamps.count { stamps.removeAll { !used.contains($0.dot) } }
    }
}

/// What stands in the order of dots.
protocol Dotted {
    var dot: Dot { get }
}

extension VoidedDot: Dotted {}
extension FieldEntry: Dotted {}
extension StampedDot: Dotted {}

extension Array where Element: Dotted {
    /// Where a dot stands, or would stand. O(log n).
    func place(of dot: Dot) -> Int {
        var (low, high) = (0, count)
        while low < high {
            StepCount.note(1)
            let middle = (low + high) / 2
            if self[middle].dot < dot { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether a dot stands here, for one dot after another in order: `place` goes along.
    func has(_ dot: Dot, from place: inout Int) -> Bool {
        while place < count, self[place].dot < dot {
            StepCount.note(1)
            place += 1
        }
        return place < count && self[place].dot == dot
    }
}
