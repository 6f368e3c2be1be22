internal import Causality
public import CommandLine
internal import Dossiers
internal import Text
public import Replication

/// The value that settles a conflict, as a person names it: itself, or by the change that wrote it.
public struct ConflictChoice {
    /// The arguments and the option of a command that settles a conflict, after the record.
    public static let arguments = [
        Positional(
            "FIELD",
            help: Message(
                "the field in conflict; or FIELD=VALUE",
                vi: "trường đang mâu thuẫn; hoặc TRƯỜNG=GIÁ-TRỊ")
        ),
        Positional(
            "VALUE",
            help: Message("the value that holds from now on", vi: "giá trị có hiệu lực từ nay"),
            optional: true),
    ]
    /// Names a change.
    public static let option = Option(
        "--use", valueName: "REPLICA:SEQ",
        help: Message("the change whose value holds", vi: "thay đổi có giá trị được giữ"))

    /// The field.
    public let field: FieldName
    private let typed: String?
    private let used: Dot?

    /// Reads the arguments.
    ///
    /// - Throws: `UsageError`.
    public init(_ invocation: Invocation) throws {
        // `FIELD` or, as in `counter set`, `FIELD=VALUE`.
        let parts = invocation.positional("FIELD").split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        field = FieldName(String(parts.first ?? ""))
        used = try invocation.value(
            "--use", expected: Message(verbatim: "REPLICA:SEQ"), transform: Self.dot)
        typed =
            invocation.optionalPositional("VALUE") ?? (parts.count == 2 ? String(parts[1]) : nil)
        guard (typed == nil) != (used == nil) else {
            throw UsageError(
                Message(
                    "either a VALUE or --use REPLICA:SEQ is needed",
                    vi: "cần GIÁ-TRỊ hoặc --use REPLICA:SEQ"))
        }
    }

    /// The value, among those of a record.
    ///
    /// - Throws: `CommandFailure` when no value was written by the change that is named, `DossierError`
    ///   when the field cannot hold the value.
    public func value(in state: RecordState) throws -> FieldValue {
        let definition = try FieldArguments.definition(of: field, in: state.kind)
        if let typed { return try FieldArguments.value(of: typed, for: definition) }
        guard let entry = state[field].first(where: { $0.dot == used }) else {
            throw CommandFailure(
                .dataError,
                Message(
                    "no value of \(definition.name) was written by that change",
                    vi: "thay đổi đó không ghi giá trị nào của \(definition.name)"),
                hint: Message(
                    "the values stand in: counter conflicts, central conflicts",
                    vi: "xem các giá trị bằng: counter conflicts, central conflicts"))
        }
        return entry.value
    }

    /// Reads a change's name as `conflicts` shows it.
    private static func dot(_ text: String) -> Dot? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let replica = ReplicaID(hexadecimal: parts[0]),
            let seq = UInt64(parts[1]), seq > 0
        else { return nil }
        return Dot(replica, seq)
    }
}
