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

@Suite("A dossier is handed over to another office")
struct HandOverTests {
    @Test("the new office gets the whole state, the old one keeps a copy, digests follow")
    func handedOver() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        let id = try a.make([FieldWrite("officer", .text("Lan")), FieldWrite("x.n", .bool(true))])
        try a.edit { _ = try $0.edit(.id(id), writes: [], additions: [note("one")]) }
        try await settle([a, b])
        #expect(try b.states()[id] == nil)
        let digestBefore = try fleet.readCentral { try $0.digest(ofOffice: "B") }
        try a.set(id, "office", .text("B"))
        try await settle([a, b])
        try expectConverged(fleet, [a, b])
        try expectSame(id, a, b)
        #expect(try b.values(id, "notes") == [.text("one")])
        let digestAfter = try fleet.readCentral { try $0.digest(ofOffice: "B") }
        #expect(digestAfter.recordCount == digestBefore.recordCount + 1)
        try b.set(id, "officer", .text("Hoa"))
        try await settle([a, b])
        try expectConverged(fleet, [a, b])
        #expect(try a.values(id, "officer") == [.text("Lan")], "the copy stays as it was")
    }

    @Test("it comes as it was then: what was written since comes after what its writer had seen")
    func asItWas() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let (b, late) = (try await fleet.enrol("B"), try await fleet.enrol("B"))
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, b, late])
        try a.set(id, "office", .text("B"))
        try await settle([a, b])
        let seen = try b.make([FieldWrite("officer", .text("Mai"))])
        try await settle([b])
        try b.set(id, "officer", .text("Hoa"))
        try await settle([b])
        // One item a reply, and the link breaks behind the first.
        var options = SyncOptions()
        options.pullBytes = 1
        late.transport.meet([nil, .requestLost])
        #expect(try await late.sync(options).outcome != .synced)
        #expect(try late.values(id, "officer") == [.text("Lan")])
        #expect(try late.states()[seen] == nil)
        #expect(try await late.sync(options).outcome == .synced)
        #expect(try late.values(id, "officer") == [.text("Hoa")])
        #expect(try late.values(seen, "officer") == [.text("Mai")])
    }

    @Test("an edit by the old office that had not seen it merges and reaches the new office")
    func unseenEdit() async throws {
        let fleet = try Fleet()
        let (a, a2, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, a2, b])
        try a.set(id, "office", .text("B"))
        try a2.set(id, "applicant_phone", .text("0912"))
        _ = try b.make()
        try await settle([a, b])
        try b.set(id, "applicant_phone", .text("0999"))
        try await settle([b])
        let report = try await a2.sync()
        #expect(report.refused == 0)
        try await settle([a, a2, b])
        try expectConverged(fleet, [a, a2, b])
        #expect(Set(try b.values(id, "applicant_phone")) == [.text("0912"), .text("0999")])
    }

    @Test("an edit by the old office that had seen it is refused; nothing diverges, then or later")
    func seenEdit() async throws {
        let fleet = try Fleet()
        let (a, a2, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, a2, b])
        try a.set(id, "office", .text("B"))
        try await settle([a, a2, b])
        #expect(throws: StoreError.self) { try a.set(id, "officer", .text("Hoa")) }
        for name in ["Hoa", "Minh"] {
            try a.plant(.dossier, record: id, writes: [FieldWrite("officer", .text(name))])
        }
        let report = try await a.sync()
        #expect(report.outcome == .refused)
        #expect(
            try a.read { try $0.refusedChanges() }.map(\.code) == ["handed-over", "handed-over"])
        try await settle([a, a2, b])
        try expectConverged(fleet, [a, a2, b])
        #expect(try b.values(id, "officer") == [.text("Lan")])
        #expect(try a.states()[id] != nil, "the old office keeps its copy")
        // And back again: what was refused must not come between.
        try b.set(id, "office", .text("A"))
        try await settle([b, a, a2])
        try expectConverged(fleet, [a, a2, b])
        #expect(try a.values(id, "officer") == [.text("Lan")])
        try a.set(id, "officer", .text("Thu"))
        try await settle([a, a2, b])
        try expectConverged(fleet, [a, a2, b])
    }

    @Test("there and back and there again while a desk is away: it is not left waiting")
    func thereAndBackWhileAway() async throws {
        let fleet = try Fleet(offices: ["A", "B", "C"])
        let (a, away, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let id = try b.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, away, b])
        try b.set(id, "office", .text("A"))
        try await settle([b, a])
        try a.set(id, "officer", .text("Hoa"))
        try a.set(id, "office", .text("B"))
        try await settle([a, b])
        try await settle([away])
        try expectConverged(fleet, [a, away, b])
        try b.set(id, "office", .text("A"))
        try await settle([b, a, away])
        try expectConverged(fleet, [a, away, b])
        #expect(try away.values(id, "officer") == [.text("Hoa")])
    }

    @Test("conflicts that wait here: in the office's own records, and in none that is void")
    func waitingConflicts() async throws {
        let fleet = try Fleet()
        let (a, a2, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let ids = try (0..<3).map { _ in try a.make() }
        try await settle([a, a2, b])
        for id in ids {
            try a.set(id, "officer", .text("Lan"))
            try a2.set(id, "officer", .text("Hoa"))
        }
        try await settle([a, a2, a])
        func counts() throws -> [Int] {
            try [a, b].map { try $0.read { try $0.conflictCount() } }
        }
        #expect(try counts() == [3, 0])
        try a.edit { _ = try $0.void(.id(ids[0]), reason: "twice") }
        #expect(try counts() == [2, 0])
        try a.set(ids[1], "office", .text("B"))
        try await settle([a, b])
        #expect(try counts() == [1, 1])
    }

    @Test("two desks hand it to two offices at once: both see the conflict until one settles it")
    func twoWays() async throws {
        let fleet = try Fleet(offices: ["A", "B", "C"])
        let counters = [
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B"),
            try await fleet.enrol("C"),
        ]
        let id = try counters[0].make([FieldWrite("officer", .text("Lan"))])
        try await settle(counters)
        try counters[0].set(id, "office", .text("B"))
        try counters[1].set(id, "office", .text("C"))
        try await settle(counters)
        try expectConverged(fleet, counters)
        #expect(try counters[2].states()[id]?["office"].count == 2)
        #expect(try counters[3].states()[id]?["office"].count == 2)
        // A first download meets it too, though the row shows only one of the offices.
        let fresh = [try await fleet.enrol("B"), try await fleet.enrol("C")]
        try await settle(fresh)
        try expectConverged(fleet, fresh)
        #expect(try fresh.allSatisfy { try $0.states()[id] != nil })
        try counters[2].edit { _ = try $0.resolve(.id(id), "office", value: .text("B")) }
        try await settle(counters + fresh)
        try expectConverged(fleet, counters + fresh)
    }
}

private func note(_ text: String) -> FieldWrite { FieldWrite("notes", .text(text)) }
