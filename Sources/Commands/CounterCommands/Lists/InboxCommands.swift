internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text
internal import Time

/// What is done with the inbox besides settling.
enum InboxCommands {
    static func assign(_ context: CounterContext) -> Command {
        Command(
            "assign",
            summary: Message(
                "give a record's conflicts to a person",
                vi: "giao mâu thuẫn của hồ sơ cho một người"),
            arguments: [
                .records,
                Positional("NAME", help: Message("who is to settle them", vi: "người xử lý")),
            ],
            options: [.at, .by, .json]
        ) { invocation in
            let name = Folding.squeezed(invocation.positional("NAME"))
            guard !name.isEmpty else {
                throw UsageError(Message("NAME is empty", vi: "NAME trống"))
            }
            let addition = FieldWrite(RecordSchema.assignedField, .text(name))
            return try context.each(of: try invocation.references(), invocation) { reference in
                let answer = try SetCommand.write(reference, [], [addition], invocation, context)
                let record = ShownText.name(of: answer.record)
                try answer.print(
                    [
                        Message(
                            "\(record) was given to \(name)", vi: "đã giao \(record) cho \(name)")
                    ], invocation)
            }
        }
    }

    static func recode(_ context: CounterContext) -> Command {
        Command(
            "recode",
            summary: Message(
                "give a dossier the next code of this desk",
                vi: "cấp mã tiếp theo của quầy cho hồ sơ"),
            discussion: Message(
                """
                For a dossier that shares its code with another one; name it by its id. The old code
                goes into the notes, since it stands on the applicant's receipt.
                """,
                vi: """
                    Dùng cho hồ sơ trùng mã với hồ sơ khác; ghi id của hồ sơ. Mã cũ được ghi vào ghi
                    chú vì đã in trên giấy biên nhận.
                    """),
            arguments: [.record], options: [.at, .by, .json]
        ) { invocation in
            let reference = try invocation.reference()
            let at = try invocation.time(context)
            let by = try invocation.writer(context)
            try context.heed(doubts(of: reference, invocation, context), invocation)
            let answer = try context.edit(invocation) { edit, transaction in
                let state = try transaction.find(reference).state
                var additions: [FieldWrite] = []
                if let old = state.shownValue("code")?.text {
                    additions.append(FieldWrite(RecordSchema.notesField, .text("← \(old)")))
                }
                let result = try edit.edit(
                    reference,
                    writes: [FieldWrite("code", .text(try edit.nextCode(day: try edit.today())))],
                    additions: additions, at: at, by: by)
                return try EditAnswer(result, transaction)
            }
            try answer.print([Message(verbatim: ShownText.name(of: answer.record))], invocation)
            return .ok
        }
    }

    /// A new code for a dossier that is the only one with its own: the applicant's receipt says the old one.
    private static func doubts(
        of reference: RecordReference, _ invocation: Invocation, _ context: CounterContext
    ) throws -> [Message] {
        try context.read(invocation) { database in
            guard let state = try database.state(of: reference),
                let code = state.shownValue("code")?.text,
                try !database.sharedCodes().contains(where: { $0.code == code })
            else { return [] }
            let safe = TerminalSafe.text(code)
            return [
                Message(
                    "no other dossier has the code \(safe)",
                    vi: "không hồ sơ nào khác có mã \(safe)")
            ]
        }
    }

    static func codes(_ context: CounterContext) -> Command {
        Command(
            "codes",
            summary: Message(
                "account for the codes that this machine gave out",
                vi: "kiểm kê các mã đã cấp tại máy này"),
            discussion: Message(
                """
                A number that no dossier has was given to one whose code was changed since, or that
                central refused (counter refused). It is not given again.
                """,
                vi: """
                    Số không còn hồ sơ nào mang: hồ sơ đã đổi mã, hoặc bị trung tâm từ chối (counter
                    refused). Số đó không được cấp lại.
                    """),
            options: [.json]
        ) { invocation in
            let given = try context.read(invocation) { try $0.givenNumbers() }
            if invocation.has("--json") {
                for day in given { try invocation.printJSON(day.json) }
                return .ok
            }
            let titles = [
                Message("day", vi: "ngày"), Message("from", vi: "từ"), Message("to", vi: "đến"),
                Message("without a dossier", vi: "không còn hồ sơ"),
                Message("handed over", vi: "đã chuyển đi"),
            ]
            var table = TextTable(titles.map { .init(invocation.text($0)) })
            for day in given {
                table.add([
                    invocation.language.day(day.day.description), String(day.first),
                    String(day.last), day.missing.map(String.init).joined(separator: ", "),
                    day.handedOver.map(String.init).joined(separator: ", "),
                ])
            }
            try invocation.printOut(table)
            return .ok
        }
    }
}

extension GivenNumbers {
    /// `{day, first, last, missing}`.
    fileprivate var json: JSONValue {
        .object([
            ("day", .string(day.description)), ("first", .integer(first)),
            ("last", .integer(last)), ("missing", .array(missing.map { .integer($0) })),
            ("handedOver", .array(handedOver.map { .integer($0) })),
        ])
    }
}
