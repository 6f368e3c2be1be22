public import Causality
internal import Crypto
public import Replication
internal import SQLite

extension ReplicaDatabase {
    /// The end of a writing session's chain at central.
    /// As in `CentralView`.
    public func chain(of replica: ReplicaID) throws -> HashChain {
        let key = try interning.key(of: replica)
        guard let last = try changeLog.end(replicaKey: key) else { return HashChain() }
        guard let hash = last.hash else { throw StoreError.damaged(table: "changes", key: key) }
        return HashChain(seq: last.seq, hash: hash)
    }
}
