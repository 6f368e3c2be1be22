// The door through which changes and states from central come in at a counter.

public import Causality
internal import Dossiers
public import Editing
public import Replication

/// Applies what came from a peer, in a write transaction.
public struct CounterMerge<Transaction: CounterTransaction> {
    private let transaction: Transaction

    /// Opens the door.
    public init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Applies a change and logs it; a causal gap leaves everything as it was.
    ///
    /// - Parameter record: the record as `open` found it.
    /// - Throws: `StoreError`.
    public func apply(_ change: Change, to record: OpenRecord) throws -> ApplyOutcome {
        var state = record.state
        let outcome = try apply(change, in: &state, of: record)
        guard outcome == .applied else { return outcome }
        try transaction.store(state, over: record, log: entry(of: change))
        return outcome
    }

    /// Applies a change to a record's state; one that says whose the record is meets the offices that the
    /// copy had when it was told of its departure.
    func apply(
        _ change: Change, in state: inout RecordState, of record: OpenRecord
    ) throws -> ApplyOutcome {
        guard change.touches(RecordSchema.officeField) else { return state.apply(change) }
        var whole = try transaction.view.keptOffice(in: state, of: record)
        let outcome = whole.apply(change)
        if outcome == .applied { state = whole }
        return outcome
    }

    /// The row of the log for a change that came in, whose clock the own one has seen from now on.
    func entry(of change: Change) throws -> LogEntry? {
        try observe(change.clock)
        // The log has the change although the record's state does not, when the state was replaced by that
        // of a central which had been restored and was yet to get the change again.
        guard try !transaction.view.holds(change.dot) else { return nil }
        return LogEntry(
            form: .change, dot: change.dot, isMaking: change.record == nil,
            bytes: change.canonicalBytes)
    }

    /// Notes a change of another device that central refused.
    ///
    /// - Throws: `StoreError`.
    public func void(_ dot: Dot, in record: OpenRecord) throws {
        var state = record.state
        state.void(dot)
        try transaction.store(state, over: record, log: nil)
    }

    /// Joins a whole state that came in.
    ///
    /// - Returns: whether it brought anything.
    /// - Throws: `StoreError`.
    @discardableResult
    public func join(_ state: RecordState) throws -> Bool {
        let record = try transaction.open(state.kind, state.id)
        if !record.exists, state.isErasureNotice {
            // A copy was erased that this replica never had; a change to it may have come in a file.
            try transaction.eraseWaiting(of: state)
            return false
        }
        var known = record.state
        if !state[RecordSchema.officeField].isEmpty {
            known = try transaction.view.keptOffice(in: known, of: record)
        }
        var joined = known.joined(with: state)
        // A copy that was told of its departure knows the dot of the value that it has lost.
        if joined[RecordSchema.officeField].isEmpty {
            joined.restore(RecordSchema.officeField, from: state)
        }
        guard joined != record.state else { return false }
        try transaction.keepConcurrent(state, to: record)
        for stamped in state.stamps { try observe(stamped.stamp.clock) }
        if joined[RecordSchema.officeField].isEmpty { try keepOffice(of: record.state, at: record) }
        try transaction.store(joined, over: record, log: nil)
        return true
    }

    /// Takes in central's state of a record that was asked for. Where central has seen all that is
    /// known here, its word counts: restored from a backup, it may have taken what it had refused
    /// before, or the other way round.
    ///
    /// - Returns: the record's state now.
    /// - Throws: `StoreError`.
    public func settle(_ state: RecordState) throws -> RecordState {
        let record = try transaction.open(state.kind, state.id)
        if state.vv.covers(record.state.vv), state != record.state {
            for stamped in state.stamps { try observe(stamped.stamp.clock) }
            try replace(record, with: state)
        } else {
            try join(state)
        }
        return try transaction.open(state.kind, state.id).state
    }

    /// Lets a record leave the office: the copy stays, without an office. Whose it is now is not for
    /// this office to know.
    ///
    /// - Throws: `StoreError`.
    public func depart(_ kind: RecordKind, _ id: RecordID) throws {
        let record = try transaction.open(kind, id)
        let office = try transaction.view.enrolledIdentity().identity.office
        guard record.state.isOf(office) else { return }
        try keepOffice(of: record.state, at: record)
        try replace(
            record, with: record.state.filtered { name, _ in name != RecordSchema.officeField })
    }

    /// Keeps in the log whose a record was that leaves: a central that is restored may have forgotten both,
    /// and takes no record that is nobody's.
    func keepOffice(of state: RecordState, at record: OpenRecord) throws {
        let office = state.filtered { name, _ in name == RecordSchema.officeField }
        guard record.exists, !office.fields.isEmpty else { return }
        let entry = LogEntry(form: .state, bytes: office.canonicalBytes)
        try transaction.commit(CounterWriteSet(over: record, after: nil, rows: [entry]))
    }

    /// Puts a state in the place of what is here: after a refusal the record goes on from central's.
    ///
    /// - Throws: `StoreError`.
    public func replace(_ record: OpenRecord, with state: RecordState) throws {
        try transaction.store(state, over: record, log: nil)
    }

    private func observe(_ clock: HybridTimestamp) throws {
        try transaction.withAuthor { $0.clock.observe(clock, now: transaction.now) }
    }
}

extension CounterTransaction {
    /// Stores what became of a record, and logs why.
    func store(_ after: RecordState, over before: OpenRecord, log entry: LogEntry?) throws {
        guard after.kind.isKnown else { throw FormatError.member }
        if let other = before.claimant, !after.fields.isEmpty {
            try takeID(for: after, from: other)
        }
        let rows = try entry.map { [try $0.erased(from: after)] } ?? []
        let set = CounterWriteSet(over: before, after: after, rows: rows)
        try commit(set)
        if set.isErased { try eraseWaiting(of: after) }
    }

    /// Stores what an own change made of a record; what it replaced and no logged change holds is kept.
    func store(
        _ after: RecordState, over before: OpenRecord, log entry: LogEntry,
        replacing change: Change
    ) throws {
        if let kept = try replaced(by: change, in: before) {
            try commit(CounterWriteSet(over: before, after: nil, rows: [kept]))
        }
        try store(after, over: before, log: entry)
    }

    /// Writes what came of a clerk's request.
    ///
    /// - Throws: `StoreError`.
    public func commitEdit(_ write: LocalWrite, over record: OpenRecord) throws {
        try store(write.after, over: record, log: write.entry, replacing: write.change)
    }
}

extension RecordState {
    /// Whether an office reads the record.
    func isOf(_ office: String) -> Bool {
        DossierRules.scope(of: self).includes(office: office)
    }
}
