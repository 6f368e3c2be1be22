import Causality
import Crypto
import Dossiers
import Editing
import SQLiteStore
import Replication
import Store
import Synchronization
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("Two ends that differ find where, and a restored central recovers")
struct RepairTests {
    private func recover(_ fleet: Fleet) throws {
        let central = try fleet.openCentral()
        defer { central.close() }
        try central.write(now: fleet.clock.now()) {
            try $0.beginEpoch(SystemRandomSource().number() >> 1, cause: .told)
            try $0.setRecovering(true)
        }
    }

    @Test("what only another device holds comes back in few exchanges, however much there is")
    func takenBack() async throws {
        let fleet = try Fleet()
        let (dead, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        for _ in 0..<40 { _ = try dead.make() }
        _ = try await dead.sync()
        _ = try await reader.sync()
        let backup = try fleet.backUpCentral()
        var ids: [RecordID] = []
        for _ in 0..<30 { ids.append(try dead.make()) }
        _ = try await dead.sync()
        _ = try await reader.sync()
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        let report = try await reader.sync()
        #expect(report.outcome == .synced)
        #expect(report.roundTrips <= 7, "\(report.roundTrips)")
        #expect(report.rotation?.cause == .newEpoch)
        for id in ids { #expect(try fleet.readCentral { try $0.state(of: .id(id)) } != nil) }
        #expect(try fleet.readCentral { try $0.epoch().recordsRecovered } == 30)
    }

    @Test("a difference in one record costs that record, not all")
    func oneRecord() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        for _ in 0..<200 { _ = try writer.make([FieldWrite("officer", .text("Hoa"))]) }
        let id = try writer.make()
        _ = try await writer.sync()
        _ = try await reader.sync()
        // As a fault would: a value that nobody wrote, past every door.
        let database = try reader.open()
        try database.write(now: fleet.clock.now()) { transaction in
            let record = try transaction.open(.dossier, id)
            let bare = record.state.filtered { name, _ in name.rawValue == "office" }
            try CounterMerge(transaction).replace(record, with: bare)
        }
        database.close()
        let listed = Mutex(0)
        reader.transport.onReply { reply in
            listed.withLock { $0 += reply.bucketListing?.records.count ?? 0 }
        }
        let report = try await reader.sync()
        #expect(report.outcome == .synced)
        // One bucket of 256 for some two hundred records.
        #expect((1...20).contains(listed.withLock { $0 }))
        #expect(report.pulled == 1)
        #expect(report.roundTrips == 3)
        try expectSame(id, reader, writer)
    }

    @Test("of a device that knows another epoch nothing is taken before it has heard of this one")
    func otherEpoch() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let first = try counter.make()
        _ = try await counter.sync()
        try recover(fleet)
        let second = try counter.make()
        let report = try await counter.sync()
        #expect(report.outcome == .synced)
        // The second change has never been at central: it goes out under the new identity only.
        let rotation = try #require(report.rotation)
        #expect(rotation.keptSeq == 1 && rotation.reissuedCount == 1)
        let state = try #require(try fleet.readCentral { try $0.state(of: .id(second)) })
        #expect(state.vv[rotation.old] == 0 && state.vv[rotation.new] == 1)
        #expect(try fleet.readCentral { try $0.state(of: .id(first)) }?.vv[rotation.old] == 1)
    }

