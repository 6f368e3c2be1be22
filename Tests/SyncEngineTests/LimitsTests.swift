import CentralEngine
import CounterEngine
import Dossiers
import SQLiteStore
import Replication
import Synchronization
import TestSupport
import Testing
import Wire

@Suite("Limits are given to a node and a session as values")
struct LimitsTests {
    /// What a first download of some records takes, and in how many exchanges.
    private func download(
        _ central: CentralLimits, _ counter: CounterLimits
    ) async throws -> SyncReport {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        for number in Int64(0)..<40 {
            _ = try writer.make([FieldWrite("fee_vnd", .integer(number))])
        }
        try await settle([writer])
        try fleet.startCentral(limits: central)
        let report = try await reader.sync(limits: counter)
        #expect(report.outcome == .synced)
        try expectConverged(fleet, [writer, reader])
        return report
    }

    @Test("the pages of a reply are as small as the smaller of both ends says")
    func pages() async throws {
        #expect(try await download(.standard, .standard).roundTrips == 1)
        #expect(try await download(.tiny, .standard).roundTrips > 4)
        #expect(try await download(.standard, .tiny).roundTrips > 4)
        #expect(try await download(.tiny, .tiny).roundTrips > 4)
    }

    @Test("a push goes in chunks, and is checked and taken, however small all of it is")
    func pushes() async throws {
        let fleet = try Fleet()
        try fleet.startCentral(limits: .tiny)
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        for _ in 0..<60 { _ = try writer.make() }
        let report = try await writer.sync(limits: .tiny)
        #expect(report.outcome == .synced && report.accepted == 60)
        #expect(report.roundTrips > 4)
        #expect(try await reader.sync(limits: .tiny).outcome == .synced)
        try expectConverged(fleet, [writer, reader])
    }

    @Test("of more tokens than are remembered, each is still its device's")
    func tokens() async throws {
        let fleet = try Fleet()
        try fleet.startCentral(limits: .tiny)
        let counters = [
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B"),
        ]
        for _ in 0..<2 {
            for counter in counters {
                _ = try counter.make()
                #expect(try await counter.sync().outcome == .synced)
            }
        }
        try await settle(counters)
        try expectConverged(fleet, counters)
    }

    @Test("who asks for records one by one that central has lost comes to the end of them")
    func lostRecords() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let backup = try fleet.backUpCentral()
        for _ in 0..<8 { _ = try writer.make() }
        try await settle([writer, reader])
        try fleet.restoreCentral(from: backup)
        let asked = Mutex<Set<RecordID>>([])
        reader.transport.onRequest { request in
            let records = request.fetchedRecords
            asked.withLock { $0.formUnion(records) }
        }
        let report = try await reader.sync(limits: .tiny)
        #expect(asked.withLock(\.count) == 8)
        // Only the writer has what central lost.
        #expect(report.outcome == .diverged, "\(report.failure.map { "\($0)" } ?? "")")
        try await settle([writer, reader])
        try expectConverged(fleet, [writer, reader])
    }
}
