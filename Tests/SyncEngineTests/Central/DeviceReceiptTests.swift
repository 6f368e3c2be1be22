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

@Suite("Every sync of a device leaves a receipt at central, which never says more than is known")
struct DeviceReceiptTests: ReceiptSuite {
    @Test("items that were sent are not confirmed before the device's next request")
    func confirmation() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        #expect(try await counter.sync().outcome == .synced)
        let first = try #require(try receipts(fleet, counter).first)
        #expect([first.sent, first.unconfirmed] == [2, 2])
        #expect(!first.isOpen)
        #expect(!first.isComplete)
        #expect(try lastComplete(fleet, counter) == nil)
        _ = try await counter.sync()
        let both = try receipts(fleet, counter)
        #expect(both.map(\.isComplete) == [true, true])
        #expect(both.map(\.sent) == [0, 2])
        #expect(try lastComplete(fleet, counter) == both.first?.ended)
    }

    @Test("a sync that confirms tells central in the same run, and leaves one receipt")
    func confirmedAtOnce() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        var options = SyncOptions()
        options.confirms = true
        let report = try await counter.sync(options)
        #expect(report.outcome == .synced && report.roundTrips == 2)
        let all = try receipts(fleet, counter)
        #expect(all.map(\.isComplete) == [true])
        #expect(try lastComplete(fleet, counter) == all.first?.ended)
        // With nothing to confirm it is one exchange, as ever.
        #expect(try await counter.sync(options).roundTrips == 1)
    }

    @Test("what came up from a machine counts by whichever of its identities said it last")
    func machineArrived() async throws {
        let fleet = try Fleet()
        let device = try await fleet.enrol("A")
        _ = try await device.sync()
        let stored = try fleet.readCentral { try #require(try $0.device(device.replica)) }
        func arrived(_ days: [Int64?]) throws -> Int64? {
            var identities: [Device] = []
            for (place, day) in days.enumerated() {
                var identity = stored
                identity.replica = ReplicaID(UInt64(place) + 1)
                identity.enrolledAt = Timestamp(milliseconds: Int64(place) * 10)
                identity.lastExchange = Timestamp(milliseconds: Int64(place) * 10 + 5)
                identity.lastArrived = day.map(Timestamp.init(milliseconds:))
                identity.copyOf = place == 0 ? nil : identities[place - 1].replica
                identities.append(identity)
            }
            let machines = Machine.grouped(identities)
            try #require(machines.count == 1)
            #expect(machines[0].identities.map(\.replica) == identities.map(\.replica))
            return machines[0].lastArrived?.milliseconds
        }
        #expect(try arrived([5, 15]) == 15)
        #expect(try arrived([5, nil]) == 5)
        #expect(try arrived([5, 12, nil, 35]) == 35)
        #expect(try arrived([nil, nil]) == nil)
    }

    @Test("who begins to wait at central confirms by that, before the wait is over")
    func confirmedByWaiting() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        _ = try await counter.sync()
        let session = try CounterSession(
            path: counter.path, transport: counter.transport, clock: counter.clock)
        let wait = Task { try await session.waitForNews(seconds: 50) }
        while try lastComplete(fleet, counter) == nil { await Task.yield() }
        #expect(try receipts(fleet, counter).map(\.isComplete) == [true])
        wait.cancel()
        _ = try? await wait.value  // cancelled
    }

    @Test("what has come up is known at once, and not before all of it has")
    func arrival() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        func arrived() throws -> Timestamp? {
            try fleet.readCentral { try $0.device(counter.replica)?.lastArrived }
        }
        /// Whether that was just now: the clock goes on by a millisecond with each look.
        func isFresh(_ time: Timestamp?) -> Bool {
            time.map { fleet.clock.now().milliseconds - $0.milliseconds < 1_000 } ?? false
        }
        fleet.clock.advance(milliseconds: 10_000)
        _ = try await counter.sync()
        let before = try arrived()
        #expect(isFresh(before))
        fleet.clock.advance(milliseconds: 60_000)
        try make(counter, count: 60)
        var options = SyncOptions()
        options.pushBytes = 1_024
        counter.transport.meet([nil, .requestLost])
        #expect(try await counter.sync(options).outcome == .interrupted)
        #expect(try arrived() == before)
        #expect(try fleet.readCentral { try $0.device(counter.replica)?.pending } ?? 0 > 0)
        _ = try await counter.sync()
        #expect(try isFresh(arrived()))
    }

    @Test("a restored central knows that it lacks what a device takes for delivered")
    func arrivalAfterRestoration() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try await settle([counter])
        let backup = try fleet.backUpCentral()
        try make(counter, count: 3)
        try await settle([counter])
        try fleet.restoreCentral(from: backup)
        fleet.clock.advance(milliseconds: 60_000)
        let before = try fleet.readCentral { try $0.device(counter.replica)?.lastArrived }
        let session = try CounterSession(
            path: counter.path, transport: counter.transport, clock: counter.clock)
        #expect(try await session.waitForNews(seconds: 1) == true)
        let device = try #require(try fleet.readCentral { try $0.device(counter.replica) })
        #expect(device.pending == 3)
        #expect(device.lastArrived == before)
    }

    @Test("states that were asked for are confirmed when they are not asked for again")
    func fetchedStates() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try make(counter)
        for _ in 0..<2 { _ = try await counter.sync() }
        let (identity, _) = try counter.read { try $0.enrolledIdentity() }
        let dossier = try #require(try counter.states().values.first { $0.kind == .dossier })
        var request = SyncRequest(
            replica: counter.replica,
            cursor: identity.cursor.map { Cursor(position: $0.position, hash: $0.hash) },
            chain: ChainEnd(seq: identity.seq, hash: identity.chainHash), time: counter.clock.now())
        request.epoch = identity.epoch.map {
            KnownEpoch(epoch: $0, acknowledgedSeq: identity.acknowledgedSeq, formerSeq: 0)
        }
        request.fetchedRecords = [dossier.id]
        for _ in 0..<2 {
            let reply = try await fleet.node.exchange(request, from: counter.replica)
            #expect(reply.itemCount == 1)
            #expect(reply.cursor == request.cursor)
            #expect(try receipts(fleet, counter).first?.isComplete == false)
        }
        #expect(try receipts(fleet, counter).prefix(2).map(\.unconfirmed) == [1, 1])
        request.fetchedRecords = []
        _ = try await fleet.node.exchange(request, from: counter.replica)
        #expect(try receipts(fleet, counter).prefix(3).map(\.unconfirmed) == [0, 0, 1])
    }

    @Test("syncs in a row with nothing to do are one receipt")
    func idleRun() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        _ = try await counter.sync()
        for _ in 0..<25 { _ = try await counter.sync() }
        var all = try receipts(fleet, counter)
        #expect(all.map(\.times) == [25, 1])
        #expect(all.first?.isComplete == true)
        #expect(all.first?.exchanges == 25)
        #expect(try lastComplete(fleet, counter) == all.first?.ended)
        try make(counter)
        for _ in 0..<3 { _ = try await counter.sync() }
        all = try receipts(fleet, counter)
        #expect(all.map(\.times) == [2, 1, 25, 1])
    }

    @Test("digests that differ are no complete sync, until the repair is over")
    func repair() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        try make(counter)
        for _ in 0..<2 { _ = try await counter.sync() }
        let (identity, _) = try counter.read { try $0.enrolledIdentity() }
        var request = SyncRequest(
            replica: counter.replica,
            cursor: identity.cursor.map { Cursor(position: $0.position, hash: $0.hash) },
            chain: ChainEnd(seq: identity.seq, hash: identity.chainHash), time: counter.clock.now())
        let complete = try lastComplete(fleet, counter)
        let none = [Digest](repeating: Digest(), count: 256)
        request.bucketDigests = BucketDigests(none, from: 0)
        let reply = try await fleet.node.exchange(request, from: counter.replica)
        #expect(reply.bucketListing?.buckets.isEmpty == false)
        #expect(try receipts(fleet, counter).first?.isComplete == false)
        #expect(try lastComplete(fleet, counter) == complete)
        _ = try await counter.sync()
        #expect(try receipts(fleet, counter).first?.isComplete == true)
    }

    @Test("the last receipts of each device stay, and its last complete one")
    func retention() async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        for _ in 0..<2 { _ = try await counter.sync() }
        _ = try await other.sync()
        let database = try fleet.openCentral()
        defer { database.close() }
        try database.write(now: fleet.clock.now()) { transaction in
            for number in 0..<ReceiptLimits.centralRowsPerDeviceMax + 20 {
                var receipt = DeviceReceipt(
                    device: counter.replica, began: Timestamp(milliseconds: Int64(number)),
                    epoch: 1, durable: 0, durableHash: .zero)
                receipt.pending = 1
                try transaction.save(receipt, after: nil)
            }
        }
        let mine = try database.deviceReceipts(device: counter.replica)
        #expect(mine.count == ReceiptLimits.centralRowsPerDeviceMax + 1)
        #expect(mine.count { $0.isComplete } == 1)
        #expect(try database.deviceReceipts(office: "B").count == 1)
        #expect(
            try database.deviceReceipts(last: 3).map(\.device)
                == Array(repeating: counter.replica, count: 3))
        #expect(try database.lastDeviceReceipts().keys.count == 2)
    }
}
