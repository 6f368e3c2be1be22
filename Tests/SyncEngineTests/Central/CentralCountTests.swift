import Causality
import CentralEngine
import CounterEngine
import Crypto
import Dossiers
import Editing
import Foundation
import SQLiteStore
import Replication
import SQLite
import TestSupport
import Testing
import Wire

/// What central knows of its records without looking at them, and what it keeps of refused changes.
@Suite("Central counts as it writes")
struct CentralCountTests {
    private func total(_ path: String) -> Int {
        SQLiteWork.take(path).values.reduce(0) { $0 + $1.steps }
    }

    private func makeDossiers(_ count: Int, at fleet: Fleet) throws -> [RecordID] {
        try fleet.editCentral { edit in
            try (0..<count).map { _ in
                try edit.make(.dossier, writes: [FieldWrite("office", .text("A"))]).record
            }
        }
    }

    private func erase(_ id: RecordID, at fleet: Fleet) throws {
        let database = try fleet.openCentral()
        defer { database.close() }
        try database.write(now: fleet.clock.now()) { transaction in
            let seed = try transaction.centralKeySeed(orElse: [UInt8](repeating: 7, count: 32))
            let key = try #require(SigningKey(seed: seed))
            _ = try CentralEdit(ofCentral: transaction, session: ReplicaID(77)).erase(
                .id(id), reason: "QĐ 1", signedBy: key)
        }
        #expect(database.emptyLog())
    }

    /// What SQLite does for central's status with so many dossiers, two of them erased.
    private func statusWork(dossiers: Int) throws -> Int {
        let fleet = try Fleet(segmentRows: nil)
        let ids = try makeDossiers(dossiers, at: fleet)
        for id in ids.prefix(2) { try erase(id, at: fleet) }
        SQLiteWork.watch(fleet.centralPath)
        let database = try fleet.openCentral()
        defer { database.close() }
        _ = total(fleet.centralPath)
        var filter = RecordFilter()
        filter.kind = .dossier
        #expect(try database.recordCount(filter) == dossiers)
        #expect(try database.conflictCount() == 0)
        #expect(try database.erasedRecords().count == 2)
        #expect(try database.newestChange() != nil)
        _ = try (database.devices(), database.lastDeviceReceipts(), database.lastCommit())
        return total(fleet.centralPath)
    }

    @Test("the status of a central with 2,000 dossiers looks at no more rows than with 20")
    func status() throws {
        let (few, many) = (try statusWork(dossiers: 20), try statusWork(dossiers: 2_000))
        #expect(few > 0 && many <= few + 40, "\(few) and \(many) steps of SQLite")
    }

