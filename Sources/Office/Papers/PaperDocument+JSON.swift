// The document as one JSON text: what the paper maker reads on its standard input. All that a reader takes is bounded
// before anything is drawn.

public import JSON

/// Why a text is no document.
public struct PaperDocumentError: Error, Hashable, Sendable {
    /// Where, by member; nothing of what stands there.
    public var place: String
}

/// What a document may hold at most.
public enum PaperLimits {
    /// Bytes of the JSON text: a register of 20,000 dossiers has some 10 MB.
    public static let documentBytesMax = 64 << 20
    /// Papers of one document.
    public static let papersMax = 1_000
    /// Rows of a register.
    public static let rowsMax = 20_000
    /// Characters of a code that a Code 128 of the page's width still has room for, at 0.25 mm a module.
    public static let code128CharactersMax = 40
    /// Bytes of what a QR code holds at a size that a telephone reads.
    public static let qrBytesMax = 300
}

extension PaperDocument {
    /// The document in JSON.
    public var json: JSONValue {
        .object([
            ("document", .integer(Self.version)), ("title", .string(title)),
            ("made", .integer(made)), ("papers", .array(papers.map(\.json))),
        ])
    }

    /// Reads what `json` writes. Members that only a newer version knows are passed over, blocks are not.
    ///
    /// - Throws: `PaperDocumentError`.
    public init(_ json: JSONValue) throws(PaperDocumentError) {
        guard json["document"]?.integerValue == Self.version else {
            throw PaperDocumentError(place: "document")
        }
        guard let made = json["made"]?.integerValue else { throw PaperDocumentError(place: "made") }
        guard let papers = json["papers"]?.arrayValue, !papers.isEmpty,
            papers.count <= PaperLimits.papersMax
        else { throw PaperDocumentError(place: "papers") }
        self.init(title: try json.text("title"), made: made, papers: [])
        for paper in papers { self.papers.append(try Paper(paper)) }
    }
}

extension JSONValue {
    fileprivate func text(_ name: String) throws(PaperDocumentError) -> String {
        guard let text = self[name]?.stringValue, !PaperText.hasControls(text) else {
            throw PaperDocumentError(place: name)
        }
        return text
    }

    fileprivate func optionalText(_ name: String) throws(PaperDocumentError) -> String? {
        self[name] == nil ? nil : try text(name)
    }

    fileprivate func list(_ name: String) throws(PaperDocumentError) -> [JSONValue] {
        guard let list = self[name]?.arrayValue else { throw PaperDocumentError(place: name) }
        return list
    }

    /// Members without those that are `nil`.
    fileprivate static func members(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }
}

extension Paper {
    fileprivate var json: JSONValue {
        .members([
            ("orientation", .string(orientation.rawValue)), ("reference", .string(reference)),
            ("mark", mark.map(JSONValue.string)), ("blocks", .array(blocks.map(\.json))),
        ])
    }

    fileprivate init(_ json: JSONValue) throws(PaperDocumentError) {
        let name = try json.text("orientation")
        guard let orientation = Orientation(rawValue: name) else {
            throw PaperDocumentError(place: "orientation")
        }
        self.init(
            orientation, reference: try json.text("reference"), mark: try json.optionalText("mark"))
        for block in try json.list("blocks") { blocks.append(try PaperBlock(block)) }
    }
}

extension PaperBlock {
    fileprivate var json: JSONValue {
        switch self {
        case .heading(let left, let right):
            .object([
                ("block", "heading"), ("left", .array(left.map(\.json))),
                ("right", .array(right.map(\.json))),
            ])
        case .symbols(let code128, let qr):
            .members([
                ("block", "symbols"), ("code128", code128.map(JSONValue.string)),
                ("qr", qr.map(JSONValue.string)),
            ])
        case .line(let line): .object([("block", "line"), ("line", line.json)])
        case .field(let label, let value):
            .object([("block", "field"), ("label", .string(label)), ("value", .string(value))])
        case .table(let table):
            .object([
                ("block", "table"), ("columns", .array(table.columns.map(\.json))),
                ("rows", .array(table.rows.map { .array($0.map(JSONValue.string)) })),
            ])
        case .signatures(let signatures):
            .object([("block", "signatures"), ("signatures", .array(signatures.map(\.json)))])
        }
    }

