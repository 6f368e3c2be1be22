internal import Causality
internal import CommandLine
internal import Dossiers
internal import RecordArguments
internal import ReplicaStore
internal import Replication
internal import SharedCommands
internal import Text

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
            arguments: [.record] + ConflictChoice.arguments,
            options: [ConflictChoice.option, .at, .by, .json]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let reference = try invocation.reference()
        let choice = try ConflictChoice(invocation)
        let at = try invocation.time(context)
        let by = try invocation.writer()
        let answer = try context.edit(invocation) { edit, transaction in
            let value = try choice.chosenValue(in: try transaction.find(reference).state)
            let result = try CatalogRule.explaining(reference, transaction) {
                try edit.resolve(reference, choice.field, value: value, at: at, by: by)
            }
            return try EditAnswer(result, transaction)
        }
        try answer.print([Message(verbatim: ShownText.name(of: answer.record))], invocation)
        return .ok
    }
}
