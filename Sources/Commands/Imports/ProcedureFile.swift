// Administrative procedures as the national portal publishes them, in the form in which they are
// passed around: a JSON array of objects with Vietnamese member names and texts for people. Of those
// texts only what is certain becomes data: a limit or fee is taken when all ways of submission give
// the same, in words that leave no doubt. The rest stays readable in `details`.

internal import Dossiers
internal import Foundation
public import JSON
internal import Replication
internal import Text
public import Time

/// Procedures for the catalog.
public struct ProcedureFile: Sendable {
    /// The entries, in the order of the file.
    public private(set) var entries: [CatalogEntry] = []
    /// Objects that are no procedures; their line is their number in the array.
    public private(set) var faults: [RowFault] = []

    /// Bytes of `details` at most: a change has to stay within `DossierLimits.changeBytesMax`.
    private static let detailsBytesMax = 60_000
    /// Bytes of `paper_list` at most, of those.
    private static let paperListBytesMax = 20_000

    /// Reads the document.
    ///
    /// - Parameter from: the day from which these editions hold; `nil` for ever.
    /// - Throws: `ImportError` when it is no such array.
    public init(_ json: JSONValue, effectiveFrom from: CalendarDate? = nil) throws(ImportError) {
        guard let objects = json.arrayValue, !objects.isEmpty else {
            throw ImportError(
                Message(
                    "the file is no JSON array of procedures",
                    vi: "tệp không phải mảng JSON các thủ tục"))
        }
        for (place, object) in objects.enumerated() {
            if let entry = Self.entry(object, from) {
                entries.append(entry)
            } else {
                faults.append(
                    RowFault(
                        line: place + 1, bytes: [], code: "malformed",
                        message: Message(
                            "the object has no title, or neither code nor _id",
                            vi: "đối tượng thiếu “title”, hoặc thiếu “code” và “_id”")))
            }
        }
    }

    private static func entry(_ json: JSONValue, _ from: CalendarDate?) -> CatalogEntry? {
        guard let title = json["title"]?.stringValue.map(clean), !title.isEmpty,
            let code = json["code"]?.stringValue ?? json["_id"]?["$oid"]?.stringValue
        else { return nil }
        var key = [FieldWrite("code", .text(code))]
        if let from { key.append(FieldWrite("effective_from", .text(from.description))) }
        let ways = json["Cách thức thực hiện"]?.arrayValue ?? []
        let limit = agreed(ways, "Thời hạn giải quyết", limit(of:))
        let fee = agreed(ways, "Phí, lệ phí", fee(of:))
        let field =
            text(json, ["linh vuc", "field"]) ?? text(json, ["co quan thuc hien"]) ?? ""
        let papers = paperList(json)
        let level = text(json, ["cap thuc hien", "cap giai quyet", "level"]).flatMap { words in
            RecordSchema.definition(of: "level", in: .procedure).flatMap {
                ChoiceWords.word(words, of: $0)
            }
        }
        var entry = CatalogEntry(
            kind: .procedure, key: key,
            fields: [
                FieldWrite("name", .text(shortened(title, DossierLimits.addressCharactersMax))),
                FieldWrite(
                    "details",
                    .text(details(json, bytesMax: detailsBytesMax - papers.utf8.count))),
                FieldWrite("limit", limit.value.map { .text($0.description) } ?? .null),
                FieldWrite("fee_vnd", fee.value.map { .integer($0) } ?? .null),
                FieldWrite(
                    "field",
                    field.isEmpty
                        ? .null : .text(shortened(field, DossierLimits.nameCharactersMax))),
            ])
        // What a file does not say stays as the catalog has it.
        if let level { entry.fields.append(FieldWrite("level", .text(level))) }
        if !papers.isEmpty { entry.fields.append(FieldWrite("paper_list", .text(papers))) }
        if !limit.isCertain {
            entry.remarks.append(
                Message("no certain limit: \(title)", vi: "chưa rõ thời hạn: \(title)"))
        }
        return entry
    }

    /// The text of the first member with one of these names, folded; `nil` for none.
    private static func text(_ json: JSONValue, _ names: [String]) -> String? {
        let member = json.objectValue?.first {
            names.contains(Folding.words($0.name).joined(separator: " "))
        }
        let text = member?.value.stringValue.map(clean) ?? ""
        return text.isEmpty ? nil : text
    }

