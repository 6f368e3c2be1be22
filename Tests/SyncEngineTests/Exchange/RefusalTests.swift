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

@Suite("A refused change is set aside and blocks nothing")
struct RefusalTests {
    @Test(
        "a step that only the procedure's own table allows is taken, and one that no table allows is not"
    )
    func proceduresOwnSteps() async throws {
        let fleet = try Fleet()
        let (a, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        try fleet.editCentral {
            for (from, steps) in [("2021-01-01", "new>finished"), ("2031-01-01", "new>accepted")] {
                _ = try $0.make(
                    .procedure,
                    writes: [
                        FieldWrite("code", .text("P1")), FieldWrite("transitions", .text(steps)),
                        FieldWrite("effective_from", .text(from)),
                    ])
            }
        }
        _ = try await a.sync()
        let writes = [
            FieldWrite("procedure", .text("P1")),
            FieldWrite("received_at", .integer(1_614_560_400_000)),
        ]
        let id = try a.make(writes)
        try a.set(id, "status", .text("finished"))
        #expect(throws: StoreError.self) { try a.set(id, "status", .text("returned")) }
        let other = try a.make(writes)
        try a.plant(.dossier, record: other, writes: [FieldWrite("status", .text("returned"))])
        let report = try await a.sync()
        #expect(report.refused == 1)
        #expect(try a.read { try $0.refusedChanges() }.map(\.code) == ["illegal-transition"])
        try await settle([a, reader])
        #expect(try reader.values(id, "status") == [.text("finished")])
        #expect(try reader.values(other, "status") == [.text("new")])
    }

    @Test("of one record central notes so many refusals and no more, and good work goes on")
    func boundedNotes() async throws {
        let fleet = try Fleet()
        let (a, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, reader])
        for _ in 0..<Limits.voidsMax + 20 {
            try a.plant(.dossier, record: id, writes: [FieldWrite("fee_vnd", .integer(-1))])
        }
        // It names changes that are noted nowhere: central asks what it builds on.
        try a.set(id, "officer", .text("Hoa"))
        let report = try await a.sync()
        #expect(report.refused == UInt64(Limits.voidsMax + 20))
        try await settle([a, reader])
        try expectConverged(fleet, [a, reader])
        #expect(try reader.values(id, "officer") == [.text("Hoa")])
        #expect(try a.read { try $0.refusedCount() } == Limits.voidsMax + 20)
        // Beyond that nothing is noted, and nothing grows.
        let noted = try a.states()[id]?.voids.count
        for _ in 0..<3 {
            try a.plant(.dossier, record: id, writes: [FieldWrite("fee_vnd", .integer(-1))])
        }
        try await settle([a, reader])
        try expectConverged(fleet, [a, reader])
        #expect(try a.states()[id]?.voids.count == noted)
        try a.set(id, "officer", .text("Mai"))
        try await settle([a, reader])
        #expect(try reader.values(id, "officer") == [.text("Mai")])
    }

    /// What is planted on a dossier of office A, or beside it.
    enum Planting: String, CaseIterable {
        case illegalTransition, negativeFee, wrongType, unknownKind, makesForAnotherOffice
        case catalogEntry, catalogEdit, customNameOfNobody, handOverToNowhere, clearsOffice

        var code: RefusalCode {
            switch self {
            case .illegalTransition: .illegalTransition
            case .unknownKind: .unknownKind
            case .makesForAnotherOffice, .catalogEntry, .catalogEdit: .outOfScope
            default: .invalidField
            }
        }

        func plant(in counter: TestCounter, on id: RecordID) throws -> Planted {
            switch self {
            case .illegalTransition:
                return try counter.plant(
                    .dossier, record: id, writes: [FieldWrite("status", .text("new"))])
            case .negativeFee:
                return try counter.plant(
                    .dossier, record: id, writes: [FieldWrite("fee_vnd", .integer(-1))])
            case .wrongType:
                return try counter.plant(
                    .dossier, record: id, writes: [FieldWrite("received_at", .text("today"))])
            case .unknownKind:
                return try counter.plant(
                    RecordKind(rawValue: 99), writes: [FieldWrite("name", .text("?"))])
            case .makesForAnotherOffice:
                return try counter.plant(.dossier, writes: [FieldWrite("office", .text("B"))])
            case .catalogEntry:
                return try counter.plant(.procedure, writes: [FieldWrite("code", .text("P"))])
            case .catalogEdit:
                let office = try counter.states().values.first { $0.kind == .office }
                return try counter.plant(
                    .office, record: office?.id, writes: [FieldWrite("name", .text("Mine"))])
            case .customNameOfNobody:
                return try counter.plant(
                    .dossier, record: id, writes: [FieldWrite("Bad Name", .text("?"))])
            case .handOverToNowhere:
                return try counter.plant(
                    .dossier, record: id, writes: [FieldWrite("office", .text("NOWHERE"))])
            case .clearsOffice:
                return try counter.plant(
                    .dossier, record: id, writes: [FieldWrite("office", .null)])
            }
        }
    }

