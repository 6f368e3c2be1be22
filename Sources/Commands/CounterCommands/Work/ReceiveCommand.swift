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

enum ReceiveCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "receive",
            summary: Message(
                "take in a dossier at the counter, or accept one that came in online",
                vi: "tiếp nhận hồ sơ tại quầy, hoặc hồ sơ nộp trực tuyến"),
            discussion: Message(
                """
                With FIELD=VALUE it enters a new dossier, accepted now, and says its code and when it
                is due. procedure and applicant_name are needed; papers=TEXT may be given for each
                paper handed in, with counts as in papers="CCCD | copies=2" (originals, certified, copies,
                electronic; without any it is one original). With the code of a dossier that is here it accepts that one:
                  counter receive procedure=1.004199 applicant_name="Lê Thị Hoa" papers="Đơn"
                  counter receive 000.17.01.H56-210531-990001 papers="Bản chính"
                """,
                vi: """
                    Với TRƯỜNG=GIÁ TRỊ: nhập hồ sơ mới, tiếp nhận ngay, và cho biết mã hồ sơ và ngày
                    hẹn trả. Cần có procedure và applicant_name; mỗi giấy tờ đã nhận ghi papers=TÊN, kèm số lượng
                    như papers="CCCD | copies=2" (originals, certified, copies, electronic; không ghi là một
                    bản chính).
                    Với mã của hồ sơ đã có: tiếp nhận hồ sơ đó:
                      counter receive procedure=1.004199 applicant_name="Lê Thị Hoa" papers="Đơn"
                      counter receive 000.17.01.H56-210531-990001 papers="Bản chính"
                    """),
            arguments: [
                Positional(
                    "FIELD=VALUE",
                    help: Message(
                        "a code to accept, or fields and their values",
                        vi: "mã hồ sơ, hoặc các trường và giá trị"), repeats: true)
            ],
            options: [.at, .by, .json]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        var words = invocation.positionals("FIELD=VALUE")
        guard let first = words.first, first.contains("=") else {
            let reference = try CommandFailure.translating {
                try RecordReference(typed: words.removeFirst())
            }
            let (papers, fields) = try split(words, context.today)
            try accept(reference, papers, fields, invocation, context)
            return .ok
        }
        let (papers, fields) = try split(words, context.today)
        for name in ["procedure", "applicant_name"] as [FieldName] where !fields.names(name) {
            throw UsageError(
                Message("\(name)=… is missing", vi: "thiếu \(name)=…"),
                hint: Message(
                    "counter new takes a dossier with less",
                    vi: "counter new nhận hồ sơ thiếu thông tin"))
        }
        let answer = try enter(fields, papers, invocation, context)
        try answer.print(invocation, also: slip(answer))
        return .ok
    }

    /// Papers may be several; one change adds one entry of a field, so they become one text of lines.
    private static func split(
        _ words: [String], _ today: CalendarDate
    ) throws -> (papers: String?, fields: FieldArguments) {
        let prefix = "papers="
        let papers = words.filter { $0.hasPrefix(prefix) }.map {
            Folding.trimmed(String($0.dropFirst(prefix.count)))
        }
        .filter { !$0.isEmpty }
        // As a field is read elsewhere: counts may stand in words behind a paper's name.
        let read = try CommandFailure.translating {
            try papers.map { paper in
                let text = try FieldArguments.write("papers", typed: paper).value.text ?? paper
                _ = try DossierPaper(parsing: text)
                return text
            }
        }
        let fields = try CommandFailure.translating {
            try FieldArguments(
                typed: words.filter { !$0.hasPrefix(prefix) }, kind: .dossier, today: today)
        }
        return (read.isEmpty ? nil : read.joined(separator: "\n"), fields)
    }

    private static func enter(
        _ given: FieldArguments, _ papers: String?, _ invocation: Invocation,
        _ context: CounterContext
    ) throws -> StepAnswer {
        let at = try invocation.time(context)
        let by = try invocation.writer(context)
        try context.heed(context.doubts(of: given, invocation), invocation)
        return try context.edit(invocation) { edit, transaction in
            var fields = given
            fields.setDefault("status", .text(DossierStatus.accepted.rawValue))
            let day = try NewCommand.complete(
                &fields, kind: .dossier, at: at, edit, transaction)
            var additions = fields.additions
            if let papers { additions.append(FieldWrite("papers", .text(papers))) }
            let result = try edit.make(
                .dossier, writes: fields.writes, additions: additions, at: at, by: by)
            return try StepAnswer(
                EditAnswer(result, transaction, dayWithoutCode: day), past: nil, transaction,
                now: transaction.now)
        }
    }

    private static func accept(
        _ reference: RecordReference, _ papers: String?, _ fields: FieldArguments,
        _ invocation: Invocation, _ context: CounterContext
    ) throws {
        let answer = try context.take(invocation, reference) { _, _ in
            var step = WorkStep(
                status: .accepted, writes: fields.writes, additions: fields.additions)
            if let papers { step.additions.append(FieldWrite("papers", .text(papers))) }
            return step
        }
        try answer.print(invocation, also: slip(answer))
    }

    /// What stands on the receipt that the applicant gets.
    private static func slip(_ answer: StepAnswer) -> [Message] {
        let record = answer.edit.record
        var lines: [Message] = []
        func add(_ english: String, _ vietnamese: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            let safe = TerminalSafe.text(value.replacing("\n", with: "; "))
            lines.append(
                Message(
                    "  \(DisplayWidth.padded(english, to: 10)) \(safe)",
                    vi: "  \(DisplayWidth.padded(vietnamese, to: 10)) \(safe)"))
        }
        add("applicant", "người nộp", record["applicant_name"]?.stringValue)
        let name = answer.edit.names["procedure"].map { " (\($0))" } ?? ""
        add("procedure", "thủ tục", record["procedure"]?.stringValue.map { $0 + name })
        let papers = record["papers"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let named = papers.flatMap(DossierPaper.papers)
        if !named.isEmpty {
            let words = Message.joined(named.map(\.words), separator: "; ")
            lines.append(
                Message("  papers     ", vi: "  giấy tờ    ")
                    + Message(
                        TerminalSafe.text(words.english), vi: TerminalSafe.text(words.vietnamese)))
        }
        if let fee = record["fee_vnd"]?.integerValue {
            let number = Int(fee)
            lines.append(
                Message(
                    "  fee        \(Language.english.number(number)) đ",
                    vi: "  phí        \(Language.vietnamese.number(number)) đ"))
        }
        return lines
    }
}
