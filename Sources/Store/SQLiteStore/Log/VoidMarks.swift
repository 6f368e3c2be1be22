// Which changes of a record were refused stands in its state. In files of before it stood in the log alone:
// their states are marked when such a file is opened. What others' logs alone tell of comes with the next
// sync, as a difference that is repaired.

internal import Causality
internal import Replication
internal import SQLite

enum VoidMarkSchema {
    /// The same at a counter and at central: the refused changes whose records are yet to be marked, from the
    /// log; rows of new files none.
    static let both = """
        CREATE TABLE unmarked_voids(
            kind INTEGER NOT NULL, record INTEGER NOT NULL,
            replica INTEGER NOT NULL, seq INTEGER NOT NULL,
            PRIMARY KEY (kind, record, replica, seq)) STRICT, WITHOUT ROWID;
        INSERT INTO unmarked_voids(kind, record, replica, seq)
            SELECT kind, record, replica, seq FROM changes WHERE form = 2 AND record > 0;
        """
}

extension ReplicaDatabase {
    /// Marks the records of refused changes of before, in one transaction.
    func markVoids() throws {
        guard try !unmarkedVoids().isEmpty else { return }
        try connection.transaction(.immediate) {
            let transaction = WriteTransaction(self, now: Timestamp(milliseconds: 0))
            for (record, dots) in try unmarkedVoids() {
                guard let table = table(of: record.kind),
                    let stored = try table.load(key: record.key)
                else { continue }
                var state = stored.state
                let taken = try changeLog.history(kind: record.kind, recordKey: record.key)
                    .filter { !$0.isVoid }.map(\.change)
                for dot in dots where state.vv.covers(dot) && state.stampPlace(of: dot) == nil {
                    state.unsee(dot, knowing: taken)
                }
                _ = try transaction.save(state, over: stored.state, key: stored.key, in: table)
            }
            try transaction.flush()
            try connection.execute("DELETE FROM unmarked_voids")
        }
    }

    private struct RecordPlace: Hashable {
        var kind: RecordKind
        var key: Int64
    }

    private func unmarkedVoids() throws -> [RecordPlace: [Dot]] {
        let statement = try connection.statement(
            "SELECT kind, record, replica, seq FROM unmarked_voids")
        defer { statement.reset() }
        var voids: [RecordPlace: [Dot]] = [:]
        while try statement.step() {
            guard let replica = try interning.replica(statement.int64(2)) else { continue }
            let place = RecordPlace(
                kind: RecordKind(rawValue: UInt8(clamping: statement.int64(0))),
                key: statement.int64(1))
            voids[place, default: []].append(
                Dot(replica, UInt64(clamping: statement.int64(3))))
        }
        return voids
    }
}
