import Causality
import Replication
import SQLite
import SeededRandom
import Testing

@testable import SQLiteStore

/// Files of before say what was refused in their logs alone.
@Suite("Records of files of before are marked with what was refused of them")
struct VoidMarkTests {
    private func states(_ path: String) throws -> [RecordState] {
        let database = try CentralDatabase(path: path)
        defer { database.close() }
        var states: [RecordState] = []
        try database.forEachRecord {
            if $0.kind == .dossier { states.append($0) }
            return true
        }
        return states
    }

    /// A central with a dossier of which a change was refused, one written by who had seen that, and another.
    private func make(_ path: String) throws {
        let database = try CentralDatabase(path: path)
        defer { database.close() }
        let desk = ReplicaID(77)
        func change(_ seq: UInt64, _ id: RecordID, seen context: VersionVector) -> Change {
            Change(
                dot: Dot(desk, seq), clock: HybridTimestamp(rawValue: seq << 32), kind: .dossier,
                record: id, context: context, writes: [FieldWrite("officer", .text("\(seq)"))])
        }
        var random = SeededGenerator(seed: 7)
        try database.write(now: Timestamp(milliseconds: 1_790_000_000_000)) { transaction in
            for byte in UInt8(101)...102 {
                let record = try RandomRecord(
                    .dossier, id: recordID(byte), writeCount: 2, writers: [ReplicaID(5)], &random)
                for change in record.changes {
                    _ = try transaction.apply(
                        change, to: transaction.open(.dossier, recordID(byte)))
                }
            }
            let id = try recordID(101)
            let refused = change(1, id, seen: try transaction.open(.dossier, id).state.vv)
            try MergeApply(transaction).void(
                refused.dot, in: transaction.open(.dossier, id), isMaking: false,
                canonicalBytes: refused.canonicalBytes, chainHash: nil)
            let vv = try transaction.open(.dossier, id).state.vv
            _ = try transaction.apply(change(2, id, seen: vv), to: transaction.open(.dossier, id))
        }
    }

    @Test("the states of a file of before name it when the file is opened, and the digests follow")
    func marked() throws {
        let file = try CentralFile()
        try make(file.path)
        let before = try states(file.path)
        #expect(
            before.flatMap(\.voids) == [VoidedDot(Dot(ReplicaID(77), 1), replaced: ["officer"])])
        let database = try CentralDatabase(path: file.path)
        let transaction = WriteTransaction(database, now: Timestamp(milliseconds: 0))
        let table = try #require(database.table(of: .dossier))
        try database.connection.transaction(.immediate) {
            for state in before {
                let row = try #require(try table.load(state.id))
                var bare = state
                bare.voids = []
                _ = try transaction.save(bare, over: state, key: row.key, in: table)
            }
            try transaction.flush()
            try database.connection.execute(
                """
                DROP TABLE unmarked_voids; DROP TABLE digest_walk;
                DROP TABLE segments; DROP TABLE segment_contents;
                DROP TABLE segment_runs; DROP TABLE segment_mark;
                DELETE FROM schema_migration
                WHERE name IN (
                    '24-central-voids', '25-central-counts', '26-central-buckets',
                     '27-central-segments');
                """)
        }
        let count = try database.connection.pragmaInteger("user_version")
        try database.connection.execute("PRAGMA user_version = \(count - 4)")
        database.close()
        let after = try states(file.path)
        #expect(after == before)
        let opened = try CentralDatabase(path: file.path)
        defer { opened.close() }
        #expect(try opened.read { try opened.verify().faults } == [])
        let left = try opened.connection.statement("SELECT count(*) FROM unmarked_voids")
        defer { left.reset() }
        #expect(try left.step() && left.int64(0) == 0)
    }
}
