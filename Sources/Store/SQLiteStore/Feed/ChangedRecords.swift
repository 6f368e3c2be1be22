// Which record a change was to: how a record is named by one of its changes on the wire.

public import Causality
public import Replication
internal import SQLite
internal import Store

extension ReplicaDatabase {
    /// The record that a change of any replica, refused or not, was to; `nil` when the log does not
    /// have the change, or the change left no record. O(log changes).
    ///
    /// - Throws: `StoreError`.
    public func record(ofChange dot: Dot) throws -> RecordID? {
        guard let replicaKey = try interning.knownKey(of: dot.replica) else { return nil }
        guard let place = try changeLog.row(replicaKey: replicaKey, seq: dot.seq)?.place,
            let table = table(of: place.kind), place.record > 0
        else { return nil }
        return try id(of: place.record, in: table)
    }

    func id(of key: Int64, in table: RecordTable) throws -> RecordID {
        let statement = try connection.statement("SELECT id FROM \(table.name) WHERE key = ?1")
        try statement.bind(1, key)
        defer { statement.reset() }
        guard try statement.step(), let id = RecordID(bytes: statement.bytes(0)) else {
            throw StoreError.damaged(table: table.name, key: key)
        }
        return id
    }
}

extension ReplicaDatabase {
    /// Calls `body` with every dossier that has changed after a position of central's feed, in the order
    /// of its last change, until it says `false`. O(changes after it).
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    public func forEachDossier(
        changedAfter position: UInt64, _ body: (RecordState) throws -> Bool
    ) throws {
        var last: [Int64: Int64] = [:]
        try changeLog.forEachRow(after: Int64(clamping: position)) {
            if $0.place.kind == .dossier, $0.place.record > 0 {
                last[$0.place.record] = $0.position
            }
            return true
        }
        for (key, _) in last.sorted(by: { $0.value < $1.value }) {
            guard let state = try table(of: .dossier)?.load(key: key)?.state,
                !state.fields.isEmpty
            else { continue }
            guard try body(state) else { return }
        }
    }
}
