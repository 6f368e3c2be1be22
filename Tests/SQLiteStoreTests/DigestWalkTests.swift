import Causality
import Editing
import Replication
import SQLite
import Testing

@testable import SQLiteStore

/// In files of before a record's part of the digest stands in the bucket of its id's first byte.
@Suite("Digests of files of before are made anew, by the last byte of ids")
struct DigestWalkTests {
    private static let now = Timestamp(milliseconds: 1_790_000_000_000)

    /// A central with two offices, and forty records of other kinds.
    private func make(_ path: String) throws {
        let database = try CentralDatabase(path: path)
        defer { database.close() }
        try database.write(now: Self.now) { transaction in
            for number in UInt8(0)..<40 {
                let kind: RecordKind = [.dossier, .dossier, .contact, .procedure][Int(number) % 4]
                let id = try #require(
                    RecordID(bytes: [number / 3] + [UInt8](repeating: 1, count: 14) + [number]))
                let office = FieldValue.text(number % 3 == 0 ? "A" : "B")
                let change = Change(
                    dot: Dot(ReplicaID(5), UInt64(number) + 1),
                    clock: HybridTimestamp(rawValue: UInt64(number) << 20), kind: kind, record: id,
                    context: VersionVector(),
                    writes: [FieldWrite(kind == .procedure ? "code" : "office", office)])
                _ = try transaction.apply(change, to: transaction.open(kind, id))
            }
        }
    }

    /// Puts the file back to what programs of before left: the digests by the first byte, and no walk.
    private func makeOld(_ path: String) throws {
        let database = try CentralDatabase(path: path)
        var sums: [DigestTable.Place: DigestTable.Difference] = [:]
        let differences = try digests(path)
        try database.forEachRecord { state in
            for scope in FeedScope.scopes(of: state) {
                let key =
                    switch scope {
                    case .catalog: Interning.catalogScope
                    case .office(let code): try database.interning.key(ofOffice: code)
                    }
                let first = DigestTable.Place(scope: key, bucket: state.id.bytes[0])
                sums[first, default: .init()].digest.formUnion(Digest(of: state))
                sums[first, default: .init()].records += 1
            }
            return true
        }
        try database.connection.transaction(.immediate) {
            try database.connection.execute(
                """
                DELETE FROM digests; DROP TABLE digest_walk;
                DROP TABLE segments; DROP TABLE segment_contents;
                DROP TABLE segment_runs; DROP TABLE segment_mark;
                DELETE FROM schema_migration
                WHERE name IN ('26-central-buckets', '27-central-segments');
                """)
            try database.digests.add(sums)
        }
        let count = try database.connection.pragmaInteger("user_version")
        try database.connection.execute("PRAGMA user_version = \(count - 2)")
        database.close()
        let connection = try Connection(path: path, access: .readWrite)
        defer { connection.close() }
        #expect(try rows(connection) != differences, "the file says nothing of before")
    }

    /// What stands in the table, but for buckets without records.
    private func rows(_ connection: Connection) throws -> [String] {
        let statement = try connection.statement(
            """
            SELECT scope || ' ' || bucket || ' ' || hex(sum) || ' ' || records FROM digests
            WHERE records > 0 ORDER BY scope, bucket
            """)
        defer { statement.reset() }
        var rows: [String] = []
        while try statement.step() { rows.append(statement.text(0)) }
        return rows
    }

    private func digests(_ path: String) throws -> [String] {
        let connection = try Connection(path: path, access: .readWrite)
        defer { connection.close() }
        return try rows(connection)
    }

    @Test("they are those that writes give, the file verifies, and who opens it hears of it")
    func madeAnew() throws {
        let file = try CentralFile()
        try make(file.path)
        let expected = try digests(file.path)
        #expect(expected.count == 42)
        try makeOld(file.path)
        var heard: [Int64] = []
        let opened = try CentralDatabase(path: file.path) { done, total in
            #expect(total == 42)
            heard.append(done)
        }
        defer { opened.close() }
        #expect(heard.last == 42)
        #expect(try rows(opened.connection) == expected)
        #expect(try opened.read { try opened.verify().faults } == [])
        try expectSound(opened)
    }

    @Test(
        "a walk that was cut off goes on where it was, and counts nothing twice", arguments: 1...9)
    func resumed(steps: Int) throws {
        let file = try CentralFile()
        try make(file.path)
        let expected = try digests(file.path)
        let database = try CentralDatabase(path: file.path)
        try database.connection.execute(
            """
            DELETE FROM digests;
            INSERT INTO digest_walk(only, kind, key, done) VALUES (1, 0, 0, 0)
            """)
        for _ in 0..<steps { _ = try database.walkOn(3) }
        #expect(try rows(database.connection) != expected)
        database.close()
        let opened = try CentralDatabase(path: file.path)
        defer { opened.close() }
        #expect(try rows(opened.connection) == expected)
    }

    @Test("a new file has nothing to walk over")
    func newFile() throws {
        let file = try CentralFile()
        let database = try CentralDatabase(path: file.path) { _, _ in
            Issue.record("it walked")
        }
        defer { database.close() }
        #expect(try database.walkOn(3) == nil)
    }

    @Test("records of a bucket are found by the index on ids alone")
    func plan() throws {
        let file = try CentralFile()
        let database = try CentralDatabase(path: file.path)
        defer { database.close() }
        let statement = try database.connection.statement(
            "EXPLAIN QUERY PLAN SELECT key, substr(id, 16) FROM dossiers "
                + "WHERE substr(id, 16) IN (x'01', x'02')")
        defer { statement.reset() }
        #expect(try statement.step() && statement.text(3).contains("COVERING INDEX"))
    }
}
