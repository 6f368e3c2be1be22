internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import Replication
internal import Text
internal import Time

/// Values as a person reads them; not yet safe for a terminal.
enum ShownText {
    /// An instant at the offices' time; `never` when there is none.
    static func time(_ time: Timestamp?) -> String {
        time.map { OfficeTime.text(milliseconds: $0.milliseconds) } ?? "never"
    }

    /// An instant as each language writes it.
    static func moment(_ time: Timestamp?) -> Message {
        let minute = time.map {
            Self.minute(.string(OfficeTime.text(milliseconds: $0.milliseconds)))
        }
        return Message(
            Self.time(time), vi: minute.map(ShownDeadline.vietnamese) ?? "chưa lần nào")
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

    /// A field's value.
    static func value(_ value: JSONValue?) -> String {
        switch value {
        case nil: ""
        case .null?: "(cleared)"
        case .string(let text)?: text
        case .array(let values)? where values.allSatisfy({ $0.stringValue != nil }):
            values.compactMap(\.stringValue).joined(separator: "; ")
                .replacing("\n", with: "; ")
        case let other?: other.serialized()
        }
    }

    /// An instant of a field, to the minute: `2021-05-31 08:30`.
    static func minute(_ value: JSONValue?) -> String {
        guard let text = value?.stringValue else { return "" }
        return String(text.prefix(16)).replacing("T", with: " ")
    }

    /// What people call a record: its code, or else its id.
    static func name(of record: ShownRecord) -> String {
        record["code"]?.stringValue ?? record.id.description
    }

    /// A replica, one's own by another word.
    static func replica(_ replica: ReplicaID, own: ReplicaID?) -> String {
        replica == own ? "this replica" : replica.description
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
            "when it happened, if not now: 2021-05-31T08:30:00+07:00",
            vi: "thời điểm, nếu không phải bây giờ: 2021-05-31T08:30:00+07:00"))
}
