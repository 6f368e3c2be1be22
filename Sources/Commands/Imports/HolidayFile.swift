internal import Dossiers
internal import Files
internal import Foundation
internal import Replication
internal import Text
internal import Time

/// Public holidays as a table of `date,name`, with or without a heading.
///
/// A day off that was moved, “Day off (substituted from 05/04/2024)” (month, day, year), is two
/// entries: the day is off, and 4 May 2024, otherwise free, is worked.
public struct HolidayFile: Sendable {
    /// The entries.
    public private(set) var entries: [CatalogEntry] = []
    /// Rows that are none.
    public private(set) var faults: [RowFault] = []
    /// The years that the file covers.
    public var years: Set<Int> {
        Set(
            entries.compactMap {
                $0.key.first?.value.text.flatMap { CalendarDate(parsing: $0)?.year }
            })
    }

    /// Reads a file.
    ///
    /// - Throws: `FileError` when it cannot be read.
    public init(path: String) throws {
        var reader = CSVReader(
            try LineReader(path: path, skipsBlankLines: false), delimiter: ",")
        while let row = try reader.next() {
            switch row {
            case .failure(let broken): faults.append(RowFault(broken))
            case .success(let row): take(row)
            }
        }
    }

    private mutating func take(_ row: CSVRow) {
        let isHeading =
            entries.isEmpty && faults.isEmpty
            && row.cells.first?.contains(where: \.isNumber) == false
        if isHeading { return }
        guard row.cells.count >= 2, let day = Self.day(row.cells[0]) else {
            faults.append(
                RowFault(
                    line: row.line, bytes: row.bytes, code: "malformed",
                    message: Message(
                        "the row is not a day (2021-05-31) and a name",
                        vi: "dòng không gồm ngày (2021-05-31) và tên")))
            return
        }
        let name = row.cells[1]
        entries.append(entry(day, name, "off"))
        if let worked = Self.workedDay(name) { entries.append(entry(worked, name, "worked")) }
    }

    private static func day(_ cell: String) -> CalendarDate? {
        try? TimeReader.day(cell)  // what is none is said of the row
    }

    private func entry(_ day: CalendarDate, _ name: String, _ kind: String) -> CatalogEntry {
        CatalogEntry(
            kind: .holiday, key: [FieldWrite("date", .text(day.description))],
            fields: [
                FieldWrite("name", .text(name)),
                // What most entries are is not written: it costs every counter some bytes.
                FieldWrite("day_kind", kind == "off" ? .null : .text(kind)),
            ])
    }

    /// The day in “substituted from MM/DD/YYYY”.
    private static func workedDay(_ name: String) -> CalendarDate? {
        guard let place = name.range(of: "substituted from ") else { return nil }
        let numbers = name[place.upperBound...].prefix { $0.isNumber || $0 == "/" }
            .split(separator: "/").map { Int($0) }
        guard numbers.count == 3, let month = numbers[0], let day = numbers[1],
            let year = numbers[2]
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }
}
