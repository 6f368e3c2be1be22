import Synchronization
import TestSupport
import Testing

@testable import SyncEngine

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
}
