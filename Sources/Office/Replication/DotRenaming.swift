// A forked replica takes a new identity and issues its unsynced changes again under it: their dots
// get new names, in its changes and in the records that hold them.
//
// Why a renaming is enough: no other replica has seen the old dots (central took none of them), and
// all of a record's contexts that name them are this replica's own. Renaming a replica's unseen dots
// throughout, in their order, gives the state that applying the renamed changes would give.

public import Causality

/// What becomes of one replica's dots in one record when the replica takes a new identity.
public struct DotRenaming: Sendable {
    private let old: ReplicaID
    private let new: ReplicaID
    /// The highest seq of the old identity's changes to the record that stay as they are; 0: none.
    private let keptSeq: UInt64
    /// The seqs that are renamed, ascending.
    private var seqs: [(old: UInt64, new: UInt64)] = []

    /// A renaming of nothing yet.
    public init(of old: ReplicaID, to new: ReplicaID, keptSeq: UInt64) {
        self.old = old
        self.new = new
        self.keptSeq = keptSeq
    }

    /// Adds a change of the record, in order of seq.
    public mutating func add(_ oldSeq: UInt64, as newSeq: UInt64) {
        seqs.append((oldSeq, newSeq))
    }

    /// A vector, or a context, that names the new dots instead of the old.
    public func renamed(_ vv: VersionVector) -> VersionVector {
        let seq = vv[old]
        guard seq > keptSeq else { return vv }
        var result = VersionVector(vv.entries.filter { $0.replica != old })
        if keptSeq > 0 { result.insert(Dot(old, keptSeq)) }
        let place = count(through: seq)
        if place > 0 { result.insert(Dot(new, seqs[place - 1].new)) }
        return result
    }

    /// A change under its new dot. It names its record: the id that the old chain gave it stays.
    public func renamed(_ change: Change, seq: UInt64, record: RecordID) -> Change {
        var result = change
        result.dot = Dot(new, seq)
        result.record = record
        result.idRule = .chain
        result.context = renamed(change.context)
        result.unseen = change.unseen.map(renamed).sorted()
        return result
    }

    /// The record's state with the new dots in the old ones' places.
    public func renamed(_ state: RecordState) -> RecordState {
        var result = state
        result.vv = renamed(state.vv)
        result.voids = state.voids.filter { $0.dot.replica != old || $0.dot.seq <= keptSeq }
        result.stamps = state.stamps
            .map { StampedDot(renamed($0.dot), $0.stamp) }
            .sorted { $0.dot < $1.dot }
        result.fields = state.fields.map { field in
            let entries = field.entries.map { FieldEntry(renamed($0.dot), $0.value) }
            return FieldState(field.name, entries.sorted { $0.dot < $1.dot })
        }
        return result
    }

    private func renamed(_ dot: Dot) -> Dot {
        guard dot.replica == old else { return dot }
        let place = count(through: dot.seq)
        guard place > 0, seqs[place - 1].old == dot.seq else { return dot }
        return Dot(new, seqs[place - 1].new)
    }

    /// How many of the seqs that are renamed are not beyond one. O(log n).
    private func count(through seq: UInt64) -> Int {
        var (low, high) = (0, seqs.count)
        while low < high {
            let middle = (low + high) / 2
            if seqs[middle].old <= seq { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
