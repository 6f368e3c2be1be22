// The door through which changes and states from elsewhere come in.

public import Causality
public import Crypto
internal import Dossiers
internal import Editing
public import Replication

/// Applies what came from a peer, in a write transaction.
public struct MergeApply {
    private let transaction: WriteTransaction

    /// Opens the door.
    public init(_ transaction: WriteTransaction) {
        self.transaction = transaction
    }

    /// Applies a change and logs it; a causal gap leaves everything as it was.
    ///
    /// - Parameters:
    ///   - record: the record as `WriteTransaction.open` found it.
    ///   - chainHash: the writer's chain hash after the change, where it is known.
    /// - Throws: `StoreError`.
    public func apply(
        _ change: Change, canonicalBytes: [UInt8], to record: OpenRecord, chainHash: Hash256?
    ) throws -> ApplyOutcome {
        var state = record.state
        let outcome = state.apply(change)
        switch outcome {
        case .causalGap: return outcome
        case .alreadyCovered:
            // A counter has the change in its log or in a state; central's log must have it.
            guard transaction.database.role == .central else { return outcome }
        case .applied: break
        }
        try observe(change.clock)
        let entry = LogEntry(
            form: .change, dot: change.dot, isMaking: change.record == nil, hash: chainHash,
            bytes: canonicalBytes)
        try transaction.store(state, over: record, log: try isLogged(change) ? nil : entry)
        return outcome
    }

    /// Notes a change that central refused. At central its bytes are kept for the audit.
    ///
    /// - Throws: `StoreError`.
    public func void(
        _ dot: Dot, in record: OpenRecord, isMaking: Bool, canonicalBytes: [UInt8]?,
        chainHash: Hash256?
    ) throws {
        var state = record.state
        state.void(dot)
        let entry =
            transaction.database.role == .central
            ? LogEntry(
                form: .void, dot: dot, isMaking: isMaking, hash: chainHash, bytes: canonicalBytes)
            : nil
        try transaction.store(state, over: record, log: entry)
    }

    /// Joins a whole state that came in.
    ///
    /// - Returns: whether it brought anything.
    /// - Throws: `StoreError`.
    @discardableResult
    public func join(_ state: RecordState) throws -> Bool {
        let record = try transaction.open(state.kind, state.id)
        if transaction.database.role == .counter, !record.exists, state.isErasureNotice {
            // A copy was erased that this replica never had; a change to it may have come in a file.
            try transaction.eraseWaiting(of: state)
            return false
        }
        if transaction.database.role == .counter, record.exists {
            let identity = try transaction.database.enrolledIdentity().identity
            // A record comes (back) to this office: what stayed here may hold what central refused, of
            // which its state knows nothing, or lack what that had replaced.
            if !transaction.database.scopeIncludes(identity.office, record.state),
                transaction.database.scopeIncludes(identity.office, state),
                try record.state.fields.isEmpty || hadRefused(record, standingNotIn: state)
            {
                try transaction.keepConcurrent(state, to: record)
                try transaction.goOn(from: state)
                return true
            }
        }
        var joined = record.state.joined(with: state)
        // A copy that was told of its departure knows the dot of the value that it has lost.
        if joined[RecordSchema.officeField].isEmpty {
            joined.restore(RecordSchema.officeField, from: state)
        }
        guard joined != record.state else { return false }
        try transaction.keepConcurrent(state, to: record)
        for stamped in state.stamps { try observe(stamped.stamp.clock) }
        if joined[RecordSchema.officeField].isEmpty { try keepOffice(of: record) }
        let entry =
            transaction.database.role == .central ? LogEntry(form: .state, isMaking: true) : nil
        try transaction.store(joined, over: record, log: entry)
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
        let identity = try transaction.database.enrolledIdentity().identity
        guard transaction.database.scopeIncludes(identity.office, record.state) else { return }
        try keepOffice(of: record)
        try replace(
            record, with: record.state.filtered { name, _ in name != RecordSchema.officeField })
    }

    /// Keeps in the log whose a record was that leaves: a central that is restored may have forgotten both,
    /// and takes no record that is nobody's.
    private func keepOffice(of record: OpenRecord) throws {
        let office = record.state.filtered { name, _ in name == RecordSchema.officeField }
        guard let key = record.key, !office.fields.isEmpty else { return }
        let entry = LogEntry(form: .state, bytes: office.canonicalBytes)
        try transaction.keep(entry, of: record.state.kind, key: key)
    }

    /// Puts a state in the place of what is here: after a refusal the record goes on from central's.
    ///
    /// - Throws: `StoreError`.
    public func replace(_ record: OpenRecord, with state: RecordState) throws {
        try transaction.store(state, over: record, log: nil)
    }

    /// Whether a change to a record was refused, which does not stand in a state: the copy that is here lacks
    /// what that change had replaced, and counts it as seen.
    private func hadRefused(_ record: OpenRecord, standingNotIn state: RecordState) throws -> Bool {
        guard let key = record.key else { return false }
        return try transaction.database.changeLog.history(kind: state.kind, recordKey: key)
            .contains { $0.isVoid && !state.holds($0.change.dot) }
    }

    /// Whether a counter's log has the change although the record's state does not: the state was
    /// replaced by that of a central which had been restored and was yet to get the change again.
    private func isLogged(_ change: Change) throws -> Bool {
        let database = transaction.database
        return try database.role == .counter
            && database.changeLog.holds(
                replicaKey: database.interning.key(of: change.dot.replica), seq: change.dot.seq)
    }

    private func observe(_ clock: HybridTimestamp) throws {
        guard transaction.database.role == .counter else { return }
        try transaction.withAuthor { $0.clock.observe(clock, now: transaction.now) }
    }
}
