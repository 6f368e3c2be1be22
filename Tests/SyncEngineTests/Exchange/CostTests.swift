import CentralEngine
import CounterEngine
import Dossiers
import SQLiteStore
import Replication
import TestSupport
import Testing

/// Promise 5: what an exchange costs follows from what changed, not from what is there already.
@Suite("Cost follows change")
struct CostTests {
    /// What one sync moved.
    private struct Cost {
        var sent: Int
        var received: Int
        var roundTrips: Int

        init(_ report: SyncReport) {
            #expect(report.outcome == .synced)
            sent = report.traffic.bytesSent
            received = report.traffic.bytesReceived
            roundTrips = report.roundTrips
        }

        /// Whether both are the same but for numbers (keys, seqs, positions) of more digits.
        func isLike(_ other: Cost) -> Bool {
            roundTrips == other.roundTrips && abs(sent - other.sent) <= Self.slackBytes
                && abs(received - other.received) <= Self.slackBytes
        }

        /// Six numbers at most, each longer by up to four bytes.
        private static let slackBytes = 24
    }

    /// What SQLite did in one sync at central and at the counter, by statement.
    private struct Work {
        var central: [String: SQLiteWork]
        var counter: [String: SQLiteWork]

        /// The statements that did more than in another sync.
        func growth(since other: Work) -> [String] {
            Self.growth(of: central, since: other.central).map { "central: \($0)" }
                + Self.growth(of: counter, since: other.counter).map { "counter: \($0)" }
        }

        private static func growth(
            of work: [String: SQLiteWork], since other: [String: SQLiteWork]
        ) -> [String] {
            work.compactMap { sql, work in
                let before = other[sql] ?? SQLiteWork()
                let slack = sql.contains("FROM digests") ? bucketSteps : slackSteps
                return work.steps > before.steps + slack ? "\(before) \(work) \(sql)" : nil
            }
        }

        /// Ten rows or so, of the thousands and dozens that there are more.
        private static let slackSteps = 50
        /// A digest adds up its buckets, of which there are 256, and not all while records are few.
        private static let bucketSteps = 256 * 6
    }

    /// What it costs two desks of an office, which holds so many dossiers, to do nothing, to write
    /// one change, and to get it.
    private struct Costs {
        var idle: Cost
        var writing: Cost
        var reading: Cost
        var work: [Work] = []

        func isLike(_ other: Costs) -> Bool {
            idle.isLike(other.idle) && writing.isLike(other.writing)
                && reading.isLike(other.reading)
        }
    }

    private func costs(
        records: Int, offices: Int, othersRecords: Int = 0, segmentRows: Int? = nil
    ) async throws -> Costs {
        let codes = (0..<offices).map { "\(1000 + $0)" }
        let fleet = try Fleet(offices: codes, segmentRows: segmentRows)
        let (writer, reader) = (try await fleet.enrol(codes[0]), try await fleet.enrol(codes[0]))
        // They come by the feed, so that the log of each replica grows with them.
        try await settle([writer, reader])
        // At central, so that no session's own history is any longer.
        try fleet.editCentral { edit in
            for number in 0..<records + othersRecords {
                let office = number < records ? codes[0] : codes[1 + number % (offices - 1)]
                _ = try edit.make(
                    .dossier,
                    writes: [
                        FieldWrite("office", .text(office)), FieldWrite("officer", .text("Lan")),
                    ])
            }
        }
        let id = try writer.make([FieldWrite("officer", .text("Mai"))])
        try await settle([writer, reader])
        for path in [fleet.centralPath, writer.path, reader.path] { SQLiteWork.watch(path) }
        try fleet.startCentral()
        var work: [Work] = []
        func cost(of counter: TestCounter) async throws -> Cost {
            for path in [fleet.centralPath, counter.path] { _ = SQLiteWork.take(path) }
            let cost = Cost(try await counter.sync())
            work.append(
                Work(
                    central: SQLiteWork.take(fleet.centralPath),
                    counter: SQLiteWork.take(counter.path)))
            return cost
        }
        let idle = try await cost(of: writer)
        try writer.set(id, "fee_vnd", .integer(10_000))
        let writing = try await cost(of: writer)
        let reading = try await cost(of: reader)
        #expect(try reader.values(id, "fee_vnd") == [.integer(10_000)])
        return Costs(idle: idle, writing: writing, reading: reading, work: work)
    }

    /// The statements that did more in one of the three syncs than in another fleet's.
    private func growth(from few: Costs, to many: Costs) -> String {
        zip(few.work, many.work).flatMap { $1.growth(since: $0) }.joined(separator: "\n")
    }

    @Test("an exchange is no larger in a replica of 3,000 records than in one of 50")
    func records() async throws {
        let (few, many) = (
            // So that both logs have segments.
            try await costs(records: 50, offices: 2, segmentRows: 20),
            try await costs(records: 3000, offices: 2)
        )
        #expect(few.isLike(many), "\(few) \(many)")
        #expect(growth(from: few, to: many) == "")
        #expect(few.work.count == 3)
        #expect(few.work.allSatisfy { !$0.central.isEmpty && !$0.counter.isEmpty })
        for cost in [many.idle, many.writing, many.reading] {
            #expect(cost.sent < 300 && cost.received < 300, "\(cost)")
        }
    }

    @Test("an exchange is no larger among 40 offices that all write than among 2")
    func offices() async throws {
        let (few, many) = (
            try await costs(records: 50, offices: 2, othersRecords: 50),
            try await costs(records: 50, offices: 40, othersRecords: 2000)
        )
        #expect(few.isLike(many), "\(few) \(many)")
        #expect(growth(from: few, to: many) == "")
    }

    @Test("what others do in the meantime costs an office nothing")
    func othersChanges() async throws {
        let fleet = try Fleet()
        let (here, there) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        try await settle([here, there])
        let before = Cost(try await here.sync())
        for _ in 0..<200 { _ = try there.make([FieldWrite("officer", .text("Lan"))]) }
        try await settle([there])
        let after = try await here.sync()
        #expect(after.pulled == 0)
        #expect(before.isLike(Cost(after)), "\(before) \(after.traffic)")
    }

    @Test(
        "bytes grow in step with the changes, in columns by next to nothing",
        arguments: [(false, 20 * 99...100 * 99), (true, 0...8 * 99)])
    func changes(usesColumns: Bool, growth: ClosedRange<Int>) async throws {
        var options = SyncOptions()
        options.usesColumns = usesColumns
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try writer.make()
        try await settle([writer, reader])
        var sent: [Int] = []
        var received: [Int] = []
        for count in [1, 100] {
            try writer.edit { edit in
                for number in 0..<count {
                    _ = try edit.edit(
                        .id(id), writes: [FieldWrite("fee_vnd", .integer(Int64(number) + 10_000))])
                }
            }
            sent.append(Cost(try await writer.sync(options)).sent)
            received.append(Cost(try await reader.sync(options)).received)
        }
        // Without its frame of a few hundred bytes, a change of one field is less than 100.
        #expect(growth.contains(sent[1] - sent[0]), "\(sent)")
        #expect(growth.contains(received[1] - received[0]), "\(received)")
    }
}
