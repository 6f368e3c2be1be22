import Causality
import Dossiers
import SQLiteStore
import Replication
import Store
import Synchronization
import TestSupport
import Testing
import Wire

@testable import CentralEngine
@testable import CounterEngine

@Suite("What the law orders erased is gone everywhere, and all else holds")
struct ErasureTests: ErasureSuite {
    @Test(
        "values, notes, custom fields and their history go at central at once, at counters when they sync"
    )
    func everywhere() async throws {
        let fleet = try Fleet()
        let (a, a2) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal() + [FieldWrite("fee_vnd", .integer(5))])
        try a.edit { _ = try $0.edit(.id(id), writes: personal(1), additions: [note("one")]) }
        try await settle([a, a2])
        try a2.edit { _ = try $0.edit(.id(id), writes: personal(2)) }
        try await settle([a2, a])
        #expect(try hasTrace(a.path) && hasTrace(a2.path) && hasTrace(fleet.centralPath))
        try erase(fleet, id)
        try expectTraceless(fleet.centralPath)
        // Another program has the file open, so that the log is not emptied by the last one's closing it.
        let other = try a.open()
        defer { other.close() }
        let report = try await a.sync()
        #expect(report.erased == [id] && report.outcome == .synced)
        try expectTraceless(a.path)
        try await settle([a, a2])
        try expectErased(fleet, [a, a2], id)
        let state = try #require(try a.states()[id])
        #expect(state["fee_vnd"].map(\.value) == [.integer(5)])
        #expect(state["status"].map(\.value) == [.text("new")])
        #expect(state.fields.map(\.name).contains("erased"))
        let gone = try fleet.readCentral { try $0.audit(of: id) }.map(\.erasedFields)
        #expect(gone[0] == ["x.more", "applicant_name", "applicant_address"])
        #expect(gone[1] == ["notes", "x.more", "applicant_name", "applicant_address"])
    }

    @Test("who reads the feed from before gets the changes without what was erased")
    func lateReader() async throws {
        let fleet = try Fleet()
        let (a, late) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        _ = try await late.sync()
        let id = try a.make(personal())
        try a.edit { _ = try $0.edit(.id(id), writes: personal(1), additions: [note("one")]) }
        // More than one record, so that ids follow from the chain in columns.
        for number in 0..<6 { _ = try a.make([FieldWrite("fee_vnd", .integer(Int64(number)))]) }
        _ = try await a.sync()
        try erase(fleet, id)
        _ = try await a.sync()
        let seen = Mutex<[UInt8]>([])
        late.transport.onReply { reply in seen.withLock { $0 += reply.encoded() } }
        try await settle([late, a])
        #expect(!String(decoding: seen.withLock { $0 }, as: UTF8.self).contains(mark))
        let new = try await fleet.enrol("A")
        try await settle([new, a, late])
        try expectErased(fleet, [a, late, new], id)
    }

    @Test("what was written before the order was known is erased as it comes, however it comes")
    func unseenWrites() async throws {
        let fleet = try Fleet()
        let (a, a2) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, a2])
        try erase(fleet, id)
        // The first goes out with the request that brings the order, the rest after it.
        for number in 1...4 {
            try a2.edit {
                _ = try $0.edit(
                    .id(id),
                    writes: personal(number) + [FieldWrite("fee_vnd", .integer(Int64(number)))],
                    additions: [note("late \(number)")])
            }
        }
        let pushed = Mutex<[Bool]>([])
        a2.transport.onRequest { request in
            guard let push = request.push else { return }
            let text = String(decoding: push.changes, as: UTF8.self)
            pushed.withLock { $0.append(text.contains(mark)) }
        }
        var options = SyncOptions()
        options.pushBytes = 64
        options.usesColumns = false
        let report = try await a2.sync(options)
        #expect(report.outcome == .synced && report.refused == 0)
        #expect(pushed.withLock { $0 } == [true, false, false, false])
        try await settle([a, a2])
        try expectErased(fleet, [a, a2], id)
        #expect(try a.values(id, "fee_vnd") == [.integer(4)])
    }

    @Test(
        "changes that were erased before they were pushed cross in columns, records that they made too"
    )
    func erasedInColumns() async throws {
        let fleet = try Fleet()
        let (a, a2) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, a2])
        // So large that it goes alone, and brings the order back.
        let large = String(repeating: mark, count: 400)
        try a.set(id, "x.large", .text(large))
        for number in 1...3 {
            try a.edit { _ = try $0.edit(.id(id), writes: personal(number)) }
            let made = try a.make([FieldWrite("fee_vnd", .integer(1))])
            try a.set(made, "fee_vnd", .integer(2))
        }
        try erase(fleet, id)
        let forms = Mutex<[BatchForm]>([])
        a.transport.onRequest { request in
            if let push = request.push { forms.withLock { $0.append(push.form) } }
        }
        var options = SyncOptions()
        options.pushBytes = 3_000
        let report = try await a.sync(options)
        #expect(report.outcome == .synced && report.pushed == 10)
        #expect(forms.withLock { $0 } == [.columns, .columns])
        try await settle([a, a2])
        try expectErased(fleet, [a, a2], id)
    }

    @Test(
        "the copy of an office that handed the dossier over is erased, and the office learns no more"
    )
    func handedOver() async throws {
        let fleet = try Fleet()
        let (a, a2, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let id = try a.make(personal() + [FieldWrite("officer", .text("Lan"))])
        try await settle([a, a2])
        try a.set(id, "office", .text("B"))
        try await settle([a, b])
        try b.edit {
            _ = try $0.edit(
                .id(id), writes: [FieldWrite("officer", .text("Hoa"))], additions: [note("at B")])
        }
        try await settle([b])
        let newcomer = try await fleet.enrol("A")
        try await settle([newcomer])
        // One device of the old office has heard of the hand-over, the other has not.
        try erase(fleet, id)
        try await settle([newcomer])
        #expect(try newcomer.states()[id] == nil)
        try await settle([a, a2, b])
        try expectErased(fleet, [a, a2, b], id)
        for copy in [a, a2] {
            #expect(try copy.values(id, "officer") == [.text("Lan")])
            #expect(try copy.states()[id]?.erasures.count == 1)
        }
        #expect(try b.values(id, "officer") == [.text("Hoa")])
        // Who never had it gets no empty record of it.
        let a3 = try await fleet.enrol("A")
        try await settle([a3])
        #expect(try a3.states()[id] == nil)
        // And back again.
        try b.set(id, "office", .text("A"))
        try await settle([b, a, a2, a3])
        try expectErased(fleet, [a, a2, a3, b], id)
        #expect(try a3.values(id, "officer") == [.text("Hoa")])
    }

    @Test(
        "who missed that the dossier came back, was erased and left again erases its copy all the same"
    )
    func missed() async throws {
        let fleet = try Fleet()
        let (a, late, b) = (
            try await fleet.enrol("A"), try await fleet.enrol("A"), try await fleet.enrol("B")
        )
        let id = try a.make(personal())
        try await settle([a, late, b])
        try a.set(id, "office", .text("B"))
        try await settle([a, b])
        try b.set(id, "officer", .text("Hoa"))
        try b.set(id, "office", .text("A"))
        try await settle([b, a])
        try erase(fleet, id)
        try await settle([a])
        try a.set(id, "office", .text("B"))
        try await settle([a, b])
        try await settle([late])
        try expectErased(fleet, [a, late, b], id)
        #expect(try late.states()[id]?.erasures.count == 1)
        #expect(try late.values(id, "officer").isEmpty)
    }

    @Test("refused content is erased too, at the device and at central, also that of no record")
    func refusedContent() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        let id = try a.make(personal())
        try await settle([a, b])
        try a.plant(
            .dossier, record: id,
            writes: personal(1) + [FieldWrite("status", .text("returned"))])
        #expect(try await a.sync().outcome == .refused)
        // Of an office that has nothing to do with it.
        try b.plant(.dossier, record: id, writes: personal(2))
        #expect(try await b.sync().outcome == .refused)
        let again = try b.plant(.dossier, record: id, writes: personal(3))
        try erase(fleet, id)
        #expect(try await b.sync().outcome == .refused)
        try await settle([a, b])
        try expectTraceless(fleet.centralPath)
        #expect(try fleet.readCentral { try $0.verify().faults + $0.verifyAudit() } == [])
        try expectTraceless(a.path)
        let refused = try #require(try a.read { try $0.refusedChanges() }.first)
        #expect(refused.change.writes.map(\.name) == ["status"])
        #expect(refused.change.erasedContent?.fields.count == 3)
        // What an office refused to take back stays where it was written.
        #expect(try b.read { try $0.refusedChanges() }.map(\.change.dot).contains(again.dot))
        try await settle([a])
        try expectConverged(fleet, [a, b])
    }

    @Test("by bundles: one that was made before the order, and what waits after it")
    func bundles() async throws {
        let fleet = try Fleet()
        let (a, a2) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, a2])
        try a2.edit { _ = try $0.edit(.id(id), writes: personal(1), additions: [note("late")]) }
        let before = try await fleet.bundle(from: a2)
        try erase(fleet, id)
        _ = try await a2.apply(fleet.answer(before))
        try expectTraceless(fleet.centralPath)
        try expectTraceless(a2.path)
        try a2.set(id, "fee_vnd", .integer(7))
        _ = try await fleet.visit(a2)
        try await settle([a, a2])
        try expectErased(fleet, [a, a2], id)
        #expect(try a.values(id, "fee_vnd") == [.integer(7)])
    }

    @Test("an order that comes before the state that was asked for does not stand for it")
    func gap() async throws {
        let fleet = try Fleet()
        let (a, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, reader])
        // As a fault would: the next change builds on what is not there.
        try reader.dropRow(of: id)
        try a.edit {
            _ = try $0.edit(.id(id), writes: personal(1) + [FieldWrite("fee_vnd", .integer(3))])
        }
        _ = try await a.sync()
        try erase(fleet, id)
        let repairs = Mutex(0)
        reader.transport.onRequest { request in
            if request.bucketDigests != nil { repairs.withLock { $0 += 1 } }
        }
        #expect(try await reader.sync().outcome == .synced)
        #expect(repairs.withLock { $0 } == 0)
        try await settle([a, reader])
        try expectErased(fleet, [a, reader], id)
        #expect(try reader.values(id, "fee_vnd") == [.integer(3)])
    }

    @Test("a clone that was erased goes on under its new identity")
    func clone() async throws {
        let fleet = try Fleet()
        let (a, witness) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make(personal())
        try await settle([a, witness])
        let clone = try a.copied(to: fleet.directory + "/clone.db", slot: fleet.slot)
        try a.set(id, "fee_vnd", .integer(1))
        _ = try await a.sync()
        try clone.edit {
            _ = try $0.edit(
                .id(id), writes: personal(1) + [FieldWrite("officer", .text("Hoa"))],
                additions: [note("clone")])
        }
        try erase(fleet, id)
        try await settle([a, clone, witness])
        try await settle([a, clone, witness])
        try expectErased(fleet, [a, clone, witness], id)
        #expect(try witness.values(id, "officer") == [.text("Hoa")])
    }

    @Test("orders add up; a second one changes nothing that is gone")
    func twice() async throws {
        let fleet = try Fleet()
        let a = try await fleet.enrol("A")
        let id = try a.make(personal())
        try await settle([a])
        try erase(fleet, id, reason: "one")
        try erase(fleet, id, reason: "two")
        let report = try await a.sync()
        #expect(report.erased == [id])
        try await settle([a])
        try expectErased(fleet, [a], id)
        #expect(try a.states()[id]?.erasures.map(\.reason).sorted() == ["one", "two"])
    }
}
