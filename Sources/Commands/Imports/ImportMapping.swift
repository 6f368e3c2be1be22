// Which column of somebody's file is which field, as a JSON document (Protocol/imports.md):
//
//     {"columns": {"Mã hồ sơ": "code", "Trạng thái": {"field": "status", "values": {"Xong": "finished"}}},
//      "constants": {"channel": "counter"}, "ignore": ["STT"], "delimiter": ";"}
//
// Headings are compared without case, marks and normal form, as people type them.

internal import Dossiers
public import JSON
internal import Replication
public import Text

/// A mapping, or a file, that cannot be used.
public struct ImportError: Error, Hashable, Sendable {
    /// What is wrong; holds nothing of a row.
    public var message: Message
    /// What to do.
    public var hint: Message?

    /// Makes an error.
    public init(_ message: Message, hint: Message? = nil) {
        self.message = message
        self.hint = hint
    }
}

/// Where the values of a dossier's fields stand in a file.
public struct ImportMapping: Sendable {
    /// What a column holds.
    struct Target: Sendable {
        var field: FieldDefinition
        /// What the table calls it.
        var heading = ""
        /// Words of the file, folded, and what they mean.
        var values: [String: String] = [:]

        /// The value of a cell; `nil` for an empty one, and for one that says that there is none.
        ///
        /// - Throws: `DossierError`; holds nothing of the cell.
        func value(_ text: String) throws(DossierError) -> FieldValue? {
            let typed = Folding.trimmed(text)
            if typed.isEmpty { return nil }
            let meaning = values[Folding.folded(typed)] ?? typed
            if field.type == .limitExtension {
                let signed = try FieldReader.limitExtension(meaning)
                return signed.map { .text($0.description) }
            }
            let value = try FieldCodec.value(from: .string(meaning), for: field)
            return value == .null ? nil : value
        }
    }

    /// By folded heading.
    private(set) var columns: [String: Target] = [:]
    private var ignored: Set<String> = []
    /// Fields that every row gets.
    let constants: [FieldWrite]
    /// What stands between cells; `nil` to find out.
    public let delimiter: Character?

    /// Reads the document.
    ///
    /// - Throws: `ImportError`.
    public init(_ json: JSONValue) throws(ImportError) {
        guard case .object(let members) = json else {
            throw ImportError(
                Message("the mapping is no JSON object", vi: "tệp ánh xạ không phải đối tượng JSON")
            )
        }
        let known = ["columns", "constants", "ignore", "delimiter"]
        if let other = members.first(where: { !known.contains($0.name) }) {
            throw ImportError(
                Message(
                    "the mapping has a member that is none: \(other.name)",
                    vi: "tệp ánh xạ có mục không hợp lệ: \(other.name)"),
                hint: Message(verbatim: known.joined(separator: ", ")))
        }
        for member in json["columns"]?.objectValue ?? [] {
            var target = try Self.target(member.value, of: member.name)
            target.heading = Folding.squeezed(member.name)
            columns[Self.key(member.name)] = target
        }
        for name in json["ignore"]?.arrayValue ?? [] {
            ignored.insert(Self.key(name.stringValue ?? ""))
        }
        var writes: [FieldWrite] = []
        for member in json["constants"]?.objectValue ?? [] {
            let field = try Self.field(member.name)
            do throws(DossierError) {
                writes.append(
                    FieldWrite(field.name, try FieldCodec.value(from: member.value, for: field)))
            } catch {
                throw ImportError(Message(verbatim: "constants: ") + error.message)
            }
        }
        constants = writes
        let text = json["delimiter"]?.stringValue
        delimiter = text?.first
        guard text == nil || text?.count == 1, delimiter?.isASCII ?? true else {
            throw ImportError(
                Message("delimiter is one character", vi: "delimiter là một ký tự"))
        }
        guard columns.values.contains(where: { $0.field.name == "code" }) else {
            throw ImportError(
                Message(
                    "the mapping has no column for code", vi: "tệp ánh xạ chưa có cột cho code"),
                hint: Message(
                    "a row is known again by its dossier's code",
                    vi: "mỗi dòng được nhận biết bằng mã hồ sơ"))
        }
    }

