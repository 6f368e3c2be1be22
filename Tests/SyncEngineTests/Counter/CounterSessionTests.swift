import CentralEngine
import CounterEngine
import CounterFiles
import Dossiers
import SQLiteStore
import Replication
import TestSupport
import Testing
import Wire

@Suite("A counter syncs with central")
struct CounterSessionTests {
    @Test("what one desk writes, central and the other desk of its office get")
    func writesReachTheOtherDesk() async throws {
        let fleet = try Fleet()
        let (first, second) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let made = try first.edit {
            try $0.make(.dossier, writes: [FieldWrite("applicant_name", .text("Nguyễn An"))])
        }
        let pushed = try await first.sync()
        #expect(pushed.outcome == .synced)
        #expect(pushed.accepted == 1)
        let pulled = try await second.sync()
        #expect(pulled.outcome == .synced)
        #expect(
            try second.states()[made.record]?["applicant_name"].first?.value
                == .text("Nguyễn An"))
        #expect(try first.states() == second.states())
    }

    @Test("nothing to do takes one round trip")
    func nothingToDo() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        _ = try await counter.sync()
        let report = try await counter.sync()
        #expect(report.outcome == .synced)
        #expect(report.roundTrips == 1)
        #expect(report.pulled == 0)
    }

    @Test("a session that syncs again counts the bytes of each sync alone")
    func trafficOfEachSync() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let session = try CounterSession(
            path: counter.path, transport: counter.transport, clock: counter.clock)
        let (first, second) = (try await session.sync(), try await session.sync())
        let total = counter.transport.traffic
        #expect(first.traffic.bytesSent + second.traffic.bytesSent == total.bytesSent)
        #expect(first.traffic.bytesReceived + second.traffic.bytesReceived == total.bytesReceived)
    }

    @Test("two desks that wrote the same field apart see a conflict, and a resolution settles it")
    func concurrentWrites() async throws {
        let fleet = try Fleet()
        let (first, second) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try first.edit {
            try $0.make(.dossier, writes: [FieldWrite("officer", .text("Lan"))]).record
        }
        _ = try await first.sync()
        _ = try await second.sync()
        try first.edit { try $0.edit(.id(id), writes: [FieldWrite("officer", .text("Hoa"))]) }
        try second.edit { try $0.edit(.id(id), writes: [FieldWrite("officer", .text("Minh"))]) }
        try second.edit { try $0.edit(.id(id), writes: [FieldWrite("fee_vnd", .integer(5000))]) }
        for counter in [first, second, first] {
            #expect(try await counter.sync().outcome == .synced)
        }
        #expect(try first.states()[id]?["officer"].count == 2)
        #expect(try first.states() == second.states())
        try first.edit { try $0.resolve(.id(id), "officer", value: .text("Hoa")) }
        for counter in [first, second] {
            #expect(try await counter.sync().conflicts == 0)
        }
        #expect(try second.states()[id]?["officer"].map(\.value) == [.text("Hoa")])
    }

    @Test("many small chunks, every other reply lost: all arrives, once")
    func lostReplies() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let other = try await fleet.enrol("A")
        for number in 0..<40 {
            try counter.edit {
                try $0.make(.dossier, writes: [FieldWrite("fee_vnd", .integer(Int64(number)))])
            }
        }
        var options = SyncOptions()
        options.pushBytes = 700
        options.pullBytes = 900
        var tries = 0
        while try await counter.sync(options).outcome != .synced {
            counter.transport.meet([nil, .replyLost])
            tries += 1
            #expect(tries < 60)
        }
        other.transport.meet([nil, .replyLost])
        #expect(try await other.sync(options).outcome == .interrupted)
        #expect(try await other.sync(options).outcome == .synced)
        #expect(try other.states().count == 42)
        #expect(try other.states() == counter.states())
    }
}
