// Where a table's heading stands. Offices put titles above it, leave rows blank, and write it over two
// lines with cells that are merged: “Ngày” over “tiếp nhận” and “hẹn trả”. The heading is the row, or the pair
// of rows, of which most cells are known by name; of equals the first.

internal import Dossiers
internal import Files
internal import Text

/// The heading of a table.
struct TableHeading {
    /// The names of the columns.
    var cells: [String]
    /// The line on which it ends: what follows are rows.
    var lastLine: Int
    /// As it stands in the file.
    var bytes: [[UInt8]]
    var delimiter: Character

    /// Rows in which it is sought.
    private static let rowsMax = 40

    /// Looks for it.
    ///
    /// - Parameters:
    ///   - delimiter: what stands between cells; `nil` to find out.
    ///   - line: the line on which it begins; `nil` to look for it.
    ///   - recognised: how many of some names are known.
    /// - Returns: of a table in which no name is known the first row.
    /// - Throws: `ImportError` for an empty table; `FileError`.
    static func find(
        in source: TableSource, delimiter: Character?, line: Int?,
        recognised: ([String]) -> Int
    ) throws -> TableHeading {
        let stated = try Self.stated(source)
        let candidates: [Character] = (delimiter ?? stated).map { [$0] } ?? [",", ";", "\t"]
        var best: (heading: TableHeading, score: Int, cellCount: Int)?
        var fault: BrokenRow?
        for candidate in candidates {
            let (rows, broken) = try Self.rows(source, candidate, from: line)
            fault = fault ?? broken
            for (heading, score) in Self.headings(rows, candidate, isFixed: line != nil, recognised)
            {
                let count = heading.cells.count
                // With nothing recognised, the delimiter that makes most cells of the first row.
                if let best {
                    let isBetter =
                        score > best.score
                        || score == 0 && best.score == 0 && count > best.cellCount
                    if !isBetter { continue }
                }
                best = (heading, score, count)
            }
        }
        if let best { return best.heading }
        if let fault { throw ImportError(RowFault(fault).message) }
        throw ImportError(
            line == nil
                ? Message("the file is empty", vi: "tệp trống")
                : Message("the file has no such line", vi: "tệp không có dòng này"))
    }

    /// The delimiter that Excel states on a line of its own: `sep=;`.
    private static func stated(_ source: TableSource) throws -> Character? {
        var lines = source.lines()
        guard let first = try lines.next() else { return nil }
        let bytes = first.bytes
        guard bytes.count == 5,
            String(decoding: bytes.prefix(4), as: UTF8.self).lowercased() == "sep="
        else { return nil }
        return Character(Unicode.Scalar(bytes[4]))
    }

    /// The first rows that have a filled cell.
    private static func rows(
        _ source: TableSource, _ delimiter: Character, from line: Int?
    ) throws -> (rows: [CSVRow], broken: BrokenRow?) {
        var reader = CSVReader(source.lines(), delimiter: delimiter)
        var rows: [CSVRow] = []
        var fault: BrokenRow?
        var looked = 0
        while looked < (line ?? 0) + rowsMax, let row = try reader.next() {
            looked += 1
            switch row {
            case .success(let row):
                if row.isBlank || row.line < line ?? 0 || row.isDelimiter { continue }
                rows.append(row)
                if line != nil, rows.count == 2 { return (rows, fault) }
            case .failure(let broken): fault = fault ?? broken
            }
        }
        return (rows, fault)
    }

    private static func headings(
        _ rows: [CSVRow], _ delimiter: Character, isFixed: Bool, _ recognised: ([String]) -> Int
    ) -> [(TableHeading, Int)] {
        var found: [(TableHeading, Int)] = []
        for (place, row) in rows.enumerated() where !isFixed || place == 0 {
            let single = TableHeading(
                cells: row.cells, lastLine: row.lastLine, bytes: [row.bytes], delimiter: delimiter)
            found.append((single, recognised(row.cells)))
            guard place + 1 < rows.count, rows[place + 1].mayBeHeading else { continue }
            let second = rows[place + 1]
            let cells = joined(row.cells, second.cells)
            let double = TableHeading(
                cells: cells, lastLine: second.lastLine, bytes: [row.bytes, second.bytes],
                delimiter: delimiter)
            found.append((double, recognised(cells)))
        }
        return found
    }

    /// The names of two lines: a merged cell stands over those to its right.
    private static func joined(_ upper: [String], _ lower: [String]) -> [String] {
        var over = ""
        return (0..<max(upper.count, lower.count)).map { column in
            let top = column < upper.count ? Folding.squeezed(upper[column]) : ""
            let bottom = column < lower.count ? Folding.squeezed(lower[column]) : ""
            if !top.isEmpty { over = top }
            if bottom.isEmpty { return top }
            return over.isEmpty ? bottom : over + " " + bottom
        }
    }
}

extension CSVRow {
    /// Whether no cell is filled.
    var isBlank: Bool { cells.allSatisfy { Folding.trimmed($0).isEmpty } }

    /// Whether it is Excel's line that states the delimiter.
    fileprivate var isDelimiter: Bool {
        line == 1 && bytes.count == 5
            && String(decoding: bytes.prefix(4), as: UTF8.self).lowercased() == "sep="
    }

    /// The line on which it ends.
    fileprivate var lastLine: Int { line + bytes.count { $0 == 0x0A } }

    /// Whether it may be the second line of a heading: names have no digits, and there are two at least.
    fileprivate var mayBeHeading: Bool {
        let filled = cells.map { Folding.trimmed($0) }.filter { !$0.isEmpty }
        return filled.count >= 2 && !filled.contains { $0.contains { $0.isNumber } }
    }
}
