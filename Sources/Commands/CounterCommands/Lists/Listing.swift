internal import CommandLine
internal import Dossiers
internal import JSON
internal import Replication
internal import Text
internal import Time

/// A record of a listing, with its deadline if it is a dossier that has one.
struct ListedRecord {
    var record: ShownRecord
    var deadline: ShownDeadline?
    /// Where it went, for a copy.
    var departure: Departure?

    /// The line of `list --json`: that of `records`, and for a dossier its `deadline`.
    var json: JSONValue {
        var members = record.json.objectValue ?? []
        if record.kind == .dossier {
            members.append(JSONMember(name: "deadline", value: deadline?.json ?? .null))
        }
        if let departure {
            members.append(JSONMember(name: "handedOver", value: departure.json))
        }
        return .object(members)
    }
}

/// The records of a listing.
struct Listing {
    private let kind: RecordKind
    private let isOfCopies: Bool
    private var records: [ListedRecord] = []
    /// How many there are, those printed already included.
    private(set) var count = 0
    /// Whether some were left out.
    var hasMore = false

    init(_ kind: RecordKind, isOfCopies: Bool) {
        self.kind = kind
        self.isOfCopies = isOfCopies
    }

    /// Adds a record; JSON that needs no sorting is printed at once, and not kept.
    mutating func add(_ record: ListedRecord, printingTo invocation: Invocation?) throws {
        count += 1
        if let invocation, invocation.has("--json") {
            try invocation.printJSON(record.json)
        } else {
            records.append(record)
        }
    }

    /// Puts those first that are due first, and keeps so many; all of them for 0.
    mutating func sortByDeadline(keeping limit: Int) {
        records.sort { ($0.deadline?.deadline.due ?? .max) < ($1.deadline?.deadline.due ?? .max) }
        hasMore = limit > 0 && records.count > limit
        if hasMore { records.removeLast(records.count - limit) }
    }

    /// Prints a table, or one JSON document a line.
    func print(_ invocation: Invocation, limit: Int) throws {
        if invocation.has("--json") {
            for record in records { try invocation.printJSON(record.json) }
        } else if records.isEmpty {
            try invocation.say(Message("no such record", vi: "không có bản ghi nào như vậy"))
        } else {
            let columns = columns(invocation.language)
            var table = TextTable(columns.map { .init(invocation.text($0.title)) })
            for record in records { table.add(columns.map { $0.cell(record) }) }
            try invocation.printOut(table)
        }
        if hasMore {
            try invocation.printErr(
                invocation.text(
                    Message(
                        "there are more than \(limit): give --limit N, or 0 for all",
                        vi: "có nhiều hơn \(limit): dùng --limit N, hoặc 0 để xem tất cả")))
        }
    }

    private typealias Column = (title: Message, cell: (ListedRecord) -> String)

    private func columns(_ language: Language) -> [Column] {
        func text(_ name: FieldName) -> (ListedRecord) -> String {
            { listed in
                let value = ShownText.value(listed.record[name], name, in: kind)
                return TerminalSafe.text(value.text(in: language))
            }
        }
        func time(_ name: FieldName) -> (ListedRecord) -> String {
            { ShownText.value($0.record[name], name, in: kind).text(in: language) }
        }
        func name(_ listed: ListedRecord) -> String { ShownText.name(of: listed.record) }
        let code: Column = (Message("code", vi: "mã"), name)
        let officer: Column = (Message("officer", vi: "cán bộ"), text("officer"))
        switch kind {
        case .dossier where isOfCopies:
            return [
                code,
                (
                    Message("handed over", vi: "ngày chuyển"),
                    { $0.departure?.moment?.text(in: language) ?? "" }
                ),
                (
                    Message("is now at", vi: "hiện ở"),
                    { TerminalSafe.text($0.departure?.office ?? "") }
                ),
                (Message("received", vi: "tiếp nhận"), time("received_at")),
                (Message("applicant", vi: "người nộp"), text("applicant_name")),
                (Message("procedure", vi: "thủ tục"), text("procedure")), officer,
            ]
        case .dossier:
            return [
                code,
                (
                    Message("status", vi: "trạng thái"),
                    { status($0, language) }
                ),
                (Message("received", vi: "tiếp nhận"), time("received_at")),
                (Message("due", vi: "hẹn trả"), { $0.deadline?.time.text(in: language) ?? "" }),
                (Message("", vi: ""), { standing($0, language) }),
                (
                    Message("applicant", vi: "người nộp"),
                    {
                        $0.record[RecordSchema.erasedField] == nil
                            ? text("applicant_name")($0)
                            : Message("(erased)", vi: "(đã xóa)").text(in: language)
                    }
                ),
                (Message("procedure", vi: "thủ tục"), text("procedure")), officer,
                (Message("", vi: ""), { conflict($0, language) }),
            ]
        case .contact:
            return [
                (Message(verbatim: "id"), { $0.record.id.description }),
                (Message("way", vi: "hình thức"), text("way")),
                (Message("occurred", vi: "thời điểm"), time("occurred_at")),
                (Message("topic", vi: "nội dung"), text("topic")), officer,
                (Message("", vi: ""), { conflict($0, language) }),
            ]
        case .procedure:
            return [
                code, (Message("name", vi: "tên"), text("name")),
                (Message("field", vi: "lĩnh vực"), text("field")),
                (Message("limit", vi: "thời hạn"), { limit($0, language) }),
                (Message("fee", vi: "phí"), text("fee_vnd")),
                (Message("from", vi: "từ ngày"), text("effective_from")),
            ]
        case .holiday:
            return [
                (Message("date", vi: "ngày"), time("date")),
                (Message("name", vi: "tên"), text("name")),
                (
                    Message("", vi: ""),
                    {
                        $0.record["day_kind"]?.stringValue == "worked"
                            ? Message("worked", vi: "làm bù").text(in: language) : ""
                    }
                ),
            ]
        default: return [code, (Message("name", vi: "tên"), text("name"))]
        }
    }

    private func status(_ listed: ListedRecord, _ language: Language) -> String {
        let text = listed.record[RecordSchema.statusField]?.stringValue ?? ""
        return DossierStatus(rawValue: text)?.title.text(in: language) ?? TerminalSafe.text(text)
    }

    private func standing(_ listed: ListedRecord, _ language: Language) -> String {
        guard let deadline = listed.deadline, deadline.standing != .open else { return "" }
        return deadline.standing.title.text(in: language)
    }

    private func conflict(_ listed: ListedRecord, _ language: Language) -> String {
        listed.record.conflicts.isEmpty
            ? "" : Message("conflict", vi: "mâu thuẫn").text(in: language)
    }

    private func limit(_ listed: ListedRecord, _ language: Language) -> String {
        let text = listed.record["limit"]?.stringValue
        let days = listed.record["processing_days"]?.integerValue
        let limit =
            text.flatMap(TimeLimit.init(parsing:))
            ?? days.flatMap { TimeLimit(Int(clamping: $0), .workingDays) }
        return limit?.words.text(in: language) ?? ""
    }
}
