import Causality
import Dossiers
import Replication
import SQLite
import Testing

@testable import SQLiteStore

@Suite("The rows of what happened to dossiers")
struct DossierEventRowsTests {
    private func rows(_ path: String) throws -> [String] {
        let connection = try Connection(path: path, access: .readOnly)
        defer { connection.close() }
        let statement = try connection.statement(
            "SELECT office, what, taker FROM dossier_events ORDER BY dossier, place")
        defer { statement.reset() }
        var rows: [String] = []
        while try statement.step() {
            rows.append(
                "\(statement.text(0)) \(statement.text(1))"
                    + (statement.isNull(2) ? "" : " \(statement.text(2))"))
        }
        return rows
    }

    private func write(_ database: CentralDatabase, _ body: (CentralEdit) throws -> Void) throws {
        try database.write(now: Timestamp(milliseconds: 1_790_000_000_000)) {
            try body(try CentralEdit(ofCentral: $0, session: ReplicaID(9)))
        }
    }

    private let expected = [
        "\(StoreFile.office) received",
        "\(StoreFile.office) handed_over \(StoreFile.otherOffice)",
        "\(StoreFile.otherOffice) finished",
    ]

    /// A central with a dossier that was handed over, then finished.
    private func make(_ path: String) throws {
        let database = try CentralDatabase(path: path)
        defer { database.close() }
        try write(database) { edit in
            let made = try edit.make(
                .dossier,
                writes: [
                    FieldWrite("office", .text(StoreFile.office)),
                    FieldWrite("status", .text("accepted")),
                    FieldWrite("received_at", .integer(1_780_000_000_000)),
                ])
            _ = try edit.edit(
                .id(made.record), writes: [FieldWrite("office", .text(StoreFile.otherOffice))],
                at: Timestamp(milliseconds: 1_781_000_000_000))
            _ = try edit.edit(
                .id(made.record), writes: [FieldWrite("status", .text("finished"))],
                at: Timestamp(milliseconds: 1_782_000_000_000))
        }
    }

    @Test("they follow what is written, and are made anew in a file of before")
    func madeAnew() throws {
        let file = try CentralFile()
        let path = file.path
        try make(path)
        #expect(try rows(path) == expected)
        let old = try Connection(path: path, access: .readWrite)
        try old.execute(
            """
            DROP TABLE dossier_events; DROP TABLE dossier_event_rules; DROP TABLE issued_reports;
            DROP TABLE moved_copies; DROP TABLE office_accounts;
            DROP TABLE search_terms; DROP TABLE search_shards; DROP TABLE search_stale;
            DELETE FROM schema_migration WHERE name IN ('19-central-events', '20-central-issued',
                '21-central-copies', '22-central-accounts', '23-central-search');
            """)
        let count = try old.pragmaInteger("user_version")
        try old.execute("PRAGMA user_version = \(count - 5)")
        old.close()
        try CentralDatabase(path: path).close()
        #expect(try rows(path) == expected)
    }

    @Test("rows of other rules are made anew, and verify names those that are not the record's")
    func otherRules() throws {
        let file = try CentralFile()
        let path = file.path
        try make(path)
        func change(_ sql: String) throws {
            let connection = try Connection(path: path, access: .readWrite)
            defer { connection.close() }
            try connection.execute(sql)
        }
        try change("DELETE FROM dossier_events WHERE what = 'handed_over'")
        let database = try CentralDatabase(path: path)
        let faults = try database.verify().faults.map(\.reason)
        database.close()
        #expect(faults == ["its rows of events are not its own"])
        try change("UPDATE dossier_event_rules SET rules = 0")
        try CentralDatabase(path: path).close()
        #expect(try rows(path) == expected)
    }
}
