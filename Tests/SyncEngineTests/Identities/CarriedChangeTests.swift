import Causality
import CentralEngine
import CounterEngine
import Crypto
import Dossiers
import Replication
import Store
import TestSupport
import Testing
import Wire

@testable import SQLiteStore

/// What a device that may not sync any more has written goes on at another one.
@Suite("Changes carried over from another device")
struct CarriedChangeTests {
    private let fleet: Fleet
    private let old: TestCounter
    private let new: TestCounter

    init() async throws {
        fleet = try Fleet()
        old = try await fleet.enrol("A")
        new = try await fleet.enrol("A")
    }

    private func carried(_ counter: TestCounter) throws -> [CarriedChange] {
        var all: [CarriedChange] = []
        try counter.read { try $0.forEachCarried { all.append($0) } }
        return all
    }

    /// What became of each, in a word.
    @discardableResult
    private func take(_ all: [CarriedChange], at counter: TestCounter) throws -> [String] {
        try all.map { one in
            do {
                switch try counter.edit({ try $0.take(one) }) {
                case .issued(let faults): return faults.isEmpty ? "issued" : "narrowed"
                case .waits: return "waits"
                case .known: return "known"
                }
            } catch let error as StoreError {
                return error.code
            }
        }
    }

    private func made(_ writes: [FieldWrite] = []) async throws -> RecordID {
        let id = try old.make(writes)
        try await settle([old, new])
        return id
    }

    @Test(
        "what neither had seen of the other stands as a conflict, however often the old one wrote")
    func conflictWithOwnValue() async throws {
        let id = try await made([FieldWrite("fee_vnd", .integer(5))])
        try old.set(id, "fee_vnd", .integer(6))
        try old.set(id, "fee_vnd", .integer(7))
        try new.set(id, "fee_vnd", .integer(9))
        _ = try await new.sync()
        #expect(try take(carried(old), at: new) == ["issued", "issued"])
        #expect(try Set(new.values(id, "fee_vnd")) == [.integer(7), .integer(9)])
        let reader = try await fleet.enrol("A")
        try await settle([new, reader])
        for counter in [new, reader] {
            #expect(try Set(counter.values(id, "fee_vnd")) == [.integer(7), .integer(9)])
        }
        try expectConverged(fleet, [new, reader])
        #expect(try fleet.readCentral { try $0.verify().faults } == [])
        #expect(try new.read { try $0.verify().faults } == [])
        // It is settled by who has seen both.
        try reader.set(id, "fee_vnd", .integer(8))
        try await settle([reader, new])
        #expect(try new.values(id, "fee_vnd") == [.integer(8)])
    }

    @Test("what the writer had seen it replaces, and the same file again changes nothing")
    func replacesWhatItSaw() async throws {
        let id = try await made([FieldWrite("officer", .text("Hoa"))])
        try old.set(id, "officer", .text("Lan"))
        try old.edit {
            _ = try $0.edit(.id(id), writes: [], additions: [FieldWrite("notes", .text("n"))])
        }
        let own = try old.make([FieldWrite("applicant_name", .text("Mai"))])
        try old.set(own, "applicant_name", .text("Maia"))
        let file = try carried(old)
        #expect(try take(file, at: new) == ["issued", "issued", "issued", "issued"])
        let before = try new.states()
        #expect(try take(file, at: new) == ["known", "known", "known", "known"])
        #expect(try new.states() == before)
        try await settle([new])
        #expect(try take(file, at: new) == ["known", "known", "known", "known"])
        #expect(try new.values(id, "officer") == [.text("Lan")])
        #expect(try new.values(id, "notes") == [.text("n")])
        #expect(try new.values(own, "applicant_name") == [.text("Maia")])
        #expect(try take(file, at: old) == ["known", "known", "known", "known"])
        try expectConverged(fleet, [new])
    }

