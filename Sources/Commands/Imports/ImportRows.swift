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

/// The rows of a file: CSV with a heading, or NDJSON with one flat object a line.
public struct ImportRows {
    private enum Source {
        case csv(CSVReader, targets: [ImportMapping.Target?])
        case json(LineReader)
    }

    /// The heading of a CSV file, as it stands there.
    public let heading: [UInt8]?
    private let mapping: ImportMapping
    private var source: Source

    /// Opens a file, or standard input for `-`, and reads its heading.
    ///
    /// - Throws: `ImportError`; `FileError` when it cannot be read.
    public init(path: String, mapping: ImportMapping, delimiter: Character? = nil) throws {
        self.mapping = mapping
        var heading = try Heading(path: path)
        if heading.isJSON {
            source = .json(heading.lines)
            self.heading = nil
            return
        }
        let (cells, delimiter) = try heading.cells(delimiter: delimiter ?? mapping.delimiter)
        self.heading = heading.first.bytes
        source = .csv(
            CSVReader(heading.lines, delimiter: delimiter),
            targets: try mapping.targets(of: cells))
    }

    /// The headings of a file, for a suggestion.
    ///
    /// - Throws: `ImportError`; `FileError` when it cannot be read.
    public static func headings(path: String, delimiter: Character? = nil) throws -> [String] {
        var heading = try Heading(path: path)
        return heading.isJSON
            ? heading.memberNames : try heading.cells(delimiter: delimiter).cells
    }

    /// The next row; `nil` at the end.
    ///
    /// - Throws: `FileError.cannotRead`.
    public mutating func next() throws -> Result<ImportRow, RowFault>? {
        switch source {
        case .csv(var reader, let targets):
            defer { source = .csv(reader, targets: targets) }
            return try reader.next().map { row in
                switch row {
                case .success(let row): self.row(row, targets)
                case .failure(let broken): .failure(RowFault(broken))
                }
            }
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
        let cells = zip(targets, row.cells).compactMap { target, cell in target.map { ($0, cell) } }
        return make(cells, line: row.line, bytes: row.bytes)
    }

    private func row(_ line: LineReader.Line) -> Result<ImportRow, RowFault> {
        func fault(_ code: String, _ message: Message) -> Result<ImportRow, RowFault> {
            .failure(RowFault(line: line.number, bytes: line.bytes, code: code, message: message))
        }
        guard let json = try? JSONValue(parsing: line.bytes[...]),  // the fault says so
            case .object(let members) = json
        else {
            return fault(
                "not_json",
                Message("the line is no JSON object", vi: "dòng không phải đối tượng JSON"))
        }
        var cells: [(ImportMapping.Target, String)] = []
        do {
            let targets = try mapping.targets(of: members.map(\.name))
            for (target, member) in zip(targets, members) {
                guard let target else { continue }
                switch member.value {
                case .null: continue
                case .string(let text): cells.append((target, text))
                case .integer(let number): cells.append((target, String(number)))
                default:
                    return fault(
                        "wrong_type",
                        Message(
                            "\(target.field.name) must be text",
                            vi: "\(target.field.name) phải là chữ"))
                }
            }
        } catch {
            return fault("unknown_member", error.message)
        }
        return make(cells, line: line.number, bytes: line.bytes)
    }

    private func make(
        _ cells: [(ImportMapping.Target, String)], line: Int, bytes: [UInt8]
    ) -> Result<ImportRow, RowFault> {
        var row = ImportRow(line: line, bytes: bytes, code: "", writes: [], additions: [])
        do throws(DossierError) {
            for (target, text) in cells {
                guard let value = try target.value(text) else { continue }
                let name = target.field.name
                let given = target.field.isEntries ? row.additions : row.writes
                guard !given.contains(where: { $0.name == name }) else {
                    throw .repeatedField(name)
                }
                if target.field.isEntries {
                    row.additions.append(FieldWrite(name, value))
                } else {
                    row.writes.append(FieldWrite(name, value))
                    if name == "code" { row.code = value.text ?? "" }
                }
            }
            guard !row.code.isEmpty else { throw .malformed("code", reason: "is empty") }
        } catch {
            return .failure(
                RowFault(
                    line: line, bytes: bytes, code: error.code, message: error.message))
        }
        row.writes += mapping.constants.filter { constant in
            !row.writes.contains { $0.name == constant.name }
        }
        return .success(row)
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

extension LineReader.Line {
    fileprivate var isBlank: Bool { bytes.allSatisfy { [0x20, 0x09, 0x0D].contains($0) } }
}

/// A file of which the first line that is not blank has been looked at: it says what the file is.
private struct Heading {
    var lines: LineReader
    let first: LineReader.Line

    init(path: String) throws {
        lines = try LineReader(path: path, skipsBlankLines: false)
        while let line = try lines.peek(), line.isBlank { _ = try lines.next() }
        guard let first = try lines.peek() else {
            throw ImportError(Message("the file is empty", vi: "tệp trống"))
        }
        if first.bytes.contains(0) || first.bytes.starts(with: [0xFF, 0xFE]) {
            throw ImportError(
                Message("the file is no UTF-8 text", vi: "tệp không phải văn bản UTF-8"),
                hint: Message("save it as CSV UTF-8", vi: "hãy lưu dạng CSV UTF-8"))
        }
        self.first = first
    }

    var isJSON: Bool { first.bytes.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "{") }

    /// The members of the first object.
    var memberNames: [String] {
        let json = try? JSONValue(parsing: first.bytes[...])  // none, when it is no object
        return json?.objectValue?.map(\.name) ?? []
    }

    /// Takes the heading.
    mutating func cells(delimiter: Character?) throws -> (cells: [String], delimiter: Character) {
        guard let text = String(validating: first.bytes, as: UTF8.self) else {
            throw ImportError(RowFault(BrokenRow(line: 1, bytes: [], reason: .notUTF8)).message)
        }
        _ = try lines.next()
        let delimiter = delimiter ?? CSVReader.delimiter(of: text)
        var given = first.bytes + [0x0A]
        let heading = LineReader {
            defer { given = [] }
            return given
        }
        var reader = CSVReader(heading, delimiter: delimiter)
        switch try reader.next() {
        case .success(let row)?: return (row.cells, delimiter)
        case .failure(let broken)?: throw ImportError(RowFault(broken).message)
        case nil: throw ImportError(Message("the file is empty", vi: "tệp trống"))
        }
    }
}
