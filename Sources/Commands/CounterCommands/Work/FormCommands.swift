internal import Causality
internal import CommandLine
internal import Dossiers
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text
internal import Time

/// What the office's forms tell beside the life of a dossier.
enum FormCommands {
    static func commands(_ context: CounterContext) -> [Command] {
        [extend(context), pass(context)]
    }

    private static func extend(_ context: CounterContext) -> Command {
        Command(
            "extend",
            summary: Message(
                "lengthen a dossier's limit to a day, with the reason",
                vi: "gia hạn thời gian giải quyết đến một ngày, kèm lý do"),
            discussion: Message(
                """
                It is due at the end of that day's working hours, whatever pauses are in between, until it is
                extended again or due_at is written. The reason is added to the notes.
                """,
                vi: """
                    Hẹn trả vào cuối giờ làm việc ngày đó, dù có tạm dừng, đến khi gia hạn lần nữa hoặc ghi
                    due_at. Lý do được thêm vào ghi chú.
                    """),
            arguments: [
                .record,
                Positional("DAY", help: Message("the new day", vi: "ngày hẹn mới")),
                Positional("REASON", help: Message("why", vi: "lý do")),
            ],
            options: [
                Option(
                    "--signer", valueName: "NAME",
                    help: Message("who signs it", vi: "người ký")), .at, .by, .json,
            ]
        ) { invocation in
            let day = try invocation.day(ofArgument: "DAY")
            let reason = invocation.positional("REASON")
            guard !reason.allSatisfy(\.isWhitespace) else {
                throw UsageError(Message("the reason is empty", vi: "chưa ghi lý do"))
            }
            let signer = invocation.value("--signer") ?? ""
            let reference = try invocation.reference()
            let now = context.clock.now()
            let book = try context.read(invocation) { try $0.deadlineBook() }
            let answer = try context.take(invocation, reference) { state, _ in
                let past = ShownDeadline(state, book, now: now)
                let office = state.shownValue(RecordSchema.officeField)?.text
                let due =
                    book.calendar(ofOffice: office).closing(of: day)
                    ?? OfficeTime.endOfDay(day)
                if let past, due <= past.deadline.due {
                    throw UsageError(
                        Message("that is no later than it is due: ", vi: "không sau ngày hẹn trả: ")
                            + past.time)
                }
                let signed = LimitExtension(
                    to: Timestamp(milliseconds: due),
                    from: past.map { Timestamp(milliseconds: $0.deadline.due) }, signer: signer)
                var step = WorkStep(additions: [
                    FieldWrite(RecordSchema.extensionsField, .text(signed.description))
                ])
                step.note(reason)
                return step
            }
            try answer.print(invocation)
            return .ok
        }
    }

    private static func pass(_ context: CounterContext) -> Command {
        Command(
            "pass",
            summary: Message(
                "note a step inside the office: from which unit to which",
                vi: "ghi bước luân chuyển nội bộ: từ bộ phận nào sang bộ phận nào"),
            arguments: [.record],
            options: [
                Option(
                    "--from", valueName: "UNIT", help: Message("who gives it", vi: "bên giao")),
                Option(
                    "--to", valueName: "UNIT", help: Message("who takes it", vi: "bên nhận")),
                Option(
                    "--person", valueName: "NAME", help: Message("who there", vi: "người nhận")),
                Option(
                    "--result", valueName: "TEXT",
                    help: Message("what came of it", vi: "kết quả")),
                .at, .by, .json,
            ]
        ) { invocation in
            var step = OfficeStep([:])
            for key in OfficeStep.Key.allCases {
                if let text = invocation.value("--\(key.rawValue)"), !text.isEmpty {
                    step.values[key] = text
                }
            }
            guard step.values[.to] != nil else {
                throw UsageError(Message("--to UNIT is missing", vi: "thiếu --to BỘ_PHẬN"))
            }
            let entry = FieldWrite(RecordSchema.stepsField, .text(step.description))
            let answer = try context.take(invocation) { _, _ in WorkStep(additions: [entry]) }
            let unit = TerminalSafe.text(step.values[.to] ?? "")
            try answer.print(
                invocation, also: [Message("passed to \(unit)", vi: "đã chuyển \(unit)")])
            return .ok
        }
    }
}
