// A sync over a link that breaks, is slow, or takes no large body: what it sends at once, and how it
// goes on. Time is a timer that the test moves.

import CentralEngine
import CounterEngine
import CounterFiles
import Dossiers
import SQLiteStore
import Replication
import Synchronization
import TestSupport
import Testing
import Wire

@Suite("A sync over a bad link")
struct BadLinkTests {
    /// An office with two desks; the first has some hundred KiB to push, and as much to pull.
    private struct Load {
        let fleet: Fleet
        let counter: TestCounter
        let timer = ManualTimer()

        init(dossiers: Int = 2_000) async throws {
            fleet = try Fleet()
            counter = try await fleet.enrol("A")
            let other = try await fleet.enrol("A")
            _ = try await other.sync()
            for desk in [counter, other] {
                try desk.edit { edit in
                    for number in 0..<dossiers {
                        _ = try edit.make(
                            .dossier,
                            writes: [
                                FieldWrite("applicant_address", .text("\(number) " + noise(number)))
                            ])
                    }
                }
            }
            _ = try await other.sync()
        }

        private func noise(_ number: Int) -> String {
            String(repeating: String(number &* 2_654_435_761, radix: 36), count: 20)
        }

    }

    private static var patient: SyncOptions {
        var options = SyncOptions()
        options.retries = RetryPolicy()
        return options
    }

    @Test("cut again and again, one sync ends all the same, and says how often it was tried")
    func cutAgainAndAgain() async throws {
        let load = try await Load()
        load.counter.transport.meet([
            nil, .replyLost, .requestLost, nil, .requestLost, nil, .replyLost, .replyLost,
        ])
        let waits = Mutex(0)
        let session = try CounterSession(
            path: load.counter.path, transport: load.counter.transport, clock: load.counter.clock,
            timer: load.timer, options: Self.patient)
        let report = try await session.sync { progress in
            if progress.retryDelay != nil { waits.withLock { $0 += 1 } }
        }
        #expect(report.outcome == .synced && report.retries == 5)
        #expect(waits.withLock(\.self) == 5 && load.timer.pauses.count == 5)
        try expectConverged(load.fleet, [load.counter])
    }

    @Test("five cuts in a row end it; each answer in between counts them anew")
    func givesUp() async throws {
        let load = try await Load()
        var options = Self.patient
        options.pushBytes = 20_000
        load.counter.transport.meet(
            [nil, .replyLost, .replyLost, .replyLost, .replyLost, nil] + [
                .replyLost, .replyLost, .replyLost, .replyLost, .replyLost, nil,
            ])
        let report = try await load.counter.sync(options, timer: load.timer)
        #expect(report.outcome == .interrupted)
        #expect(report.retries == 8)
        #expect(load.timer.pauses.count == 8)
        #expect(report.pending > 0)
    }

    @Test("without a link from the start nobody waits, unless told to")
    func withoutALink() async throws {
        let load = try await Load(dossiers: 1)
        load.counter.transport.setDown(true)
        var report = try await load.counter.sync(Self.patient, timer: load.timer)
        #expect(report.outcome == .unreachable && load.timer.pauses.isEmpty)
        var told = Self.patient
        told.retries = RetryPolicy(failuresMax: 3, triesUnansweredCentral: true)
        report = try await load.counter.sync(told, timer: load.timer)
        #expect(report.outcome == .unreachable && load.timer.pauses.count == 2)
    }

    @Test("chunks shrink with cuts to 4 KiB, grow again, and are remembered")
    func cutsShrinkChunks() async throws {
        let load = try await Load()
        let sizes = Mutex<[UInt64]>([])
        load.counter.transport.onRequest { request in
            sizes.withLock { $0.append(request.wantedBytes) }
        }
        load.counter.transport.meet([nil, .replyLost, .replyLost, .replyLost, .replyLost])
        var options = Self.patient
        options.retries = nil
        for _ in 0..<4 {
            let report = try await load.counter.sync(options, timer: load.timer)
            #expect(report.outcome == .interrupted)
        }
        let report = try await load.counter.sync(options, timer: load.timer)
        #expect(report.outcome == .synced)
        let kibibytes = sizes.withLock { $0.map { Int($0 >> 10) } }
        #expect(kibibytes.prefix(7) == [256, 512, 256, 64, 16, 4, 8])
        #expect(try #require(kibibytes.max()) <= 1_024)
    }

