internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import Replication
internal import Text
internal import Time

/// Values as a person reads them; not yet safe for a terminal.
enum ShownText {
    /// An instant as each language writes it, to the minute.
    static func moment(_ time: Timestamp?) -> Message {
        time.map { FieldWords.moment(milliseconds: $0.milliseconds) }
            ?? Message("never", vi: "chưa lần nào")
    }

    /// A number of changes.
    static func changes(_ count: some BinaryInteger) -> Message {
        Message(
            GroupedNumber.counted(count, "change"),
            vi: "\(Language.vietnamese.number(Int(clamping: count))) thay đổi")
    }

    /// An instant for JSON.
    static func json(_ time: Timestamp?) -> JSONValue {
        time.map { .string(OfficeTime.text(milliseconds: $0.milliseconds)) } ?? .null
    }

    /// A field's value, on one line.
    static func value(
        _ value: JSONValue?, _ name: FieldName, in kind: RecordKind,
        _ precision: FieldWords.Precision = .minute
    ) -> Message {
        let field = RecordSchema.definition(of: name, in: kind)
        let words = FieldWords.text(of: value, for: field, precision)
        return Message(
            words.english.replacing("\n", with: "; "),
            vi: words.vietnamese.replacing("\n", with: "; "))
    }

    /// What people call a record: its code, or else its id.
    static func name(of record: ShownRecord) -> String {
        record["code"]?.stringValue ?? record.id.description
    }
}

extension Invocation {
    /// Writes a value as one line of JSON.
    func printJSON(_ value: JSONValue) throws(CommandFailure) {
        try printOut(value.serialized())
    }

    /// Writes a warning to standard error.
    func warn(_ message: Message) throws(CommandFailure) {
        let warning = Message("warning: ", vi: "cảnh báo: ") + message
        try printErr(TerminalSafe.text(text(warning)))
    }
}

extension Option {
    static let json = Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON"))
    static let by = Option(
        "--by", valueName: "NAME", help: Message("who does this", vi: "người thực hiện"))
    static let at = Option(
        "--at", valueName: "TIME",
        help: Message(
            "when it happened, if not now: 2021-05-31 08:30, or 08:30 for today",
            vi: "thời điểm, nếu không phải bây giờ: 31/05/2021 08:30, hoặc 08:30 là hôm nay"))
}