    @Test("counts go with every write, and verify finds one that does not")
    func counts() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let ids = try (0..<5).map { _ in try a.make([FieldWrite("officer", .text("Lan"))]) }
        try await settle([a, b])
        for id in ids {
            try a.set(id, "fee_vnd", .integer(1))
            try b.set(id, "fee_vnd", .integer(2))
        }
        try await settle([a, b])
        #expect(try fleet.readCentral { try $0.conflictCount() } == 5)
        try a.set(ids[0], "fee_vnd", .integer(3))
        try await settle([a, b])
        try erase(ids[1], at: fleet)
        try fleet.readCentral { central throws -> Void in
            #expect(try central.conflictCount() == 4)
            #expect(try central.conflictCount(office: "A") == 4)
            #expect(try central.recordCount(RecordFilter()) == 7)
            #expect(try central.erasedRecords().map(\.state.id) == [ids[1]])
            #expect(try central.verify().faults == [])
        }
        for (statement, count) in [
            ("UPDATE record_counts SET records = records + 1 WHERE kind = 1", 1),
            ("UPDATE record_counts SET conflicts = 9", 5), ("DELETE FROM erased_records", 1),
        ] {
            let copy = fleet.directory + "/tampered-\(UUID().uuidString).db"
            try Fleet.copyDatabase(fleet.centralPath, to: copy)
            let connection = try Connection(path: copy, access: .readWrite)
            try connection.execute(statement)
            connection.close()
            let database = try CentralDatabase(path: copy)
            defer { database.close() }
            let faults = try database.verify().faults
            #expect(faults.map(\.subject.rawValue) == Array(repeating: "count", count: count))
        }
    }

    @Test("a row is counted once its transaction keeps it, and what it took back is not")
    func takenBack() throws {
        let fleet = try Fleet()
        let office = [FieldWrite("office", .text("A"))]
        let ids = try fleet.editCentral { edit in
            let kept = try edit.make(.dossier, writes: office).record
            #expect(throws: StoreError.self) {
                try edit.transaction.attempt {
                    _ = try edit.make(.dossier, writes: office)
                    throw StoreError.noSuchRecord
                }
            }
            return [kept, try edit.make(.dossier, writes: office).record]
        }
        try fleet.readCentral { central throws -> Void in
            var filter = RecordFilter()
            filter.kind = .dossier
            #expect(try central.recordCount(filter) == ids.count)
            #expect(try central.verify().faults == [])
        }
    }

    @Test("no trigger runs when a row is written: SQLite would open a savepoint for each")
    func triggers() throws {
        let fleet = try Fleet()
        let connection = try Connection(path: fleet.centralPath, access: .readOnly)
        defer { connection.close() }
        let statement = try connection.statement(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
        while try statement.step() {
            #expect(statement.text(0).contains("AFTER DELETE"))
        }
    }

    @Test("counts go with a row that is taken away, whoever takes it")
    func removed() async throws {
        let fleet = try Fleet()
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make()
        _ = try a.make()
        try await settle([a, b])
        try a.set(id, "fee_vnd", .integer(1))
        try b.set(id, "fee_vnd", .integer(2))
        try await settle([a, b])
        #expect(try fleet.readCentral { try $0.conflictCount() } == 1)
        let copy = fleet.directory + "/taken.db"
        try Fleet.copyDatabase(fleet.centralPath, to: copy)
        let connection = try Connection(path: copy, access: .readWrite)
        try connection.execute("DELETE FROM dossiers WHERE conflicts > 0")
        connection.close()
        let database = try CentralDatabase(path: copy)
        defer { database.close() }
        #expect(try database.verify().faults.contains { $0.subject == .count } == false)
        #expect(try database.conflictCount() == 0)
    }

    /// What SQLite does for an erasure when so many changes of other records were refused.
    private func erasureWork(refused count: Int) async throws -> Int {
        let fleet = try Fleet(segmentRows: nil)
        let (a, b) = (try await fleet.enrol("A"), try await fleet.enrol("B"))
        let (id, other) = (try a.make(), try a.make())
        try await settle([a])
        for number in 0..<count {
            try b.plant(
                .dossier, record: other, writes: [FieldWrite("officer", .text("\(number)"))])
        }
        let marked = [FieldWrite("applicant_name", .text("zqxrefused"))]
        try b.plant(.dossier, record: id, writes: marked)
        #expect(try await b.sync().refused == UInt64(count + 1))
        let isThere = Data(try fleet.centralFileBytes()).range(of: Data("zqxrefused".utf8)) != nil
        #expect(isThere)
        SQLiteWork.watch(fleet.centralPath)
        _ = total(fleet.centralPath)
        try erase(id, at: fleet)
        let steps = total(fleet.centralPath)
        let isGone = Data(try fleet.centralFileBytes()).range(of: Data("zqxrefused".utf8)) == nil
        #expect(isGone)
        #expect(try fleet.readCentral { try $0.verify().faults } == [])
        return steps
    }

    @Test("an erasure takes what was refused of its record, and looks at no other's")
    func erasure() async throws {
        let few = try await erasureWork(refused: 3)
        let many = try await erasureWork(refused: 300)
        #expect(few > 0 && many <= few + 60, "\(few) and \(many) steps of SQLite")
    }

    @Test("a refused change that was to make its record is erased with that id too")
    func madeRecord() async throws {
        let fleet = try Fleet()
        let b = try await fleet.enrol("B")
        let planted = try b.plant(
            .dossier,
            writes: [
                FieldWrite("office", .text("A")),
                FieldWrite("applicant_name", .text("zqxmade")),
            ])
        #expect(try await b.sync().refused == 1)
        let a = try await fleet.enrol("A")
        _ = try await a.sync()
        #expect(try a.make([], id: planted.record) == planted.record)
        try await settle([a])
        try erase(planted.record, at: fleet)
        let bytes = Data(try fleet.centralFileBytes())
        #expect(bytes.range(of: Data("zqxmade".utf8)) == nil)
        #expect(try fleet.readCentral { try $0.verify().faults + $0.verifyAudit() } == [])
    }

    @Test("refused content over a device's quota is not kept; who, when, why and the chain are")
    func quota() async throws {
        let fleet = try Fleet()
        let (a, reader) = (try await fleet.enrol("A"), try await fleet.enrol("A"))
        let id = try a.make([FieldWrite("officer", .text("Lan"))])
        try await settle([a, reader])
        let text = String(repeating: "x", count: 60_000)
        let count = Int(RefusalLimits.contentBytesMax) / text.utf8.count + 4
        for number in 0..<count {
            try a.plant(
                .dossier, record: id,
                writes: [FieldWrite("fee_vnd", .text("\(number) \(text)"))], additions: [])
        }
        #expect(try await a.sync().refused == UInt64(count))
        #expect(try a.read { try $0.refusedCount() } == UInt64(count), "the device has them all")
        try await settle([a, reader])
        try expectConverged(fleet, [a, reader])
        try fleet.readCentral { central throws -> Void in
            let changes = try central.audit(of: id).filter(\.logged.isVoid)
            #expect(changes.count == count)
            #expect(changes[0].isContentKept && changes[0].fields.map(\.name) == ["fee_vnd"])
            let last = try #require(changes.last)
            #expect(!last.isContentKept && last.fields.isEmpty && last.erasedFields.isEmpty)
            #expect(last.logged.change.stamp.clock > changes[0].logged.change.stamp.clock)
            let kept = changes.count(where: \.isContentKept)
            #expect(kept < count && kept > count - 8, "\(kept) of \(count)")
            let notes = try central.refusals(of: a.replica, seqs: 1...UInt64(count + 1))
            #expect(notes.count == count && notes.allSatisfy { $0.code == "invalid-field" })
            #expect(try central.verify().faults + central.verifyAudit() == [])
        }
        // What comes within the quota of another device is kept.
        try reader.plant(
            .dossier, record: id, writes: [FieldWrite("fee_vnd", .text("few"))])
        #expect(try await reader.sync().refused == 1)
        #expect(try fleet.readCentral { try $0.audit(of: id).last?.isContentKept } == true)
        try erase(id, at: fleet)
        #expect(try fleet.readCentral { try $0.verify().faults + $0.verifyAudit() } == [])
    }
}
