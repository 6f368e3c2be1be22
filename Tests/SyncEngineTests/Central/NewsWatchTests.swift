import Crypto
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("Who waits is woken by what concerns him")
struct NewsWatchTests {
    /// A fleet with a device of each of two offices, both waiting.
    private struct Hall {
        let fleet: Fleet
        let watch: NewsWatch<CentralDatabase>
        let a: TestCounter
        let b: TestCounter
        /// Another of the second office: a new desk is news for all, in the catalog.
        let other: TestCounter
        let ticketA: NewsTicket
        let ticketB: NewsTicket

        init() async throws {
            fleet = try Fleet()
            a = try await fleet.enrol("A")
            b = try await fleet.enrol("B")
            other = try await fleet.enrol("B")
            try await settle([a, b])
            watch = try NewsWatch(CentralDatabase(at: fleet.centralPath))
            ticketA = watch.begin(office: "A", replica: a.replica, seconds: 1_000)
            ticketB = watch.begin(office: "B", replica: b.replica, seconds: 1_000)
        }

        /// Waits for both until all of these have been woken; who else was.
        func others(than expected: Set<String>) async -> Set<String> {
            await withTaskGroup(of: (String, Bool).self) { group in
                group.addTask { ("A", await watch.news(for: ticketA)) }
                group.addTask { ("B", await watch.news(for: ticketB)) }
                var woken = Set<String>()
                while !expected.isSubset(of: woken), let (name, isNews) = await group.next() {
                    if isNews { woken.insert(name) }
                }
                // Those that nothing has woken by now hear of the end.
                group.cancelAll()
                for await (name, isNews) in group where isNews { woken.insert(name) }
                return woken.subtracting(expected)
            }
        }
    }

    @Test("a change wakes its office, and no other")
    func scope() async throws {
        let hall = try await Hall()
        async let others = hall.others(than: ["B"])
        let other = hall.other
        try other.edit { _ = try $0.make(.dossier, writes: [FieldWrite("fee_vnd", .integer(1))]) }
        #expect(try await other.sync().outcome == .synced)
        #expect(await others.isEmpty)
        #expect(hall.watch.waiterCount == 2)
        hall.watch.end(hall.ticketA)
        hall.watch.end(hall.ticketB)
        #expect(hall.watch.waiterCount == 0)
    }

    @Test("the catalog, and another epoch, wake everybody")
    func all() async throws {
        let hall = try await Hall()
        async let others = hall.others(than: ["A", "B"])
        try hall.fleet.editCentral {
            _ = try $0.make(.procedure, writes: [FieldWrite("name", .text("P"))])
        }
        #expect(await others.isEmpty)
        let second = try await Hall()
        async let none = second.others(than: ["A", "B"])
        try second.fleet.editCentralTransaction { try $0.beginEpoch(77, cause: .told) }
        #expect(await none.isEmpty)
    }

    @Test("an admin's request and a revocation wake the device, and no other")
    func devices() async throws {
        let hall = try await Hall()
        async let others = hall.others(than: ["A"])
        try hall.fleet.editCentralTransaction { _ = try $0.requestSync(office: "A") }
        #expect(await others.isEmpty)
        let second = try await Hall()
        async let none = second.others(than: ["B"])
        try second.fleet.editCentralTransaction { _ = try $0.revoke(second.b.replica) }
        #expect(await none.isEmpty)
    }

    @Test("what was written between entering and waiting is not missed")
    func between() async throws {
        let hall = try await Hall()
        try hall.fleet.editCentralTransaction { _ = try $0.requestSync(office: nil) }
        #expect(await hall.watch.news(for: hall.ticketA))
        #expect(await hall.watch.news(for: hall.ticketB))
        hall.watch.ring(hall.a.replica)
        #expect(await hall.watch.news(for: hall.ticketA))
    }

    @Test("the wait ends with its time, when it is cancelled, and when it was ended before")
    func ends() async throws {
        let hall = try await Hall()
        let short = hall.watch.begin(office: "C", replica: hall.a.replica, seconds: 1)
        #expect(await hall.watch.news(for: short) == false)
        let waiting = Task { await hall.watch.news(for: hall.ticketA) }
        waiting.cancel()
        #expect(await waiting.value == false)
        hall.watch.end(hall.ticketB)
        #expect(await hall.watch.news(for: hall.ticketB) == false)
    }

    @Test("of waits that end without news the first is written down, and no more")
    func noted() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try await settle([counter])
        var request = SyncRequest(
            replica: counter.replica, cursor: nil, chain: ChainEnd(seq: 0, hash: .zero),
            time: counter.clock.now())
        request.cursor = try await fleet.node.exchange(request, from: counter.replica).cursor
        request.waitSeconds = 50
        request.wantedBytes = 1
        let central = try fleet.openCentral()
        defer { central.close() }
        var versions = [try central.dataVersion]
        for _ in 0..<3 {
            let (waits, begun) = AsyncStream<Void>.makeStream()
            let patient = request
            let waiting = Task {
                try await fleet.node.exchange(
                    patient, from: counter.replica,
                    WaitingRequest { if $0 { begun.yield() } })
            }
            for await _ in waits { break }
            waiting.cancel()
            _ = try await waiting.value
            versions.append(try central.dataVersion)
        }
        #expect(versions[1] != versions[0] && versions[3] == versions[2])
    }

    @Test("a token that is replaced while a request waits hears of nothing more")
    func token() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try await settle([counter])
        let stolen = try #require(try counter.read { try $0.identity()?.token })
        var request = SyncRequest(
            replica: counter.replica, cursor: nil, chain: ChainEnd(seq: 0, hash: .zero),
            time: counter.clock.now())
        request.cursor = try await fleet.node.exchange(request, from: counter.replica).cursor
        request.waitSeconds = 50
        let (waits, begun) = AsyncStream<Void>.makeStream()
        let thief = request
        let holder = try await fleet.node.holder(ofPresented: stolen)
        async let reply = fleet.node.exchange(
            thief, from: counter.replica,
            WaitingRequest(of: holder) { if $0 { begun.yield() } })
        for await _ in waits { break }
        var options = SyncOptions()
        options.takesNewToken = true
        #expect(try await counter.sync(options).outcome == .synced)
        do {
            _ = try await reply
            Issue.record("it was answered")
        } catch {
            #expect(error as? SyncFailure == .tokenReplaced(generation: 1))
        }
    }
}
