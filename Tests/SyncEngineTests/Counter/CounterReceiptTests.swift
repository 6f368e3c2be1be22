import Causality
import CentralEngine
import CounterEngine
import CounterFiles
import Crypto
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@Suite("Every sync leaves a receipt at the counter")
struct CounterReceiptTests {
    private func make(_ counter: TestCounter, count: Int = 1) throws {
        for number in 0..<count {
            try counter.edit {
                try $0.make(.dossier, writes: [FieldWrite("fee_vnd", .integer(Int64(number)))])
            }
        }
    }

    @Test("a complete sync says what is at central, with both digests and central's time")
    func complete() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try make(counter, count: 3)
        fleet.clock.advance(milliseconds: 90_000)
        let report = try await counter.sync()
        let receipt = try #require(try counter.read { try $0.counterReceipts() }.first)
        let (identity, _) = try counter.read { try $0.enrolledIdentity() }
        #expect(receipt.outcome == "synced")
        #expect(receipt.isComplete)
        #expect(receipt.durableBefore == 0)
        #expect(receipt.durable == 3)
        #expect(receipt.durableHash == identity.chainHash)
        #expect(
            [receipt.pushed, receipt.accepted, receipt.refused, receipt.pending] == [3, 3, 0, 0])
        #expect(receipt.pulled == report.pulled)
        #expect(receipt.exchanges == UInt64(report.roundTrips))
        #expect(receipt.bytesSent == UInt64(report.traffic.bytesSent))
        #expect(receipt.bytesReceived == UInt64(report.traffic.bytesReceived))
        #expect(receipt.digest == report.digest?.hash)
        #expect(receipt.centralDigest == receipt.digest)
        #expect(receipt.epoch == identity.epoch)
        let skew = try #require(receipt.skewMilliseconds)
        #expect((-91_000 ... -89_000).contains(skew))
        #expect(report.centralSkewMilliseconds == -skew)
    }

    @Test("syncs in a row with nothing to do are one receipt, until there is something to do")
    func idleRun() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try make(counter)
        _ = try await counter.sync()
        for _ in 0..<40 { _ = try await counter.sync() }
        var receipts = try counter.read { try $0.counterReceipts() }
        #expect(receipts.map(\.times) == [40, 1])
        #expect(receipts[0].exchanges == 40)
        #expect(receipts[0].ended > receipts[0].began)
        #expect(receipts[0].isComplete)
        try make(counter)
        _ = try await counter.sync()
        _ = try await counter.sync()
        receipts = try counter.read { try $0.counterReceipts() }
        #expect(receipts.map(\.times) == [1, 1, 40, 1])
        #expect(receipts[1].durableBefore == 1)
        #expect(receipts[1].durable == 2)
    }

    @Test("tries that reach nobody are one receipt, with what is held by now")
    func unreachableRun() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        _ = try await counter.sync()
        counter.transport.setDown(true)
        for _ in 0..<7 {
            try make(counter)
            _ = try await counter.sync()
        }
        let receipts = try counter.read { try $0.counterReceipts() }
        #expect(receipts.map(\.times) == [7, 1])
        #expect(receipts[0].failure == "unreachable")
        #expect(receipts[0].pending == 7)
        #expect(receipts[0].digest == nil)
        #expect(!receipts[0].isComplete)
    }

    @Test("a sync that was cut says what central had taken, and what is held")
    func cut() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try make(counter, count: 6)
        var options = SyncOptions()
        options.pushBytes = 1
        counter.transport.meet([nil, nil, .replyLost])
        _ = try await counter.sync(options)
        let receipt = try #require(try counter.read { try $0.counterReceipts() }.first)
        #expect(receipt.outcome == "interrupted")
        #expect(receipt.failure == "interrupted")
        // Central has the third too, but this counter has not heard of it.
        #expect([receipt.durable, receipt.pending, receipt.exchanges] == [2, 4, 2])
        #expect(receipt.digest == nil)
    }

    @Test("a sync that was killed leaves a receipt of how far it came")
    func killed() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try make(counter, count: 6)
        var options = SyncOptions()
        options.pushBytes = 1
        let copy = fleet.directory + "/killed.db"
        // What a machine has on its disk that dies before the fourth reply is applied.
        counter.transport.onReply { [path = counter.path] reply in
            if reply.accepted.seq == 4 { try Fleet.copyDatabase(path, to: copy) }
        }
        _ = try await counter.sync(options)
        let database = try CounterDatabase(path: copy)
        defer { database.close() }
        let receipts = try database.counterReceipts()
        #expect(receipts.map(\.outcome) == [nil])
        #expect(receipts.map(\.durable) == [3])
        #expect(receipts.map(\.pending) == [3])
        #expect(receipts.first?.isComplete == false)
        // The next sync has a receipt of its own.
        _ = try await CounterSession(
            path: copy, transport: DirectTransport(slot: fleet.slot), clock: counter.clock
        ).sync()
        #expect(try database.counterReceipts().map(\.outcome) == ["synced", nil])
    }

    @Test("refused changes are counted, and the receipt is complete all the same")
    func refused() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try make(counter)
        _ = try await counter.sync()
        try counter.plant(.procedure, writes: [FieldWrite("code", .text("P"))])
        try make(counter)
        _ = try await counter.sync()
        let receipt = try #require(try counter.read { try $0.counterReceipts() }.first)
        #expect(receipt.outcome == "refused")
        #expect([receipt.pushed, receipt.accepted, receipt.refused] == [2, 1, 1])
        #expect(receipt.durable == 3)
        let there = try #require(
            try fleet.readCentral { try $0.deviceReceipts(device: counter.replica) }.first)
        #expect([there.accepted, there.refused, there.durable] == [1, 1, 3])
    }

    @Test("the last receipts stay, and the last complete one however old it is")
    func retention() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        _ = try await counter.sync()
        let database = try counter.open()
        defer { database.close() }
        try database.write(now: counter.clock.now()) { transaction in
            for number in 0..<ReceiptLimits.counterRowsMax + 50 {
                var receipt = CounterReceipt(
                    began: Timestamp(milliseconds: Int64(number)), replica: counter.replica,
                    durable: 0, durableHash: .zero)
                receipt.outcome = "interrupted"
                receipt.failure = "interrupted"
                receipt.exchanges = 1
                try transaction.save(receipt, isOver: true)
            }
        }
        let receipts = try database.counterReceipts()
        #expect(receipts.count == ReceiptLimits.counterRowsMax + 1)
        #expect(receipts.last?.isComplete == true)
        #expect(receipts.count { $0.isComplete } == 1)
    }
}
