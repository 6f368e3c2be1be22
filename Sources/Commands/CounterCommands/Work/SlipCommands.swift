internal import CommandLine
internal import Dossiers
internal import RecordArguments
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text

/// What takes slips back.
enum SlipCommands {
    static func commands(_ context: CounterContext) -> [Command] {
        [undo(context), void(context), correct(context)]
    }

    private static let reason = Positional(
        "REASON", help: Message("why; it is added to the notes", vi: "lý do; được thêm vào ghi chú")
    )

    private static func undo(_ context: CounterContext) -> Command {
        Command(
            "undo",
            summary: Message(
                "take back the last step of today, at the machine where it was taken",
                vi: "rút lại bước vừa làm hôm nay, tại chính máy đã làm"),
            discussion: Message(
                """
                A step is a change of the status, a hand-over or a void. What it wrote beside is as it was
                before; notes and papers stay. It counts in no figure. Later, an end is taken back at
                central, with: central reopen CODE REASON
                """,
                vi: """
                    Bước là đổi trạng thái, chuyển cơ quan hoặc hủy. Nội dung ghi kèm trở lại như trước; ghi
                    chú và giấy tờ vẫn giữ. Bước đó không tính vào số liệu nào. Sang ngày sau, việc kết thúc
                    được rút lại ở trung tâm, bằng: central reopen MÃ LÝ_DO
                    """),
            arguments: [.record], options: [.by, .json]
        ) { invocation in
            let reference = try invocation.reference()
            let by = try invocation.writer(context)
            let answer = try context.edit(invocation) { edit, transaction in
                let past = try transaction.find(reference).state.status
                let result = try edit.undo(reference, by: by)
                return try StepAnswer(
                    EditAnswer(result, transaction), past: past, transaction,
                    now: transaction.now)
            }
            try answer.print(invocation, also: [Message("taken back", vi: "đã rút lại")])
            return .ok
        }
    }

    private static func void(_ context: CounterContext) -> Command {
        Command(
            "void",
            summary: Message(
                "take what was entered by mistake out of lists and figures",
                vi: "hủy bản ghi nhập nhầm: không còn trong danh sách và số liệu"),
            discussion: Message(
                """
                A dossier, a contact, or with --note N the N-th note of one, as show lists them. It stays
                in the log and the audit, and list --void shows it. Its code is not given again.
                """,
                vi: """
                    Hồ sơ, lượt hướng dẫn, hoặc với --note N ghi chú thứ N của bản ghi, theo thứ tự của show.
                    Nhật ký và kiểm tra vẫn giữ; xem bằng list --void. Mã của nó không cấp lại.
                    """),
            arguments: [.record, reason],
            options: [
                Option(
                    "--note", valueName: "N",
                    help: Message("only this note", vi: "chỉ ghi chú này")), .at, .by, .json,
            ]
        ) { invocation in
            let reference = try invocation.reference()
            let reason = try invocation.reason()
            let at = try invocation.time(context)
            let by = try invocation.writer(context)
            let number = try invocation.integer("--note", in: 1...1_000_000)
            let answer = try context.edit(invocation) { edit, transaction in
                let result = try edit.void(
                    reference, note: number, reason: reason, at: at, by: by)
                return try EditAnswer(result, transaction)
            }
            let name = ShownText.name(of: answer.record)
            try answer.print(
                [
                    number == nil
                        ? Message("\(name) is void", vi: "đã hủy \(name)")
                        : Message("the note of \(name) is void", vi: "đã hủy ghi chú của \(name)")
                ], invocation)
            return .ok
        }
    }

    private static func correct(_ context: CounterContext) -> Command {
        Command(
            "correct",
            summary: Message(
                "set a wrongly entered applicant right, with the reason",
                vi: "sửa người nộp nhập sai, kèm lý do"),
            discussion: Message(
                """
                One change writes what is given of applicant_name, applicant_id, applicant_phone,
                applicant_address and others, and the reason as a note; show --history keeps what was there:
                  counter correct CODE "gõ nhầm CCCD" applicant_name="Lê Thị Hoa" applicant_id=038190012345
                """,
                vi: """
                    Một thay đổi ghi các trường applicant_name, applicant_id, applicant_phone,
                    applicant_address đã cho, và lý do vào ghi chú; show --history vẫn giữ nội dung cũ:
                      counter correct MÃ "gõ nhầm CCCD" applicant_name="Lê Thị Hoa" applicant_id=038190012345
                    """),
            arguments: [
                .record, reason,
                Positional(
                    "FIELD=VALUE", help: Message("a field and its value", vi: "trường và giá trị"),
                    repeats: true),
            ],
            options: [.at, .by, .json]
        ) { invocation in
            let reason = try invocation.reason()
            let fields = try CommandFailure.translating {
                try FieldArguments(typed: invocation.positionals("FIELD=VALUE"), kind: .dossier)
            }
            let others = fields.writes.filter { !$0.name.rawValue.hasPrefix("applicant_") }
            if let other = others.first?.name ?? fields.additions.first?.name {
                throw UsageError(
                    Message(
                        "\(other) is not the applicant's", vi: "\(other) không phải của người nộp"),
                    hint: Message(
                        "other fields are written with: counter set",
                        vi: "trường khác ghi bằng: counter set"))
            }
            let note = FieldWrite(RecordSchema.notesField, .text(reason))
            let answer = try SetCommand.write(
                try invocation.reference(), fields.writes, [note], invocation, context)
            let name = ShownText.name(of: answer.record)
            try answer.print(
                [Message("set right: \(name)", vi: "đã sửa: \(name)")], invocation)
            return .ok
        }
    }
}

extension Invocation {
    /// Why something is done.
    ///
    /// - Throws: `UsageError` when nothing is said.
    fileprivate func reason() throws -> String {
        let text = positional("REASON")
        guard !text.allSatisfy(\.isWhitespace) else {
            throw UsageError(Message("the reason is empty", vi: "chưa ghi lý do"))
        }
        return text
    }
}
