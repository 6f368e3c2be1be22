import Administration
import Causality
import CentralEngine
import CentralServer
import SQLiteStore
import Store
import TestSupport
import Testing

/// What is noted of an exchange is written late, and never later than somebody asks.
@Suite("Who asks central hears of the sync that has just ended", .timeLimit(.minutes(5)))
struct HousekeepingTests {
    private let fleet: Fleet

    init() throws {
        fleet = try Fleet(offices: ["A"])
    }

    /// A device that has synced twice, with the second sync only noted.
    private func noted() async throws -> (replica: ReplicaID, before: Timestamp?) {
        let counter = try await fleet.enrol("A")
        for _ in 0..<2 { _ = try await counter.sync() }
        try fleet.startCentral(limits: .noting(after: .seconds(86_400)))
        let before = try complete(counter.replica)
        _ = try await counter.sync()
        #expect(try complete(counter.replica) == before)
        return (counter.replica, before)
    }

    private func complete(_ replica: ReplicaID) throws -> Timestamp? {
        try fleet.readCentral { try $0.device(replica)?.lastComplete }
    }

    @Test("a command in another process, by the door of the one that serves")
    func command() async throws {
        let (replica, before) = try await noted()
        Housekeeping.writeNotes(besides: fleet.centralPath)
        #expect(try complete(replica) == before, "nobody serves yet")
        let status = ServingStatus(
            url: "http://127.0.0.1:1", since: fleet.clock.now(), connectionsMax: 1,
            connectionsPerAddressMax: 1, trustedProxies: [])
        let housekeeping = Housekeeping(of: fleet.node, besides: fleet.centralPath) { status }
        Housekeeping.writeNotes(besides: fleet.centralPath, secondsMax: 250)
        let after = try complete(replica)
        #expect(try #require(after) > #require(before))
        await housekeeping.end()
    }

    @Test("the admin API")
    func api() async throws {
        let (replica, before) = try await noted()
        let seen = try await fleet.node.consult { try $0.device(replica)?.lastComplete }
        #expect(try #require(seen) > #require(before))
    }
}
