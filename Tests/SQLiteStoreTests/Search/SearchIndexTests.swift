import Causality
import Crypto
import Dossiers
import Foundation
import Replication
import SQLite
import SeededRandom
import Testing

@testable import SQLiteStore

@Suite("The search index finds what a look at every record finds")
struct SearchIndexTests {
    private static let names = ["Nguyễn", "Trần", "Hoà", "Hoa", "Đức", "Minh", "中文", "An"]
    private static let queries = [
        "nguyen", "hoa", "tran duc", "ho", "0912", "345", "12", "1", "\"minh an\"", "中", "zz", "-",
        "duc 091", " ", "0001",
    ]

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...3, using: &random)).map { _ in
            Bool.random(using: &random)
                ? names.randomElement(using: &random) ?? ""
                : "09\(Int.random(in: 12_345_000...12_345_999, using: &random))"
        }.joined(separator: " ")
    }

    /// The records that a filter finds, in order, by way of the index and by a look at each.
    private func found(
        _ filter: RecordFilter, _ database: ReplicaDatabase
    ) throws -> (byIndex: [RecordID], byScan: [RecordID]) {
        var (byIndex, byScan): ([RecordID], [RecordID]) = ([], [])
        try database.forEachRecord(filter) {
            byIndex.append($0.id)
            return true
        }
        var all = filter
        all.search = nil
        let search = filter.search.map { SearchText($0) }
        try database.forEachRecord(all) {
            if search?.matches($0) ?? true { byScan.append($0.id) }
            return true
        }
        return (byIndex, byScan)
    }

    private func expectSame(
        _ database: ReplicaDatabase, _ note: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for query in Self.queries {
            for status in [nil, "processing"] {
                var filter = RecordFilter()
                filter.search = query
                filter.status = status
                let (byIndex, byScan) = try found(filter, database)
                #expect(
                    byIndex == byScan, "\(note): \(query) \(status ?? "")",
                    sourceLocation: sourceLocation)
            }
        }
    }

    /// Moves records apart, so that they lie in several shards.
    private func spread(_ file: StoreFile) throws {
        try file.execute("UPDATE dossiers SET key = key * 700")
    }

    private func edit<Database: TestedDatabase>(
        _ id: RecordID, _ file: RoleFile<Database>, _ random: inout SeededGenerator
    ) throws {
        let field: FieldName = Bool.random(using: &random) ? "applicant_name" : "status"
        let value = field == "status" ? "processing" : Self.text(&random)
        try file.edit { edit in
            _ = try edit.edit(.id(id), writes: [FieldWrite(field, .text(value))])
        }
    }

    @Test(
        "however far the index has come, whatever was written since",
        arguments: [true, false], 1...4 as ClosedRange<UInt64>)
    func anyLag(isCentral: Bool, seed: UInt64) throws {
        if isCentral {
            try live(CentralFile(), seed: seed)
        } else {
            try live(CounterFile(), seed: seed)
        }
    }

    private func live<Database: TestedDatabase>(
        _ file: RoleFile<Database>, seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        var ids: [RecordID] = []
        func make(_ count: Int) throws {
            for _ in 0..<count {
                let name = FieldWrite("applicant_name", .text(Self.text(&random)))
                ids.append(try file.make([name, FieldWrite("status", .text("accepted"))]))
            }
        }
        try make(30)
        try spread(file)
        for round in 0..<10 {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: try make(2)
            default:
                for _ in 0..<3 {
                    if let id = ids.randomElement(using: &random) { try edit(id, file, &random) }
                }
            }
            try file.read { database in
                for _ in 0..<Int.random(in: 0...40, using: &random) {
                    _ = try database.indexForSearch()
                }
                try expectSame(database, "seed \(seed), round \(round)")
            }
        }
        try file.read { database in
            try database.completeSearchIndex()
            #expect(try !database.isSearchIndexBehind())
            try expectSame(database, "seed \(seed), complete")
            #expect(try database.verify().faults.filter { $0.subject == .index } == [])
            let lacking = try database.connection.statement("SELECT count(*) FROM search_stale")
            _ = try lacking.step()
            #expect(lacking.int64(0) == 0)
        }
    }

    /// A file whose index is complete, with some dossiers; the first is edited and indexed again.
    private func completeFile() throws -> (CentralFile, [RecordID]) {
        let file = try CentralFile()
        return (file, try complete(file))
    }

    private func complete<Database: TestedDatabase>(
        _ file: RoleFile<Database>
    ) throws -> [RecordID] {
        let ids = try (0..<5).map { number in
            try file.make([FieldWrite("applicant_name", .text("Nguyễn Zq\(number)marked"))])
        }
        try file.read { try $0.completeSearchIndex() }
        try file.edit {
            _ = try $0.edit(
                .id(ids[0]), writes: [FieldWrite("applicant_name", .text("Trần Zqnext"))])
        }
        try file.read { try $0.completeSearchIndex() }
        return ids
    }

    @Test("it is asked: a record that only it names is found, and what it lacks is looked at")
    func isUsed() throws {
        let (file, _) = try completeFile()
        func count(_ text: String) throws -> Int {
            var filter = RecordFilter()
            filter.search = text
            return try file.read { try found(filter, $0).byIndex.count }
        }
        #expect(try count("nguyen") == 4)
        try file.execute("DELETE FROM search_terms WHERE term = 'nguyen'")
        #expect(try count("nguyen") == 0)
        try file.execute("INSERT INTO search_stale SELECT 1, key FROM dossiers WHERE key = 2")
        #expect(try count("nguyen") == 1)
        try file.execute("UPDATE search_shards SET through = 3 WHERE kind = 1")
        #expect(try count("nguyen") == 3)
        try file.execute("UPDATE search_shards SET rules = rules - 1")
        #expect(try count("nguyen") == 4)
        try file.read { try $0.completeSearchIndex() }
        #expect(try file.read { try $0.verify().faults } == [])
    }

    @Test("a damaged row is looked past, and mended when its shard is written to")
    func damagedRow() throws {
        let (file, ids) = try completeFile()
        try file.execute("UPDATE search_terms SET records = x'00' WHERE term = 'nguyen'")
        try file.read { try expectSame($0, "damaged") }
        try file.edit {
            _ = try $0.edit(.id(ids[1]), writes: [FieldWrite("applicant_name", .text("Nguyễn"))])
        }
        try file.read { database in
            try database.completeSearchIndex()
            try expectSame(database, "mended")
            #expect(try database.verify().faults == [])
        }
    }

    @Test("copies of what has left the office are found as such", arguments: [true, false])
    func departed(isComplete: Bool) throws {
        let file = try CounterFile()
        let ids = try complete(file)
        try file.edit {
            _ = try $0.edit(
                .id(ids[3]), writes: [FieldWrite("office", .text(StoreFile.otherOffice))])
        }
        try file.read { database in
            if isComplete { try database.completeSearchIndex() }
            for (holding, count) in [(RecordFilter.Holding.all, 4), (.own, 3), (.handedOver, 1)] {
                var filter = RecordFilter()
                filter.search = "nguyen zq"
                filter.holding = holding
                let (byIndex, byScan) = try found(filter, database)
                #expect(byIndex == byScan && byIndex.count == count, "\(holding)")
            }
        }
    }

    @Test("a follower works while the index is behind, and rests longer beside others who write")
    func follower() async throws {
        let file = try CounterFile()
        func make(_ count: Int) throws {
            try file.edit { edit in
                for _ in 0..<count {
                    _ = try edit.make(
                        .dossier,
                        writes: [
                            FieldWrite("applicant_name", .text("An")),
                            FieldWrite("office", .text(StoreFile.office)),
                        ])
                }
            }
        }
        try make(10)
        let follower = try SearchFollower(of: CounterDatabase(path: file.path))
        #expect(await follower.step() == SearchFollower.lookInterval)
        #expect(try file.read { try $0.indexForSearch() } == .indexed, "few were left alone")
        try make(600)
        var steps = 0
        while let rest = await follower.step(), rest != SearchFollower.lookInterval { steps += 1 }
        #expect(steps >= 3)
        #expect(try file.read { try $0.indexForSearch() } == .complete)
        try make(600)
        let writer = try file.open()
        defer { writer.close() }
        try writer.connection.execute("BEGIN IMMEDIATE")
        #expect(await follower.step() == SearchFollower.restAfterGivingWay)
        try writer.connection.execute("ROLLBACK")
        try FileManager.default.removeItem(atPath: file.path)
        #expect(await follower.step() == nil)
    }

    @Test("an edit of what is not searched leaves the index as it is")
    func status() throws {
        let file = try CounterFile()
        let ids = try complete(file)
        try file.edit {
            _ = try $0.edit(.id(ids[1]), writes: [FieldWrite("fee_vnd", .integer(5))])
        }
        #expect(try file.read { try $0.indexForSearch() } == .complete)
    }

    @Test("a step gives way to who writes")
    func givesWay() throws {
        let file = try CounterFile()
        let ids = try complete(file)
        try file.edit {
            _ = try $0.edit(.id(ids[1]), writes: [FieldWrite("applicant_name", .text("An"))])
        }
        try file.read { database in
            let other = try file.open()
            defer { other.close() }
            let meanwhile = try other.write(now: file.now()) { _ in try database.indexForSearch() }
            #expect(meanwhile == .gaveWay)
            #expect(try database.indexForSearch() == .indexed)
        }
    }

    @Test("verify names a shard that is not its records'")
    func verified() throws {
        let changes = [
            "DELETE FROM search_terms WHERE term = 'zq1marked'",
            "UPDATE search_terms SET records = x'02' WHERE term = 'zq1marked'",
            "UPDATE search_terms SET records = x'00' WHERE term = 'zq1marked'",
            "INSERT INTO search_terms VALUES (1, 0, 'other', x'02')",
            "INSERT INTO search_terms VALUES (1, 7, 'other', x'02')",
            "UPDATE search_shards SET through = 6 WHERE kind = 1",
            "DELETE FROM search_shards WHERE kind = 1",
        ]
        for change in changes {
            let (file, _) = try completeFile()
            #expect(try file.read { try $0.verify().faults } == [])
            try file.execute(change)
            let faults = try file.read { try $0.verify().faults }
            #expect(faults.count == 1 && faults.first?.subject == .index, "\(change): \(faults)")
        }
    }

    @Test("what is erased is in no term, be it looked at or not", arguments: [true, false])
    func erased(isComplete: Bool) throws {
        let (file, ids) = try completeFile()
        if !isComplete {
            try file.edit {
                _ = try $0.edit(
                    .id(ids[2]), writes: [FieldWrite("applicant_name", .text("Zqlater"))])
            }
        }
        try file.write { transaction in
            let seed = try transaction.centralKeySeed(orElse: [UInt8](repeating: 7, count: 32))
            let key = try #require(SigningKey(seed: seed))
            _ = try CentralEdit(ofCentral: transaction, session: StoreFile.session).erase(
                .id(ids[2]), reason: "QĐ 1", signedBy: key)
        }
        func expectGone(_ database: ReplicaDatabase) throws {
            #expect(database.emptyLog())
            for end in ["", "-wal"] {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: file.path + end))
                for word in ["zq2marked", "zqlater", "Zq2marked", "Zqlater"] {
                    #expect(bytes.range(of: Data(word.utf8)) == nil, "\(word) in the file\(end)")
                }
            }
        }
        try file.read { database in
            try expectGone(database)
            try database.completeSearchIndex()
            try expectGone(database)
            try expectSame(database, "erased")
            #expect(try database.verify().faults == [])
        }
    }
}
