// The numbers of an office's desks. A desk's number stands in the codes that it gives out, which are on
// citizens' receipts: central gives none that another desk has, or once had. Restored from a backup,
// it has forgotten some; codes that came back show them, and devices name what they know.

internal import Dossiers
internal import SQLite
internal import Time

enum DeskNumberSchema {
    /// The highest number that devices have named, by office.
    static let central = """
        CREATE TABLE named_desks(
            office TEXT PRIMARY KEY, highest INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """
}

extension ReplicaDatabase {
    /// The numbers of desks that the codes of an office's dossiers show. O(codes of the office).
    ///
    /// - Throws: `StoreError.sqlite`.
    public func deskNumbers(inCodesOf office: String) throws -> Set<Int64> {
        guard
            let sample = DossierCode(
                agency: office, day: CalendarDate(daysSinceEpoch: 18_628), number: 0)
        else { return [] }
        // The day has six digits and a hyphen behind it, in every code.
        let start = sample.description.unicodeScalars.count - DossierCode.numberDigitsMin + 1
        let statement = try connection.statement(
            """
            SELECT DISTINCT CAST(substr(code, ?3) AS INTEGER) / \(LocalEdit.codesPerDesk)
            FROM dossiers WHERE code >= ?1 AND code < ?2
            """)
        try statement.bind(1, office + "-")
        try statement.bind(2, office + ".")  // '.' follows '-'
        try statement.bind(3, Int64(start))
        defer { statement.reset() }
        var numbers = Set<Int64>()
        while try statement.step() { numbers.insert(statement.int64(0)) }
        return numbers
    }
}

extension WriteTransaction {
    /// How far above the devices that central knows a named number counts: a restored central forgets
    /// no more of an office, and no device uses the numbers up.
    static let namedDesksAheadMax: Int64 = 1_000

    /// At central: notes the highest number of a desk that a device knows of in its office.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func noteDesk(_ number: Int64, namedFor office: String) throws {
        guard try mayName(number, for: office) else { return }
        let statement = try database.connection.statement(
            """
            INSERT INTO named_desks(office, highest) VALUES (?1, ?2)
            ON CONFLICT DO UPDATE SET highest = excluded.highest
                WHERE excluded.highest > named_desks.highest
            """)
        try statement.bind(1, office)
        try statement.bind(2, number)
        try statement.run()
    }

    /// The number for a new desk of an office: above those of its devices and those that devices have
    /// named, and one that no code shows.
    ///
    /// - Parameter former: the number that the device had before; it has it again, unless another device
    ///   has it by now.
    func nextDesk(of office: String, former: Int64? = nil) throws -> Int64 {
        if let former, try mayName(former, for: office), try !hasDesk(former, office) {
            return former
        }
        var number = try max(highestDesk(of: office), highestNamed(office)) + 1
        let shown = try database.deskNumbers(inCodesOf: office)
        while shown.contains(number) { number += 1 }
        return number
    }

    private func mayName(_ number: Int64, for office: String) throws -> Bool {
        try number > 0 && number <= highestDesk(of: office) + Self.namedDesksAheadMax
    }

    private func hasDesk(_ number: Int64, _ office: String) throws -> Bool {
        let statement = try database.connection.statement(
            "SELECT 1 FROM devices WHERE office = ?1 AND desk = ?2")
        try statement.bind(1, office)
        try statement.bind(2, number)
        defer { statement.reset() }
        return try statement.step()
    }

    private func highestDesk(of office: String) throws -> Int64 {
        try number("SELECT max(desk) FROM devices WHERE office = ?1", office)
    }

    private func highestNamed(_ office: String) throws -> Int64 {
        try number("SELECT highest FROM named_desks WHERE office = ?1", office)
    }

    private func number(_ sql: String, _ office: String) throws -> Int64 {
        let statement = try database.connection.statement(sql)
        try statement.bind(1, office)
        defer { statement.reset() }
        return try statement.step() ? statement.int64OrNil(0) ?? 0 : 0
    }
}
