import Causality
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing

@Suite("What another identity costs")
struct RotationCostTests {
    /// What SQLite does when a replica takes another identity that has written so many dossiers of which central
    /// has none of the last ones.
    private func rotationWork(kept: Int, waiting: Int) async throws -> Int {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        for _ in 0..<kept + waiting { _ = try counter.make() }
        SQLiteWork.watch(counter.path)
        let database = try CounterDatabase(path: counter.path)
        defer { database.close() }
        _ = SQLiteWork.take(counter.path)
        let rotation = try database.write(now: fleet.clock.now()) { transaction in
            var (identity, _) = try transaction.view.enrolledIdentity()
            identity.replica = ReplicaID(2)
            return try transaction.takeIdentity(
                identity, keptSeq: UInt64(kept), cause: .copied)
        }
        #expect(rotation.reissuedCount == UInt64(waiting))
        return SQLiteWork.take(counter.path).values.reduce(0) { $0 + $1.steps }
    }

    @Test("another identity costs what waits, and no more for each when more waits")
    func rotationCost() async throws {
        let few = try await rotationWork(kept: 20, waiting: 50)
        let more = try await rotationWork(kept: 20, waiting: 400)
        let held = try await rotationWork(kept: 200, waiting: 50)
        #expect(few > 0 && more < few * 9, "\(few) and \(more) steps of SQLite")
        #expect(held < few * 3 / 2, "\(few) and \(held) steps of SQLite")
    }
}