    fileprivate init(_ json: JSONValue) throws(PaperDocumentError) {
        switch try json.text("block") {
        case "heading":
            self = .heading(
                left: try Self.lines("left", json), right: try Self.lines("right", json))
        case "symbols":
            let (code, qr) = (try json.optionalText("code128"), try json.optionalText("qr"))
            if let code, !PaperText.fitsCode128(code) { throw PaperDocumentError(place: "code128") }
            if let qr, !PaperText.fitsQR(qr) { throw PaperDocumentError(place: "qr") }
            self = .symbols(code128: code, qr: qr)
        case "line": self = .line(try PaperLine(json["line"] ?? .null))
        case "field": self = .field(label: try json.text("label"), value: try json.text("value"))
        case "table": self = .table(try PaperTable(json))
        case "signatures":
            var signatures: [PaperSignature] = []
            for item in try json.list("signatures") {
                signatures.append(
                    PaperSignature(
                        try item.text("role"), note: try item.text("note"),
                        name: try item.text("name")))
            }
            guard (1...4).contains(signatures.count) else {
                throw PaperDocumentError(place: "signatures")
            }
            self = .signatures(signatures)
        default: throw PaperDocumentError(place: "block")
        }
    }

    private static func lines(
        _ name: String, _ json: JSONValue
    ) throws(PaperDocumentError) -> [PaperLine] {
        var lines: [PaperLine] = []
        for line in try json.list(name) { lines.append(try PaperLine(line)) }
        return lines
    }
}

extension PaperLine {
    fileprivate var json: JSONValue {
        let names = Style.allCases.filter(styles.contains).map(\.rawValue)
        return .object([
            ("text", .string(text)), ("styles", .array(names.map(JSONValue.string))),
            ("alignment", .string(alignment.rawValue)),
        ])
    }

    fileprivate init(_ json: JSONValue) throws(PaperDocumentError) {
        self.init(try json.text("text"))
        for name in try json.list("styles") {
            guard let style = name.stringValue.flatMap(Style.init(rawValue:)) else {
                throw PaperDocumentError(place: "styles")
            }
            styles.insert(style)
        }
        guard let alignment = Alignment(rawValue: try json.text("alignment")) else {
            throw PaperDocumentError(place: "alignment")
        }
        self.alignment = alignment
    }
}

extension PaperTable.Column {
    fileprivate var json: JSONValue {
        .object([
            ("title", .string(title)), ("width", .integer(width)),
            ("alignment", .string(alignment.rawValue)),
        ])
    }
}

extension PaperTable {
    private static let columnsMax = 20
    private static let widths: ClosedRange<Int64> = 1...1_000

    fileprivate init(_ json: JSONValue) throws(PaperDocumentError) {
        self.init([], rows: [])
        for column in try json.list("columns") {
            guard let width = column["width"]?.integerValue, Self.widths.contains(width),
                let alignment = PaperLine.Alignment(rawValue: try column.text("alignment"))
            else { throw PaperDocumentError(place: "columns") }
            columns.append(Column(try column.text("title"), width, alignment))
        }
        let rows = try json.list("rows")
        guard (1...Self.columnsMax).contains(columns.count), rows.count <= PaperLimits.rowsMax
        else {
            throw PaperDocumentError(place: "table")
        }
        for row in rows {
            let cells = row.arrayValue?.compactMap(\.stringValue) ?? []
            guard cells.count == columns.count, !cells.contains(where: PaperText.hasControls) else {
                throw PaperDocumentError(place: "rows")
            }
            self.rows.append(cells)
        }
    }
}

extension PaperSignature {
    fileprivate var json: JSONValue {
        .object([("role", .string(role)), ("note", .string(note)), ("name", .string(name))])
    }
}