    @Test(
        "in the middle of the queue: set aside with its reason, the rest arrives, all converge",
        arguments: Planting.allCases.map { ($0, false) } + [
            (.illegalTransition, true), (.makesForAnotherOffice, true), (.catalogEdit, true),
        ])
    func middleOfTheQueue(planting: Planting, isReplyLost: Bool) async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try counter.make([FieldWrite("status", .text("finished"))])
        try await settle([counter, other])
        try counter.set(id, "officer", .text("before"))
        let planted = try planting.plant(in: counter, on: id)
        try? counter.set(id, "applicant_name", .text("after"))  // gone with its office in one case
        if planting != .unknownKind, planted.record != id {
            try counter.plant(
                planting == .makesForAnotherOffice
                    ? .dossier : planting == .catalogEdit ? .office : .procedure,
                record: planted.record, writes: [FieldWrite("name", .text("on top"))])
        }
        let behind = try counter.make([FieldWrite("applicant_name", .text("behind"))])
        if isReplyLost {
            counter.transport.meet([.replyLost])
            #expect(try await counter.sync().outcome == .interrupted)
            #expect(try counter.read { try $0.refusedCount() } == 0)
        }
        let report = try await counter.sync()
        #expect(report.outcome == .refused)
        #expect(report.pending == 0)
        let refused = try counter.read { try $0.refusedChanges() }
        #expect(refused.first?.change.dot == planted.dot)
        #expect(refused.first?.code == planting.code.rawValue)
        #expect(refused.first?.reason.isEmpty == false)
        #expect(refused.first?.record == planted.record)
        #expect(report.refused == UInt64(refused.count))
        try await settle([counter, other])
        try expectConverged(fleet, [counter, other])
        #expect(try other.values(id, "officer") == [.text("before")])
        #expect(try other.values(behind, "applicant_name") == [.text("behind")])
        if planting != .clearsOffice, planting != .handOverToNowhere {
            #expect(try other.values(id, "applicant_name") == [.text("after")])
        }
        #expect(try other.values(id, "status") == [.text("finished")])
        #expect(try counter.values(id, "status") == [.text("finished")])
        // The refusals are told once.
        #expect(try await counter.sync().refused == 0)
    }

    @Test("a refused new dossier takes along what was written on it, and its id may be used anew")
    func refusedFromTheStart() async throws {
        let fleet = try Fleet()
        let (counter, other) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = RecordID(derivedFrom: .zero)
        try counter.plant(
            .dossier, record: id,
            writes: [FieldWrite("office", .text("A")), FieldWrite("fee_vnd", .text("many"))])
        try counter.set(id, "officer", .text("Lan"))
        #expect(try await counter.sync().outcome == .refused)
        #expect(
            try counter.read { try $0.refusedChanges() }.map(\.code)
                == [RefusalCode.invalidField.rawValue, RefusalCode.noRecord.rawValue])
        #expect(try counter.states()[id] == nil)
        try await settle([counter, other])
        try expectConverged(fleet, [counter, other])
        #expect(try counter.make([FieldWrite("fee_vnd", .integer(5))], id: id) == id)
        try await settle([counter, other])
        try expectConverged(fleet, [counter, other])
        #expect(try other.values(id, "fee_vnd") == [.integer(5)])
    }

    @Test("a concurrent edit of another desk stays when a change to the same record is refused")
    func concurrentWithARefusal() async throws {
        let fleet = try Fleet()
        let (first, second) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try first.make([FieldWrite("officer", .text("Lan"))])
        try await settle([first, second])
        try second.set(id, "officer", .text("Hoa"))
        _ = try await second.sync()
        try first.plant(.dossier, record: id, writes: [FieldWrite("fee_vnd", .integer(-7))])
        try first.set(id, "officer", .text("Minh"))
        #expect(try await first.sync().outcome == .refused)
        try await settle([first, second])
        try expectConverged(fleet, [first, second])
        #expect(Set(try first.values(id, "officer")) == [.text("Hoa"), .text("Minh")])
        #expect(try first.values(id, "fee_vnd").isEmpty)
    }

    @Test("an id that another office's dossier has: refused, kept for a person, nothing diverges")
    func idOfAnotherOffice() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        let id = RecordID(derivedFrom: .zero)
        _ = try a.make([FieldWrite("officer", .text("Lan"))], id: id)
        _ = try b.make([FieldWrite("officer", .text("Hoa"))], id: id)
        try await settle([a])
        #expect(try await b.sync().outcome == .refused)
        try b.plant(.dossier, record: id, writes: [FieldWrite("officer", .text("again"))])
        #expect(try await b.sync().outcome == .refused)
        try await settle([a, b])
        try expectConverged(fleet, [a, b])
        #expect(try a.values(id, "officer") == [.text("Lan")])
        let kept = try b.read { try $0.refusedChanges() }
        #expect(kept.map(\.code) == ["out-of-scope", "out-of-scope"])
        #expect(kept.first?.change.writes.contains(FieldWrite("officer", .text("Hoa"))) == true)
    }

    @Test("changes that were refused are in the chain for good, and central's copy verifies")
    func chainWithRefusals() async throws {
        let fleet = try Fleet()
        let counter = try await fleet.enrol("A")
        let id = try counter.make()
        for number in Int64(0)..<4 {
            try counter.plant(
                .dossier, record: id, writes: [FieldWrite("fee_vnd", .integer(-1 - number))])
            try counter.plant(RecordKind(rawValue: 99), writes: [FieldWrite("a", .bool(true))])
        }
        _ = try await counter.sync()
        let identity = try counter.read { try $0.enrolledIdentity().identity }
        #expect(identity.seq == 9)
        #expect(identity.pushedSeq == 9)
        try fleet.readCentral { central in
            let device = try central.device(counter.replica)
            #expect(device?.seq == 9)
            #expect(device?.chainHash == identity.chainHash)
            #expect(device?.refused == 8)
            #expect(try central.chainHash(of: counter.replica, seq: 9) == identity.chainHash)
        }
    }
}
