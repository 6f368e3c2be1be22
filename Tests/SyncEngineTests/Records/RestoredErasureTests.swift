import Causality
import Dossiers
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("What was erased comes back from no backup of central")
struct RestoredErasureTests: ErasureSuite {
    @Test(
        "a central that was restored from before erases again what a device brings back, when it recovers"
    )
    func restored() async throws {
        let fleet = try Fleet()
        let (a, a2) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        let later = try a.make()
        try await settle([a, a2])
        let backup = try fleet.backUpCentral()
        try a.edit { _ = try $0.edit(.id(id), writes: personal(1), additions: [note("one")]) }
        try a.edit { _ = try $0.edit(.id(later), writes: personal(2)) }
        try await settle([a, a2])
        try erase(fleet, id)
        try erase(fleet, later)
        try await settle([a, a2])
        // Not pushed when central is lost: it goes out under the next identity.
        try a.set(id, "fee_vnd", .integer(3))
        try fleet.restoreCentral(from: backup)
        #expect(try hasTrace(fleet.centralPath))
        try recover(fleet)
        _ = try await a.sync()
        _ = try await a2.sync()
        try await settle([a, a2])
        let database = try fleet.openCentral()
        #expect(database.emptyLog())
        database.close()
        try expectErased(fleet, [a, a2], id)
        try expectErased(fleet, [a, a2], later)
        #expect(try a2.values(id, "fee_vnd") == [.integer(3)])
    }

    @Test(
        "until a restored central recovers, counters keep the order, and say that they are not synced"
    )
    func notRecovered() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let id = try a.make(personal())
        try await settle([a])
        let backup = try fleet.backUpCentral()
        try erase(fleet, id)
        try await settle([a])
        try fleet.restoreCentral(from: backup)
        let report = try await a.sync()
        #expect(report.outcome == .diverged)
        // The value under its own dot, which it has erased, is no sign of a copy.
        #expect(report.rotation?.cause == .newEpoch)
        #expect(try a.states()[id]?.erasures.count == 1)
        try expectTraceless(a.path)
        try fleet.editCentralTransaction { try $0.setRecovering(true) }
        _ = try await a.sync()
        try await settle([a])
        let database = try fleet.openCentral()
        #expect(database.emptyLog())
        database.close()
        try expectErased(fleet, [a], id)
    }

    @Test(
        "who has read emptied changes and not yet the order takes nothing from a central that lost it"
    )
    func orderLost() async throws {
        let fleet = try Fleet()
        let (a, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        _ = try await reader.sync()
        let backup = try fleet.backUpCentral()
        let id = try a.make(personal() + [FieldWrite("fee_vnd", .integer(1))])
        try a.edit { _ = try $0.edit(.id(id), writes: personal(1)) }
        try await settle([a])
        try erase(fleet, id)
        // One item at a time, and no more than the first.
        var options = SyncOptions()
        options.pullBytes = 1
        reader.transport.meet([nil, .replyLost])
        _ = try await reader.sync(options)
        #expect(try reader.states()[id]?["fee_vnd"].count == 1)
        #expect(try reader.states()[id]?.erasures.count == 1)
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        for counter in [reader, a, reader] { _ = try await counter.sync() }
        try await settle([a, reader])
        let database = try fleet.openCentral()
        #expect(database.emptyLog())
        database.close()
        try expectErased(fleet, [a, reader], id)
    }
}