    @Test("what builds on something that is not here waits, and goes on by itself at the next sync")
    func waits() async throws {
        let id = try await made([FieldWrite("officer", .text("Hoa"))])
        let third = try await fleet.enrol("A")
        try await settle([third])
        try third.set(id, "officer", .text("Cúc"))
        try await settle([third, old])
        try old.set(id, "officer", .text("Lan"))
        try old.set(id, "channel", .text("online"))
        let behind = try old.make([FieldWrite("applicant_name", .text("Mai"))])
        let file = try carried(old)
        #expect(try take(file, at: new) == ["waits", "waits", "issued"])
        #expect(try take(file, at: new) == ["waits", "waits", "known"])
        #expect(try new.values(id, "officer") == [.text("Hoa")])
        #expect(try new.read { try $0.waitingCarriedCount() } == 2)
        // A device that takes over from this one gets them too.
        #expect(try carried(new).count == 3)
        let report = try await new.sync()
        #expect(report.outcome == .synced && report.pending == 0)
        #expect(try new.read { try $0.waitingCarriedCount() } == 0)
        #expect(try new.values(id, "officer") == [.text("Lan")])
        #expect(try new.values(id, "channel") == [.text("online")])
        #expect(try fleet.readCentral { try $0.state(of: .id(behind)) } != nil)
        try expectConverged(fleet, [new])
    }

    @Test("a device that was never in step takes nothing before its first sync")
    func freshDevice() async throws {
        let id = try await made()
        try old.set(id, "officer", .text("Lan"))
        let own = try old.make([FieldWrite("applicant_name", .text("Mai"))])
        let fresh = try await fleet.enrol("A")
        #expect(try take(carried(old), at: fresh) == ["waits", "waits"])
        #expect(try await fresh.sync().outcome == .synced)
        #expect(try fresh.values(id, "officer") == [.text("Lan")])
        #expect(try fleet.readCentral { try $0.state(of: .id(own)) } != nil)
        try expectConverged(fleet, [fresh])
    }

    @Test("a record of another kind under the id stays as it is, and the change is refused")
    func otherKind() async throws {
        try await settle([old, new])
        let id = try #require(RecordID("01970000-0000-7000-8000-000000000004"))
        try new.edit {
            _ = try $0.make(
                .dossier, id: id, writes: [FieldWrite("applicant_name", .text("Lan"))])
        }
        let topic = [FieldWrite("way", .text("in_person")), FieldWrite("topic", .text("x"))]
        try old.edit { _ = try $0.make(.contact, id: id, writes: topic) }
        #expect(try take(carried(old), at: new) == ["other_kind"])
        #expect(try new.read { try $0.kinds(of: id) } == [.dossier])
        try await settle([new])
        #expect(try new.values(id, "applicant_name") == [.text("Lan")])
    }

    @Test("what central had taken without the old device's knowing is not issued again")
    func receiptLost() async throws {
        let id = try await made()
        try old.set(id, "officer", .text("Lan"))
        old.transport.meet([.replyLost])
        _ = try await old.sync()
        let file = try carried(old)
        #expect(file.count == 1)
        try await settle([new])
        #expect(try take(file, at: new) == ["known"])
        #expect(try new.read { try $0.enrolledIdentity().identity.pendingCount } == 0)
    }

    @Test("a value that cannot stand leaves the others of its change alone")
    func narrowed() async throws {
        let id = try await made([
            FieldWrite("status", .text("accepted")), FieldWrite("applicant_name", .text("Lan")),
        ])
        try old.plant(
            .dossier, record: id,
            writes: [
                FieldWrite("officer", .text("Hoa")), FieldWrite("fee_vnd", .integer(-1)),
                FieldWrite("status", .text("new")), FieldWrite("office", .text("NOWHERE")),
            ])
        #expect(try take(carried(old), at: new) == ["narrowed"])
        let report = try await new.sync()
        #expect(report.outcome == .synced && report.refused == 0)
        #expect(try new.values(id, "officer") == [.text("Hoa")])
        #expect(try new.values(id, "status") == [.text("accepted")])
        #expect(try new.values(id, "fee_vnd") == [])
        #expect(try new.values(id, "office") == [.text("A")])
    }

    @Test("of a waiting change what cannot stand is kept for a person")
    func narrowedLater() async throws {
        let id = try await made()
        try old.plant(
            .dossier, record: id,
            writes: [FieldWrite("officer", .text("Hoa")), FieldWrite("fee_vnd", .integer(-1))])
        let stranger = try old.plant(.dossier, writes: [FieldWrite("office", .text("B"))])
        let fresh = try await fleet.enrol("A")
        #expect(try take(carried(old), at: fresh) == ["waits", "waits"])
        #expect(try await fresh.sync().outcome == .synced)
        #expect(try fresh.values(id, "officer") == [.text("Hoa")])
        let kept = try fresh.read { try $0.refusedChanges() }
        #expect(kept.map(\.record) == [id, stranger.record])
        #expect(kept.first?.change.writes.map(\.name) == ["fee_vnd"])
    }

