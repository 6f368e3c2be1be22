// The digest of a scope by buckets, and of the records in some of them: with these two ends that
// differ find the records in which they do (`Protocol/sync-v1.md` §Repair).

internal import Dossiers
public import Replication
internal import SQLite

extension ReplicaDatabase {
    /// The digests of an office's scope, the catalog's included, by bucket: `RecordID.bucketCount`.
    ///
    /// - Throws: `StoreError`.
    public func bucketDigests(ofOffice office: String) throws -> [Digest] {
        try digests.buckets(ofScopes: scopeKeys(ofOffice: office))
    }

    /// Calls `body` with the records of a bucket that are in an office's scope, and their digests.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    public func forEachDigest(
        ofOffice office: String, bucket: UInt8, _ body: (RecordID, Digest) throws -> Void
    ) throws {
        for (kind, _) in RecordKind.tableNames {
            try table(of: kind)?.forEach(
                where: "WHERE id >= ?1 AND (?2 IS NULL OR id < ?2)",
                bind: { statement in
                    try statement.bind(1, [bucket])
                    try statement.bind(2, bucket == .max ? nil : [bucket + 1])
                }
            ) { record in
                if !record.state.fields.isEmpty, scopeIncludes(office, record.state) {
                    try body(record.state.id, Digest(of: record.state))
                }
                return true
            }
        }
    }
}