    /// The papers that are handed in, one a line.
    private static func paperList(_ json: JSONValue) -> String {
        let names = ["thanh phan ho so", "paper list", "papers"]
        let list = json.objectValue?.first {
            names.contains(Folding.words($0.name).joined(separator: " "))
        }?.value
        let papers = list?.arrayValue?.compactMap { paper in
            paper.stringValue ?? text(paper, ["ten giay to", "name", "ten"])
        }
        var lines = ""
        for paper in papers ?? list?.stringValue.map({ [$0] }) ?? [] {
            let line = Folding.trimmed(
                String(clean(paper).replacing("\n", with: " ").drop { "-+ ".contains($0) }))
            if line.isEmpty { continue }
            guard lines.utf8.count + line.utf8.count < paperListBytesMax else { break }
            lines += (lines.isEmpty ? "" : "\n") + line
        }
        return lines
    }

    /// What all ways of submission that say something say; certain when they agree.
    private static func agreed<Value: Hashable>(
        _ ways: [JSONValue], _ name: String, _ read: (String) -> Value?
    ) -> (value: Value?, isCertain: Bool) {
        let texts = ways.compactMap { $0[name]?.stringValue.map(clean) }
            .filter { !$0.isEmpty && $0 != "0" }
        let values = texts.map(read)
        guard let first = values.first ?? nil, Set(values).count == 1 else { return (nil, false) }
        return (first, true)
    }

    /// `5 Ngày làm việc`, `15 Ngày`, `1 Tháng`, or the phrase of the day itself with its cutoff.
    static func limit(of text: String) -> TimeLimit? {
        let words = Folding.folded(text)
        if words.hasPrefix("ngay trong ngay"), words.contains("sau 15 gio"),
            words.contains("ngay lam viec tiep theo")
        {
            return TimeLimit(0, .workingDays, cutoffMinutes: 15 * 60)
        }
        let pattern =
            /(?:toi da |khong qua )?0*(\d{1,4}) (ngay lam viec|gio lam viec|ngay|thang)\b(.*)/
        guard let match = words.wholeMatch(of: pattern), let count = Int(match.1),
            !match.3.contains(where: \.isNumber)
        else { return nil }
        let unit: TimeLimit.Unit =
            switch match.2 {
            case "ngay lam viec": .workingDays
            case "gio lam viec": .workingHours
            case "ngay": .days
            default: .months
            }
        return TimeLimit(count, unit)
    }

    /// `Lệ phí: 200000 Đồng` and the like: one number.
    static func fee(of text: String) -> Int64? {
        let words = Folding.folded(text).replacing("xem chi tiet", with: "")
        let pattern = /\s*(?:le phi|phi): ?(\d{1,3}(?:\.\d{3})+|\d+) ?dong\s*/
        guard let match = words.wholeMatch(of: pattern) else { return nil }
        return Int64(match.1.replacing(".", with: ""))
    }

    private static func details(_ json: JSONValue, bytesMax: Int) -> String {
        var parts: [String] = []
        for member in json.objectValue ?? [] where member.name != "_id" && member.name != "title" {
            let text = clean(words(of: member.value))
            if !text.isEmpty { parts.append("\(clean(member.name)):\n\(text)") }
        }
        let text = shortened(
            parts.joined(separator: "\n\n"), DossierLimits.detailsCharactersMax)
        guard text.utf8.count > bytesMax else { return text }
        return String(decoding: text.utf8.prefix(bytesMax), as: UTF8.self)
            .replacing("\u{FFFD}", with: "") + "…"
    }

    /// A value for people: what a list holds on lines of their own.
    private static func words(of json: JSONValue) -> String {
        switch json {
        case .string(let text): text
        case .array(let values): values.map(words).joined(separator: "\n")
        case .object(let members):
            members.map { "\($0.name): \(words(of: $0.value))" }.joined(separator: "; ")
        case .null: ""
        default: json.serialized()
        }
    }

    /// Composed, without control characters and marks of direction, and trimmed.
    private static func clean(_ text: String) -> String {
        let kept = text.precomposedStringWithCanonicalMapping.replacing("\r\n", with: "\n")
            .unicodeScalars.filter { scalar in
                scalar == "\n" || scalar == "\t"
                    || ![.control, .format].contains(scalar.properties.generalCategory)
            }
        return String(String.UnicodeScalarView(kept))
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func shortened(_ text: String, _ charactersMax: Int) -> String {
        guard text.unicodeScalars.count > charactersMax else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(charactersMax - 1))) + "…"
    }
}
