import Causality
import CentralEngine
import CounterEngine
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@Suite("The receipt of a sync that was cut says what is known of it")
struct CutSyncReceiptTests: ReceiptSuite {
    @Test("a confirmation that is lost spoils no sync, and claims nothing")
    func confirmationLost() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        var options = SyncOptions()
        options.confirms = true
        counter.transport.meet([nil, .requestLost])
        #expect(try await counter.sync(options).outcome == .synced)
        #expect(try receipts(fleet, counter).first?.unconfirmed == 2)
        #expect(try lastComplete(fleet, counter) == nil)
        try fleet.editCentralTransaction { _ = try $0.revoke(counter.replica) }
        #expect(try await counter.sync(options).outcome == .denied)
    }

    @Test("a reply that was lost is not confirmed, nor by the request that asks again")
    func lostReply() async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        for _ in 0..<2 { _ = try await counter.sync() }
        let before = try lastComplete(fleet, counter)
        #expect(before != nil)
        try make(other, count: 3)
        _ = try await other.sync()
        counter.transport.meet([.replyLost])
        #expect(try await counter.sync().outcome == .interrupted)
        #expect(try receipts(fleet, counter).first?.unconfirmed == 3)
        #expect(try lastComplete(fleet, counter) == before)
        // A reply that is the last one is not of the sync before: each is a receipt.
        counter.transport.meet([.replyLost])
        _ = try await counter.sync()
        let lost = try receipts(fleet, counter)
        #expect(lost.prefix(2).map(\.unconfirmed) == [3, 3])
        #expect(try lastComplete(fleet, counter) == before)
        _ = try await counter.sync()
        _ = try await counter.sync()
        let all = try receipts(fleet, counter)
        #expect(all.prefix(4).map(\.isComplete) == [true, true, false, false])
        #expect(try lastComplete(fleet, counter) == all.first?.ended)
    }

    @Test("changes whose reply was lost are on central's disk by its receipt")
    func lostReceipt() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        _ = try await counter.sync()
        try make(counter, count: 2)
        counter.transport.meet([.replyLost])
        _ = try await counter.sync()
        let receipt = try #require(try receipts(fleet, counter).first)
        let (identity, _) = try counter.read { try $0.enrolledIdentity() }
        #expect([receipt.durableBefore, receipt.durable, receipt.accepted] == [0, 2, 2])
        #expect(receipt.durableHash == identity.chainHash)
        #expect(identity.pushedSeq == 0)
    }

    @Test("a refusal whose reply was lost is not confirmed")
    func lostRefusal() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        for _ in 0..<2 { _ = try await counter.sync() }
        try counter.plant(.procedure, writes: [FieldWrite("code", .text("P"))])
        counter.transport.meet([.replyLost])
        _ = try await counter.sync()
        #expect(try receipts(fleet, counter).first?.unconfirmed == 1)
        counter.transport.meet([.replyLost])
        _ = try await counter.sync()
        #expect(try receipts(fleet, counter).prefix(2).map(\.unconfirmed) == [1, 1])
        for _ in 0..<2 { _ = try await counter.sync() }
        #expect(try receipts(fleet, counter).first?.isComplete == true)
    }

    @Test("a push that was cut leaves a receipt that says what is to come")
    func cutPush() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        for _ in 0..<2 { _ = try await counter.sync() }
        let before = try lastComplete(fleet, counter)
        try make(counter, count: 6)
        var options = SyncOptions()
        options.pushBytes = 1
        counter.transport.meet([nil, nil, .requestLost])
        _ = try await counter.sync(options)
        let receipt = try #require(try receipts(fleet, counter).first)
        #expect(receipt.isOpen)
        #expect([receipt.durable, receipt.pending, receipt.exchanges] == [2, 4, 2])
        #expect(try lastComplete(fleet, counter) == before)
        // The rest follows at once and is the same sync; after a while it would be another.
        _ = try await counter.sync(options)
        let whole = try #require(try receipts(fleet, counter).first)
        #expect(whole.number == receipt.number)
        #expect([whole.durable, whole.pending, whole.exchanges] == [6, 0, 6])
        #expect(whole.isComplete)
        #expect(try lastComplete(fleet, counter) == whole.ended)
    }

    @Test("a sync that goes on after a long time has another receipt")
    func longGap() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        _ = try await counter.sync()
        try make(counter, count: 3)
        var options = SyncOptions()
        options.pushBytes = 1
        counter.transport.meet([nil, .requestLost])
        _ = try await counter.sync(options)
        fleet.clock.advance(milliseconds: ReceiptLimits.syncGapMilliseconds + 1)
        _ = try await counter.sync(options)
        let both = try receipts(fleet, counter).prefix(2)
        #expect(both.map(\.isOpen) == [false, true])
        #expect(both.map(\.durable) == [3, 1])
        #expect(both.map(\.durableBefore) == [1, 0])
    }

    @Test("a long first download is one receipt, and what its replies sent is confirmed one by one")
    func manyExchanges() async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try make(counter, count: 30)
        _ = try await counter.sync()
        var options = SyncOptions()
        options.pullBytes = 400
        other.transport.meet([nil, nil, .replyLost])
        _ = try await other.sync(options)
        let cut = try #require(try receipts(fleet, other).first)
        #expect(cut.isOpen)
        #expect(cut.unconfirmed > 0)
        #expect(cut.sent > cut.unconfirmed)
        #expect(cut.remaining > 0)
        _ = try await other.sync(options)
        let receipt = try #require(try receipts(fleet, other).first)
        #expect(receipt.number == cut.number)
        // 30 dossiers and 2 offices, and once more what was lost.
        #expect(receipt.sent == 32 + cut.unconfirmed)
        _ = try await other.sync(options)
        #expect(try receipts(fleet, other).map(\.isComplete) == [true, true])
    }
}
