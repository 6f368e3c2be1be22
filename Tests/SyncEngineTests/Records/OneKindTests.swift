import Causality
import CentralEngine
import CounterEngine
import Crypto
import Dossiers
import Editing
import Replication
import TestSupport
import Testing
import Wire

@testable import SQLiteStore

/// An id names one record of one kind, at every door.
@Suite("One id, one kind")
struct OneKindTests {
    private static let name = [FieldWrite("applicant_name", .text("Lan"))]
    private static let topic = [
        FieldWrite("way", .text("in_person")), FieldWrite("topic", .text("x")),
    ]

    private func isOtherKind(_ error: any Error) -> Bool {
        if case StoreError.otherKind = error { true } else { false }
    }

    private func expectRefusedAndWhole(_ counter: TestCounter, _ count: Int) throws {
        let refused = try counter.read { try $0.refusedChanges() }
        #expect(refused.map(\.code) == Array(repeating: "other-kind", count: count))
        #expect(refused.first?.change.writes.contains { $0.name == "topic" } == true)
        #expect(try counter.read { try $0.verify().faults } == [])
    }

    @Test("an edit that would make a second kind is refused where the first is known")
    func atTheEdit() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let id = try counter.make(Self.name)
        #expect {
            try counter.edit { try $0.make(.contact, id: id, writes: Self.topic) }
        } throws: { isOtherKind($0) }
        let office = try fleet.readCentral { try $0.statesByID().values.first?.id }
        #expect {
            try fleet.editCentral {
                try $0.make(.holiday, id: office, writes: [FieldWrite("date", .text("2021-09-02"))])
            }
        } throws: { isOtherKind($0) }
        // Its own id is free, and so is another.
        try counter.edit { _ = try $0.make(.contact, writes: Self.topic) }
        #expect(StoreError.otherKind(.dossier).isOfOneEdit)
    }

    @Test(
        "another office's contact with a dossier's id is refused whole, and the dossier is erased whole"
    )
    func fromAnotherOffice() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        let id = try a.make(Self.name)
        try await settle([a, b])
        try b.edit { _ = try $0.make(.contact, id: id, writes: Self.topic) }
        try b.edit {
            _ = try $0.edit(.id(id), writes: [FieldWrite("topic", .text("later"))])
        }
        let other = try b.make(Self.name)
        let report = try await b.sync()
        #expect(report.outcome == .refused && report.refused == 2)
        try expectRefusedAndWhole(b, 2)
        #expect(try b.read { try $0.kinds(of: id) } == [])
        #expect(try fleet.readCentral { try $0.kinds(of: id) } == [.dossier])
        #expect(try fleet.readCentral { try $0.state(of: .id(other)) } != nil)
        // Nothing was said of what the id is.
        let reasons = try b.read { try $0.refusedChanges() }.map(\.reason)
        #expect(reasons == Array(repeating: "the id is that of a record of another kind", count: 2))
        try await settle([a, b])
        #expect(try fleet.readCentral { try $0.verify().faults } == [])
    }

    @Test(
        "made at two desks offline, the first has it: the other's content waits for a person, all agree",
        arguments: [1, 1 << 20], [false, true])
    func atTwoDesks(pushBytes: Int, isReplyLost: Bool) async throws {
        let fleet = try Fleet()
        let (first, second) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([first, second])
        let id = try #require(RecordID("01970000-0000-7000-8000-000000000001"))
        var options = SyncOptions()
        options.pushBytes = pushBytes
        try first.edit { _ = try $0.make(.dossier, id: id, writes: Self.name) }
        // What stands before it in the outbox lets central's record arrive before the refusal.
        let before = try second.make(Self.name)
        try second.edit { _ = try $0.make(.contact, id: id, writes: Self.topic) }
        try second.edit {
            _ = try $0.edit(.id(id), writes: [FieldWrite("topic", .text("more"))])
        }
        let behind = try second.make(Self.name)
        _ = try await first.sync()
        if isReplyLost {
            second.transport.meet([nil, .replyLost])
            _ = try await second.sync(options)
            // Its own has made way for central's, whichever came to it first.
            #expect(try second.read { try $0.kinds(of: id) } == [.dossier])
        }
        var report = try await second.sync(options)
        if report.outcome != .refused { report = try await second.sync() }
        #expect(report.digestAgrees == true)
        try expectRefusedAndWhole(second, 2)
        #expect(try second.values(id, "applicant_name") == [.text("Lan")])
        for made in [before, behind] {
            #expect(try fleet.readCentral { try $0.state(of: .id(made)) } != nil)
        }
        // Whoever goes on with the id goes on with central's record.
        try second.set(id, "officer", .text("Hoa"))
        #expect {
            try second.edit { try $0.make(.contact, id: id, writes: Self.topic) }
        } throws: { isOtherKind($0) }
        try await settle([first, second])
        #expect(try first.values(id, "officer") == [.text("Hoa")])
        for counter in [first, second] {
            #expect(try counter.read { try $0.doubledIDs() } == [])
        }
    }

    @Test("a state of another kind is not taken from who gives it")
    func inGivenStates() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let id = try a.make(Self.name)
        _ = try await a.sync()
        var raw = try await RawDevice(fleet, office: "A")
        let unknown = Dot(ReplicaID(77), 1)
        let free = try #require(RecordID("01970000-0000-7000-8000-000000000003"))
        // First its twin under an id of its own, which is taken.
        for (given, isTaken) in [(free, true), (id, false)] {
            let making = Change(
                dot: unknown, clock: HybridTimestamp(rawValue: 1 << 40), kind: .contact,
                record: given, context: VersionVector(),
                writes: Self.topic + [FieldWrite("office", .text("A"))])
            var state = RecordState(kind: .contact, id: given)
            #expect(state.apply(making) == .applied)
            let next = raw.change(
                .contact, record: given, context: VersionVector(unknown),
                writes: [FieldWrite("topic", .text("y"))])
            var request = raw.push([next])
            var reply = try await raw.send(request)
            if isTaken {
                #expect(reply.neededRecords == [given])
                request.states = state.canonicalBytes
                reply = try await raw.send(request)
            }
            #expect(reply.refusals.map(\.code) == (isTaken ? [] : [.otherKind]))
            // The refusal tells an office of its own record, which was first.
            #expect(reply.refusals.allSatisfy { $0.state?.kind == .dossier })
            #expect(
                try fleet.readCentral { try $0.kinds(of: given) }
                    == (isTaken ? [.contact] : [.dossier]))
        }
        #expect(try fleet.readCentral { try $0.verify().faults } == [])
    }

    @Test("a central that recovers takes back no state of another kind than it has")
    func whileRecovering() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let id = try a.make(Self.name)
        _ = try await a.sync()
        try fleet.editCentralTransaction { try $0.setRecovering(true) }
        let raw = try await RawDevice(fleet, office: "A")
        let free = try #require(RecordID("01970000-0000-7000-8000-000000000005"))
        for (given, kinds) in [(free, [RecordKind.contact]), (id, [.dossier])] {
            let making = Change(
                dot: Dot(ReplicaID(77), given == id ? 2 : 1),
                clock: HybridTimestamp(rawValue: 1 << 40), kind: .contact, record: given,
                context: VersionVector(),
                writes: Self.topic + [FieldWrite("office", .text("A"))])
            var state = RecordState(kind: .contact, id: given)
            #expect(state.apply(making) == .applied)
            var request = raw.request()
            request.states = state.canonicalBytes
            _ = try await raw.send(request)
            #expect(try fleet.readCentral { try $0.kinds(of: given) } == kinds)
        }
        #expect(try fleet.readCentral { try $0.verify().faults } == [])
    }

    @Test("erasure reaches what was refused of another kind under the id, where it was written too")
    func erasingRefused() async throws {
        let fleet = try Fleet()
        let (first, second) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try await settle([first, second])
        let id = try #require(RecordID("01970000-0000-7000-8000-000000000006"))
        try first.edit { _ = try $0.make(.dossier, id: id, writes: Self.name) }
        try second.edit { _ = try $0.make(.contact, id: id, writes: Self.topic) }
        for counter in [first, second, first] { _ = try await counter.sync() }
        try expectRefusedAndWhole(second, 1)
        try erase(fleet, id)
        _ = try await second.sync()
        let refused = try second.read { try $0.refusedChanges() }
        #expect(refused.map { $0.change.touches("topic") } == [false])
        for faults in [
            try fleet.readCentral { try $0.verify().faults },
            try second.read { try $0.verify().faults },
        ] {
            #expect(faults == [])
        }
    }

    private func erase(_ fleet: Fleet, _ id: RecordID) throws {
        try fleet.editCentralTransaction { transaction in
            let seed = try transaction.centralKeySeed(orElse: [])
            _ = try CentralEdit(ofCentral: transaction, session: ReplicaID(4712)).erase(
                .id(id), reason: "QĐ 1", signedBy: try #require(SigningKey(seed: seed)))
        }
    }

    @Test(
        "what central had taken first, before it was restored, it refuses when the id is gone since"
    )
    func afterARestoration() async throws {
        let fleet = try Fleet()
        let (first, second) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let third = try await fleet.enrol("A")
        try await settle([first, second, third])
        let backup = try fleet.backUpCentral()
        let id = try #require(RecordID("01970000-0000-7000-8000-000000000002"))
        try first.edit { _ = try $0.make(.contact, id: id, writes: Self.topic) }
        try await settle([first, third])
        #expect(try third.read { try $0.kinds(of: id) } == [.contact])
        try fleet.restoreCentral(from: backup)
        try second.edit { _ = try $0.make(.dossier, id: id, writes: Self.name) }
        for _ in 0..<3 {
            for counter in [second, first, third] { _ = try await counter.sync() }
        }
        for counter in [second, first, third] {
            #expect(try counter.read { try $0.kinds(of: id) } == [.dossier])
            #expect(try counter.read { try $0.verify().faults } == [])
        }
        #expect(try first.read { try $0.refusedChanges() }.map(\.code) == ["other-kind"])
        #expect(try fleet.readCentral { try $0.kinds(of: id) } == [.dossier])
    }

    /// Puts a second kind under a dossier's id, as files of before the rule have it.
    private func double(_ fleet: Fleet, _ id: RecordID) throws {
        try fleet.editCentralTransaction { transaction in
            var chain = HashChain()
            var before = OpenRecord(RecordState(kind: .contact, id: id), row: nil)
            let making = Self.topic + [FieldWrite("office", .text("A"))]
            for (writes, note) in [(making, "one"), ([], "two")] {
                let change = Change(
                    dot: Dot(ReplicaID(4711), chain.seq + 1),
                    clock: HybridTimestamp(rawValue: (chain.seq + 1) << 40), kind: .contact,
                    record: id, context: before.state.vv, writes: writes,
                    additions: [FieldWrite("notes", .text(note))])
                chain.append(change.canonicalBytes)
                var state = before.state
                #expect(state.apply(change) == .applied)
                let entry = LogEntry(
                    form: .change, dot: change.dot, hash: chain.hash, bytes: change.canonicalBytes)
                try transaction.storeAtCentral(state, over: before, log: entry)
                before = try transaction.open(.contact, id)
            }
        }
    }

    @Test("a double of before is found at both ends, not erased by half, and settled everywhere")
    func doubleOfBefore() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(Self.name)
        try await settle([a, b])
        try double(fleet, id)
        let late = try await fleet.enrol("A")
        try await settle([a, b, late])
        for counter in [a, b, late] {
            let verified = try counter.read { try $0.verify() }
            #expect(verified.faults.map(\.place) == [id.description])
        }
        #expect(try fleet.readCentral { try $0.verify() }.faults.map(\.place) == [id.description])
        #expect(throws: StoreError.self) {
            try fleet.readCentral { try $0.requireOneKind(of: id) }
        }

        try b.edit { _ = try $0.edit(.id(id), writes: [FieldWrite("officer", .text("Hoa"))]) }
        let raw = try await RawDevice(fleet, office: "A")
        var request = raw.request()
        request.cursor = try await raw.send(request).cursor
        let settled = try fleet.editCentral { try $0.settle(id, keeping: .dossier) }
        #expect(settled.moved == .contact && settled.narrowed == [])
        // The feed says so: no digest has to differ first.
        let told = try await raw.send(request).states()[id]
        #expect(told?.kind == .contact && told?.fields.isEmpty == true)
        for _ in 0..<2 {
            for counter in [a, b, late] { _ = try await counter.sync() }
        }
        let fresh = try await fleet.enrol("A")
        try await settle([a, b, late, fresh])
        for counter in [a, b, late, fresh] {
            #expect(try counter.read { try $0.verify().faults } == [])
            #expect(try counter.read { try $0.kinds(of: id) } == [.dossier])
            #expect(try counter.values(settled.newID, "topic") == [.text("x")])
            #expect(try counter.values(settled.newID, "notes") == [.text("one"), .text("two")])
            #expect(try counter.values(id, "applicant_name") == [.text("Lan")])
        }
        #expect(try fleet.readCentral { try $0.verify().faults } == [])
        let audit = try fleet.readCentral { try $0.audit(of: id) }
        #expect(Set(audit.map(\.logged.change.kind)) == [.dossier, .contact])
        #expect(throws: StoreError.self) {
            try fleet.editCentral { try $0.settle(id, keeping: .dossier) }
        }
    }

    @Test("what was erased is not made anew under another id: its kind keeps the id")
    func settlingErased() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let id = try a.make(Self.name)
        try await settle([a])
        try erase(fleet, id)
        try double(fleet, id)
        try await settle([a])
        #expect {
            try fleet.editCentral { try $0.settle(id, keeping: .contact) }
        } throws: { error in
            if case StoreError.notInConflict = error { true } else { false }
        }
        let settled = try fleet.editCentral { try $0.settle(id, keeping: .dossier) }
        #expect(settled.moved == .contact)
        // The history of the one that moved stays, and is no damage anywhere.
        try await settle([a])
        #expect(try a.values(settled.newID, "topic") == [.text("x")])
        #expect(try a.values(id, "applicant_name") == [])
        for faults in [
            try fleet.readCentral { try $0.verify().faults }, try a.read { try $0.verify().faults },
        ] {
            #expect(faults == [])
        }
    }
}
