import CentralEngine
import CounterEngine
import Dossiers
import SQLiteStore
import Replication
import Synchronization
import TestSupport
import Testing
import Wire

@Suite("A first download in small pages")
struct FirstDownloadTests {
    @Test(
        "cut at every page while others write: ends with everything, and no page comes twice",
        arguments: [LinkFault.replyLost, .requestLost, .replyTruncated])
    func cutAtEveryPage(fault: LinkFault) async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        var ids: [RecordID] = []
        for number in Int64(0)..<12 {
            ids.append(try writer.make([FieldWrite("fee_vnd", .integer(number))]))
        }
        try await settle([writer])
        var options = SyncOptions()
        options.pullBytes = 200
        var (syncs, pulled) = (0, UInt64(0))
        while true {
            reader.transport.meet([nil, fault])
            let report = try await reader.sync(options)
            pulled += report.pulled
            syncs += 1
            if report.outcome == .synced { break }
            #expect(report.outcome == .interrupted || fault == .replyTruncated)
            #expect(report.pulled > 0, "each sync that lets a page through gets on")
            try #require(syncs < 40)
            if syncs < 8 {
                try writer.set(ids[syncs], "officer", .text("Lan \(syncs)"))
                ids.append(try writer.make())
                #expect(try await writer.sync().outcome == .synced)
            }
        }
        #expect(syncs > 5, "the pages are small")
        try expectConverged(fleet, [writer, reader])
        // 2 offices, the dossiers, and what was written meanwhile: at most twice each change.
        #expect(pulled <= UInt64(2 + ids.count + 16))
    }

    @Test("what remains is counted down to nothing")
    func remaining() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        for _ in 0..<9 { _ = try writer.make() }
        try await settle([writer])
        let seen = Mutex<[UInt64]>([])
        reader.transport.onReply { reply in seen.withLock { $0.append(reply.remainingCount) } }
        var options = SyncOptions()
        options.pullBytes = 1
        #expect(try await reader.sync(options).pulled == 11)
        let counts = seen.withLock { $0 }
        #expect(counts.prefix(11) == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
        #expect(counts.dropFirst(11).allSatisfy { $0 == 0 })
    }

    @Test("a page in which no record of the office stands does not stop the download")
    func onlyOthersRecords() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        for _ in 0..<3 {
            _ = try a.make()
            _ = try b.make()
            try await settle([a, b])
        }
        let fresh = try await fleet.enrol("B")
        var options = SyncOptions()
        options.pullBytes = 1
        #expect(try await fresh.sync(options).outcome == .synced)
        try await settle([a, b])
        try expectConverged(fleet, [a, b, fresh])
    }
}

@Suite("Writes while a sync runs")
struct WritesDuringSyncTests {
    @Test("what is written before the last reply arrives is pushed before it says synced")
    func writtenMeanwhile() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        _ = try counter.make()
        let left = Mutex(3)
        let made = Mutex<[RecordID]>([])
        // The hook holds the counter, which holds the link.
        defer { counter.transport.onReply(nil) }
        counter.transport.onReply { _ in
            guard
                left.withLock({
                    $0 -= 1; return $0 >= 0
                })
            else { return }
            let id = try counter.make()
            made.withLock { $0.append(id) }
        }
        let report = try await counter.sync()
        #expect(report.outcome == .synced)
        #expect(report.pending == 0)
        #expect(report.accepted == 4)
        let ids = made.withLock { $0 }
        #expect(ids.count == 3)
        for id in ids { #expect(try fleet.readCentral { try $0.state(of: .id(id)) } != nil) }
        try expectConverged(fleet, [counter])
    }

    @Test("two sessions over one file and several writers at once end with everything")
    func sessionsAtOnce() async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try counter.make()
        try await settle([counter, other])
        let second = counter.withOwnLink(slot: fleet.slot)
        var options = SyncOptions()
        options.pushBytes = 1
        options.pullBytes = 1
        for round in Int64(0)..<4 {
            try counter.plant(.dossier, record: id, writes: [FieldWrite("fee_vnd", .integer(-1))])
            try counter.set(id, "fee_vnd", .integer(round))
            try other.set(id, "officer", .text("\(round)"))
            async let one = counter.sync(options)
            async let two = second.sync(options)
            async let three = other.sync(options)
            _ = try await (one, two, three)
        }
        try await settle([counter, other, second])
        try expectConverged(fleet, [counter, other])
        #expect(try counter.read { try $0.refusedCount() } == 4)
    }
}
