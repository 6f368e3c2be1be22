import CounterFiles
import SQLiteStore
import Store
import Synchronization
import TestSupport
import Testing

@testable import CentralEngine
@testable import CounterEngine

@Suite("The loop of an agent")
struct SyncAgentTests {
    @Test("what blocks runs on a thread of its own: opening a session, and telling of its state")
    func ownThread() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let labels = Mutex([String?]())
        let (reports, said) = AsyncStream<Void>.makeStream()
        let agent = try SyncAgent(
            path: counter.path, schedule: AgentSchedule(waitsForNews: false),
            makeSession: { _, _ in
                labels.withLock { $0.append(DatabaseExecutor.currentLabel) }
                return try CounterSession(
                    path: counter.path, transport: counter.transport, clock: counter.clock)
            },
            sync: { try await $0.sync() },
            report: { state in
                labels.withLock { $0.append(DatabaseExecutor.currentLabel) }
                if case .waiting = state { said.yield() }
            })
        let work = Task { await agent.run() }
        for await _ in reports { break }
        agent.stop()
        await work.value
        let found = labels.withLock { $0 }
        #expect(found.count >= 3)
        #expect(found.allSatisfy { $0 == "counter.agent" }, "\(found)")
    }

    /// An agent that syncs when it is asked.
    private func makeAgent(
        _ counter: TestCounter, report: @escaping @Sendable (AgentState) -> Void = { _ in }
    ) throws -> FileAgent {
        try SyncAgent(
            path: counter.path, schedule: AgentSchedule(waitsForNews: false),
            makeSession: { _, _ in
                try CounterSession(
                    path: counter.path, transport: counter.transport, clock: counter.clock)
            },
            sync: { try await $0.sync() }, report: report)
    }

    @Test("a sync that somebody asked for tells central at once that its reply arrived")
    func confirms() async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let (reports, said) = AsyncStream<Void>.makeStream()
        let agent = try makeAgent(counter) { state in
            if case .waiting = state { said.yield() }
        }
        let work = Task { await agent.run() }
        for await _ in reports { break }
        _ = try other.make()
        _ = try await other.sync()
        let done = try await agent.syncNow()
        #expect(done.outcome == .synced && done.pulled == 1)
        func unconfirmed() throws -> UInt64? {
            try fleet.readCentral { try $0.deviceReceipts(device: counter.replica, last: 1) }
                .first?.unconfirmed
        }
        #expect(try unconfirmed() == 0)
        agent.stop()
        await work.value
    }

    @Test("who asks as it ends is answered all the same")
    func askedAtItsEnd() async throws {
        let fleet = try Fleet()
        defer { withExtendedLifetime(fleet) {} }
        let counter = try await fleet.enrol("A")
        for _ in 0..<20 {
            let (endings, ended) = AsyncStream<Void>.makeStream()
            let agent = try makeAgent(counter) { state in
                if case .waiting = state { ended.yield() }
            }
            let work = Task { await agent.run() }
            for await _ in endings { break }
            agent.stop()
            let asked = Task { try await agent.syncNow() }
            switch await asked.result {
            case .success(let report): #expect(report.outcome == .synced)
            case .failure(let error): #expect(error is CancellationError)
            }
            await work.value
        }
    }
}
