import Causality
import Dossiers
import JSON
import Replication
import SQLite
import Testing

@testable import SQLiteStore

@Suite("CounterEdit: record, change, chain and digest in one transaction")
struct CounterEditTests {
    private struct Stop: Error {}

    @Test("row, log, identity and digest agree after every edit")
    func agreement() throws {
        let file = try CounterFile()
        let id = try file.make([FieldWrite("fee_vnd", .integer(10_000))])
        try file.edit { edit in
            _ = try edit.edit(
                .id(id), writes: [FieldWrite("status", .text("accepted"))],
                additions: [FieldWrite("notes", .text("đã gọi"))],
                at: Timestamp(milliseconds: 1_622_000_000_000), by: "Lê Thị Hoa")
            _ = try edit.edit(.id(id), writes: [FieldWrite("fee_vnd", .null)])
        }
        try file.read { database in
            try expectSound(database)
            let (identity, replica) = try database.enrolledIdentity()
            #expect(identity.seq == 3)
            #expect(identity.pendingCount == 3)
            let outbox = try #require(
                try database.outbox(of: replica, after: 0, bytesMax: .max))
            #expect(outbox.count == 3)
            #expect(outbox.hashAfter == identity.chainHash)

            // The row is what its own changes make, from their logged bytes alone.
            var replayed = RecordState(kind: .dossier, id: id)
            for logged in try database.history(of: .id(id)) {
                #expect(replayed.apply(logged.change) == .applied)
            }
            #expect(try database.state(of: .id(id)) == replayed)
            #expect(identity.clock == replayed.stamp(of: Dot(replica, 3))?.clock)
        }
    }

    @Test("what throws leaves nothing behind, and the next edit follows on")
    func throwingBody() throws {
        let file = try CounterFile()
        let id = try file.make()
        let before = try file.read { try $0.content() }
        #expect(throws: Stop.self) {
            try file.edit { edit in
                _ = try edit.make(.dossier, writes: [FieldWrite("officer", .text("A"))], by: "B")
                _ = try edit.edit(.id(id), writes: [FieldWrite("officer", .text("C"))])
                throw Stop()
            }
        }
        #expect(try file.read { try $0.content() } == before)
        let next = try file.edit { try $0.edit(.id(id), writes: [FieldWrite("fee_vnd", .null)]) }
        #expect(next.dot == Dot(StoreFile.replica, 2))
        try file.read { try expectSound($0) }
    }

    @Test("a full disk in the middle of a transaction leaves nothing behind")
    func fullDisk() throws {
        let file = try CounterFile()
        _ = try file.make()
        let database = try file.open()
        defer { database.close() }
        let before = try database.content()
        let pages = try database.connection.pragmaInteger("page_count")
        try database.connection.execute("PRAGMA max_page_count = \(pages + 2)")
        let note = String(repeating: "x", count: 1900)
        let words = storeFailure {
            try database.write(now: file.now()) { transaction in
                let edit = try CounterEdit(transaction)
                for _ in 0..<100 {
                    _ = try edit.make(
                        .dossier, writes: [], additions: [FieldWrite("notes", .text(note))])
                }
            }
        }
        #expect(words == "the disk is full")
        #expect(try database.content() == before)
        try database.connection.execute("PRAGMA max_page_count = \(pages + 2000)")
        let made = try database.write(now: file.now()) {
            try CounterEdit($0).make(.dossier, writes: [])
        }
        #expect(made.dot.seq == 2)
        try expectSound(database)
    }

    @Test("one attempt of several that fails takes only its own part back")
    func attempts() throws {
        let file = try CounterFile()
        let ids = try file.write { transaction in
            let edit = try CounterEdit(transaction)
            let first = try edit.make(.dossier, writes: []).record
            #expect(throws: Stop.self) {
                try transaction.attempt {
                    _ = try edit.make(.dossier, writes: [], by: "somebody new")
                    _ = try edit.edit(.id(first), writes: [FieldWrite("officer", .text("A"))])
                    throw Stop()
                }
            }
            return [first, try edit.make(.contact, writes: [], by: "somebody new").record]
        }
        try file.read { database in
            try expectSound(database)
            #expect(try database.identity()?.seq == 2)
            #expect(try database.recordCount(RecordFilter()) == 4)
            #expect(try database.state(of: .id(ids[0]))?["officer"].isEmpty == true)
            #expect(try database.state(of: .id(ids[1]))?.stamps.first?.stamp.by == "somebody new")
        }
    }

    @Test("a value that replaces all in conflict settles it, and says so")
    func settling() throws {
        let file = try CounterFile()
        let id = try file.make()
        try file.makeConflict(id, "officer", ["Lan", "Mai"])
        #expect(try file.read { try $0.conflictCount() } == 1)
        #expect(
            storeFailure {
                try file.edit { _ = try $0.resolve(.id(id), "fee_vnd", value: .integer(1)) }
            } == "the field is not in conflict")
        let result = try file.edit { try $0.resolve(.id(id), "officer", value: .text("Mai")) }
        #expect(result.settledConflicts == ["officer"])
        #expect(try file.state(id)?["officer"].map(\.value) == [.text("Mai")])
        #expect(try file.read { try $0.conflictCount() } == 0)
        try file.makeConflict(id, "officer", ["Lan", "Mai"])
        let edited = try file.edit {
            try $0.edit(.id(id), writes: [FieldWrite("officer", .text("An"))])
        }
        #expect(edited.settledConflicts == ["officer"])
        try file.read { try expectSound($0) }
    }
}

extension RoleFile {
    /// Lets replicas that have seen all of the record so far write one field at once.
    func makeConflict(_ id: RecordID, _ field: FieldName, _ values: [String]) throws {
        let before = try #require(try state(id))
        try write { transaction in
            for (index, value) in values.enumerated() {
                let change = Change(
                    dot: foreignDot(ReplicaID(UInt64(1000 + index))), clock: HybridTimestamp(now()),
                    kind: before.kind, record: id, context: before.vv,
                    writes: [FieldWrite(field, .text(value))], additions: [])
                let outcome = try transaction.apply(
                    change, to: transaction.open(before.kind, id))
                #expect(outcome == .applied)
            }
        }
    }
}
