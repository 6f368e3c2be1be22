import Causality
import CounterFiles
import SQLiteStore
import Replication
import Synchronization
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("An agent waits at central as long as what stands between lets it")
struct NewsWaitTests {
    /// A proxy that cuts what waits as long as its limit, or longer; time is a test's.
    private final class Proxy: Transport {
        private let inner: DirectTransport
        private let timer: ManualTimer
        private let state: Mutex<(limit: Duration, waits: [UInt64])>

        init(_ inner: DirectTransport, _ timer: ManualTimer, limit: Duration) {
            (self.inner, self.timer) = (inner, timer)
            state = Mutex((limit, []))
        }

        /// The waits that were asked for.
        var waits: [UInt64] { state.withLock(\.waits) }
        var traffic: Traffic { inner.traffic }

        func exchange(
            _ request: SyncRequest, token: String
        ) async throws(SyncFailure) -> SyncReply {
            guard request.waitSeconds > 0 else {
                return try await inner.exchange(request, token: token)
            }
            let limit = state.withLock { state in
                state.waits.append(request.waitSeconds)
                return state.limit
            }
            let wanted = Duration.seconds(Int64(request.waitSeconds))
            timer.advance(by: min(limit, wanted))
            guard wanted < limit else {
                throw .unreachable(reason: "a proxy answered in its place (status 504)")
            }
            var prompt = request
            prompt.waitSeconds = 0
            return try await inner.exchange(prompt, token: token)
        }

        func replaceToken(
            _ replacement: TokenReplacement
        ) async throws(SyncFailure) -> TokenReceipt {
            try await inner.replaceToken(replacement)
        }
    }

    @Test("two cuts after the same time halve what was cut; one, or two after other times, do not")
    func rule() {
        /// Whether each of these cuts, in milliseconds, is learned from.
        func learned(_ wait: inout NewsWait, _ cuts: Int...) -> [Bool] {
            cuts.map { wait.noteCut(after: .milliseconds($0)) }
        }
        var wait = NewsWait()
        let chance = learned(&wait, 10_000, 31_000, 100)
        #expect(chance == [false, false, false])
        #expect(wait.seconds == 55)
        let rule = learned(&wait, 30_400)
        #expect(rule == [true])
        #expect(wait.seconds == 15)
        // A wait that passed makes the next cut one by chance again.
        let first = learned(&wait, 9_000)
        wait.notePassed()
        let second = learned(&wait, 9_000)
        #expect(first + second == [false, false])
        #expect(wait.seconds == 15)
        let third = learned(&wait, 9_000, 3_000, 3_000, 3_000)
        #expect(third == [true, false, false, false])
        #expect(wait.seconds == CounterLimits.standard.news.waitSeconds.lowerBound)
        // What was dropped without a word ends by our own time limit, long after.
        var silent = NewsWait()
        let dropped = learned(&silent, 115_000, 115_000)
        #expect(dropped == [false, true])
        #expect(silent.seconds == 27)
    }

    @Test("the agent learns it, says it once, and a restart knows it")
    func agent() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let timer = ManualTimer()
        let said = Mutex<[[UInt64]]>([])
        /// Runs an agent until it has asked for so many waits; those.
        func waits(_ count: Int) async throws -> [UInt64] {
            let proxy = Proxy(counter.transport, timer, limit: .seconds(10))
            let agent = try SyncAgent(
                path: counter.path, schedule: AgentSchedule(),
                makeSession: { _, _ in
                    try CounterSession(
                        path: counter.path, transport: proxy, clock: counter.clock, timer: timer)
                },
                sync: { try await $0.sync() },
                report: { state in
                    guard case .waitsShorter(let cut, let seconds) = state else { return }
                    said.withLock { $0.append([cut, seconds]) }
                })
            let run = Task { await agent.run() }
            while proxy.waits.count < count { await Task.yield() }
            agent.stop()
            await run.value
            return Array(proxy.waits.prefix(count))
        }
        #expect(try await waits(6) == [55, 55, 5, 5, 5, 5])
        #expect(said.withLock(\.self) == [[10, 5]])
        #expect(try await waits(2) == [5, 5])
        #expect(said.withLock(\.self).count == 1)
    }

    /// Central without room for another that waits.
    private final class Full: Transport {
        private let inner: DirectTransport
        private let count = Mutex(0)

        init(_ inner: DirectTransport) {
            self.inner = inner
        }

        /// How often somebody wanted to wait.
        var waits: Int { count.withLock(\.self) }
        var traffic: Traffic { inner.traffic }

        func exchange(
            _ request: SyncRequest, token: String
        ) async throws(SyncFailure) -> SyncReply {
            guard request.waitSeconds > 0 else {
                return try await inner.exchange(request, token: token)
            }
            count.withLock { $0 += 1 }
            throw .busy(retryAfterSeconds: 1)
        }

        func replaceToken(
            _ replacement: TokenReplacement
        ) async throws(SyncFailure) -> TokenReceipt {
            try await inner.replaceToken(replacement)
        }
    }

    /// Time in which a sleep lasts a hundredth.
    private struct QuickClock: Clock {
        var now: ContinuousClock.Instant { .now }
        var minimumResolution: Duration { .zero }

        func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
            try await Task.sleep(for: (deadline - now) / 100)
        }
    }

    @Test("no room to wait is no reason to sync: the agent asks for room again")
    func noRoom() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let full = Full(counter.transport)
        let syncs = Mutex(0)
        let agent = try SyncAgent(
            path: counter.path, schedule: AgentSchedule(interval: .seconds(86_400)),
            timer: QuickClock(),
            makeSession: { _, _ in
                try CounterSession(path: counter.path, transport: full, clock: counter.clock)
            },
            sync: { session in
                syncs.withLock { $0 += 1 }
                return try await session.sync()
            }, report: { _ in })
        let run = Task { await agent.run() }
        while full.waits < 3 { await Task.yield() }
        agent.stop()
        await run.value
        #expect(syncs.withLock(\.self) == 1)
    }

    @Test("what was learned is of one address of central")
    func address() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let database = try counter.open()
        defer { database.close() }
        try database.write(now: counter.clock.now()) {
            try $0.keepNewsWait(seconds: 5, at: "http://a")
        }
        #expect(try database.newsWaitSeconds(at: "http://a") == 5)
        #expect(try database.newsWaitSeconds(at: "http://b") == nil)
        try database.write(now: counter.clock.now()) {
            try $0.keepNewsWait(seconds: 15, at: "http://b")
        }
        #expect(try database.newsWaitSeconds(at: "http://a") == nil)
    }
}
