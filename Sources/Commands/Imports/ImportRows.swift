internal import Dossiers
internal import Files
internal import JSON
public import Replication
public import Text

/// A row as the fields of a dossier.
public struct ImportRow: Sendable {
    /// The line on which it begins.
    public var line: Int
    /// The row as it stands in the file.
    public var bytes: [UInt8]
    /// The dossier's code, by which the row is known again.
    public var code: String
    /// Fields to write.
    public var writes: [FieldWrite]
    /// Entries to add.
    public var additions: [FieldWrite]
    /// What the table calls the fields.
    var headings: [FieldName: String] = [:]
}

/// A row that was not taken. No text of it holds anything of the row.
public struct RowFault: Error, Sendable {
    /// The line on which it begins.
    public var line: Int
    /// The row as it stands in the file.
    public var bytes: [UInt8]
    /// A stable word, as in `Protocol/errors.md` or `Protocol/imports.md`.
    public var code: String
    /// What is wrong with it.
    public var message: Message

    /// Makes a fault.
    public init(line: Int, bytes: [UInt8], code: String, message: Message) {
        self.line = line
        self.bytes = bytes
        self.code = code
        self.message = message
    }
}

/// How a file is read, beside its mapping.
public struct ImportReading: Sendable {
    /// What stands between cells; `nil` to find out.
    public var delimiter: Character?
    /// The line on which the heading begins; `nil` to look for it.
    public var headingLine: Int?
    /// Whether what looks like the text of an old font is converted, or taken as it is; `nil` refuses the row.
    public var convertsLegacyFonts: Bool?

    /// A way of reading.
    public init(
        delimiter: Character? = nil, headingLine: Int? = nil, convertsLegacyFonts: Bool? = nil
    ) {
        self.delimiter = delimiter
        self.headingLine = headingLine
        self.convertsLegacyFonts = convertsLegacyFonts
    }
}

/// The rows of a file: CSV with a heading, NDJSON with one flat object a line, or an array of objects.
public struct ImportRows {
    private enum Source {
        case csv(CSVReader, targets: [ImportMapping.Target?], after: Int)
        case json(LineReader)
        case document(ArraySlice<JSONValue>)
    }

    /// What a row that cannot be taken is written under, as it stands in the file: the heading's lines.
    public let heading: [[UInt8]]
    /// Whether the file begins with a byte order mark, or was UTF-16.
    public let hasMark: Bool
    private let mapping: ImportMapping
    private let reading: ImportReading
    private var source: Source
    private var rowCount = 0

    /// Opens a file, or standard input for `-`, and reads its heading.
    ///
    /// - Throws: `ImportError`; `FileError` when it cannot be read.
    public init(
        path: String, mapping: ImportMapping, reading: ImportReading = ImportReading()
    ) throws {
        self.mapping = mapping
        self.reading = reading
        let file = try TableSource(path: path)
        if try JSONTable.isJSON(file) {
            heading = []
            if let rows = try JSONTable.document(file) {
                source = .document(rows[...])
            } else {
                source = .json(file.lastLines())
            }
            hasMark = file.hasMark
            return
        }
        let found = try TableHeading.find(
            in: file, delimiter: reading.delimiter ?? mapping.delimiter, line: reading.headingLine,
            recognised: mapping.count)
        heading = found.bytes
        source = .csv(
            CSVReader(file.lastLines(), delimiter: found.delimiter),
            targets: try mapping.targets(of: found.cells), after: found.lastLine)
        hasMark = file.hasMark
    }

    /// The headings of a file, for a suggestion.
    ///
    /// - Throws: `ImportError`; `FileError` when it cannot be read.
    public static func headings(
        path: String, reading: ImportReading = ImportReading()
    ) throws -> [String] {
        let file = try TableSource(path: path)
        if try JSONTable.isJSON(file) { return try JSONTable.memberNames(file) }
        return try TableHeading.find(
            in: file, delimiter: reading.delimiter, line: reading.headingLine,
            recognised: MappingSuggestion.count
        ).cells
    }

