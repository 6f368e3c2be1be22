import Causality
import CentralEngine
import CounterEngine
import Crypto
import Dossiers
import SQLiteStore
import Replication
import TestSupport
import Testing
import Wire

@Suite("A causal gap is fetched, never guessed")
struct GapTests {
    @Test("a counter that lost a record's row gets it back with the next change to it")
    func lostRow() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        let other = try a.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, b])
        try b.dropRow(of: id)
        try a.set(id, "officer", .text("Hoa"))
        try a.set(other, "officer", .text("Hoa"))
        try a.set(id, "applicant_name", .text("Nguyễn An"))
        try await settle([a])
        let report = try await b.sync()
        #expect(report.outcome == .synced)
        #expect(report.roundTrips == 2, "the state is fetched, and nothing more")
        try expectConverged(fleet, [a, b])
        #expect(try b.values(id, "officer") == [.text("Hoa")])
        #expect(try b.read { try $0.gaps(limit: 9) }.isEmpty)
    }

    @Test("a void mark in the gap does not make the rest of the record vanish")
    func voidInTheGap() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, b])
        for isVoidFirst in [false, true] {
            try b.dropRow(of: id)
            if !isVoidFirst { try a.set(id, "officer", .text("Hoa")) }
            try a.plant(.dossier, record: id, writes: [FieldWrite("fee_vnd", .integer(-1))])
            if isVoidFirst { try a.set(id, "officer", .text("Minh")) }
            #expect(try await a.sync().outcome == .refused)
            var options = SyncOptions()
            options.pullBytes = 1
            #expect(try await b.sync(options).outcome == .synced)
            try expectConverged(fleet, [a, b])
        }
    }

    @Test("more gaps than one reply has room for are fetched one after the other")
    func manyGaps() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let ids = try (0..<8).map { try a.make([FieldWrite("fee_vnd", .integer($0))]) }
        try await settle([a, b])
        for id in ids {
            try b.dropRow(of: id)
            try a.set(id, "officer", .text("Hoa"))
        }
        try await settle([a])
        var options = SyncOptions()
        options.pullBytes = 300
        #expect(try await b.sync(options).outcome == .synced)
        try expectConverged(fleet, [a, b])
    }

    @Test("a gap in a record that central does not show is closed, and the sync goes on")
    func gapThatNobodyFills() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        let foreign = try a.make()
        try await settle([a, b])
        let database = try b.open()
        try database.write(now: b.clock.now()) {
            try $0.setGap(foreign, isOpen: true)
            try $0.setGap(RecordID(derivedFrom: Hash256(hashing: [9])), isOpen: true)
        }
        database.close()
        _ = try b.make()
        try await settle([b])
        #expect(try b.read { try $0.gaps(limit: 9) }.isEmpty)
        #expect(try b.states()[foreign] == nil)
    }

    @Test("a desk that was away while a dossier came and went again does not wait for it")
    func cameAndWent() async throws {
        let fleet = try Fleet()
        let (a, away, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let id = try b.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, away, b])
        try b.set(id, "office", .text("A"))
        try await settle([b, a])
        try a.set(id, "office", .text("B"))
        let mine = try a.make()
        try await settle([a, b])
        let report = try await away.sync()
        #expect(report.outcome == .synced, "\(String(describing: report.failure))")
        #expect(try away.states()[mine] != nil)
        try expectConverged(fleet, [a, away, b])
    }

    @Test("central asks for a state that it lost, once, and takes what builds on it")
    func neededRecords() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let old = try a.make([FieldWrite("officer", .text("old"))])
        try await settle([a, b])
        let backup = try fleet.backUpCentral()
        // The other desk writes, this one sees it and builds on it, and central forgets both.
        let id = try b.make([FieldWrite("officer", .text("Lan"))])
        try b.set(old, "officer", .text("newer"))
        try await settle([b, a])
        try fleet.restoreCentral(from: backup)
        try a.set(id, "officer", .text("Hoa"))
        try a.set(old, "fee_vnd", .integer(7))
        let behind = try a.make()
        let report = try await a.sync()
        #expect(report.outcome == .synced, "\(String(describing: report.failure))")
        // One of them because columns name a change that central lost.
        #expect(report.roundTrips <= 6)
        #expect(report.refused == 0)
        try await settle([a, b])
        try expectConverged(fleet, [a, b])
        #expect(try b.values(id, "officer") == [.text("Hoa")])
        #expect(try b.values(old, "officer") == [.text("newer")])
        #expect(try b.states()[behind] != nil)
    }

    @Test("a device that cannot say what its change builds on is not asked twice")
    func unknownContext() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let nobody = RecordID(derivedFrom: Hash256(hashing: [3]))
        try counter.plant(
            .dossier, record: nobody, context: [ReplicaID(99): 4],
            writes: [FieldWrite("officer", .text("?"))])
        let id = try counter.make()
        try counter.plant(
            .dossier, record: id, context: [ReplicaID(99): 4],
            writes: [FieldWrite("officer", .text("?"))])
        let behind = try counter.make()
        let report = try await counter.sync()
        #expect(report.outcome == .refused, "\(String(describing: report.failure))")
        #expect(report.refused == 2)
        try await settle([counter])
        try expectConverged(fleet, [counter])
        #expect(try fleet.readCentral { try $0.state(of: .id(behind)) } != nil)
    }
}
