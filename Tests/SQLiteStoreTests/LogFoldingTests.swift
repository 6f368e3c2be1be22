import Causality
import Crypto
import Dossiers
import Editing
import Foundation
import Replication
import SQLite
import SeededRandom
import Store
import Testing

@testable import SQLiteStore

/// What is in segments is found as it is in rows.
@Suite("A log that is folded into segments answers as one that stands in rows")
struct LogFoldingTests {
    /// Writes a history of many transactions.
    private func history<Database: TestedDatabase>(
        _ file: RoleFile<Database>, seed: UInt64 = 3
    ) throws {
        var random = SeededGenerator(seed: seed)
        var ids: [RecordID] = []
        for step in 0..<60 {
            try file.edit { edit in
                if ids.count < 8 || random.next() % 4 == 0 {
                    ids.append(
                        try edit.make(
                            .dossier,
                            writes: [
                                FieldWrite("office", .text(StoreFile.office)),
                                FieldWrite("code", .text("000.17.01.H56-210601-\(10_000 + step)")),
                                FieldWrite("applicant_name", .text("Lê Thị \(step)")),
                            ]
                        ).record)
                } else {
                    let id = ids[Int(random.next() % UInt64(ids.count))]
                    _ = try edit.edit(
                        .id(id), writes: [FieldWrite("officer", .text("Minh \(step)"))])
                }
            }
        }
    }

    private func segmentCount(_ database: ReplicaDatabase) throws -> Int64 {
        let statement = try database.connection.statement("SELECT count(*) FROM segments")
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }

    private func rowCount(_ database: ReplicaDatabase) throws -> Int64 {
        let statement = try database.connection.statement("SELECT count(*) FROM changes")
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }

    /// Everything that a log is asked for.
    private func answers(_ database: CentralDatabase) throws -> [String] {
        let log = database.changeLog
        var answers: [String] = []
        // Rows that were read before may hold more than is asked for.
        func add(_ row: LogRow?, _ parts: LogParts) {
            guard let row else { return answers.append("none") }
            let hash = parts.contains(.hash) ? row.hash?.description ?? "" : ""
            let bytes = parts.contains(.bytes) ? Hexadecimal.text(row.bytes ?? []) : ""
            answers.append(
                "\(row.position) \(row.form) \(row.replica):\(row.seq) \(row.place) "
                    + "\(row.isMaking) \(row.arrived) \(row.isHashed) \(row.hasBytes) "
                    + "\(hash) \(bytes)")
        }
        let end = try log.lastRow()?.position ?? 0
        for parts in [[], .hash, .bytes, [.hash, .bytes]] as [LogParts] {
            for position in 0...(end + 1) {
                add(try log.row(at: position, parts), parts)
            }
            for start in [0, 7, 23, end] {
                try log.forEachRow(after: start, through: end - 3, parts) {
                    add($0, parts)
                    return true
                }
            }
            try log.forEachRow(at: [1, 4, 5, 6, 11, 40, 41, end], except: 99, parts) {
                add($0, parts)
                return true
            }
        }
        for replica in 1...3 as ClosedRange<Int64> {
            for seq in 0...65 as ClosedRange<UInt64> {
                answers.append("\(try log.holds(replicaKey: replica, seq: seq))")
                add(try log.row(replicaKey: replica, seq: seq, .bytes), .bytes)
                answers.append(
                    "\(String(describing: try log.chainHash(replicaKey: replica, seq: seq)))")
            }
            for (start, last) in [(1, 60), (9, 17), (13, 13)] as [(UInt64, UInt64)] {
                try log.forEachRow(
                    replicaKey: replica, from: start, through: last, [.hash, .bytes]
                ) {
                    add($0, [.hash, .bytes])
                    return true
                }
                answers.append("\(try log.byteCount(replicaKey: replica, after: start))")
            }
            answers.append("\(String(describing: try log.end(replicaKey: replica)))")
        }
        for kind in RecordKind.known {
            for key in 0...30 as ClosedRange<Int64> {
                for row in try log.rows(of: LogPlace(kind: kind, record: key), [.hash, .bytes]) {
                    add(row, [.hash, .bytes])
                }
            }
            let some = try log.rows(of: kind, keys: 3...9, .bytes)
            for (_, rows) in some.sorted(by: { $0.key < $1.key }) {
                for row in rows { add(row, .bytes) }
            }
        }
        for office in [StoreFile.office, StoreFile.otherOffice] {
            try database.forEachFeedRow(ofOffice: office, after: 3, except: ReplicaID(1)) {
                answers.append("\($0)")
                return true
            }
        }
        try database.forEachDossier(changedAfter: 20) {
            answers.append("\($0.id)")
            return true
        }
        return answers
    }

