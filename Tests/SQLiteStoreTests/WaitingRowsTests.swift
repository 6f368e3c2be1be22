import Causality
import Crypto
import Dossiers
import Editing
import Replication
import SQLite
import Store
import Testing

@testable import SQLiteStore

/// What a transaction has appended is in the log before it stands in a table.
@Suite("Rows of the log that wait for the end of their transaction")
struct WaitingRowsTests {
    private struct Failure: Error {}

    private func count(_ table: String, in database: ReplicaDatabase) throws -> Int64 {
        let statement = try database.connection.statement("SELECT count(*) FROM \(table)")
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }

    private func make(_ count: Int, _ transaction: CounterWriteTransaction) throws {
        let edit = try CounterEdit(transaction)
        for _ in 0..<count {
            _ = try edit.make(
                .dossier, writes: [FieldWrite("office", .text(StoreFile.office))])
        }
    }

    @Test("each is found at once, by its dot, its position, and among the others")
    func found() throws {
        let file = try CounterFile()
        try file.read { try $0.makeSegmentsSmall(rowsMax: 20) }
        try file.write { transaction in
            let log = transaction.database.changeLog
            let replica = try transaction.database.interning.key(of: StoreFile.replica)
            var hashes: [Hash256?] = []
            for seq in 1...30 as ClosedRange<UInt64> {
                try make(1, transaction)
                #expect(try log.holds(replicaKey: replica, seq: seq))
                #expect(try !log.holds(replicaKey: replica, seq: seq + 1))
                let last = try #require(try log.lastRow())
                #expect(last.seq == seq)
                #expect(try log.row(at: last.position)?.seq == seq)
                #expect(try log.row(at: last.position + 1) == nil)
                #expect(try log.row(replicaKey: replica, seq: seq, .bytes)?.bytes == last.bytes)
                hashes.append(try log.chainHash(replicaKey: replica, seq: seq))
                // These want them in the table; those before have been there for some while.
                if seq.isMultiple(of: 11) {
                    var seqs: [UInt64] = []
                    try log.forEachChange(replicaKey: replica, from: 1) { seq, hash, _ in
                        #expect(hash == hashes[Int(seq) - 1])
                        seqs.append(seq)
                        return true
                    }
                    #expect(seqs == Array(1...seq))
                    #expect(try log.end(replicaKey: replica)?.seq == seq)
                    #expect(try log.rows(of: last.place).map(\.seq) == [seq])
                }
            }
            #expect(try log.chainHash(replicaKey: replica, seq: 7) == hashes[6])
        }
        let faults = try file.read { try $0.verify().faults }
        #expect(faults == [])
    }

    @Test("what comes in bulk goes into segments at once, and is pushed and refused from there")
    func bulk() throws {
        let file = try CounterFile()
        try file.read { try $0.makeSegmentsSmall(rowsMax: 20) }
        try file.write { try make(50, $0) }
        let outbox = try file.read { database in
            let rows = try count("changes", in: database)
            #expect(try count("segments", in: database) == 3)
            #expect(rows <= 10)
            #expect(try database.connection.pragmaInteger("freelist_count") == 0)
            return try database.outbox(of: StoreFile.replica, after: 0, bytesMax: 1 << 20)
        }
        #expect(outbox?.count == 50)
        try file.write { transaction in
            for seq in 11...25 as ClosedRange<UInt64> {
                _ = try transaction.setAside(
                    Dot(StoreFile.replica, seq), code: "other", reason: "no", goingOnFrom: nil)
            }
        }
        try file.read { database in
            #expect(try database.refusedCount() == 15)
            let again = try database.outbox(of: StoreFile.replica, after: 0, bytesMax: 1 << 20)
            #expect(again?.changes == outbox?.changes)
            #expect(try database.verify().faults == [])
        }
    }

    /// Whether a piece of a transaction fails that makes three dossiers.
    private func fails(_ transaction: CounterWriteTransaction, looks: Bool) throws -> Bool {
        do {
            try transaction.attempt {
                try make(3, transaction)
                // Puts them all into the table, from where they are taken back.
                let log = transaction.database.changeLog
                if looks { _ = try log.byteCount(replicaKey: 1, after: 0) }
                throw Failure()
            }
            return false
        } catch is StoreError {
            throw Failure()
        } catch {
            return true
        }
    }

    @Test("what fails takes its own rows along, and a look at the file takes none")
    func undone() throws {
        let file = try CounterFile()
        try file.read { try $0.makeSegmentsSmall(rowsMax: 200) }
        try file.write { transaction in
            let log = transaction.database.changeLog
            let replica = try transaction.database.interning.key(of: StoreFile.replica)
            try make(2, transaction)
            for looks in [false, true] {
                #expect(try fails(transaction, looks: looks))
                #expect(try log.lastRow()?.seq == 2)
                #expect(try !log.holds(replicaKey: replica, seq: 3))
            }
            try transaction.database.read { _ = try count("changes", in: transaction.database) }
            #expect(try log.holds(replicaKey: replica, seq: 2))
            try make(1, transaction)
        }
        #expect(throws: Failure.self) {
            try file.write { transaction in
                try make(2, transaction)
                throw Failure()
            }
        }
        try file.read { database in
            let replica = try #require(try database.interning.knownKey(of: StoreFile.replica))
            #expect(try database.changeLog.end(replicaKey: replica)?.seq == 3)
            #expect(try database.verify().faults == [])
        }
    }
}
