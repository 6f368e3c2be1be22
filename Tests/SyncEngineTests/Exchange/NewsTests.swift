import CentralEngine
import CounterEngine
import CounterFiles
import Dossiers
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@Suite("Waiting at central for news")
struct NewsTests {
    private func session(_ counter: TestCounter) throws -> FileSession {
        try CounterSession(
            path: counter.path, transport: counter.transport, clock: counter.clock)
    }

    private func isRequested(_ fleet: Fleet, _ counter: TestCounter) throws -> Bool? {
        try fleet.readCentral { try $0.device(counter.replica)?.isSyncRequested }
    }

    /// Two desks of an office that hold all there is.
    private func settled(_ fleet: Fleet) async throws -> (TestCounter, TestCounter) {
        let desks = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([desks.0, desks.1])
        return desks
    }

    @Test(
        "without news it says so when the time is over, and with news at once; it takes nothing in")
    func news() async throws {
        let fleet = try Fleet()
        let (counter, other) = try await settled(fleet)
        let session = try session(counter)
        #expect(try await session.waitForNews(seconds: 1) == false)
        try other.edit { _ = try $0.make(.dossier, writes: [FieldWrite("fee_vnd", .integer(1))]) }
        _ = try await other.sync()
        let before = try counter.read { try $0.identity()?.cursor?.position }
        #expect(try await session.waitForNews(seconds: 50) == true)
        #expect(try counter.read { try $0.identity()?.cursor?.position } == before)
        #expect(try counter.states().count < other.states().count)
        #expect(try await counter.sync().outcome == .synced)
        #expect(try await session.waitForNews(seconds: 1) == false)
    }

    @Test("news that comes while it waits ends the wait")
    func newsMeanwhile() async throws {
        let fleet = try Fleet()
        let (counter, other) = try await settled(fleet)
        let session = try session(counter)
        async let isNews = session.waitForNews(seconds: 50)
        try other.edit { _ = try $0.make(.dossier, writes: [FieldWrite("fee_vnd", .integer(1))]) }
        _ = try await other.sync()
        #expect(try await isNews == true)
    }

    @Test("an admin's request ends the wait, and counts as heard only when the sync comes")
    func adminAsks() async throws {
        let fleet = try Fleet()
        let (counter, _) = try await settled(fleet)
        let session = try session(counter)
        try fleet.editCentralTransaction { _ = try $0.requestSync(office: nil) }
        // The word of it may be lost on its way.
        counter.transport.meet([.replyLost])
        await #expect(throws: SyncFailure.self) { try await session.waitForNews(seconds: 50) }
        #expect(try isRequested(fleet, counter) == true)
        #expect(try await session.waitForNews(seconds: 50) == true)
        #expect(try isRequested(fleet, counter) == true)
        #expect(try await counter.sync().outcome == .synced)
        #expect(try isRequested(fleet, counter) == false)
    }

    @Test("with something to push, or a central in a new epoch, there is no need to wait")
    func noNeed() async throws {
        let fleet = try Fleet()
        let (counter, _) = try await settled(fleet)
        let session = try session(counter)
        try counter.edit { _ = try $0.make(.dossier, writes: [FieldWrite("fee_vnd", .integer(1))]) }
        counter.transport.setDown(true)
        #expect(try await session.waitForNews(seconds: 50) == true)
        counter.transport.setDown(false)
        _ = try await counter.sync()
        try fleet.editCentralTransaction {
            try $0.beginEpoch(77, cause: .told)
        }
        #expect(try await session.waitForNews(seconds: 50) == true)
    }
}