    @Test("at central, whatever it is asked")
    func central() throws {
        let (plain, folded) = (try CentralFile(), try CentralFile())
        try folded.read { try $0.makeSegmentsSmall(rowsMax: 7) }
        try history(plain)
        try history(folded)
        let expected = try plain.read { try answers($0) }
        try folded.read { database in
            #expect(try segmentCount(database) > 8)
            #expect(try rowCount(database) < 12)
            let found = try database.read { try answers(database) }
            #expect(found.count == expected.count)
            for (found, expected) in zip(found, expected) where found != expected {
                Issue.record("\(found.prefix(120)) instead of \(expected.prefix(120))")
            }
            #expect(try answers(database) == expected)
            #expect(try database.verify().faults == [])
            #expect(try database.verifyAudit() == [])
        }
    }

    @Test("a counter folds nothing that central has not acknowledged, and the rest")
    func acknowledged() throws {
        let file = try CounterFile()
        try file.read { try $0.makeSegmentsSmall(rowsMax: 5) }
        try history(file)
        func ownRows(_ database: CounterDatabase) throws -> [UInt64] {
            let key = try #require(try database.interning.knownKey(of: StoreFile.replica))
            let statement = try database.connection.statement(
                "SELECT seq FROM changes WHERE replica = ?1 ORDER BY seq")
            try statement.bind(1, key)
            defer { statement.reset() }
            var seqs: [UInt64] = []
            while try statement.step() { seqs.append(UInt64(statement.int64(0))) }
            return seqs
        }
        let outbox = try file.read { database in
            #expect(try ownRows(database) == Array(1...60))
            return try database.outbox(of: StoreFile.replica, after: 0, bytesMax: 1 << 20)
        }
        for acknowledged in [23, 58, 60] as [UInt64] {
            for _ in 0..<8 {
                try file.write { transaction in
                    var identity = try #require(try transaction.database.identity())
                    identity.pushedSeq = acknowledged
                    identity.acknowledgedSeq = acknowledged
                    try transaction.save(identity)
                }
            }
            try file.read { database in
                let rows = try ownRows(database)
                #expect(try segmentCount(database) > 3)
                let waiting = Int(60 - acknowledged)
                #expect(Array(rows.suffix(waiting)) == Array((acknowledged + 1)..<61))
                #expect(rows.count < Int(60 - acknowledged) + 6)
                #expect(try database.verify().faults == [])
                let again = try database.outbox(of: StoreFile.replica, after: 0, bytesMax: 1 << 20)
                #expect(again?.changes == outbox?.changes && again?.count == 60)
            }
        }
    }

    @Test("what is renamed or taken out leaves its segment, and positions never come again")
    func unfolded() throws {
        let file = try CounterFile()
        try file.read { try $0.makeSegmentsSmall(rowsMax: 5) }
        try history(file)
        for _ in 0..<8 {
            try file.write { transaction in
                var identity = try #require(try transaction.database.identity())
                (identity.pushedSeq, identity.acknowledgedSeq) = (60, 60)
                try transaction.save(identity)
            }
        }
        try file.write { transaction in
            let last = try #require(try transaction.database.changeLog.lastRow()?.position)
            var seq: UInt64 = 40
            while let row = try transaction.database.nextRow(of: StoreFile.replica, after: seq) {
                seq = row.dot.seq
                if seq == 60 || seq == 45 {
                    try transaction.remove(row)
                } else {
                    try transaction.reissue(
                        row, as: Dot(ReplicaID(5), seq - 40), hash: row.hash, bytes: row.bytes)
                }
            }
            let made = try transaction.append(
                LogEntry(form: .change, dot: Dot(ReplicaID(6), 1), bytes: [0xA0]), kind: .dossier,
                key: 1)
            #expect(made >= last)
        }
        try file.read { database in
            let log = database.changeLog
            #expect(try database.nextRow(of: StoreFile.replica, after: 40) == nil)
            let key = try #require(try database.interning.knownKey(of: ReplicaID(5)))
            var seqs: [UInt64] = []
            try log.forEachRow(replicaKey: key, from: 1) {
                seqs.append($0.seq)
                return true
            }
            #expect(seqs == (1...19).filter { $0 != 5 })
            var positions: [Int64] = []
            try log.forEachRow(after: 0) {
                positions.append($0.position)
                return true
            }
            #expect(positions == positions.sorted() && Set(positions).count == positions.count)
        }
    }

