internal import Imports
internal import Language
internal import Causality
internal import CommandLineTool
internal import Dossiers
internal import ReplicaStore
internal import Replication

enum ResolveCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "resolve",
            summary: Message(
                "settle a conflict with a value", vi: "xử lý mâu thuẫn bằng một giá trị"),
            discussion: Message(
                """
                Give the value itself, or choose one of those in conflict by the change that wrote it:
                counter resolve RECORD status --use 00c4d1e2f3a4b5c6:17 (see: counter conflicts).
                """,
                vi: """
                    Ghi chính giá trị, hoặc chọn một giá trị đang mâu thuẫn theo thay đổi đã ghi ra nó:
                    counter resolve MÃ status --use 00c4d1e2f3a4b5c6:17 (xem: counter conflicts).
                    """),
            arguments: [
                .record,
                Positional(
                    "FIELD",
                    help: Message(
                        "the field in conflict; or FIELD=VALUE",
                        vi: "trường đang mâu thuẫn; hoặc TRƯỜNG=GIÁ-TRỊ")),
                Positional(
                    "VALUE",
                    help: Message(
                        "the value that holds from now on", vi: "giá trị có hiệu lực từ nay"),
                    optional: true),
            ],
            options: [
                Option(
                    "--use", valueName: "REPLICA:SEQ",
                    help: Message(
                        "the change whose value holds", vi: "thay đổi có giá trị được giữ")),
                .at, .by, .json,
            ]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let reference = try invocation.reference()
        let (name, assigned) = split(invocation.positional("FIELD"))
        let field = FieldName(name)
        let used = try invocation.value(
            "--use", expected: Message("REPLICA:SEQ", vi: "REPLICA:SEQ"), transform: dot)
        let typed = invocation.optionalPositional("VALUE") ?? assigned
        guard (typed == nil) != (used == nil) else {
            throw UsageError(
                Message(
                    "either a VALUE or --use REPLICA:SEQ is needed",
                    vi: "cần GIÁ-TRỊ hoặc --use REPLICA:SEQ"))
        }
        let at = try invocation.time()
        let by = try invocation.writer()
        let answer = try context.edit(invocation) { edit, transaction in
            let state = try transaction.find(reference).state
            let definition = try FieldArguments.definition(of: field, in: state.kind)
            let value: FieldValue
            if let typed {
                value = try FieldArguments.value(of: typed, for: definition)
            } else {
                guard let entry = state[field].first(where: { $0.dot == used }) else {
                    throw CommandFailure(
                        .dataError,
                        Message(
                            "no value of \(definition.name) was written by that change",
                            vi: "thay đổi đó không ghi giá trị nào của \(definition.name)"),
                        hint: Message(
                            "the values stand in: counter conflicts",
                            vi: "xem các giá trị bằng: counter conflicts"))
                }
                value = entry.value
            }
            let result = try CatalogRule.explaining(reference, transaction) {
                try edit.resolve(reference, field, value: value, at: at, by: by)
            }
            return try EditAnswer(result, transaction)
        }
        try answer.print([ShownText.name(of: answer.record)], invocation)
        return .ok
    }

    /// `FIELD` or, as in `counter set`, `FIELD=VALUE`.
    private static func split(_ text: String) -> (name: String, value: String?) {
        guard let place = text.firstIndex(of: "=") else { return (text, nil) }
        return (String(text[..<place]), String(text[text.index(after: place)...]))
    }

    /// Reads a change's name as `conflicts` shows it.
    static func dot(_ text: String) -> Dot? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let replica = ReplicaID(hexadecimal: parts[0]),
            let seq = UInt64(parts[1]), seq > 0
        else { return nil }
        return Dot(replica, seq)
    }
}
