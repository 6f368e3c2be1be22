internal import Files
internal import Imports

/// Rows are the same however the file comes in pieces, stand in the order of their lines, and what was
/// read says the same when it is written and read again.
func checkTable(_ input: [UInt8]) {
    for delimiter: Character in [",", ";"] {
        let whole = rows(of: input, piece: max(1, input.count), delimiter)
        expect(rows(of: input, piece: 7, delimiter) == whole, "pieces make the same rows")
        var last = 0
        for row in whole {
            let line =
                switch row {
                case .success(let row): row.line
                case .failure(let broken): broken.line
                }
            expect(line > last, "rows stand in the order of their lines")
            last = line
            if case .success(let row) = row { checkRow(row, delimiter) }
        }
    }
}

private typealias ReadRow = Result<CSVRow, BrokenRow>

private func rows(of input: [UInt8], piece: Int, _ delimiter: Character) -> [ReadRow] {
    var rest = input[...]
    let lines = LineReader(
        lineBytesMax: CSVBudget.standard.rowBytesMax, skipsBlankLines: false
    ) {
        defer { rest = rest.dropFirst(piece) }
        return Array(rest.prefix(piece))
    }
    var reader = CSVReader(lines, delimiter: delimiter)
    var found: [ReadRow] = []
    while let row = required("a table is read to its end", { try reader.next() }) {
        found.append(row)
    }
    return found
}

private func checkRow(_ row: CSVRow, _ delimiter: Character) {
    expect(
        row.bytes.count <= CSVBudget.standard.rowBytesMax * 2, "a row is no longer than any may be")
    let quoted = row.cells.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
    let text = quoted.joined(separator: String(delimiter))
    let again = rows(of: Array(text.utf8), piece: 64, delimiter)
    guard again.count == 1, case .success(let written) = again[0] else {
        fatalError("broken law: a written row is one row")
    }
    expect(written.cells.count == row.cells.count, "a written row has as many cells")
    // A line feed within a cell loses the carriage return before it each time that it is read.
    func plain(_ cell: String) -> [UInt8] { cell.utf8.filter { $0 != 0x0D } }
    for (one, other) in zip(written.cells, row.cells) {
        expect(plain(one) == plain(other), "a written cell says the same")
    }
}
