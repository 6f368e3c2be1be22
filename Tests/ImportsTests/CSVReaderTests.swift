import Files
import Imports
import Testing

@Suite("Rows of CSV")
struct CSVReaderTests {
    private func rows(
        _ text: String, delimiter: Character = ","
    ) throws -> [Result<CSVRow, BrokenRow>] {
        try rows(Array(text.utf8), delimiter: delimiter)
    }

    private func rows(
        _ bytes: [UInt8], delimiter: Character = ","
    ) throws -> [Result<CSVRow, BrokenRow>] {
        var given = bytes
        let lines = LineReader(skipsBlankLines: false) {
            defer { given = [] }
            return given
        }
        var reader = CSVReader(lines, delimiter: delimiter)
        var rows: [Result<CSVRow, BrokenRow>] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    @Test("a row of more cells than are read is too long, and the next one is read")
    func budget() throws {
        var given = Array("a,b,c\n1,2,3,4\n5,6,7\n\"x\ny\nz\",8\n".utf8)
        let lines = LineReader(skipsBlankLines: false) {
            defer { given = [] }
            return given
        }
        var reader = CSVReader(
            lines, delimiter: ",", within: CSVBudget(rowLinesMax: 1, cellsMax: 3))
        var reasons: [BrokenRow.Reason?] = []
        while let row = try reader.next() {
            if case .failure(let broken) = row {
                reasons.append(broken.reason)
            } else {
                reasons.append(nil)
            }
        }
        // The last row has three lines: its first is broken, then come two rows that are none.
        #expect(Array(reasons.prefix(4)) == [nil, .tooLong, nil, .quotes])
    }

    private func cells(_ rows: [Result<CSVRow, BrokenRow>]) -> [[String]?] {
        rows.map { try? $0.get().cells }
    }

    @Test(
        "quotes, line ends, blank lines and byte order marks are read as RFC 4180 and Windows write"
    )
    func forms() throws {
        let text = "\u{FEFF}a,b\r\n\r\n\"x \"\"y\"\"\",\"1\r\n2\"\r\n , z \n"
        let rows = try rows(text)
        #expect(cells(rows) == [["a", "b"], ["x \"y\"", "1\n2"], ["", "z"]])
        #expect(rows.map { try? $0.get().line } == [1, 3, 5])
        #expect(try cells(self.rows("a;\"b;c\";d", delimiter: ";")) == [["a", "b;c", "d"]])
        #expect(try cells(self.rows("Hồ sơ\tMã", delimiter: "\t")) == [["Hồ sơ", "Mã"]])
        #expect(try self.rows("").isEmpty && self.rows("\n \r\n\t\n").isEmpty)
    }

    @Test("a broken row is named by its line, and those after it are read")
    func brokenRows() throws {
        for broken in ["x\"y,1", "\"open,1", "\"a\"b,1"] {
            let rows = try rows("ok,1\n\(broken)\nfine,2\n\"also\nfine\",3\n")
            #expect(
                cells(rows) == [["ok", "1"], nil, ["fine", "2"], ["also\nfine", "3"]], "\(broken)")
            guard case .failure(let fault) = rows[1] else { continue }
            #expect(fault.line == 2 && fault.reason == .quotes)
            #expect(fault.bytes == Array(broken.utf8))
        }
    }

    @Test("a carriage return alone does not make two rows of one line, nor one of two")
    func carriageReturns() throws {
        for broken in ["a,1\rb,2", "a,1\r\"open", "a\rb\rc,1", "a,1\r\"b\",2"] {
            let rows = try rows("ok,1\n\(broken)\nfine,2\n")
            #expect(cells(rows) == [["ok", "1"], nil, ["fine", "2"]], "\(broken)")
            guard case .failure(let fault) = rows[1] else { continue }
            #expect(fault.line == 2 && fault.reason == .carriageReturn, "\(broken)")
        }
        #expect(try cells(rows("a,1\r\r\nb,2\r\n\r\r\n")) == [["a", "1"], ["b", "2"]])
        #expect(try cells(rows("\"a\rb\",1\n")) == [["a\rb", "1"]])
    }

    @Test("what is no UTF-8 is one broken row")
    func otherEncodings() throws {
        let rows = try rows(
            Array("a,b\n".utf8) + [0x4E, 0xE0, 0x2C, 0x31, 0x0A] + Array("c,d".utf8))
        #expect(cells(rows) == [["a", "b"], nil, ["c", "d"]])
        guard case .failure(let fault) = rows[1] else { return }
        #expect(fault.reason == .notUTF8)
    }

    @Test("a quote that nobody closes does not swallow a large file, nor memory")
    func endlessQuote() throws {
        let good = (0..<3_000).map { "row,\($0)\n" }.joined()
        let rows = try rows("\"open\n" + good)
        #expect(rows.count == 3_001)
        #expect(cells(rows)[0] == nil && cells(rows)[3_000] == ["row", "2999"])
    }

    @Test("the delimiter is the commonest of three")
    func delimiters() {
        #expect(CSVReader.delimiter(of: "Mã;Họ tên, đệm;Ngày") == ";")
        #expect(CSVReader.delimiter(of: "a\tb\tc") == "\t")
        #expect(CSVReader.delimiter(of: "a") == ",")
    }
}
