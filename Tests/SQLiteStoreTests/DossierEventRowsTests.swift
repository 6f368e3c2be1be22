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
            DROP TABLE unmarked_voids; DROP TABLE digest_walk;
            DROP TABLE segments; DROP TABLE segment_contents;
            DROP TABLE segment_runs; DROP TABLE segment_mark;
            DELETE FROM schema_migration WHERE name IN ('19-central-events', '20-central-issued',
                '21-central-copies', '22-central-accounts', '23-central-search',
                '24-central-voids', '25-central-counts', '26-central-buckets',
                     '27-central-segments');
            """)
        let count = try old.pragmaInteger("user_version")
        try old.execute("PRAGMA user_version = \(count - 9)")
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

    @Test("a report looks at what was an office's, moved since, or is open, and at nothing else")
    func rowsOfSpans() throws {
        let file = try CentralFile()
        try make(file.path)
        func count(_ office: String?, from start: Int64, cut: Int64? = nil) throws -> Int {
            var count = 0
            let span = PeriodSpan(start: start, cut: cut, office: office)
            try file.read { database in
                try database.forEachDossier(of: span, at: nil) { _, entries in
                    #expect(entries.count == 3)
                    count += 1
                }
            }
            return count
        }
        let (moved, ended, later) =
            (1_781_000_000_000, 1_782_000_000_000, 4_000_000_000_000) as (Int64, Int64, Int64)
        #expect(try count(nil, from: 0) == 1)
        #expect(try count(StoreFile.otherOffice, from: moved) == 1)
        #expect(try count(StoreFile.office, from: moved) == 1, "it was that office's")
        #expect(try count("000.17.03.H56", from: 0) == 0)
        // It has ended, and nothing of it is as late.
        #expect(try count(nil, from: ended) == 1)
        // These tests write in years of their own, under a wrong clock: that is to be told of any period.
        #expect(try count(nil, from: later) == 1)
        let connection = try Connection(path: file.path, access: .readWrite)
        try connection.execute("DELETE FROM wrong_clock")
        connection.close()
        #expect(try count(nil, from: later) == 0)
        #expect(try count(nil, from: later, cut: moved) == 1, "its times lie after the cut")
    }

    @Test("verify names accounts of offices that are not those of the rows")
    func wrongAccounts() throws {
        let file = try CentralFile()
        try make(file.path)
        let connection = try Connection(path: file.path, access: .readWrite)
        try connection.execute("DELETE FROM office_accounts")
        connection.close()
        let faults = try file.read { try $0.verify().faults.map(\.reason) }
        #expect(faults == ["they are not those of the rows of events"])
    }
}
