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

    /// Buckets whose rows are looked for in one pass over the ids.
    private static let bucketsAtOnce = 16

    /// Calls `body` with buckets and the digests of those of their records that are in an office's scope, in
    /// the order of the list, until it says `false`.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    /// - Complexity: a pass over the index on ids for each 16 buckets, and their records, which are decoded.
    public func forEachBucket(
        _ buckets: [UInt8], ofOffice office: String,
        _ body: (UInt8, [RecordID: Digest]) throws -> Bool
    ) throws {
        for start in stride(from: 0, to: buckets.count, by: Self.bucketsAtOnce) {
            let some = Array(buckets[start...].prefix(Self.bucketsAtOnce))
            let rows = try rowsByBucket(some)
            for bucket in some {
                var found: [RecordID: Digest] = [:]
                for row in rows[bucket] ?? [] {
                    guard let record = try row.table.load(key: row.key),
                        !record.state.fields.isEmpty, scopeIncludes(office, record.state)
                    else { continue }
                    found[record.state.id] = Digest(of: record.state)
                }
                guard try body(bucket, found) else { return }
            }
        }
    }

    private func rowsByBucket(
        _ buckets: [UInt8]
    ) throws -> [UInt8: [(table: RecordTable, key: Int64)]] {
        var rows: [UInt8: [(table: RecordTable, key: Int64)]] = [:]
        let places = (1...Self.bucketsAtOnce).map { "?\($0)" }.joined(separator: ", ")
        for (kind, name) in RecordKind.tableNames {
            guard let table = table(of: kind) else { continue }
            let statement = try connection.statement(
                "SELECT key, substr(id, 16) FROM \(name) WHERE substr(id, 16) IN (\(places))")
            for place in 0..<Self.bucketsAtOnce {
                try statement.bind(place + 1, [buckets[place % buckets.count]])
            }
            defer { statement.reset() }
            while try statement.step() {
                guard let bucket = statement.bytes(1).first else { continue }
                rows[bucket, default: []].append((table, statement.int64(0)))
            }
        }
        return rows
    }
}
