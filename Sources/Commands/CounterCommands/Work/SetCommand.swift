internal import CommandLine
internal import Dossiers
internal import RecordArguments
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text

enum SetCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "set", summary: Message("write fields of a record", vi: "ghi các trường của bản ghi"),
            discussion: Message(
                """
                FIELD= clears a field; notes=TEXT adds a note. A status must be able to follow the
                present one. A field in conflict is settled by writing it: see also resolve.
                """,
                vi: """
                    TRƯỜNG= xóa trường; notes=CHỮ thêm ghi chú. Trạng thái mới phải đi tiếp được từ trạng thái hiện
                    tại. Trường đang mâu thuẫn được xử lý khi ghi: xem thêm resolve.
                    """),
            arguments: [
                .record,
                Positional(
                    "FIELD=VALUE", help: Message("a field and its value", vi: "trường và giá trị"),
                    repeats: true),
            ],
            options: [.at, .by, .json]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let fields = try CommandFailure.translating {
            try FieldArguments(
                typed: invocation.positionals("FIELD=VALUE"), today: context.today)
        }
        if fields.names(RecordSchema.officeField) {
            throw UsageError(
                Message("office is not written as a field", vi: "không ghi office như một trường"),
                hint: Message(
                    "a dossier goes to another office with: counter hand-over RECORD OFFICE",
                    vi: "chuyển hồ sơ sang cơ quan khác bằng: counter hand-over MÃ CƠ_QUAN"))
        }
        let answer = try write(
            try invocation.reference(), fields.writes, fields.additions, invocation, context)
        let count = fields.writes.count + fields.additions.count
        let name = ShownText.name(of: answer.record)
        try answer.print(
            [
                Message(
                    "wrote \(GroupedNumber.counted(count, "field")) of \(name)",
                    vi: "đã ghi \(count) trường của \(name)")
            ],
            invocation)
        return .ok
    }

    /// Edits a record.
    static func write(
        _ reference: RecordReference, _ writes: [FieldWrite], _ additions: [FieldWrite],
        _ invocation: Invocation,
        _ context: CounterContext
    ) throws -> EditAnswer {
        let at = try invocation.time(context)
        let by = try invocation.writer(context)
        return try context.edit(invocation) { edit, transaction in
            let result = try CatalogRule.explaining(reference, transaction) {
                try edit.edit(reference, writes: writes, additions: additions, at: at, by: by)
            }
            return try EditAnswer(result, transaction)
        }
    }
}