    private static func target(
        _ json: JSONValue, of heading: String
    ) throws(ImportError) -> Target {
        if let name = json.stringValue { return Target(field: try field(name)) }
        guard case .object(let members) = json, let name = json["field"]?.stringValue,
            members.allSatisfy({ ["field", "values"].contains($0.name) })
        else {
            throw ImportError(
                Message(
                    "column “\(heading)” needs a field, or {\"field\":…, \"values\":{…}}",
                    vi: "cột “\(heading)” cần tên trường, hoặc {\"field\":…, \"values\":{…}}"))
        }
        var target = Target(field: try field(name))
        for member in json["values"]?.objectValue ?? [] {
            target.values[Folding.folded(member.name)] = member.value.stringValue
        }
        return target
    }

    private static func field(_ name: String) throws(ImportError) -> FieldDefinition {
        let found = RecordSchema.definition(of: FieldName(name), in: .dossier)
        guard let field = found, field.isImported else {
            let names = RecordSchema.definitions(of: .dossier).filter(\.isImported)
                .map(\.name.rawValue)
            throw ImportError(
                Message("a dossier has no field “\(name)”", vi: "hồ sơ không có trường “\(name)”"),
                hint: Message(verbatim: names.joined(separator: ", ") + ", x.…"))
        }
        return field
    }

    /// What all ways of writing a heading have in common: its words, however they are divided; of one
    /// without any the heading itself.
    static func key(_ heading: String) -> String {
        let words = Folding.words(heading).joined(separator: " ")
        return words.isEmpty ? Folding.trimmed(heading) : words
    }

    /// How many of some headings the mapping names.
    func count(_ headings: [String]) -> Int {
        headings.count { columns[Self.key($0)] != nil }
    }

    /// What the mapping calls the column of a field.
    func heading(of field: FieldName) -> String? {
        columns.values.filter { $0.field.name == field }.map(\.heading).min()
    }

    /// The target of a column or member; `nil` for one that is ignored or has no name.
    ///
    /// - Throws: `ImportError` for one that is neither mapped nor ignored: a mistake in the mapping must
    ///   not lose a column without a word.
    func target(of heading: String) throws(ImportError) -> Target? {
        let key = Self.key(heading)
        if let target = columns[key] { return target }
        guard ignored.contains(key) || key.isEmpty else {
            throw ImportError(
                Message(
                    "column “\(heading)” is not in the mapping",
                    vi: "cột “\(heading)” chưa có trong tệp ánh xạ"),
                hint: Message(
                    "map it to a field, or name it under ignore",
                    vi: "ánh xạ vào một trường, hoặc ghi vào ignore"))
        }
        return nil
    }

    /// The targets of a file's columns; `nil` for one that is ignored.
    ///
    /// - Throws: `ImportError` for a heading that is neither mapped nor ignored, and when the code's is
    ///   missing.
    func targets(of headings: [String]) throws(ImportError) -> [Target?] {
        // What stands there may be a person's row, which no error text may show.
        guard count(headings) > 0 else {
            throw ImportError(
                Message(
                    "no line at the beginning of the file names a column of the mapping",
                    vi: "các dòng đầu của tệp không có cột nào trong tệp ánh xạ"),
                hint: Message(
                    "a table begins with a line of headings; see --suggest, and --heading-line",
                    vi: "bảng bắt đầu bằng dòng tiêu đề; xem --suggest và --heading-line"))
        }
        var targets: [Target?] = []
        for heading in headings { targets.append(try target(of: heading)) }
        guard targets.contains(where: { $0?.field.name == "code" }) else {
            throw ImportError(
                Message(
                    "the file has no column that is mapped to code",
                    vi: "tệp không có cột nào ánh xạ vào code"))
        }
        return targets
    }
}

extension FieldDefinition {
    /// Whether a table may have a column for it: what people write, and until when a limit was lengthened.
    var isImported: Bool { type.isWritten || type == .limitExtension }
}