    /// The next row; `nil` at the end. Rows without a filled cell are passed over.
    ///
    /// - Throws: `FileError.cannotRead`.
    public mutating func next() throws -> Result<ImportRow, RowFault>? {
        switch source {
        case .csv(var reader, let targets, let after):
            defer { source = .csv(reader, targets: targets, after: after) }
            while let row = try reader.next() {
                switch row {
                case .success(let row):
                    if row.line > after, !row.isBlank { return self.row(row, targets) }
                case .failure(let broken):
                    if broken.line > after { return .failure(RowFault(broken)) }
                }
            }
            return nil
        case .json(var reader):
            defer { source = .json(reader) }
            do {
                while let line = try reader.next() {
                    if !line.isBlank { return row(line) }
                }
                return nil
            } catch FileError.lineTooLong(let number, _) {
                return .failure(
                    RowFault(BrokenRow(line: number, bytes: [], reason: .tooLong)))
            }
        case .document(var rows):
            guard let json = rows.popFirst() else { return nil }
            source = .document(rows)
            rowCount += 1
            return row(
                json.objectValue ?? [], line: rowCount, bytes: Array(json.serialized().utf8))
        }
    }

    private func row(
        _ row: CSVRow, _ targets: [ImportMapping.Target?]
    ) -> Result<ImportRow, RowFault> {
        // Spreadsheets leave out empty cells at the end; what lies beyond the heading has no name.
        let surplus = row.cells.dropFirst(targets.count)
        guard surplus.allSatisfy(\.isEmpty) else {
            return .failure(
                RowFault(
                    line: row.line, bytes: row.bytes, code: "too_many_cells",
                    message: Message(
                        "the row has \(row.cells.count) cells, the heading \(targets.count)",
                        vi: "dòng có \(row.cells.count) ô, tiêu đề có \(targets.count) ô")))
        }
        let cells = zip(targets, row.cells).compactMap { target, cell in
            target.map { Cell(target: $0, text: cell) }
        }
        return make(cells, line: row.line, bytes: row.bytes)
    }

    private func row(_ line: LineReader.Line) -> Result<ImportRow, RowFault> {
        guard let json = try? JSONValue(parsing: line.bytes[...]),  // the fault says so
            case .object(let members) = json
        else {
            return .failure(
                RowFault(
                    line: line.number, bytes: line.bytes, code: "not_json",
                    message: Message(
                        "the line is no JSON object", vi: "dòng không phải đối tượng JSON")))
        }
        return row(members, line: line.number, bytes: line.bytes)
    }

    private func row(
        _ members: [JSONMember], line: Int, bytes: [UInt8]
    ) -> Result<ImportRow, RowFault> {
        var cells: [Cell] = []
        for member in members {
            let target: ImportMapping.Target?
            do throws(ImportError) {
                target = try mapping.target(of: member.name)
            } catch {
                return .failure(
                    RowFault(
                        line: line, bytes: bytes, code: "unknown_member", message: error.message))
            }
            guard let target, member.value != .null else { continue }
            cells.append(Cell(target: target, text: JSONTable.cell(member.value)))
        }
        return make(cells, line: line, bytes: bytes)
    }

    /// A cell with what it is; without text for a member that is neither text nor number.
    private struct Cell {
        var target: ImportMapping.Target
        var text: String?
    }

