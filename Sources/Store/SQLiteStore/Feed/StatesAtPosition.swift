// What the records were at an earlier position of central's feed: a record that has changed since is
// folded anew from its changes, by the same merge; all others are as they are.

public import Causality
internal import Dossiers
public import Replication
internal import SQLite

/// A record's earlier state cannot be told from what is kept.
public struct StateNotKept: Error, Sendable {}

extension ReplicaDatabase {
    /// Calls `body` with every record of a kind as it was at a position of the feed.
    ///
    /// - Parameter position: the position; `nil` for the present.
    /// - Throws: `StateNotKept` when a record came in whole since it began (by
    ///   `central recover`, or a repair), and what `body` throws.
    public func forEachState(
        of kind: RecordKind, at position: UInt64?, _ body: (RecordState) throws -> Void
    ) throws {
        guard let position, try isPast(position) else {
            var filter = RecordFilter()
            filter.kind = kind
            try forEachRecord(filter) {
                try body($0)
                return true
            }
            return
        }
        guard let table = table(of: kind) else { return }
        let changed = try recordKeys(of: kind, changedAfter: position)
        try table.forEach(where: "ORDER BY key DESC", bind: { _ in }) { stored in
            var state = stored.state
            if changed.contains(stored.key) {
                state = try self.state(of: stored, kind, at: position, with: nil)
            }
            if !state.fields.isEmpty { try body(state) }
            return true
        }
    }

    /// A record as it was at a position of the feed; `nil` when that cannot be told from what is kept, or when
    /// something of it was erased since.
    ///
    /// O(its changes).
    ///
    /// - Parameter writer: whose later changes to it count too; `nil` for nobody's.
    /// - Throws: `StoreError`.
    public func state(
        of id: RecordID, at position: UInt64, with writer: ReplicaID?
    ) throws -> RecordState? {
        guard let stored = try find(.id(id)), stored.state.erasures.isEmpty else { return nil }
        do {
            return try state(of: stored, stored.state.kind, at: position, with: writer)
        } catch is StateNotKept {
            return nil
        }
    }

    private func state(
        of stored: StoredRecord, _ kind: RecordKind, at position: UInt64, with writer: ReplicaID?
    ) throws -> RecordState {
        let place = LogPlace(kind: kind, record: stored.key)
        guard try !changeLog.wasJoined(place, orLacksContent: true) else { throw StateNotKept() }
        var state = RecordState(kind: kind, id: stored.state.id)
        for logged in try changeLog.history(kind: kind, recordKey: stored.key)
        where logged.position <= position || logged.change.dot.replica == writer {
            if logged.isVoid {
                state.void(logged.change.dot)
            } else {
                guard state.apply(logged.change) == .applied else {
                    throw StateNotKept()
                }
            }
        }
        return state
    }

    private func recordKeys(of kind: RecordKind, changedAfter position: UInt64) throws -> Set<Int64>
    {
        var keys: Set<Int64> = []
        try changeLog.forEachRow(after: Int64(clamping: position)) {
            if $0.place.kind == kind { keys.insert($0.place.record) }
            return true
        }
        return keys
    }
}
