import Dossiers
import Foundation
import Replication
import SeededRandom
import Testing

@testable import SQLiteStore

@Suite("The index of days finds the dossiers that are due, whatever the catalog says meanwhile")
struct DueDayIndexTests {
    private static let day: Int64 = 86_400_000
    /// 2026-06-01, a Monday.
    private static let start: Int64 = 1_780_246_800_000
    private static let statuses = [
        "accepted", "processing", "stopped", "supplement_required", "finished", "withdrawn",
    ]

    /// The dossiers whose clocks run and that are due in a span, by way of the index and by a look at each.
    private func found(
        _ span: Range<Int64>, _ database: ReplicaDatabase
    ) throws -> (byIndex: Set<RecordID>, byScan: Set<RecordID>, looks: Int) {
        let book = try database.deadlineBook()
        func due(_ filter: RecordFilter) throws -> (found: Set<RecordID>, looks: Int) {
            var (found, looks) = (Set<RecordID>(), 0)
            try database.forEachRecord(filter) { state in
                looks += 1
                let deadline = DueDay.running(state, by: book)
                if let due = deadline?.due, span.contains(due) { found.insert(state.id) }
                return true
            }
            return (found, looks)
        }
        var filter = RecordFilter()
        filter.kind = .dossier
        let byScan = try due(filter).found
        filter.due = span
        let (byIndex, looks) = try due(filter)
        return (byIndex, byScan, looks)
    }

    private func procedure(
        _ code: String, _ limit: String, _ file: CentralFile
    ) throws -> RecordID {
        try file.edit {
            try $0.make(
                .procedure,
                writes: [
                    FieldWrite("code", .text(code)), FieldWrite("name", .text("P")),
                    FieldWrite("limit", .text(limit)),
                ]
            ).record
        }
    }

    private func dossier(_ file: CentralFile, _ code: String, day: Int64) throws -> RecordID {
        try file.make([
            FieldWrite("procedure", .text(code)), FieldWrite("status", .text("accepted")),
            FieldWrite("received_at", .integer(Self.start + day * Self.day)),
        ])
    }

    @Test("however far the index has come", arguments: 1...6 as ClosedRange<UInt64>)
    func anyLag(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func number(_ range: ClosedRange<Int64>) -> Int64 {
            Int64.random(in: range, using: &random)
        }
        func instant(_ days: ClosedRange<Int64>) -> FieldValue {
            .integer(Self.start + number(days) * Self.day)
        }
        let file = try CentralFile()
        let procedures = try [("1.000001", "3wd"), ("1.000002", "10d")].map {
            try procedure($0.0, $0.1, file)
        }
        var ids = try (0..<20).map { _ in
            try dossier(file, "1.00000\(number(1...3))", day: number(0...30))
        }
        try file.execute("UPDATE dossiers SET key = key * 900")
        for round in 0..<12 {
            switch number(0...5) {
            case 0: ids.append(try dossier(file, "1.000001", day: number(0...30)))
            case 1:
                let limit = FieldWrite("limit", .text("\(number(1...20))wd"))
                let id = procedures[Int(number(0...1))]
                try file.edit { _ = try $0.edit(.id(id), writes: [limit]) }
            case 2:
                let day = String(format: "2026-06-%02d", number(1...30))
                try file.edit { edit in
                    let writes = [FieldWrite("date", .text(day)), FieldWrite("name", .text("N"))]
                    _ = try edit.make(.holiday, writes: writes)
                }
            default:
                let write =
                    switch number(0...4) {
                    case 0: FieldWrite("due_at", instant(0...40))
                    case 1: FieldWrite("received_at", instant(0...9))
                    case 2: FieldWrite("procedure", .text("1.00000\(number(1...3))"))
                    case 3: FieldWrite("finished_at", .integer(Self.start + 50 * Self.day))
                    default:
                        FieldWrite(
                            "status", .text(Self.statuses.randomElement(using: &random) ?? ""))
                    }
                let id = ids[Int(number(0...Int64(ids.count - 1)))]
                // What a rule refuses is no matter here.
                try? file.edit { _ = try $0.edit(.id(id), writes: [write]) }
            }
            try file.read { database in
                for _ in 0..<number(0...40) { _ = try database.indexForSearch() }
                let from = Self.start + number(-5...40) * Self.day
                let spans = [
                    from..<from + number(1...9) * Self.day, .min..<from, from..<Int64.max,
                ]
                for span in spans {
                    let (byIndex, byScan, _) = try found(span, database)
                    #expect(byIndex == byScan, "seed \(seed), round \(round), \(span)")
                }
            }
        }
        try file.read { database in
            try database.completeSearchIndex()
            #expect(try database.verify().faults.filter { $0.subject == .index } == [])
        }
    }

    @Test("it is asked: only what it names, and what it lacks, is looked at")
    func isUsed() throws {
        let file = try CentralFile()
        let procedure = try procedure("1.000001", "1d", file)
        for day: Int64 in 0..<10 { _ = try dossier(file, "1.000001", day: day) }
        let (third, fourth) = (Self.start + 3 * Self.day, Self.start + 4 * Self.day)
        func looks() throws -> Int { try file.read { try found(third..<fourth, $0).looks } }
        #expect(try looks() == 10)
        try file.read { try $0.completeSearchIndex() }
        #expect(try looks() <= 2)
        try file.edit {
            _ = try $0.edit(.id(procedure), writes: [FieldWrite("limit", .text("2d"))])
        }
        #expect(try looks() == 10, "days of another edition of the catalog are not asked")
        try file.read { try $0.completeSearchIndex() }
        #expect(try looks() <= 2)
        #expect(try file.read { try found(third..<fourth, $0).byIndex.count } == 1)
        // 10 dossiers, each due two days after its day and the day of its receipt.
        let all = Self.start..<Self.start + 40 * Self.day
        try file.read { database in
            let first = try database.firstDueDays(of: all, holding: 3)
            #expect(first.lowerBound == all.lowerBound)
            let found = try found(first, database)
            #expect(found.byIndex == found.byScan)
            #expect(found.byIndex.count >= 3 && found.byIndex.count < 10)
            #expect(try database.firstDueDays(of: all, holding: 11) == all)
        }
        try file.execute("DELETE FROM search_terms WHERE kind > 255")
        #expect(try looks() == 0)
        let faults = try file.read { try $0.verify().faults }
        #expect(faults.map(\.subject) == [.index])
    }

    @Test("a change that moves no deadline is not noted, nor one to what was not looked at")
    func unmoved() throws {
        let file = try CentralFile()
        _ = try procedure("1.000001", "1d", file)
        let id = try dossier(file, "1.000001", day: 0)
        func stale() throws -> Int64 { try file.read { try $0.searchIndex.staleCount() } }
        func set(_ name: FieldName, _ value: FieldValue) throws {
            try file.edit { _ = try $0.edit(.id(id), writes: [FieldWrite(name, value)]) }
        }
        try set("status", .text("processing"))
        #expect(try stale() == 0)
        try file.read { try $0.completeSearchIndex() }
        try set("fee_vnd", .integer(5))
        #expect(try stale() == 0)
        try set("status", .text("finished"))
        #expect(try stale() == 1)
    }
}
