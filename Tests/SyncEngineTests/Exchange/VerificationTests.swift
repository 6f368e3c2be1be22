import Causality
import Foundation
import SQLiteStore
import Replication
import SQLite
import SeededRandom
import TestSupport
import Testing

@Suite("verify recomputes everything and names what is wrong")
struct VerificationTests {
    /// A central and two desks with edits, conflicts, notes, a refusal and a hand-over behind them.
    private func busyFleet(
        segmentRows: Int? = 5
    ) async throws -> (Fleet, [TestCounter], [RecordID]) {
        let fleet = try Fleet(segmentRows: segmentRows)
        let counters = [
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B"),
        ]
        var ids = try (0..<12).map {
            try counters[$0 % 3].make([
                FieldWrite("officer", .text("Lan \($0)")),
                FieldWrite("x.page", .integer(Int64($0))),
            ])
        }
        try await settle(counters)
        try counters[0].set(ids[0], "fee_vnd", .integer(1))
        try counters[1].set(ids[0], "fee_vnd", .integer(2))
        try counters[0].plant(
            .dossier, record: ids[1], writes: [FieldWrite("status", .text("returned"))])
        try counters[2].set(ids[2], "office", .text("A"))
        _ = try await counters[0].sync()
        try await settle(counters)
        try await settle(counters)
        ids.append(try counters[0].make())
        return (fleet, counters, ids)
    }

    private func verify(_ path: String, _ role: DatabaseRole) throws -> Verification {
        let database = try ReplicaDatabase.open(path: path, role: role)
        defer { database.close() }
        return try database.verify()
    }

    /// A copy of a file with one statement done to it behind the program's back.
    private func tampered(
        _ path: String, _ role: DatabaseRole, _ sql: String
    ) throws -> Verification {
        let copy = path + "-tampered-" + UUID().uuidString
        try Fleet.copyDatabase(path, to: copy)
        let connection = try Connection(path: copy, access: .readWrite)
        try connection.execute(sql)
        #expect(connection.changedRowCount > 0, "\(sql)")
        connection.close()
        return try verify(copy, role)
    }

    @Test("sound files have no fault, copies that healed included")
    func sound() async throws {
        let (fleet, counters, ids) = try await busyFleet()
        let clone = try counters[0].copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        try counters[0].set(ids[0], "officer", .text("Hoa"))
        try clone.set(ids[0], "officer", .text("Minh"))
        try await settle([counters[0], clone])
        for counter in counters + [clone] {
            #expect(try verify(counter.path, .counter).faults == [])
        }
        let central = try verify(fleet.centralPath, .central)
        #expect(central.faults == [])
        #expect(central.recordCount == 15)
        #expect(central.replayedCount == 15)
        #expect(central.changeCount > 20)
    }

    @Test(
        "what was altered behind the program's back is named",
        arguments: [
            ("UPDATE dossiers SET officer = 'X' WHERE key = 3", ["digest", "record"]),
            ("DELETE FROM dossiers WHERE key = 3", ["digest"]),
            ("UPDATE dossiers SET state = x'0102' WHERE key = 3", ["digest", "record"]),
            ("UPDATE digests SET records = records + 1", ["digest"]),
            ("DELETE FROM digests WHERE scope > 0", ["digest"]),
            ("UPDATE changes SET bytes = x'a0' WHERE position = 6", ["change"]),
            ("UPDATE changes SET hash = zeroblob(32) WHERE position = 6", ["chain"]),
            ("DELETE FROM changes WHERE position = 6", ["chain"]),
            ("UPDATE changes SET seq = seq + 100 WHERE position = 6", ["change"]),
        ])
    func altered(sql: String, subjects: [String]) async throws {
        let (fleet, counters, _) = try await busyFleet(segmentRows: nil)
        let central = Set(
            try tampered(fleet.centralPath, .central, sql).faults.map(\.subject.rawValue))
        #expect(central.isSuperset(of: subjects), "\(central)")
        let counter = Set(
            try tampered(
                counters[0].path, .counter,
                sql.replacing("position = 6", with: "hash IS NOT NULL AND seq = 2")
            )
            .faults.map(\.subject.rawValue))
        #expect(counter.isSuperset(of: subjects.filter { $0 != "record" }), "\(counter)")
    }

    @Test(
        "what was altered in a segment of the log is named",
        arguments: [
            ("UPDATE segment_contents SET content = zeroblob(length(content))", ["change"]),
            ("UPDATE segment_contents SET sum = zeroblob(8)", ["change"]),
            ("UPDATE segments SET heads = x'00'", ["change"]),
            ("UPDATE segments SET records = zeroblob(length(records))", ["change"]),
            ("UPDATE segment_runs SET after = zeroblob(32) WHERE after IS NOT NULL", ["change"]),
            ("UPDATE segment_runs SET before = zeroblob(32) WHERE first_seq > 1", ["change"]),
            ("DELETE FROM segment_contents WHERE first < 6", ["change"]),
            ("DELETE FROM segment_runs WHERE after IS NOT NULL AND first_seq = 1", ["change"]),
            ("DELETE FROM segments WHERE first = 1", ["record", "feed"]),
        ])
    func alteredSegment(sql: String, subjects: [String]) async throws {
        let (fleet, counters, _) = try await busyFleet()
        // A counter has few changes that are chained, and no feed.
        let isOfChains = ["before", "after", "DELETE FROM segments "].contains(where: sql.contains)
        let files = [(fleet.centralPath, DatabaseRole.central), (counters[0].path, .counter)]
        for (path, role) in files where role == .central || !isOfChains {
            let found = Set(try tampered(path, role, sql).faults.map(\.subject.rawValue))
            #expect(found.isSuperset(of: subjects), "\(role): \(found)")
        }
    }

    @Test(
        "central's own chains and ends are checked",
        arguments: [
            ("UPDATE commits SET hash = zeroblob(32) WHERE last > 5", "feed"),
            ("UPDATE devices SET seq = seq + 1", "chain"),
            ("UPDATE changes SET hash = zeroblob(32) WHERE form = 3", "feed"),
        ])
    func central(sql: String, subject: String) async throws {
        let (fleet, _, _) = try await busyFleet(segmentRows: nil)
        let found = try tampered(fleet.centralPath, .central, sql)
        #expect(found.faults.contains { $0.subject.rawValue == subject }, "\(found.faults)")
    }

    @Test("flipped bytes anywhere in the file never crash, and seldom go unseen", arguments: 0..<8)
    func flippedBytes(round: Int) async throws {
        let (fleet, counters, _) = try await busyFleet()
        let path = counters[0].path
        // All into one file, so that the flips hit what is read.
        let connection = try Connection(path: path, access: .readWrite)
        try connection.checkpoint(truncating: true)
        connection.close()
        let sound = try Data(contentsOf: URL(fileURLWithPath: path))
        var random = SeededGenerator(seed: UInt64(round))
        for _ in 0..<12 {
            var data = sound
            let place = Int.random(in: 100..<data.count, using: &random)
            data[place] ^= UInt8.random(in: 1...255, using: &random)
            let copy = fleet.directory + "/flipped-" + UUID().uuidString
            try data.write(to: URL(fileURLWithPath: copy))
            do {
                // A flip in unused space is no fault; one in a row's content is.
                _ = try verify(copy, .counter)
            } catch is StoreError {
                continue
            }
        }
    }
}
