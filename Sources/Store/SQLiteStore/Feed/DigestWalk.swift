// Digests are kept by buckets of ids. In files of before revision 12 a record's bucket was the first byte of
// its id, now it is the last: such a file's digests are made anew once, when it is opened. The walk over the
// records goes by steps, each a transaction with its place, so that it goes on where it was when a program is killed, or
// when two open the file at once. Nobody reads or writes records before it has ended.

internal import Causality
internal import Replication
internal import SQLite

/// Hears how far a file of before has been brought up to date: records done, and how many there are.
public typealias UpgradeReport = (_ done: Int64, _ total: Int64) -> Void

enum DigestWalkSchema {
    /// The same at a counter and at central: the kind and key of the record that was counted last; no row in
    /// a file whose digests are whole.
    static let both = """
        CREATE TABLE digest_walk(
            only INTEGER PRIMARY KEY CHECK (only = 1),
            kind INTEGER NOT NULL, key INTEGER NOT NULL, done INTEGER NOT NULL) STRICT;
        INSERT INTO digest_walk(only, kind, key, done)
            SELECT 1, 0, 0, 0 WHERE EXISTS (SELECT 1 FROM digests);
        DELETE FROM digests;
        """
}

extension ReplicaDatabase {
    private struct WalkPlace {
        var kind: RecordKind
        var key: Int64
        var done: Int64
    }

    /// Records of a step: about 50 ms of an old machine's work.
    private static let walkRecordsMax: Int64 = 2_000

    /// Makes the digests anew where a walk has begun, or goes on with it.
    ///
    /// - Parameter report: hears of each step.
    func makeDigests(_ report: UpgradeReport?) throws {
        guard try walkPlace() != nil else { return }
        let total = try RecordKind.tableNames.reduce(into: Int64(0)) { sum, table in
            let statement = try connection.statement("SELECT count(*) FROM \(table.1)")
            defer { statement.reset() }
            if try statement.step() { sum += statement.int64(0) }
        }
        while let done = try walkOn(Self.walkRecordsMax) { report?(done, total) }
    }

    /// Counts some records more, and says how many are counted; `nil` once all are.
    func walkOn(_ recordsMax: Int64) throws -> Int64? {
        try connection.transaction(.immediate) {
            guard let place = try walkPlace() else { return nil }
            let kinds = RecordKind.tableNames.map(\.0).sorted { $0.rawValue < $1.rawValue }
            guard let kind = kinds.first(where: { $0.rawValue >= place.kind.rawValue }),
                let table = table(of: kind)
            else {
                try connection.execute("DELETE FROM digest_walk")
                return nil
            }
            let transaction = WriteTransaction(self, now: Timestamp(milliseconds: 0))
            var (last, count) = (kind == place.kind ? place.key : 0, Int64(0))
            try table.forEach(
                where: "WHERE key > ?1 ORDER BY key LIMIT ?2",
                bind: {
                    try $0.bind(1, last)
                    try $0.bind(2, recordsMax)
                }
            ) { stored in
                try transaction.countAnew(stored.state)
                (last, count) = (stored.key, count + 1)
                return true
            }
            try transaction.flush()
            let isWhole = count < recordsMax
            let statement = try connection.statement(
                "UPDATE digest_walk SET kind = ?1, key = ?2, done = done + ?3")
            try statement.bind(1, Int64(kind.rawValue) + (isWhole ? 1 : 0))
            try statement.bind(2, isWhole ? 0 : last)
            try statement.bind(3, count)
            try statement.run()
            return place.done + count
        }
    }

    private func walkPlace() throws -> WalkPlace? {
        let statement = try connection.statement("SELECT kind, key, done FROM digest_walk")
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return WalkPlace(
            kind: RecordKind(rawValue: UInt8(clamping: statement.int64(0))),
            key: statement.int64(1), done: statement.int64(2))
    }
}
