import Causality
import CentralEngine
import CounterEngine
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@Suite("What a bundle brings and takes has a receipt at central")
struct BundleReceiptTests: ReceiptSuite {
    @Test("a bundle's reply is confirmed by what the device says next, and a bundle tells no time")
    func bundle() async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        for _ in 0..<2 { _ = try await counter.sync() }
        let before = try lastComplete(fleet, counter)
        try make(other, count: 3)
        _ = try await other.sync()
        try make(counter, count: 4)
        var options = SyncOptions()
        options.pushBytes = 1
        let reply = try await fleet.answer(fleet.bundle(from: counter, options))
        let sent = try #require(try receipts(fleet, counter).first)
        #expect(sent.durable == 4 && sent.pending == 0 && sent.exchanges >= 4)
        #expect([sent.sent, sent.unconfirmed] == [3, 3])
        #expect(!sent.isOpen && !sent.isComplete && sent.skewMilliseconds == nil)
        #expect(try lastComplete(fleet, counter) == before)
        #expect(try await counter.apply(reply).report.outcome == .synced)
        #expect(try await counter.sync().outcome == .synced)
        #expect(try receipts(fleet, counter).first?.isComplete == true)
        #expect(try receipts(fleet, counter).map(\.unconfirmed).max() == 0)
    }

    @Test("what a link lost is not confirmed by central's going on in the device's place")
    func bundleAfterLostReply() async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        for _ in 0..<2 { _ = try await counter.sync() }
        try make(other, count: 3)
        _ = try await other.sync()
        counter.transport.meet([.replyLost])
        #expect(try await counter.sync().outcome == .interrupted)
        try make(other, count: 3)
        _ = try await other.sync()
        var options = SyncOptions()
        options.pullBytes = 1
        _ = try await fleet.answer(fleet.bundle(from: counter, options))
        let all = try receipts(fleet, counter)
        #expect(all.map(\.unconfirmed).prefix(2) == [6, 3])
    }

    @Test("a bundle to which there is no answer but the receipt leaves a complete device")
    func bundleWithoutItems() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        for _ in 0..<2 { _ = try await counter.sync() }
        try make(counter, count: 2)
        _ = try await fleet.answer(fleet.bundle(from: counter))
        #expect(try receipts(fleet, counter).first?.isComplete == true)
    }
}
