// What carried changes are called here, by their first names.

internal import Causality
internal import Editing
internal import Replication

/// What carried changes are called here.
struct CarriedNames<Transaction: CounterTransaction> {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    private var view: Transaction.View { transaction.view }

    /// What the writer had seen, in the names of here; `nil` when this device has not seen all of it.
    func context(of carried: CarriedChange, in state: RecordState) throws -> SeenDots? {
        guard try view.enrolledIdentity().identity.lastComplete != nil else { return nil }
        let (change, writer) = (carried.change, carried.change.dot.replica)
        let own = change.context[writer]
        let kept = min(own, carried.keptSeq)
        let others = VersionVector(change.context.entries.filter { $0.replica != writer })
        guard state.vv[writer] >= kept, state.vv.covers(others) else { return nil }
        var seen = SeenDots(vector: others, unseen: Set(change.unseen), issued: [])
        // What has come from central of the writer's earlier changes, the writer had seen itself. An
        // older copy of this very replica may have written others of these numbers.
        let replica = try view.enrolledIdentity().replica
        let seq = writer == replica ? kept : min(own, state.vv[writer])
        if seq > 0 { seen.vector.insert(Dot(writer, seq)) }
        if own > kept {
            guard let issued = try issued(carried, through: own) else { return nil }
            seen.issued = issued
        }
        return seen
    }

    /// Whether the change is here under its first name.
    func isHere(_ change: Change, in state: RecordState) throws -> Bool {
        guard change.dot.replica == (try view.enrolledIdentity().replica) else {
            return state.vv.covers(change.dot)
        }
        return try view.change(change.dot) == change
    }

    /// What the writer's earlier changes to the record are called here; `nil` while one waits.
    private func issued(_ carried: CarriedChange, through seq: UInt64) throws -> Set<Dot>? {
        let names = try view.carriedNames(
            of: carried.change.dot.replica, to: carried.record,
            seqs: carried.keptSeq + 1...seq)
        var dots = Set<Dot>()
        for name in names {
            switch name.standing {
            case .waits: return nil
            case .issued(let dot) where !carried.change.unseen.contains(name.first):
                dots.insert(dot)
            case .issued, .settled: break
            }
        }
        return dots
    }
}
