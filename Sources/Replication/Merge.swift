// The merge: pure, without I/O, and the same code at counters and at central.
//
// Invariant: a value leaves a field only when a change whose context covers the value's dot
// replaces it, that is, only when the writer had seen it. A vector that covers a dot whose value
// is absent says so: that is why `join` may drop a value that the other side has seen and no longer
// holds. This is the optimised observed-remove construction of Bieniusa et al. (2012) on the
// vectors of Parker et al. (1983), with dots as in Preguiça et al. (2012).

public import Causality

/// What became of a change that was applied to a state.
public enum ApplyOutcome: Hashable, Sendable {
    /// The state took it in.
    case applied
    /// The state had seen it already; nothing happened.
    case alreadyCovered
    /// The change builds on changes that the state has not seen; nothing was guessed or changed.
    case causalGap(missing: VersionVector)
}

extension RecordState {
    /// Takes in one change to this record.
    ///
    /// Applying is idempotent, and gives the same state for every order that respects causality.
    public mutating func apply(_ change: Change) -> ApplyOutcome {
        guard !vv.covers(change.dot) else { return .alreadyCovered }
        guard vv.covers(change.context) else {
            return .causalGap(missing: vv.missing(from: change.context))
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
        vv.insert(change.dot)
        if !change.writes.isEmpty || !change.additions.isEmpty {
            let place = stamps.firstIndex { $0.dot > change.dot } ?? stamps.endIndex
            stamps.insert(StampedDot(change.dot, change.stamp), at: place)
        }
        dropErased()
        dropUnusedStamps()
        return .applied
    }

    /// Notes a change that central refused: its dot is known and void, and what a state brought of it
    /// goes.
    public mutating func void(_ dot: Dot) {
        if holds(dot) { self = filtered { $1.dot != dot } }
        vv.insert(dot)
    }

    /// Whether a value of this dot stands.
    public func holds(_ dot: Dot) -> Bool {
        fields.contains { $0.entries.contains { $0.dot == dot } }
    }

    /// Takes in all that another state of the same record knows.
    ///
    /// Joining is commutative, associative and idempotent, and agrees with `apply`.
    public mutating func join(_ other: RecordState) {
        precondition(id == other.id && kind == other.kind, "states of one record are joined")
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
                : Self.joined(left, vv, right, other.vv)
            if !entries.isEmpty { joined.append(FieldState(name, entries)) }
        }
        fields = joined
        dropErased()
        vv.formMerge(other.vv)
        var known = Dictionary(
            stamps.map { ($0.dot, $0.stamp) }, uniquingKeysWith: { first, _ in first })
        known.merge(other.stamps.map { ($0.dot, $0.stamp) }) { first, _ in first }
        stamps = known.map { StampedDot($0.key, $0.value) }.sorted { $0.dot < $1.dot }
        dropUnusedStamps()
    }

    /// The join of both states.
    public func joined(with other: RecordState) -> RecordState {
        var result = self
        result.join(other)
        return result
    }

    /// Adds the values of another state that this one has not seen, but for those of some changes,
    /// and takes nothing away.
    public mutating func adoptUnseen(from other: RecordState, except refused: Set<Dot>) {
        let seen = vv
        for field in other.fields {
            for entry in field.entries
            where !seen.covers(entry.dot) && !refused.contains(entry.dot) {
                guard let stamp = other.stamp(of: entry.dot) else { continue }
                put(FieldWrite(field.name, entry.value), dot: entry.dot, replacing: VersionVector())
                vv.insert(entry.dot)
                if self.stamp(of: entry.dot) == nil {
                    let place = stamps.firstIndex { $0.dot > entry.dot } ?? stamps.endIndex
                    stamps.insert(StampedDot(entry.dot, stamp), at: place)
                }
            }
        }
        dropErased()
        dropUnusedStamps()
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

    /// Takes the values of a field from another state, all of whose dots this one has seen.
    public mutating func restore(_ name: FieldName, from other: RecordState) {
        for entry in other[name] {
            if let stamp = other.stamp(of: entry.dot) {
                restore(FieldWrite(name, entry.value), entry.dot, stamp)
            }
        }
    }

    /// Lets a value of a dot that this state has seen stand again.
    public mutating func restore(_ write: FieldWrite, _ dot: Dot, _ stamp: Stamp) {
        guard vv.covers(dot), !holds(dot, in: write.name),
            keptFields?.contains(write.name) ?? true
        else { return }
        put(write, dot: dot, replacing: VersionVector())
        if self.stamp(of: dot) == nil {
            let place = stamps.firstIndex { $0.dot > dot } ?? stamps.endIndex
            stamps.insert(StampedDot(dot, stamp), at: place)
        }
    }

    private func holds(_ dot: Dot, in name: FieldName) -> Bool {
        self[name].contains { $0.dot == dot }
    }

    private static func joined(
        _ left: [FieldEntry], _ leftVector: VersionVector,
        _ right: [FieldEntry], _ rightVector: VersionVector
    ) -> [FieldEntry] {
        let kept = left.filter { entry in
            !rightVector.covers(entry.dot) || right.contains { $0.dot == entry.dot }
        }
        let gained = right.filter { !leftVector.covers($0.dot) }
        return gained.isEmpty ? kept : (kept + gained).sorted { $0.dot < $1.dot }
    }

    private static func union(_ left: [FieldEntry], _ right: [FieldEntry]) -> [FieldEntry] {
        let gained = right.filter { entry in !left.contains { $0.dot == entry.dot } }
        return (left + gained).sorted { $0.dot < $1.dot }
    }

    private mutating func put(
        _ write: FieldWrite, dot: Dot, replacing context: VersionVector, but unseen: [Dot] = []
    ) {
        let place = place(of: write.name)
        let entry = FieldEntry(dot, write.value)
        guard place < fields.count, fields[place].name == write.name else {
            fields.insert(FieldState(write.name, [entry]), at: place)
            return
        }
        fields[place].entries.removeAll { context.covers($0.dot) && !unseen.contains($0.dot) }
        let index = fields[place].entries.firstIndex { $0.dot > dot }
        fields[place].entries.insert(entry, at: index ?? fields[place].entries.endIndex)
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
