// What central's status and an erasure have to know without looking at every row: how many records and
// conflicts there are, which records were erased, where refused changes of a record stand, and how much
// refused content each device has here. A transaction collects what its rows add and writes each count once: a
// trigger of the table would have SQLite open a savepoint for every row, which took a fifth of a push. A row
// that is taken away, by whatever tool, takes its counts with it. `central verify` takes them anew.

internal import Causality
internal import Dossiers
internal import Replication
internal import SQLite

enum CentralCountSchema {
    /// The tables of records and the numbers of their kinds, as they were when the step was made.
    private static let tables = [
        (1, "dossiers"), (2, "contacts"), (3, "offices"), (4, "procedures"), (5, "holidays"),
    ]

    static let central =
        """
        CREATE TABLE record_counts(
            kind INTEGER PRIMARY KEY, records INTEGER NOT NULL,
            conflicts INTEGER NOT NULL) STRICT;
        CREATE TABLE erased_records(
            kind INTEGER NOT NULL, record INTEGER NOT NULL,
            PRIMARY KEY (kind, record)) STRICT, WITHOUT ROWID;
        INSERT INTO erased_records
            SELECT 1, key FROM dossiers WHERE instr(state, CAST('erased' AS BLOB)) > 0;
        INSERT INTO erased_records
            SELECT 2, key FROM contacts WHERE instr(state, CAST('erased' AS BLOB)) > 0;
        CREATE INDEX refusals_record ON refusals(record);
        ALTER TABLE refusals ADD COLUMN is_content_kept INTEGER NOT NULL DEFAULT 1;
        CREATE TABLE refused_content(
            replica INTEGER PRIMARY KEY, bytes INTEGER NOT NULL) STRICT;
        INSERT INTO refused_content
            SELECT replica, sum(length(bytes)) FROM changes WHERE form = 2 GROUP BY replica;

        """ + tables.map { counting($1, kind: $0) }.joined()

    private static func counting(_ table: String, kind: Int) -> String {
        """
        INSERT INTO record_counts
            SELECT \(kind), count(*), coalesce(sum(conflicts), 0) FROM \(table);
        CREATE TRIGGER \(table)_added AFTER INSERT ON \(table) BEGIN
            UPDATE record_counts
            SET records = records + 1, conflicts = conflicts + NEW.conflicts WHERE kind = \(kind);
        END;
        CREATE TRIGGER \(table)_removed AFTER DELETE ON \(table) BEGIN
            UPDATE record_counts
            SET records = records - 1, conflicts = conflicts - OLD.conflicts WHERE kind = \(kind);
        END;
        CREATE TRIGGER \(table)_conflicts AFTER UPDATE OF conflicts ON \(table)
            WHEN OLD.conflicts <> NEW.conflicts BEGIN
            UPDATE record_counts
            SET conflicts = conflicts + NEW.conflicts - OLD.conflicts WHERE kind = \(kind);
        END;

        """
    }

    /// Rows are counted by the transaction that writes them.
    static let centralWithoutTriggers = tables.map {
        "DROP TRIGGER IF EXISTS \($1)_added; DROP TRIGGER IF EXISTS \($1)_conflicts;\n"
    }.joined()

    /// A counter has few records and no status of others; it looks up what was refused of one record.
    static let counter = "CREATE INDEX refused_record ON refused(record);"
}

/// What a transaction adds to the counts of one kind.
struct CountedRecords {
    var records: Int64 = 0
    var conflicts: Int64 = 0
}

extension CentralDatabase {
    /// How many records of a kind there are, void ones included, and how many conflicts.
    func counts(of kind: RecordKind) throws -> (records: Int, conflicts: Int) {
        let statement = try connection.statement(
            "SELECT records, conflicts FROM record_counts WHERE kind = ?1")
        try statement.bind(1, Int64(kind.rawValue))
        defer { statement.reset() }
        guard try statement.step() else { return (0, 0) }
        return (Int(statement.int64(0)), Int(statement.int64(1)))
    }

    /// What the counts say otherwise than the rows, and which of these erased records are
    /// not among those listed.
    func countFaults(erased: [(kind: RecordKind, key: Int64)]) throws -> [Verification.Fault] {
        var faults: [Verification.Fault] = []
        for (kind, name) in RecordKind.tableNames {
            let statement = try connection.statement(
                "SELECT count(*), coalesce(sum(conflicts), 0) FROM \(name)")
            guard try statement.step() else { continue }
            let found = (records: Int(statement.int64(0)), conflicts: Int(statement.int64(1)))
            statement.reset()
            if try counts(of: kind) != found {
                faults.append(
                    .init(subject: .count, place: name, reason: "it is not that of the records"))
            }
        }
        let listed = try connection.statement(
            "SELECT 1 FROM erased_records WHERE kind = ?1 AND record = ?2")
        for (kind, key) in erased {
            try listed.bind(1, Int64(kind.rawValue))
            try listed.bind(2, key)
            let isListed = try listed.step()
            listed.reset()
            guard !isListed else { continue }
            faults.append(
                .init(
                    subject: .count, place: "\(kind.name) \(key)",
                    reason: "its erasure is not listed"))
        }
        return faults
    }
}

extension CentralWriteTransaction {
    /// Adds what was collected to the counts.
    func add(_ counted: [RecordKind: CountedRecords]) throws {
        for (kind, change) in counted where change.records != 0 || change.conflicts != 0 {
            let statement = try database.connection.statement(
                """
                UPDATE record_counts SET records = records + ?2, conflicts = conflicts + ?3
                WHERE kind = ?1
                """)
            try statement.bind(1, Int64(kind.rawValue))
            try statement.bind(2, change.records)
            try statement.bind(3, change.conflicts)
            try statement.run()
        }
    }

    /// Counts content that is kept of a device's refused changes.
    func addRefusedBytes(_ bytes: Int64, of replica: ReplicaID) throws {
        let statement = try database.connection.statement(
            """
            INSERT INTO refused_content(replica, bytes) VALUES (?1, ?2)
            ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes
            """)
        try statement.bind(1, try database.interning.key(of: replica))
        try statement.bind(2, bytes)
        try statement.run()
    }

    /// Lists a record as erased.
    func listErased(_ kind: RecordKind, key: Int64) throws {
        let statement = try database.connection.statement(
            "INSERT OR IGNORE INTO erased_records(kind, record) VALUES (?1, ?2)")
        try statement.bind(1, Int64(kind.rawValue))
        try statement.bind(2, key)
        try statement.run()
    }
}
