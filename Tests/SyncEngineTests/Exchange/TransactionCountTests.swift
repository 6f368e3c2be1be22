import Causality
import CentralEngine
import CounterEngine
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing

/// What an exchange costs central in transactions: an idle one a look, a small one a commit.
@Suite("Central's transactions are few")
struct TransactionCountTests {
    /// Longer than the test waits: what is only noted is written with something else, or not at all.
    private static let late = Duration.seconds(86_400)

    /// How often central's store was read and written in one sync.
    private struct Transactions: Equatable {
        var reads: Int
        var writes: Int

        init(_ work: [String: SQLiteWork]) {
            reads = work["BEGIN DEFERRED"]?.runs ?? 0
            writes = work["BEGIN IMMEDIATE"]?.runs ?? 0
        }

        init(reads: Int, writes: Int) {
            self.reads = reads
            self.writes = writes
        }
    }

    private func watched() async throws -> (fleet: Fleet, counters: [TestCounter]) {
        let fleet = try Fleet()
        let counters = [try await fleet.enrol("A"), try await fleet.enrol("A")]
        for counter in counters { _ = try await counter.sync() }
        for counter in counters { _ = try await counter.sync() }
        SQLiteWork.watch(fleet.centralPath)
        try fleet.startCentral(limits: .noting(after: Self.late))
        return (fleet, counters)
    }

    private func transactions(
        _ fleet: Fleet, _ body: () async throws -> SyncReport
    ) async throws -> Transactions {
        _ = SQLiteWork.take(fleet.centralPath)
        let report = try await body()
        #expect(report.outcome == .synced && report.roundTrips == 1)
        return Transactions(SQLiteWork.take(fleet.centralPath))
    }

    @Test("with nothing to do: one look, and no commit; one more for a token not seen before")
    func idle() async throws {
        let (fleet, counters) = try await watched()
        let first = try await transactions(fleet) { try await counters[0].sync() }
        #expect(first == Transactions(reads: 2, writes: 0))
        let idle = try await transactions(fleet) { try await counters[0].sync() }
        #expect(idle == Transactions(reads: 1, writes: 0))
    }

    @Test("with one change: one commit, which notes the sync too")
    func small() async throws {
        let (fleet, counters) = try await watched()
        _ = try counters[0].make()
        let small = try await transactions(fleet) { try await counters[0].sync() }
        #expect(small.writes == 1)
        let device = try #require(
            try fleet.readCentral { try $0.device(counters[0].replica) })
        #expect(device.seq == 1 && device.pending == 0)
        #expect(device.lastComplete == device.lastExchange)
        let receipt = try fleet.readCentral {
            try $0.deviceReceipts(device: counters[0].replica, last: 1).first
        }
        #expect(receipt?.isComplete == true && receipt?.accepted == 1)
    }

    @Test("what an idle exchange notes is written with the next commit, in its order")
    func late() async throws {
        let (fleet, counters) = try await watched()
        let before = try fleet.readCentral { try $0.device(counters[1].replica)?.lastComplete }
        #expect(try await counters[1].sync().outcome == .synced)
        #expect(
            try fleet.readCentral { try $0.device(counters[1].replica)?.lastComplete } == before)
        _ = try counters[0].make()
        #expect(try await counters[0].sync().outcome == .synced)
        let after = try fleet.readCentral { try $0.device(counters[1].replica)?.lastComplete }
        #expect(try #require(after) > #require(before))
    }

    @Test("it is written when central ends, and soon when nothing else is written")
    func atTheEnd() async throws {
        let (fleet, counters) = try await watched()
        let replica = counters[1].replica
        @Sendable func complete() throws -> Int64? {
            try fleet.readCentral { try $0.device(replica)?.lastComplete }?.milliseconds
        }
        let before = try #require(try complete())
        #expect(try await counters[1].sync().outcome == .synced)
        try await fleet.node.writeNotes()
        let ended = try #require(try complete())
        #expect(ended > before)
        try fleet.startCentral(limits: .noting(after: .milliseconds(10)))
        #expect(try await counters[1].sync().outcome == .synced)
        try await promptly {
            while try complete() == ended { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("a reply that a noted one follows at once counts as heard")
    func confirmed() async throws {
        let (fleet, counters) = try await watched()
        _ = try counters[0].make()
        #expect(try await counters[0].sync().outcome == .synced)
        // It brings something, and says in a request of its own that it arrived, before that is noted.
        var options = SyncOptions()
        options.confirms = true
        #expect(try await counters[1].sync(options).pulled == 1)
        try await fleet.node.writeNotes()
        let last = try fleet.readCentral {
            try $0.deviceReceipts(device: counters[1].replica, last: 1).first
        }
        let receipt = try #require(last)
        #expect(receipt.sent == 1 && receipt.unconfirmed == 0 && receipt.isComplete)
        let device = try fleet.readCentral { try $0.device(counters[1].replica) }
        #expect(device?.lastComplete == receipt.ended)
    }
}
