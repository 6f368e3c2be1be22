internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import RecordArguments
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text
internal import Time

enum NewCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "new", summary: Message("enter a dossier", vi: "nhập hồ sơ"),
            discussion: Message(
                """
                Without a code the dossier gets this desk's next one; without a channel it came in
                at the counter, without received_at now. FIELD:=JSON writes any JSON value into a
                custom field, as in: counter new applicant_name="Trần Văn A" x.pages:=12
                """,
                vi: """
                    Không ghi mã thì hồ sơ nhận mã tiếp theo của quầy; không ghi kênh là nộp tại quầy, không ghi
                    received_at là bây giờ. TRƯỜNG:=JSON ghi giá trị JSON bất kỳ vào trường riêng, ví dụ:
                    counter new applicant_name="Trần Văn A" x.pages:=12
                    """),
            arguments: [
                Positional(
                    "FIELD=VALUE", help: Message("a field and its value", vi: "trường và giá trị"),
                    optional: true, repeats: true)
            ],
            options: [
                Option(
                    "--kind", valueName: "KIND",
                    help: Message(
                        "dossier (the default) or contact", vi: "dossier (mặc định) hoặc contact")),
                Option(
                    "--id", valueName: "UUID",
                    help: Message("an id that comes from elsewhere", vi: "id từ nơi khác")),
                .at, .by, .json,
            ]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let kind =
            try invocation.value(
                "--kind", expected: Message("dossier or contact", vi: "dossier hoặc contact")
            ) { RecordKind(name: $0) }
            ?? .dossier
        if kind.isCatalog { throw CatalogRule.failure }
        let id = try invocation.value("--id", expected: Message("a UUID", vi: "một UUID")) {
            RecordID($0)
        }
        let fields = try CommandFailure.translating {
            try FieldArguments(
                typed: invocation.positionals("FIELD=VALUE"), kind: kind, today: context.today)
        }
        let answer = try make(kind, id, fields, invocation, context)
        var lines = [Message(verbatim: "id    \(answer.result.record)")]
        if let code = answer.record["code"]?.stringValue {
            lines.insert(Message("code  \(code)", vi: "mã    \(code)"), at: 0)
        }
        try answer.print(lines, invocation)
        return .ok
    }

    /// Makes a record with what a counter's own entries have by themselves.
    static func make(
        _ kind: RecordKind, _ id: RecordID?, _ given: FieldArguments, _ invocation: Invocation,
        _ context: CounterContext
    ) throws -> EditAnswer {
        let at = try invocation.time(context)
        let by = try invocation.writer(context)
        if kind == .dossier {
            try context.heed(context.doubts(of: given, invocation), invocation)
        }
        return try context.edit(invocation) { edit, transaction in
            var fields = given
            let day = try complete(&fields, kind: kind, at: at, edit, transaction)
            let result = try edit.make(
                kind, id: id, writes: fields.writes, additions: fields.additions, at: at, by: by)
            return try EditAnswer(result, transaction, dayWithoutCode: day)
        }
    }

    /// Writes what was not given and has to be there: code, channel and time.
    ///
    /// - Returns: the day for which this desk has no code; the dossier goes on without one.
    static func complete(
        _ fields: inout FieldArguments, kind: RecordKind, at: Timestamp?, _ edit: CounterEdit,
        _ transaction: CounterWriteTransaction
    ) throws -> CalendarDate? {
        let happened = FieldValue.integer((at ?? transaction.now).milliseconds)
        defer { fields.dropCleared() }
        guard kind == .dossier else {
            fields.setDefault("occurred_at", happened)
            return nil
        }
        fields.setDefault("channel", .text("counter"))
        fields.setDefault("received_at", happened)
        guard !fields.names("code") else { return nil }
        let day = try edit.today()
        guard let code = try edit.possibleCode(day: day) else { return day }
        fields.setDefault("code", .text(code))
        return nil
    }
}