    @Test("a change that was altered, the segment's sum too, does not lead to the hash at its end")
    func forged() throws {
        let file = try CentralFile()
        try file.read { try $0.makeSegmentsSmall(rowsMax: 7) }
        try history(file)
        try file.read { database in
            let log = database.changeLog
            try database.connection.transaction(.immediate) {
                let (segment, place) = try #require(try log.folded(at: 20))
                try log.read(.bytes, of: Array(segment.rows.indices), in: segment)
                var rows = segment.rows
                let old = try #require(rows[place].bytes)
                var change = try Change(canonicalBytes: old)
                change.writes[0] = FieldWrite(change.writes[0].name, .text("forged"))
                rows[place].bytes = change.canonicalBytes
                let ids = try rows.map { try log.recordID(of: $0.place) }
                let replicas = try rows.compactMap { try database.interning.replica($0.replica) }
                let made = SegmentCodec.bytes(of: rows, ids: ids, replicas: replicas)
                let bytes = try #require(made)
                try log.insert(bytes, of: rows)
            }
            let faults = try database.verify().faults
            #expect(faults.contains { $0.subject == .change && $0.place.hasPrefix("segment") })
            #expect(throws: StoreError.self) { try log.row(at: 20, .hash) }
        }
    }

    @Test("a segment that lost values is written over: what it was is not left in the file")
    func overwritten() throws {
        let file = try CentralFile()
        try file.read { try $0.makeSegmentsSmall(rowsMax: 7) }
        try history(file)
        var former: [[UInt8]] = []
        try file.write { transaction in
            let log = transaction.database.changeLog
            let (segment, place) = try #require(try log.folded(at: 20))
            let bytes = try #require(try log.bytes(ofSegment: segment.first))
            former.append(bytes.content)
            try log.read(.bytes, of: [place], in: segment)
            let change = try segment.rows[place].change()
            try log.replaceBytes([20: change.erased(keeping: ["office"]).canonicalBytes])
        }
        try file.read { database in
            #expect(database.emptyLog())
            let row = try database.changeLog.row(at: 20, [.bytes, .hash])
            let change = try #require(row).change()
            #expect(change.erasedContent != nil && row?.hash != nil)
        }
        for suffix in ["", "-wal"] {
            let path = file.path + suffix
            guard FileManager.default.fileExists(atPath: path) else { continue }
            let data = try Data(contentsOf: URL(filePath: path))
            for content in former { #expect(data.range(of: Data(content)) == nil) }
        }
    }

    @Test("a refusal of what is in a segment is marked, and taken back")
    func marked() throws {
        let file = try CentralFile()
        try file.read { try $0.makeSegmentsSmall(rowsMax: 7) }
        try history(file)
        for form in [LogForm.void, .change] {
            try file.write { transaction in
                let log = transaction.database.changeLog
                let row = try #require(try log.row(at: 20))
                let other: LogForm = form == .void ? .change : .void
                try log.mark(replicaKey: row.replica, seq: row.seq, from: other, to: form)
            }
            let found = try file.read { try $0.changeLog.row(at: 20)?.form }
            #expect(found == form)
        }
    }

    @Test("a file of before is folded when it is opened, some segments at once, and is the same")
    func migrated() throws {
        let file = try CentralFile()
        try history(file)
        let expected = try file.read { try answers($0) }
        try file.read { try $0.makeSegmentsSmall(rowsMax: 3) }
        try file.read { database in
            #expect(try segmentCount(database) > 10)
            #expect(try database.changeLog.foldState().through > 40)
            let found = try database.read { try answers(database) }
            #expect(found == expected)
            #expect(try database.verify().faults == [])
        }
    }

    @Test("a row that does not follow from its chain, and one without content, stay rows")
    func unfoldable() throws {
        let file = try CentralFile()
        try history(file)
        try file.read { database in
            try database.connection.execute(
                "UPDATE changes SET hash = zeroblob(32) WHERE position = 20")
            try database.makeSegmentsSmall(rowsMax: 3)
        }
        try file.read { database in
            #expect(try segmentCount(database) > 10)
            let statement = try database.connection.statement(
                "SELECT count(*) FROM changes WHERE position = 20")
            let count = try statement.step() ? statement.int64(0) : 0
            #expect(count == 1)
            statement.reset()
            let faults = try database.verify().faults
            #expect(faults.contains { $0.subject == .chain })
            #expect(!faults.contains { $0.place.hasPrefix("segment") })
        }
    }
}
