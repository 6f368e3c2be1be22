// Which record a change was to: how a record is named by one of its changes on the wire.

public import Causality
public import Replication
internal import SQLite

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
}
