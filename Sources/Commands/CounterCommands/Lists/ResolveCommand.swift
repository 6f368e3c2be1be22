internal import Causality
internal import CommandLine
internal import Dossiers
internal import RecordArguments
internal import SQLiteStore
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
                Without a value it shows those in conflict, numbered; give one of the numbers, the value
                itself, or the change that wrote it, by the replica and seq of counter conflicts --json:
                counter resolve RECORD status --use 00c4d1e2f3a4b5c6:17
                """,
                vi: """
                    Không ghi giá trị thì lệnh liệt kê các giá trị mâu thuẫn có đánh số; hãy ghi một số, chính giá
                    trị, hoặc thay đổi đã ghi ra nó theo replica và seq trong counter conflicts --json:
                    counter resolve MÃ status --use 00c4d1e2f3a4b5c6:17
                    """),
            arguments: [.record] + ConflictChoice.arguments,
            options: [ConflictChoice.option, .at, .by, .json]
        ) { try run($0, context) }
    }

    /// Shows the values to choose from, numbered.
    private static func show(
        _ reference: RecordReference, _ field: FieldName?, _ invocation: Invocation,
        _ context: CounterContext
    ) throws -> ExitCode {
        try context.read(invocation) { database in
            guard let state = try database.state(of: reference) else {
                throw StoreError.noSuchRecord
            }
            let record = ShownRecord(state: state)
            let conflicts = record.conflicts.filter { field == nil || $0.name == field }
            guard !conflicts.isEmpty else { throw StoreError.notInConflict }
            let desks = try DeskNames(database)
            for conflict in conflicts {
                try invocation.say(RecordSchema.title(of: conflict.name))
                for line in conflict.lines(
                    in: record.kind, desks, invocation.language, invocation.output.columns)
                {
                    try invocation.printOut(line)
                }
            }
            let name = TerminalSafe.text(ShownText.name(of: record))
            let first = conflicts[0].name
            try invocation.say(
                Message(
                    "choose one by its number: counter resolve \(name) \(first) 1",
                    vi: "chọn theo số thứ tự: counter resolve \(name) \(first) 1"))
        }
        return .ok
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let reference = try invocation.reference()
        let field = invocation.optionalPositional("FIELD")
        if field?.contains("=") != true, invocation.optionalPositional("VALUE") == nil,
            !invocation.has(ConflictChoice.option.name)
        {
            return try show(reference, field.map { FieldName($0) }, invocation, context)
        }
        let choice = try ConflictChoice(invocation)
        let at = try invocation.time(context)
        let by = try invocation.writer(context)
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