    /// The row, or all that is wrong with it.
    private func make(
        _ cells: [Cell], line: Int, bytes: [UInt8]
    ) -> Result<ImportRow, RowFault> {
        var row = ImportRow(line: line, bytes: bytes, code: "", writes: [], additions: [])
        var faults: [(code: String, message: Message)] = []
        for cell in cells {
            let name = cell.target.field.name
            row.headings[name] = cell.target.heading
            do throws(DossierError) {
                try take(cell, into: &row)
            } catch {
                let message = error.message(of: name, as: cell.target.heading)
                faults.append((error.code, message))
            }
        }
        for cell in cells where reading.convertsLegacyFonts == nil {
            guard let font = cell.text.flatMap(LegacyFont.of) else { continue }
            faults.append(("legacy_font", font.message(at: cell.target.heading)))
        }
        if row.code.isEmpty, !faults.contains(where: { $0.code == "malformed" }) {
            let error = DossierError.malformed("code", reason: "is empty")
            let heading = mapping.heading(of: "code")
            faults.append((error.code, error.message(of: "code", as: heading ?? "code")))
        }
        if let first = faults.first {
            return .failure(
                RowFault(
                    line: line, bytes: bytes, code: first.code,
                    message: .joined(faults.map(\.message), separator: "; ")))
        }
        row.writes += mapping.constants.filter { constant in
            !row.writes.contains { $0.name == constant.name }
        }
        return .success(row)
    }

    private func take(_ cell: Cell, into row: inout ImportRow) throws(DossierError) {
        let field = cell.target.field
        guard var text = cell.text else { throw .wrongType(field.name, expected: "text") }
        if reading.convertsLegacyFonts == true, let font = LegacyFont.of(text) {
            text = font.converted(text)
        }
        guard let value = try cell.target.value(text) else { return }
        let given = field.isEntries ? row.additions : row.writes
        guard !given.contains(where: { $0.name == field.name }) else {
            throw .repeatedField(field.name)
        }
        if field.isEntries {
            row.additions.append(FieldWrite(field.name, value))
        } else {
            row.writes.append(FieldWrite(field.name, value))
            if field.name == "code" { row.code = value.text ?? "" }
        }
    }
}

extension DossierError {
    /// What is wrong, by the name that the table has for the field.
    func message(of name: FieldName, as heading: String) -> Message {
        message.naming(name, as: heading)
    }
}

extension Message {
    /// The same of a field, by the name that a table has for it.
    func naming(_ name: FieldName, as heading: String) -> Message {
        func named(_ text: String) -> String {
            text.replacing(name.rawValue, with: "“\(heading)”", maxReplacements: 1)
        }
        return Message(named(english), vi: named(vietnamese))
    }
}

extension LegacyFont {
    fileprivate func message(at heading: String) -> Message {
        let name = self == .tcvn3 ? "TCVN3 (.VnTime)" : "VNI"
        return Message(
            "“\(heading)” looks like text of the old font \(name): give --fonts convert to have such text "
                + "converted, or --fonts keep",
            vi:
                "“\(heading)” giống chữ của phông cũ \(name): dùng --fonts convert để chuyển sang Unicode, "
                + "hoặc --fonts keep để giữ nguyên")
    }
}

extension RowFault {
    init(_ broken: BrokenRow) {
        let (code, message): (String, Message) =
            switch broken.reason {
            case .quotes:
                (
                    "broken_quotes",
                    Message(
                        "a quote begins and does not end, or stands inside a cell",
                        vi: "dấu nháy không đóng, hoặc đứng giữa ô")
                )
            case .notUTF8:
                (
                    "not_utf8",
                    Message(
                        "the row is no UTF-8: save the file as CSV UTF-8",
                        vi: "dòng không phải UTF-8: hãy lưu tệp dạng CSV UTF-8")
                )
            case .carriageReturn:
                (
                    "carriage_return",
                    Message(
                        "the row has a carriage return alone in it: save the table with ordinary ends of "
                            + "lines, as CSV UTF-8",
                        vi: "dòng có ký tự về đầu dòng đứng riêng: hãy lưu bảng với dấu xuống dòng "
                            + "thông thường, dạng CSV UTF-8")
                )
            case .tooLong: ("too_long", Message("the row is too long", vi: "dòng quá dài"))
            }
        self.init(line: broken.line, bytes: broken.bytes, code: code, message: message)
    }
}
