// The digest of each scope, kept by 256 buckets of record ids so that a disagreement can be
// narrowed down. A transaction collects its differences and writes each bucket once.

internal import Crypto
internal import Dossiers
internal import Replication
internal import SQLite

final class DigestTable {
    struct Place: Hashable {
        var scope: Int64
        var bucket: UInt8
    }

    struct Difference {
        var digest = Digest()
        var records: Int64 = 0
    }

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func add(_ differences: [Place: Difference]) throws {
        for (place, difference) in differences {
            var (digest, records) = try bucket(place)
            digest.formUnion(difference.digest)
            records += difference.records
            let statement = try connection.statement(
                """
                INSERT INTO digests(scope, bucket, sum, records) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT DO UPDATE SET sum = excluded.sum, records = excluded.records
                """)
            try statement.bind(1, place.scope)
            try statement.bind(2, Int64(place.bucket))
            try digest.hash.withBytes { try statement.bind(3, bytes: $0) }
            try statement.bind(4, records)
            try statement.run()
        }
    }

    /// The digest of all records of some scopes, and how many there are.
    func digest(ofScopes scopes: [Int64]) throws -> ScopeDigest {
        var total = ScopeDigest(digest: Digest(), recordCount: 0)
        for scope in scopes {
            let statement = try connection.statement(
                "SELECT sum, records FROM digests WHERE scope = ?1")
            try statement.bind(1, scope)
            while try statement.step() {
                guard let hash = Hash256(bytes: statement.bytes(0)) else {
                    throw StoreError.damaged(table: "digests", key: scope)
                }
                total.digest.formUnion(Digest(hash))
                total.recordCount += statement.int64(1)
            }
        }
        return total
    }

    /// The sums of each bucket over some scopes.
    func buckets(ofScopes scopes: [Int64]) throws -> [Digest] {
        var buckets = [Digest](repeating: Digest(), count: RecordID.bucketCount)
        for scope in scopes {
            let statement = try connection.statement(
                "SELECT bucket, sum FROM digests WHERE scope = ?1")
            try statement.bind(1, scope)
            while try statement.step() {
                guard let hash = Hash256(bytes: statement.bytes(1)),
                    let bucket = Int(exactly: statement.int64(0)), buckets.indices.contains(bucket)
                else { throw StoreError.damaged(table: "digests", key: scope) }
                buckets[bucket].formUnion(Digest(hash))
            }
        }
        return buckets
    }

    private func bucket(_ place: Place) throws -> (Digest, Int64) {
        let statement = try connection.statement(
            "SELECT sum, records FROM digests WHERE scope = ?1 AND bucket = ?2")
        try statement.bind(1, place.scope)
        try statement.bind(2, Int64(place.bucket))
        defer { statement.reset() }
        guard try statement.step() else { return (Digest(), 0) }
        guard let hash = Hash256(bytes: statement.bytes(0)) else {
            throw StoreError.damaged(table: "digests", key: place.scope)
        }
        return (Digest(hash), statement.int64(1))
    }
}
