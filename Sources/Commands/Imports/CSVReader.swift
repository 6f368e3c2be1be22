// Rows of a CSV file (RFC 4180) by libcsv, one physical line at a time, so that a broken row costs
// itself only. A quote that nobody closes would swallow the rest of the file: a row that grows beyond
// the limits below is called broken at its first line, and reading goes on with the line after it.

internal import CCSV
public import Files

/// A row with the line on which it begins.
public struct CSVRow: Hashable, Sendable {
    /// The line's number, beginning with 1.
    public var line: Int
    /// The row as it stands in the file, without its end.
    public var bytes: [UInt8]
    /// Its cells, without white space around those that are not quoted.
    public var cells: [String]
}

/// A row that cannot be read.
public struct BrokenRow: Error, Hashable, Sendable {
    /// Why not.
    public enum Reason: Hashable, Sendable {
        /// A quote begins and does not end, or stands where none may.
        case quotes
        /// The bytes are no UTF-8.
        case notUTF8
        /// The row is longer than any may be.
        case tooLong
        /// A carriage return alone ends a row within the line, as old Macintosh programs wrote.
        case carriageReturn
    }

    /// The line on which it begins.
    public var line: Int
    /// The row as it stands in the file.
    public var bytes: [UInt8]
    /// Why it cannot be read.
    public var reason: Reason
}

/// What one row may cost its reader.
public struct CSVBudget: Hashable, Sendable {
    /// Bytes: a note of 10,000 characters, some times over.
    public var rowBytesMax: Int
    /// Physical lines.
    public var rowLinesMax: Int
    /// Cells: a spreadsheet's columns as far as `ZZ`, and more.
    public var cellsMax: Int

    /// A budget; what is not named is as usual.
    public init(rowBytesMax: Int = 1 << 18, rowLinesMax: Int = 1_000, cellsMax: Int = 1_024) {
        self.rowBytesMax = rowBytesMax
        self.rowLinesMax = rowLinesMax
        self.cellsMax = cellsMax
    }

    /// The usual one.
    public static let standard = CSVBudget()
}

/// Reads rows in bounded memory. Lines end with LF or CRLF, and a byte order mark is dropped.
public struct CSVReader {
    private let budget: CSVBudget
    private var lines: LineReader
    private let delimiter: UInt8
    /// Lines that were looked at and belong to rows yet to come.
    private var pending: [Taken] = []

    /// Reads from lines, blank ones included.
    public init(
        _ lines: LineReader, delimiter: Character, within budget: CSVBudget = .standard
    ) {
        self.budget = budget
        self.lines = lines
        self.delimiter = delimiter.asciiValue ?? UInt8(ascii: ",")
    }

    /// The next row that is not blank; `nil` at the end.
    ///
    /// - Throws: `FileError.cannotRead`.
    public mutating func next() throws -> Result<CSVRow, BrokenRow>? {
        while let first = try nextLine() {
            if case .success(let line) = first, Self.isBlank(line.bytes) { continue }
            return try row(from: first)
        }
        return nil
    }

    private typealias Taken = Result<LineReader.Line, BrokenRow>

    private mutating func nextLine() throws -> Taken? {
        if !pending.isEmpty { return pending.removeFirst() }
        do {
            return try lines.next().map(Taken.success)
        } catch FileError.lineTooLong(let number, _) {
            return .failure(BrokenRow(line: number, bytes: [], reason: .tooLong))
        }
    }

    private mutating func row(from first: Taken) throws -> Result<CSVRow, BrokenRow> {
        let start: LineReader.Line
        switch first {
        case .failure(let broken): return .failure(broken)
        case .success(let line): start = line
        }
        let parser = RowParser(delimiter: delimiter, cellsMax: budget.cellsMax)
        var bytes = start.bytes
        var taken: [Taken] = []
        var isComplete = try parser.takes(start.bytes)
        while isComplete == false, taken.count < budget.rowLinesMax,
            bytes.count < budget.rowBytesMax
        {
            guard let line = try nextLine() else { break }
            taken.append(line)
            guard case .success(let next) = line else { break }
            bytes += [0x0A] + next.bytes
            isComplete = try parser.takes(next.bytes)
        }
        func broken(_ reason: BrokenRow.Reason, _ bytes: [UInt8]) -> Result<CSVRow, BrokenRow> {
            .failure(BrokenRow(line: start.number, bytes: bytes, reason: reason))
        }
        guard isComplete == true else {
            pending = taken + pending
            return broken(.quotes, start.bytes)
        }
        guard parser.cellCount <= budget.cellsMax else { return broken(.tooLong, bytes) }
        guard parser.hasOneRow else { return broken(.carriageReturn, bytes) }
        guard let cells = parser.cells else { return broken(.notUTF8, bytes) }
        return .success(CSVRow(line: start.number, bytes: bytes, cells: cells))
    }

    private static func isBlank(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }

    /// The delimiter of a heading: the one of `, ; tab` that it has most.
    public static func delimiter(of heading: String) -> Character {
        let candidates: [Character] = [",", ";", "\t"]
        let counts = candidates.map { candidate in heading.count { $0 == candidate } }
        let best = counts.indices.max { (counts[$0], -$0) < (counts[$1], -$1) } ?? 0
        return candidates[best]
    }
}

/// One row's parser. libcsv keeps the state of a quoted cell between the lines.
private final class RowParser {
    private var parser = csv_parser()
    private var collected: [[UInt8]] = []
    private let cellsMax: Int
    /// Cells that there were; those beyond the most that are read are not kept.
    private(set) var cellCount = 0
    private var rowCount = 0

    init(delimiter: UInt8, cellsMax: Int) {
        self.cellsMax = cellsMax
        csv_init(&parser, UInt8(CSV_STRICT))
        csv_set_delim(&parser, delimiter)
    }

    deinit {
        csv_free(&parser)
    }

    /// Whether what was taken ended with the one row in it: libcsv ends rows at carriage returns too.
    var hasOneRow: Bool { rowCount == 1 && parser.pstate == Self.rowNotBegun }

    /// What libcsv calls the state between two rows.
    private static let rowNotBegun: Int32 = 0

    /// The cells; `nil` when one is no UTF-8.
    var cells: [String]? {
        var cells: [String] = []
        for bytes in collected {
            guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
            cells.append(text)
        }
        return cells
    }

    /// Takes a line: true when it ends the row, false when a quoted cell goes on, `nil` when a quote
    /// stands where none may.
    func takes(_ line: [UInt8]) throws -> Bool? {
        let bytes = line + [0x0A]
        let own = Unmanaged.passUnretained(self).toOpaque()
        let count = csv_parse(
            &parser, bytes, bytes.count,
            { cell, size, own in
                guard let own else { return }
                let row = Unmanaged<RowParser>.fromOpaque(own).takeUnretainedValue()
                row.cellCount += 1
                guard row.cellCount <= row.cellsMax else { return }
                row.collected.append(
                    cell.map { Array(UnsafeRawBufferPointer(start: $0, count: size)) } ?? [])
            },
            { _, own in
                guard let own else { return }
                Unmanaged<RowParser>.fromOpaque(own).takeUnretainedValue().rowCount += 1
            }, own)
        guard count == bytes.count else { return nil }
        return rowCount > 0
    }
}
