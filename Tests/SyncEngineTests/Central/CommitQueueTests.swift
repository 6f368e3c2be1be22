import Causality
import CentralEngine
import CounterEngine
import Crypto
import Dossiers
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@Suite("Exchanges that come at once share a commit")
struct CommitQueueTests {
    @Test("twenty devices push at once, some of them wrongly: each gets its own answer")
    func manyAtOnce() async throws {
        let fleet = try Fleet()
        var requests: [(device: RawDevice, request: SyncRequest, isGood: Bool)] = []
        for number in 0..<20 {
            var device = try await RawDevice(fleet, office: number.isMultiple(of: 2) ? "A" : "B")
            let office = number.isMultiple(of: 2) ? "A" : "B"
            var request = device.push([
                device.change(writes: [
                    FieldWrite("office", .text(office)),
                    FieldWrite("fee_vnd", .integer(Int64(number))),
                ])
            ])
            let isGood = number % 5 != 3
            if !isGood { request.push?.signature[0] ^= 1 }
            requests.append((device, request, isGood))
        }
        let replies = await withTaskGroup(of: (Int, Result<SyncReply, SyncFailure>).self) { group in
            for (number, one) in requests.enumerated() {
                group.addTask {
                    do throws(SyncFailure) {
                        return (number, .success(try await one.device.send(one.request)))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for (number, one) in requests.enumerated() {
            switch replies[number] {
            case .success(let reply)?:
                #expect(one.isGood)
                #expect(reply.accepted == ChainEnd(seq: 1, hash: one.device.chain.hash))
                #expect(reply.refusals.isEmpty)
            case .failure(let failure)?:
                #expect(!one.isGood)
                #expect(failure == .badSignature)
            case nil: Issue.record("no answer for \(number)")
            }
        }
        let fees = try fleet.readCentral { central in
            try central.statesByID().values.compactMap { $0["fee_vnd"].first?.value.integer }
        }
        #expect(fees.sorted() == (Int64(0)..<20).filter { $0 % 5 != 3 })
        for office in ["A", "B"] { try expectConverged(fleet, [try await synced(fleet, office)]) }
    }

    private func synced(_ fleet: Fleet, _ office: String) async throws -> TestCounter {
        let counter = try await fleet.enrol(office)
        #expect(try await counter.sync().outcome == .synced)
        return counter
    }

    @Test("one device that sends the same request many times at once has it taken once")
    func sameAtOnce() async throws {
        let fleet = try Fleet()
        var device = try await RawDevice(fleet, office: "A")
        let request = device.push([device.change(writes: [FieldWrite("office", .text("A"))])])
        let sender = device
        let accepted = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<8 { group.addTask { try await sender.send(request).accepted.seq } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(accepted == Array(repeating: 1, count: 8))
        #expect(try fleet.readCentral { try $0.recordCount(RecordFilter()) } == 3)
        try expectConverged(fleet, [try await synced(fleet, "A")])
    }
}

@Suite("An admin asks for a sync")
struct RequestSyncTests {
    private func requestSync(_ fleet: Fleet, _ office: String?) throws -> Int {
        let central = try fleet.openCentral()
        defer { central.close() }
        return try central.write(now: fleet.clock.now()) { try $0.requestSync(office: office) }
    }

    private func waiting(_ device: RawDevice, seconds: UInt64) async throws -> SyncRequest {
        var request = device.request()
        request.cursor = try await device.send(request).cursor
        request.waitSeconds = seconds
        return request
    }

    @Test("a waiting request is answered because of it, long before its time is over")
    func answersAWaitingRequest() async throws {
        try await promptly {
            let fleet = try Fleet()
            let device = try await RawDevice(fleet, office: "A")
            let request = try await waiting(device, seconds: 50)
            let start = ContinuousClock.now
            async let reply = device.send(request)
            #expect(try requestSync(fleet, "A") == 1)
            let requests = try await reply.requests
            #expect(requests == [.syncNow])
            #expect(ContinuousClock.now - start < .seconds(30))
        }
    }

    @Test("a waiting request is answered by what another desk writes")
    func answersWithNews() async throws {
        try await promptly {
            let fleet = try Fleet()
            let device = try await RawDevice(fleet, office: "A")
            // A new desk is news of its own, in the catalog.
            let other = try await fleet.enrol("A")
            let request = try await waiting(device, seconds: 50)
            let id = try other.make()
            let start = ContinuousClock.now
            async let reply = device.send(request)
            #expect(try await other.sync().outcome == .synced)
            let changes = try await reply.decodedItems()
            #expect(changes.count == 1)
            guard case .change(_, let record)? = changes.first else {
                Issue.record("no change")
                return
            }
            #expect(record == id)
            #expect(ContinuousClock.now - start < .seconds(30))
        }
    }

    @Test("another office's news does not end the wait, a revocation does")
    func endsWithRevocation() async throws {
        let fleet = try Fleet()
        let device = try await RawDevice(fleet, office: "A")
        let other = try await fleet.enrol("B")
        let request = try await waiting(device, seconds: 50)
        _ = try other.make()
        async let reply = device.send(request)
        #expect(try await other.sync().outcome == .synced)
        let central = try fleet.openCentral()
        _ = try central.write(now: fleet.clock.now()) { try $0.revoke(device.replica) }
        central.close()
        do {
            _ = try await reply
            Issue.record("it was answered")
        } catch {
            #expect(error as? SyncFailure == .revoked)
        }
    }

    @Test("nobody waits: the next exchange has it, once; other offices are not asked")
    func nextExchange() async throws {
        let fleet = try Fleet()
        let a = try await RawDevice(fleet, office: "A")
        let b = try await RawDevice(fleet, office: "B")
        #expect(try requestSync(fleet, "A") == 1)
        #expect(try await b.send(b.request()).requests.isEmpty)
        #expect(try await a.send(a.request()).requests == [.syncNow])
        #expect(try await a.send(a.request()).requests.isEmpty)
        #expect(try requestSync(fleet, nil) == 2)
        #expect(try await a.send(a.request()).requests == [.syncNow])
        #expect(try await b.send(b.request()).requests == [.syncNow])
    }

    @Test("it stays until a sync is complete: pages before the last do not use it up")
    func staysUntilComplete() async throws {
        let fleet = try Fleet()
        let device = try await RawDevice(fleet, office: "A")
        #expect(try requestSync(fleet, "A") == 1)
        var request = device.request()
        request.wantedBytes = 1
        #expect(try await device.send(request).hasMore)
        #expect(try fleet.readCentral { try $0.device(device.replica)?.isSyncRequested } == true)
    }
}
