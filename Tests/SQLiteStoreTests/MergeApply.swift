// A door for changes and states at central past deliveries and their rules: tests put there what they want.

import Causality
import Crypto
import Dossiers
import Editing
import Replication

@testable import SQLiteStore

/// Applies what came from a peer, in a write transaction.
struct MergeApply {
    private let transaction: CentralWriteTransaction

    /// Opens the door.
    init(_ transaction: CentralWriteTransaction) {
        self.transaction = transaction
    }

    /// Applies a change and logs it; a causal gap leaves everything as it was.
    ///
    /// - Parameters:
    ///   - record: the record as `WriteTransaction.open` found it.
    ///   - chainHash: the writer's chain hash after the change, where it is known.
    /// - Throws: `StoreError`.
    func apply(
        _ change: Change, canonicalBytes: [UInt8], to record: OpenRecord, chainHash: Hash256?
    ) throws -> ApplyOutcome {
        var state = record.state
        let outcome = state.apply(change)
        if case .causalGap = outcome { return outcome }
        let entry = LogEntry(
            form: .change, dot: change.dot, isMaking: change.record == nil, hash: chainHash,
            bytes: canonicalBytes)
        try transaction.storeAtCentral(state, over: record, log: entry)
        return outcome
    }

    /// Notes a change that central refused. Its bytes are kept for the audit.
    ///
    /// - Throws: `StoreError`.
    func void(
        _ dot: Dot, in record: OpenRecord, isMaking: Bool, canonicalBytes: [UInt8]?,
        chainHash: Hash256?
    ) throws {
        var state = record.state
        state.void(dot)
        let entry = LogEntry(
            form: .void, dot: dot, isMaking: isMaking, hash: chainHash, bytes: canonicalBytes)
        try transaction.storeAtCentral(state, over: record, log: entry)
    }

    /// Joins a whole state that came in.
    ///
    /// - Returns: whether it brought anything.
    /// - Throws: `StoreError`.
    @discardableResult
    func join(_ state: RecordState) throws -> Bool {
        let record = try transaction.open(state.kind, state.id)
        var joined = record.state.joined(with: state)
        // A copy that was told of its departure knows the dot of the value that it has lost.
        if joined[RecordSchema.officeField].isEmpty {
            joined.restore(RecordSchema.officeField, from: state)
        }
        guard joined != record.state else { return false }
        try transaction.storeAtCentral(
            joined, over: record, log: LogEntry(form: .state, isMaking: true))
        return true
    }
}
