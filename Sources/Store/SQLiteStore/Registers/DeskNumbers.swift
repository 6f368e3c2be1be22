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
            SELECT DISTINCT CAST(substr(code, ?3) AS INTEGER) / \(CentralEdit.codesPerDesk)
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

extension CentralDatabase {
    /// As in `CentralDevicesView`.
    public func highestDesk(of office: String) throws -> Int64 {
        try number("SELECT max(desk) FROM devices WHERE office = ?1", office)
    }

    /// As in `CentralDevicesView`.
    public func highestNamedDesk(of office: String) throws -> Int64 {
        try number("SELECT highest FROM named_desks WHERE office = ?1", office)
    }

    /// As in `CentralDevicesView`.
    public func hasDesk(_ number: Int64, of office: String) throws -> Bool {
        let statement = try connection.statement(
            "SELECT 1 FROM devices WHERE office = ?1 AND desk = ?2")
        try statement.bind(1, office)
        try statement.bind(2, number)
        defer { statement.reset() }
        return try statement.step()
    }

    private func number(_ sql: String, _ office: String) throws -> Int64 {
        let statement = try connection.statement(sql)
        try statement.bind(1, office)
        defer { statement.reset() }
        return try statement.step() ? statement.int64OrNil(0) ?? 0 : 0
    }
}

extension CentralWriteTransaction {
    /// As in `CentralDevicesTransaction`.
    public func noteNamedDesk(_ number: Int64, of office: String) throws {
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
}
