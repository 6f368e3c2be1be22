public import Causality
internal import Crypto
public import Replication
internal import SQLite

extension ReplicaDatabase {
    /// The end of a writing session's chain at central.
    /// As in `CentralView`.
    public func chain(of replica: ReplicaID) throws -> HashChain {
        let key = try interning.key(of: replica)
        let statement = try connection.statement(
            """
            SELECT seq, hash FROM changes WHERE replica = ?1 AND form < 3
            ORDER BY seq DESC LIMIT 1
            """)
        try statement.bind(1, key)
        defer { statement.reset() }
        guard try statement.step() else { return HashChain() }
        guard let hash = Hash256(bytes: statement.bytes(1)) else {
            throw StoreError.damaged(table: "changes", key: key)
        }
        return HashChain(seq: UInt64(clamping: statement.int64(0)), hash: hash)
    }
}