    @Test("an exchange that takes long halves the next, and the level rises with a slow link")
    func slowLink() async throws {
        let load = try await Load()
        let seen = Mutex<[(bytes: UInt64, level: Int32)]>([])
        let timer = load.timer
        load.counter.transport.onRequest { request in
            seen.withLock {
                $0.append((request.wantedBytes, request.batches?.compressionLevel ?? 0))
            }
        }
        load.counter.transport.onReply { _ in timer.advance(by: .seconds(10)) }
        #expect(try await load.counter.sync(timer: timer).outcome == .synced)
        let requests = seen.withLock { $0 }
        #expect(requests.prefix(7).map { $0.bytes >> 10 } == [256, 128, 64, 32, 16, 8, 4])
        #expect(requests.first?.level == Compression.levelDefault)
        #expect(requests.dropFirst().allSatisfy { $0.level == Compression.levelForSlowLinks })
        // The next sync begins as this one ended, and a quick link is found out again.
        load.counter.transport.onReply(nil)
        seen.withLock { $0 = [] }
        #expect(try await load.counter.sync(timer: timer).outcome == .synced)
        #expect(seen.withLock { $0.first?.bytes } == 4 << 10)
        #expect(seen.withLock { $0.first?.level } == Compression.levelForSlowLinks)
    }

    @Test("the dictionary is used once central has said that it reads it, and not if it does not")
    func dictionary() async throws {
        let load = try await Load(dossiers: 1)
        let used = Mutex<[UInt32?]>([])
        load.counter.transport.onRequest { request in
            used.withLock { $0.append(request.dictionary?.number) }
        }
        #expect(try await load.counter.sync().outcome == .synced)
        #expect(used.withLock { $0.first } == .some(nil))
        used.withLock { $0 = [] }
        #expect(try await load.counter.sync().outcome == .synced)
        #expect(used.withLock { $0 } == [1])
        // An older central has come in the place of that one.
        used.withLock { $0 = [] }
        load.counter.transport.onRequest { request in
            used.withLock { $0.append(request.dictionary?.number) }
            if request.dictionary != nil {
                throw SyncFailure.unsupportedContent(reason: "it needs dictionary 1")
            }
        }
        #expect(try await load.counter.sync().outcome == .synced)
        #expect(used.withLock { $0 } == [1, nil])
    }

    @Test("a proxy that takes no large body is fed with small ones")
    func smallBodies() async throws {
        let load = try await Load()
        let largest = Mutex(0)
        load.counter.transport.onRequest { request in
            let size = request.encoded().count
            guard size <= 10_000 else { throw SyncFailure.tooLarge(limitBytes: 10_000) }
            largest.withLock { $0 = max($0, size) }
        }
        let report = try await load.counter.sync(Self.patient, timer: load.timer)
        #expect(report.outcome == .synced)
        #expect(load.timer.pauses.isEmpty)
        #expect(largest.withLock(\.self) > 1_000)
    }

    @Test("a change that is larger than what the proxy takes ends the sync, and stays")
    func changeLargerThanTheProxyTakes() async throws {
        let load = try await Load(dossiers: 3)
        load.counter.transport.onRequest { request in
            if request.push != nil { throw SyncFailure.tooLarge(limitBytes: 10) }
        }
        let report = try await load.counter.sync(Self.patient, timer: load.timer)
        #expect(report.outcome == .failed && report.pending == 3)
        #expect(report.failure == .tooLarge(limitBytes: 10))
    }
}
