// The changes of one reply, gathered by record: each record is read once, its changes are merged in memory, and
// it is written once, with all of its rows. What is more than a change (a state, a departure, a void, an
// erasure, a record that begins under the id of another) is done at once, after what was gathered of its id.

internal import Causality
internal import Editing
public import Replication

/// Changes from central that are gathered before they are written.
public struct CounterBatch<Transaction: CounterTransaction> {
    /// A record with what is to be written of it.
    private struct Gathered {
        var before: OpenRecord
        var state: RecordState
        var rows: [LogEntry] = []
    }

    private let transaction: Transaction
    private var gathered: [RecordName: Gathered] = [:]
    /// In the order in which the records were first met: rows are made in it.
    private var order: [RecordName] = []
    private var ids: Set<RecordID> = []

    /// An empty batch.
    public init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Applies a change; a causal gap leaves everything as it was.
    ///
    /// - Throws: `StoreError`.
    public mutating func apply(_ change: Change, to id: RecordID) throws -> ApplyOutcome {
        let name = RecordName(change.kind, id)
        // Nobody but this batch knows yet what it holds of the id.
        if gathered[name] == nil, ids.contains(id) { try write(id) }
        var one: Gathered
        if let known = gathered[name] {
            one = known
        } else {
            let found = try transaction.open(change.kind, id)
            one = Gathered(before: found, state: found.state)
        }
        let merge = CounterMerge(transaction)
        var state = one.state
        let outcome = try merge.apply(change, in: &state, of: one.before)
        guard outcome == .applied else { return outcome }
        guard one.before.claimant == nil, state.keptFields == one.state.keptFields else {
            try write(id)
            return try merge.apply(change, to: transaction.open(change.kind, id))
        }
        if let entry = try merge.entry(of: change) { one.rows.append(entry) }
        one.state = state
        if gathered.updateValue(one, forKey: name) == nil {
            order.append(name)
            ids.insert(id)
        }
        return outcome
    }

    /// Writes what was gathered of an id.
    ///
    /// - Throws: `StoreError`.
    public mutating func write(_ id: RecordID) throws {
        guard ids.remove(id) != nil else { return }
        for name in order where name.id == id { try write(name) }
        order.removeAll { $0.id == id }
    }

    /// Writes all that was gathered.
    ///
    /// - Throws: `StoreError`.
    public mutating func writeAll() throws {
        for name in order { try write(name) }
        order = []
        ids = []
    }

    private mutating func write(_ name: RecordName) throws {
        guard let one = gathered.removeValue(forKey: name) else { return }
        try transaction.commit(
            CounterWriteSet(
                over: one.before, after: one.state,
                rows: one.rows.map { try $0.erased(from: one.state) }))
    }
}