    @Test("what central lost comes again under the old identity, what it never had under a new one")
    func pushLimit() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let backup = try fleet.backUpCentral()
        let first = try counter.make()
        _ = try await counter.sync()
        let second = try counter.make()
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        let report = try await counter.sync()
        #expect(report.outcome == .synced)
        let rotation = try #require(report.rotation)
        #expect(rotation.keptSeq == 1 && rotation.reissuedCount == 1)
        let states = try fleet.readCentral { try $0.statesByID() }
        #expect(states[first]?.vv[rotation.old] == 1)
        #expect(states[second]?.vv[rotation.old] == 0)
    }

    @Test("what a copy had written and others bring back is not taken for one's own")
    func copyInState() async throws {
        let fleet = try Fleet()
        let (original, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try original.make()
        _ = try await original.sync()
        _ = try await reader.sync()
        let copy = try original.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        let backup = try fleet.backUpCentral()
        try copy.set(id, "officer", .text("Hoa"))
        try copy.set(id, "fee_vnd", .integer(1))
        _ = try await copy.sync()
        _ = try await reader.sync()
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        // Under the numbers that the copy had used, and one more.
        for number in 1...3 { try original.set(id, "applicant_phone", .text("091\(number)")) }
        _ = try await reader.sync()
        let report = try await original.sync()
        #expect(report.outcome == .synced)
        #expect(report.rotation?.reissuedCount == 3)
        // It was noticed as a copy before anything was merged, not only renamed with the epoch.
        #expect(report.rotation?.cause == .copied)
        for counter in [copy, original, reader, copy] { _ = try await counter.sync() }
        for counter in [original, reader, copy] {
            #expect(try counter.values(id, "officer") == [.text("Hoa")])
            #expect(try counter.values(id, "fee_vnd") == [.integer(1)])
            #expect(try counter.values(id, "applicant_phone") == [.text("0913")])
        }
        try expectConverged(fleet, [original, reader, copy])
    }

    @Test("what was refused before a restoration is refused again, and still waits for a person")
    func refusedBefore() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let office = try fleet.editCentral {
            try $0.make(
                .office,
                writes: [FieldWrite("code", .text("C")), FieldWrite("name", .text("Office C"))]
            ).record
        }
        let id = try writer.make()
        _ = try await writer.sync()
        _ = try await reader.sync()
        let backup = try fleet.backUpCentral()
        try fleet.editCentral {
            _ = try $0.edit(.id(office), writes: [FieldWrite("code", .text("D"))])
        }
        try writer.set(id, "office", .text("C"))
        #expect(try await writer.sync().outcome == .refused)
        _ = try await reader.sync()
        // Central has the office again: judged anew, the change would be taken.
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        _ = try await writer.sync()
        _ = try await reader.sync()
        _ = try await writer.sync()
        #expect(try writer.read { try $0.refusedChanges() }.count == 1)
        let notes = try fleet.readCentral { try $0.refusals(of: writer.replica, seqs: 1...9) }
        #expect(notes.map(\.seq) == [2])
        #expect(
            try fleet.readCentral { try $0.state(of: .id(id)) }?["office"].map(\.value)
                == [.text("A")])
        try expectSame(id, reader, writer)
    }

    @Test("what central had taken waits until it recovers, and then is not judged anew")
    func takenBefore() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        let backup = try fleet.backUpCentral()
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        _ = try await a.sync()
        try a.set(id, "office", .text("B"))
        _ = try await a.sync()
        _ = try await b.sync()
        try b.set(id, "officer", .text("Hoa"))
        _ = try await b.sync()
        try fleet.restoreCentral(from: backup)
        // Its own change builds on those of the other office, which central has lost.
        let early = try await b.sync()
        #expect(early.outcome != .refused)
        #expect(try b.read { try $0.refusedChanges() }.isEmpty)
        try recover(fleet)
        for counter in [b, a, b] { _ = try await counter.sync() }
        #expect(try b.read { try $0.refusedChanges() }.isEmpty)
        #expect(
            try fleet.readCentral { try $0.state(of: .id(id)) }?["officer"].map(\.value)
                == [.text("Hoa")])
    }

    @Test("what central had taken by a catalog that it lost waits, and then is taken")
    func takenByLostCatalog() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let id = try counter.make()
        _ = try await counter.sync()
        let backup = try fleet.backUpCentral()
        try fleet.editCentral {
            _ = try $0.make(
                .office,
                writes: [FieldWrite("code", .text("C")), FieldWrite("name", .text("Office C"))])
        }
        _ = try await counter.sync()
        try counter.set(id, "office", .text("C"))
        #expect(try await counter.sync().outcome == .synced)
        try fleet.restoreCentral(from: backup)
        let early = try await counter.sync()
        #expect(early.failure == .awaitingRecovery && early.outcome == .interrupted)
        #expect(early.refused == 0 && early.pending == 1)
        try recover(fleet)
        #expect(try await counter.sync().outcome == .synced)
        #expect(try counter.read { try $0.refusedChanges() }.isEmpty)
        let states = try fleet.readCentral { try $0.statesByID() }
        #expect(states[id]?["office"].map(\.value) == [.text("C")])
        // The office itself came back from who had read it.
        #expect(try fleet.readCentral { try $0.hasOffice("C") })
    }

    @Test("a state that central asks for holds no own change that central never had")
    func givenState() async throws {
        let fleet = try Fleet()
        let (dead, counter) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let backup = try fleet.backUpCentral()
        let id = try dead.make()
        _ = try await dead.sync()
        _ = try await counter.sync()
        try counter.set(id, "officer", .text("Hoa"))
        _ = try await counter.sync()
        try counter.set(id, "officer", .text("Lan"))
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        let report = try await counter.sync()
        #expect(report.outcome == .synced)
        let rotation = try #require(report.rotation)
        let state = try #require(try fleet.readCentral { try $0.state(of: .id(id)) })
        #expect(state.vv[rotation.old] == 1)
        #expect(state["officer"].map(\.value) == [.text("Lan")])
        #expect(state["officer"].map(\.dot) == [Dot(rotation.new, 1)])
    }

    @Test("who has missed that a record left its office learns it when the digests differ")
    func missedDeparture() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        _ = try await fleet.enrol("B")
        let id = try writer.make([FieldWrite("officer", .text("Hoa"))])
        for counter in [writer, reader] { _ = try await counter.sync() }
        let before = try #require(try reader.states()[id])
        try writer.set(id, "office", .text("B"))
        for counter in [writer, reader] { _ = try await counter.sync() }
        let database = try reader.open()
        try database.write(now: fleet.clock.now()) { transaction in
            try CounterMerge(transaction).replace(transaction.open(.dossier, id), with: before)
        }
        database.close()
        let report = try await reader.sync()
        #expect(report.outcome == .synced)
        // The copy stays, and does not say where the record is now.
        let copy = try #require(try reader.states()[id])
        #expect(copy["office"].isEmpty && copy["officer"].map(\.value) == [.text("Hoa")])
    }

    @Test("a copy that has left is given with the office that it had, also when it came as a state")
    func givenCopy() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        _ = try await fleet.enrol("B")
        let id = try writer.make([FieldWrite("officer", .text("Hoa"))])
        for counter in [writer, reader] { _ = try await counter.sync() }
        let database = try reader.open()
        defer { database.close() }
        try database.write(now: fleet.clock.now()) { transaction in
            try CounterMerge(transaction).depart(.dossier, id)
        }
        #expect(try database.state(of: .id(id))?["office"].isEmpty == true)
        let given = try database.givenState(of: id, from: reader.replica, through: 0)
        #expect(given?["office"].map(\.value) == [.text("A")])
        #expect(given?["officer"].map(\.value) == [.text("Hoa")])
    }

    @Test(
        "the office that a copy had stands beside another's word that has not seen it",
        arguments: [false, true], [false, true])
    func departedBeforeOther(hasSeen: Bool, isState: Bool) async throws {
        let fleet = try Fleet()
        let reader = try await fleet.enrol("A")
        let id = try reader.make()
        _ = try await reader.sync()
        let database = try reader.open()
        defer { database.close() }
        try database.write(now: fleet.clock.now()) { transaction in
            try CounterMerge(transaction).depart(.dossier, id)
        }
        let copy = try #require(try database.state(of: .id(id)))
        let change = Change(
            dot: Dot(ReplicaID(77), 1), clock: HybridTimestamp(rawValue: 1 << 60), kind: .dossier,
            record: id, context: hasSeen ? copy.vv : VersionVector(),
            writes: [FieldWrite("office", .text("B"))])
        try database.write(now: fleet.clock.now()) { transaction in
            let merge = CounterMerge(transaction)
            if isState {
                var state = hasSeen ? copy : RecordState(kind: .dossier, id: id)
                #expect(state.apply(change) == .applied)
                try merge.join(state)
            } else {
                var batch = CounterBatch(transaction)
                #expect(try batch.apply(change, to: id) == .applied)
                try batch.writeAll()
            }
        }
        let offices = Set(try #require(try database.state(of: .id(id)))["office"].map(\.value))
        #expect(offices == (hasSeen ? [.text("B")] : [.text("A"), .text("B")]))
        let given = try database.givenState(of: id, from: reader.replica, through: 9)
        #expect(given.map { Set($0["office"].map(\.value)) } == offices)
    }

    @Test("what leaves the office during the sync that recovers central is given back too")
    func leftMeanwhile() async throws {
        let fleet = try Fleet()
        let (writer, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        _ = try await fleet.enrol("B")
        _ = try writer.make()
        for counter in [writer, reader] { _ = try await counter.sync() }
        let backup = try fleet.backUpCentral()
        let id = try writer.make()
        for counter in [writer, reader] { _ = try await counter.sync() }
        try reader.set(id, "officer", .text("Hoa"))
        _ = try await reader.sync()
        // From now on the edit is of an identity that the reader had before, and pushes no more.
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        _ = try await reader.sync()
        try fleet.restoreCentral(from: backup)
        try recover(fleet)
        _ = try await writer.sync()
        let former = try reader.read { try $0.enrolledIdentity().replica }
        let count = Mutex(0)
        reader.transport.onRequest { request in
            guard request.replica != former, request.rotation == nil else { return }
            // Once it has heard under its new identity that central wants states.
            let number = count.withLock {
                $0 += 1
                return $0
            }
            guard number == 2 else { return }
            try fleet.editCentral {
                _ = try $0.edit(.id(id), writes: [FieldWrite("office", .text("B"))])
            }
        }
        let report = try await reader.sync()
        #expect(report.outcome == .synced)
        let state = try #require(try fleet.readCentral { try $0.state(of: .id(id)) })
        #expect(state["office"].map(\.value) == [.text("B")])
        #expect(state["officer"].map(\.value) == [.text("Hoa")])
    }

    @Test("an edit that a copy has made impossible is refused with a reason")
    func identityTaken() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let id = try counter.make()
        let database = try counter.open()
        try database.write(now: fleet.clock.now()) { transaction in
            let record = try transaction.open(.dossier, id)
            var state = record.state
            state.vv.insert(Dot(counter.replica, 2))
            try CounterMerge(transaction).replace(record, with: state)
        }
        database.close()
        let error = #expect(throws: StoreError.self) {
            try counter.set(id, "officer", .text("Hoa"))
        }
        guard case .identityTaken? = error else {
            Issue.record("another error, or none: \(String(describing: error))")
            return
        }
    }
}
