import Causality
import Dossiers
import Replication
import Testing
import Time

@testable import SQLiteStore

@Suite("CounterEdit: what it refuses, and the codes that it gives")
struct CounterEditRuleTests {
    private func expectRefused(
        _ file: CounterFile, _ words: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (CounterEdit) throws -> Void
    ) throws {
        let before = try file.read { try $0.content() }
        let failure = storeFailure(sourceLocation: sourceLocation) { try file.edit(body) }
        #expect(failure == words, sourceLocation: sourceLocation)
        #expect(try file.read { try $0.content() } == before, sourceLocation: sourceLocation)
    }

    @Test("an id or a code that is taken is refused, and nothing is written")
    func duplicates() throws {
        let file = try CounterFile()
        let id = try recordID(0xA1)
        _ = try file.make([FieldWrite("code", .text("H56-1"))], id: id)
        let other = try file.make([FieldWrite("code", .text("H56-2"))])
        try expectRefused(file, "a record with this id exists already") {
            _ = try $0.make(.dossier, id: id, writes: [])
        }
        try expectRefused(file, "a dossier with this code exists already") {
            _ = try $0.make(.dossier, writes: [FieldWrite("code", .text("H56-1"))])
        }
        try expectRefused(file, "a dossier with this code exists already") {
            _ = try $0.edit(.id(other), writes: [FieldWrite("code", .text("H56-1"))])
        }
        // Its own code is no other's.
        try file.edit { _ = try $0.edit(.id(id), writes: [FieldWrite("code", .text("H56-1"))]) }
        try expectRefused(file, "no record has this id or code") {
            _ = try $0.edit(.code("H56-3"), writes: [FieldWrite("officer", .text("A"))])
        }
    }

    @Test("a counter writes for its own office, and not to the catalog")
    func scope() throws {
        let file = try CounterFile()
        try expectRefused(file, "the record belongs to another office") {
            _ = try $0.make(
                .dossier, writes: [FieldWrite("office", .text(StoreFile.otherOffice))])
        }
        try expectRefused(file, "the record belongs to another office") {
            _ = try $0.make(.holiday, writes: [FieldWrite("date", .text("2021-09-02"))])
        }
        let id = try file.make()
        #expect(try file.state(id)?["office"].map(\.value) == [.text(StoreFile.office)])
        try expectRefused(file, "the catalog has no office with this code") {
            _ = try $0.edit(.id(id), writes: [FieldWrite("office", .text("000.17.99.H56"))])
        }
        let office = try recordID(1)
        try expectRefused(file, "the record belongs to another office") {
            _ = try $0.edit(.id(office), writes: [FieldWrite("name", .text("A"))])
        }
        // Handed over: a marked copy stays, which nobody here writes to any more.
        try file.edit {
            _ = try $0.edit(.id(id), writes: [FieldWrite("office", .text(StoreFile.otherOffice))])
        }
        try expectRefused(file, "the record belongs to another office") {
            _ = try $0.edit(.id(id), writes: [FieldWrite("officer", .text("A"))])
        }
        try file.read { try expectSound($0) }
    }

