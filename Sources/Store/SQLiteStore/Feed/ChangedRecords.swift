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
        let statement = try connection.statement(
            "SELECT kind, record FROM changes WHERE replica = ?1 AND seq = ?2 AND form < 3")
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: dot.seq))
        defer { statement.reset() }
        guard try statement.step(),
            let table = table(of: RecordKind(rawValue: UInt8(clamping: statement.int64(0)))),
            statement.int64(1) > 0
        else { return nil }
        return try id(of: statement.int64(1), in: table)
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
    /// of its last change, until it says `false`.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    public func forEachDossier(
        changedAfter position: UInt64, _ body: (RecordState) throws -> Bool
    ) throws {
        let statement = try connection.statement(
            """
            SELECT record, max(position) FROM changes
            WHERE position > ?1 AND kind = ?2 AND record > 0
            GROUP BY record ORDER BY max(position)
            """)
        try statement.bind(1, Int64(clamping: position))
        try statement.bind(2, Int64(RecordKind.dossier.rawValue))
        defer { statement.reset() }
        while try statement.step() {
            guard let state = try table(of: .dossier)?.load(key: statement.int64(0))?.state,
                !state.fields.isEmpty
            else { continue }
            guard try body(state) else { return }
        }
    }
}