    @Test("erasure reaches what waits, of a record that is here and of one that is not")
    func erased() async throws {
        let id = try await made([FieldWrite("applicant_name", .text("Lan"))])
        let fresh = try await fleet.enrol("A")
        try old.set(id, "applicant_name", .text("Zqx"))
        #expect(try take(carried(old), at: fresh) == ["waits"])
        let key = try #require(SigningKey(seed: [UInt8](repeating: 7, count: 32)))
        try fleet.editCentralTransaction { transaction in
            _ = try transaction.centralKeySeed(orElse: [UInt8](repeating: 7, count: 32))
            _ = try CentralEdit(ofCentral: transaction, session: ReplicaID(4711)).erase(
                .id(id), reason: "QĐ 12/2026", signedBy: key)
        }
        #expect(try await fresh.sync().outcome == .synced)
        #expect(try fresh.values(id, "applicant_name") == [])
        #expect(try fresh.read { try $0.refusedChanges() }.isEmpty)
        #expect(try fresh.read { try $0.waitingCarriedCount() } == 0)
    }

    @Test("a new identity of the device that took over keeps the names: the next file fits on")
    func newIdentityBetween() async throws {
        let id = try await made([FieldWrite("officer", .text("Hoa"))])
        try old.set(id, "officer", .text("Lan"))
        let first = try carried(old)
        let copy = try new.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        #expect(try take(first, at: copy) == ["issued"])
        // The twin has synced something else: the copy goes on as another.
        try new.set(id, "channel", .text("online"))
        _ = try await new.sync()
        #expect(try await copy.sync().rotation != nil)
        try old.set(id, "officer", .text("Mai"))
        #expect(try take(carried(old), at: copy) == ["known", "issued"])
        #expect(try copy.values(id, "officer") == [.text("Mai")])
        try await settle([copy, new])
        #expect(try new.values(id, "officer") == [.text("Mai")])
        try expectConverged(fleet, [copy, new])
    }

    @Test("what was pushed before a new identity is still the writer's: the next file fits on")
    func newIdentityAfterPush() async throws {
        let id = try await made([FieldWrite("officer", .text("Hoa"))])
        try old.set(id, "officer", .text("Lan"))
        #expect(try take(carried(old), at: new) == ["issued"])
        try await settle([new])
        try fleet.editCentralTransaction { try $0.beginEpoch(77, cause: .told) }
        #expect(try await new.sync().rotation?.cause == .newEpoch)
        try old.set(id, "officer", .text("Mai"))
        #expect(try take(carried(old), at: new) == ["known", "issued"])
        #expect(try new.values(id, "officer") == [.text("Mai")])
        try await settle([new])
        try expectConverged(fleet, [new])
    }

    @Test("a new identity renames what the change had not seen")
    func newIdentityAfter() async throws {
        let id = try await made([FieldWrite("fee_vnd", .integer(5))])
        try old.set(id, "fee_vnd", .integer(7))
        let copy = try new.copied(to: fleet.directory + "/copy.db", slot: fleet.slot)
        try new.set(id, "channel", .text("online"))
        _ = try await new.sync()
        try copy.set(id, "fee_vnd", .integer(9))
        #expect(try take(carried(old), at: copy) == ["issued"])
        #expect(try await copy.sync().rotation != nil)
        try await settle([copy, new])
        for counter in [copy, new] {
            #expect(try Set(counter.values(id, "fee_vnd")) == [.integer(7), .integer(9)])
        }
        try expectConverged(fleet, [copy, new])
        #expect(try copy.read { try $0.verify().faults } == [])
    }

    @Test("a restored copy of the very device takes what the original had written after")
    func ontoAnOlderSelf() async throws {
        let id = try await made([FieldWrite("officer", .text("Hoa"))])
        let copy = try old.copied(to: fleet.directory + "/older.db", slot: fleet.slot)
        try old.set(id, "officer", .text("Lan"))
        try copy.set(id, "channel", .text("online"))
        #expect(try take(carried(old), at: copy) == ["issued"])
        #expect(try await copy.sync().outcome == .synced)
        #expect(try copy.values(id, "officer") == [.text("Lan")])
        #expect(try copy.values(id, "channel") == [.text("online")])
        try expectConverged(fleet, [copy])
    }
}