    @Test("codes run upwards within a desk's range and a day, whatever else has codes")
    func codes() throws {
        let file = try CounterFile()
        let day = try #require(CalendarDate(year: 2021, month: 6, day: 1))
        let nextDay = try #require(CalendarDate(year: 2021, month: 6, day: 2))
        func code(_ number: Int64, _ day: CalendarDate) throws -> String {
            try #require(
                DossierCode(agency: StoreFile.office, day: day, number: number)
            ).description
        }
        // A second desk's, another day's, a longer agency's, and one that is no code of this form.
        for taken in [
            try code(20_007, day), try code(10_900, nextDay), "\(StoreFile.office)-210601-x",
            "\(StoreFile.office).1-210601-10500",
        ] {
            _ = try file.make([FieldWrite("code", .text(taken))])
        }
        var given: [String] = []
        for _ in 0..<3 {
            let next = try file.edit { edit in
                let next = try edit.nextCode(day: day)
                _ = try edit.make(.dossier, writes: [FieldWrite("code", .text(next))])
                return next
            }
            given.append(next)
        }
        #expect(given == (try [10_001, 10_002, 10_003].map { try code($0, day) }))
        _ = try file.make([FieldWrite("code", .text(try code(10_123, day)))])
        #expect(try file.edit { try $0.nextCode(day: day) } == code(10_124, day))
        #expect(try file.edit { try $0.nextCode(day: nextDay) } == code(10_901, nextDay))
    }

    @Test("a number is never given twice: not when its dossier takes another code, nor a day back")
    func numbersAreKept() throws {
        let file = try CounterFile()
        let days = try [2, 1, 2].map { try #require(CalendarDate(year: 2021, month: 6, day: $0)) }
        let codes = try days.map { day in
            try file.edit { edit in
                let code = try edit.nextCode(day: day)
                let made = try edit.make(.dossier, writes: [FieldWrite("code", .text(code))])
                _ = try edit.edit(
                    .id(made.record), writes: [FieldWrite("code", .text("CU-\(code)"))])
                return code
            }
        }
        let prefix = StoreFile.office
        #expect(
            codes == ["\(prefix)-210602-10001", "\(prefix)-210601-10001", "\(prefix)-210602-10002"])
        let given = try file.read { try $0.givenNumbers() }
        #expect(given.map(\.day) == [days[0], days[1]])
        #expect(given.map(\.missing) == [[10_001, 10_002], [10_001]])
    }

    @Test("the day of a code is the office's, whichever side of midnight its clock is on")
    func officeDay() throws {
        let file = try CounterFile()
        // 1 June 2021, 08:00 at UTC+7; at UTC-12 it is still the last of May.
        #expect(try file.edit { try $0.today().description } == "2021-06-01")
        let office = try file.read { database in
            var filter = RecordFilter()
            filter.kind = .office
            var found: RecordState?
            try database.forEachRecord(filter) { state in
                if state["code"].first?.value == .text(StoreFile.office) { found = state }
                return true
            }
            return found
        }
        var moved = try #require(office)
        let change = Change(
            dot: file.foreignDot(ReplicaID(77)), clock: HybridTimestamp(file.now()), kind: .office,
            record: moved.id, context: moved.vv,
            writes: [FieldWrite("time_zone_offset_minutes", .integer(-720))], additions: [],
            at: nil, by: nil)
        #expect(moved.apply(change) == .applied)
        let joined = moved
        try file.write { _ = try $0.join(joined) }
        #expect(try file.edit { try $0.today().description } == "2021-05-31")
    }

    @Test("codes that two dossiers have are named with both")
    func sharedCodes() throws {
        let file = try CounterFile()
        let first = try file.make([FieldWrite("code", .text("A-1"))])
        _ = try file.make([FieldWrite("code", .text("A-2"))])
        #expect(try file.read { try $0.sharedCodes() }.isEmpty)
        let state = try file.read { try $0.state(of: .id(first)) }
        var copy = try #require(state)
        copy.id = try #require(RecordID(bytes: [UInt8](repeating: 9, count: 16)))
        let joined = copy
        try file.write { _ = try $0.join(joined) }
        let shared = try file.read { try $0.sharedCodes() }
        #expect(shared.map(\.code) == ["A-1"])
        #expect(shared.first?.records == [first, copy.id].sorted())
    }

    @Test("a desk that has given the last code of its range says so, and takes none of another's")
    func lastCode() throws {
        let file = try CounterFile()
        let day = try #require(CalendarDate(year: 2021, month: 6, day: 1))
        _ = try file.make([FieldWrite("code", .text("\(StoreFile.office)-210601-19999"))])
        try expectRefused(file, "code cannot be made for this day") {
            _ = try $0.nextCode(day: day)
        }
    }
}
