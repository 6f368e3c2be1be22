import SQLite
import Testing

@testable import SQLiteStore

/// Files of before know which identity came from which, and no more.
@Suite("Central's file of before enrolments were kept")
struct EnrolmentsTests {
    private struct Row: Equatable {
        var replica: Int64
        var enrolment: Int64
        var cause: String?
        var bornEpoch: Int64?
    }

    @Test("each identity gets the enrolment that its copies lead to, a cause, and an epoch")
    func migrates() throws {
        let connection = try Connection(path: ":memory:", access: .create)
        defer { connection.close() }
        try connection.execute(StoreSchema.central)
        try connection.execute(StoreSchema.centralEpochs)
        try connection.execute(
            """
            UPDATE epochs SET epoch = 11;
            INSERT INTO epochs(epoch, began, cause, is_recovering, records_recovered)
                VALUES (22, 500, 'told', 0, 0);
            """)
        // 1 was copied, and its copy too; 2 has gone on in the second epoch; 9 is no device any more.
        let devices: [(replica: Int64, copyOf: Int64?, at: Int64)] = [
            (1, nil, 100), (2, nil, 100), (3, 1, 200), (4, 3, 300), (5, 2, 600), (6, 9, 700),
            (7, nil, 500),
        ]
        for device in devices {
            try connection.execute(
                """
                INSERT INTO devices(replica, office, desk, name, public_key, token_hash, state,
                    enrolled_at, seq, hash, refused, sync_requested, copy_of)
                VALUES (\(device.replica), 'A', \(device.replica), '', x'00',
                    x'0\(device.replica)', 'active', \(device.at), 0, x'00', 0, 0,
                    \(device.copyOf.map(String.init) ?? "NULL"))
                """)
        }
        try connection.execute(EnrolmentSchema.central)
        let statement = try connection.statement(
            "SELECT replica, enrolment, cause, born_epoch FROM devices ORDER BY replica")
        defer { statement.reset() }
        var rows: [Row] = []
        while try statement.step() {
            rows.append(
                Row(
                    replica: statement.int64(0), enrolment: statement.int64(1),
                    cause: statement.textOrNil(2), bornEpoch: statement.int64OrNil(3)))
        }
        #expect(
            rows == [
                Row(replica: 1, enrolment: 1, cause: nil, bornEpoch: 11),
                Row(replica: 2, enrolment: 2, cause: nil, bornEpoch: 11),
                Row(replica: 3, enrolment: 1, cause: "forked", bornEpoch: 11),
                Row(replica: 4, enrolment: 1, cause: "forked", bornEpoch: 11),
                Row(replica: 5, enrolment: 2, cause: "newEpoch", bornEpoch: 22),
                Row(replica: 6, enrolment: 6, cause: "newEpoch", bornEpoch: 22),
                Row(replica: 7, enrolment: 7, cause: nil, bornEpoch: 22),
            ])
    }
}
