// The digest of a scope by buckets, and of the records in some of them: with these two ends that
// differ find the records in which they do (`Protocol/sync.md` §Repair).

public import Causality
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

    /// The records that are kept here and are another office's, copies of what has left this one, with
    /// their vectors. One of which only the departure was heard has no office.
    ///
    /// - Parameter last: the copy after which to go on, in the order of ids.
    /// - Throws: `StoreError`.
    public func copies(
        besides office: String, after last: RecordID?, limit: Int
    ) throws -> [(id: RecordID, vv: VersionVector)] {
        var copies: [(id: RecordID, vv: VersionVector)] = []
        for kind in [RecordKind.dossier, .contact] {
            var found = 0
            try table(of: kind)?.forEach(
                where: "WHERE id > ?1 AND (office IS NULL OR office <> ?2) ORDER BY id",
                bind: { statement in
                    try statement.bind(1, last?.bytes ?? [])
                    try statement.bind(2, office)
                }
            ) { record in
                if !record.state.fields.isEmpty, !scopeIncludes(office, record.state) {
                    copies.append((record.state.id, record.state.vv))
                    found += 1
                }
                return found < limit
            }
        }
        return Array(copies.sorted { $0.id < $1.id }.prefix(limit))
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

    /// The digests of the records of a bucket that are in an office's scope.
    ///
    /// - Throws: `StoreError`.
    public func digests(ofOffice office: String, bucket: UInt8) throws -> [RecordID: Digest] {
        var found: [RecordID: Digest] = [:]
        try forEachDigest(ofOffice: office, bucket: bucket) { found[$0] = $1 }
        return found
    }
}
