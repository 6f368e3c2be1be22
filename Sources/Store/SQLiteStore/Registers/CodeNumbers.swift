// The numbers of codes that a desk has given out, by day. The records alone do not tell: when a
// dossier's code is changed, or central refused the dossier, its number is on a citizen's receipt and
// must not be given again.

internal import Causality
internal import Dossiers
internal import Replication
internal import SQLite
public import Time

/// What became of the numbers that a desk gave out on a day.
public struct GivenNumbers: Sendable {
    /// The day of the codes.
    public var day: CalendarDate
    /// The first number that the desk may give.
    public var first: Int64
    /// The last number that was given.
    public var last: Int64
    /// Numbers that no dossier here has.
    public var missing: [Int64]
    /// Numbers of dossiers that have left the office.
    public var handedOver: [Int64]
}

enum CodeNumberSchema {
    static let counter = """
        CREATE TABLE code_numbers(
            agency TEXT NOT NULL, day INTEGER NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL, PRIMARY KEY (agency, day, first)) STRICT, WITHOUT ROWID;
        """
}

extension WriteTransaction {
    /// Notes that this machine gave out a number for a day.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func noteGiven(
        _ number: Int64, agency: String, day: CalendarDate, first: Int64
    ) throws {
        let statement = try database.connection.statement(
            """
            INSERT INTO code_numbers(agency, day, first, last) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET last = max(last, excluded.last)
            """)
        try statement.bind(1, agency)
        try statement.bind(2, Int64(day.daysSinceEpoch))
        try statement.bind(3, first)
        try statement.bind(4, number)
        try statement.run()
    }
}

extension ReplicaDatabase {
    /// The last number that this machine gave for a day in a range; `nil` for none.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func lastGivenNumber(agency: String, day: CalendarDate, first: Int64) throws -> Int64? {
        let statement = try connection.statement(
            "SELECT last FROM code_numbers WHERE agency = ?1 AND day = ?2 AND first = ?3")
        try statement.bind(1, agency)
        try statement.bind(2, Int64(day.daysSinceEpoch))
        try statement.bind(3, first)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : nil
    }

    /// The highest number that a dossier has in its code of an agency and day, within a range.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func highestNumber(
        agency: String, day: CalendarDate, in range: Range<Int64>
    ) throws -> Int64? {
        try numbers(agency: agency, day: day, in: range).max()
    }

    /// The numbers that this machine gave out, newest day first, with those that no dossier has.
    ///
    /// - Throws: `StoreError`.
    public func givenNumbers() throws -> [GivenNumbers] {
        let statement = try connection.statement(
            "SELECT agency, day, first, last FROM code_numbers ORDER BY day DESC, first")
        var days: [GivenNumbers] = []
        while try statement.step() {
            let agency = statement.text(0)
            let day = CalendarDate(daysSinceEpoch: Int(statement.int64(1)))
            let (first, last) = (statement.int64(2) + 1, statement.int64(3))
            let given = first..<max(first, last + 1)
            let present = try Set(numbers(agency: agency, day: day, in: given))
            let missing = given.filter { !present.contains($0) }
            let own = try Set(numbers(agency: agency, day: day, in: given, ofOffice: agency))
            days.append(
                GivenNumbers(
                    day: day, first: first, last: last, missing: missing,
                    handedOver: present.subtracting(own).sorted()))
        }
        return days
    }

    /// The numbers that dossiers have in their codes of an agency and day, within a range; of one office's
    /// dossiers alone when it is named.
    func numbers(
        agency: String, day: CalendarDate, in range: Range<Int64>, ofOffice office: String? = nil
    ) throws -> [Int64] {
        guard let sample = DossierCode(agency: agency, day: day, number: 0) else { return [] }
        let prefix = String(sample.description.dropLast(DossierCode.numberDigitsMin))
        let statement = try connection.statement(
            """
            SELECT code FROM dossiers
            WHERE code >= ?1 AND code < ?2 AND (?3 IS NULL OR office = ?3)
            """)
        try statement.bind(3, office)
        try statement.bind(1, prefix)
        try statement.bind(2, prefix + ":")  // ':' follows '9'
        defer { statement.reset() }
        var numbers: [Int64] = []
        while try statement.step() {
            if let code = DossierCode(parsing: statement.text(0)), range.contains(code.number) {
                numbers.append(code.number)
            }
        }
        return numbers
    }

    /// Codes that more than one dossier has: two desks gave one unknowing, or it came from outside.
    ///
    /// - Throws: `StoreError`.
    public func sharedCodes(office: String? = nil) throws -> [SharedCode] {
        let statement = try connection.statement(
            """
            SELECT code FROM dossiers WHERE code IS NOT NULL AND (?1 IS NULL OR office = ?1)
            GROUP BY code HAVING count(*) > 1 ORDER BY code
            """)
        try statement.bind(1, office)
        defer { statement.reset() }
        var shared: [SharedCode] = []
        while try statement.step() {
            let code = statement.text(0)
            shared.append(
                SharedCode(code: code, records: try ids(ofCode: code, kind: .dossier).sorted()))
        }
        return shared
    }
}
