internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import RecordArguments
internal import SQLiteStore
internal import Replication
internal import Text

/// The steps of a dossier's life after it was taken in.
enum LifeCommands {
    static func commands(_ context: CounterContext) -> [Command] {
        [
            advance(context),
            step(
                "request-supplement", .supplementRequired,
                Message(
                    "ask the applicant for papers; the clock stands still until resume",
                    vi: "yêu cầu bổ sung giấy tờ; tạm dừng tính thời hạn đến khi resume"), context),
            step(
                "request-payment", .paymentRequired,
                Message(
                    "ask the applicant for a payment; the clock stands still until resume",
                    vi: "yêu cầu nộp phí, lệ phí; tạm dừng tính thời hạn đến khi resume"), context),
            step(
                "stop", .stopped,
                Message(
                    "stop the work; the clock stands still until resume",
                    vi: "dừng xử lý; tạm dừng tính thời hạn đến khi resume"), context),
            resume(context),
            step(
                "refuse", .notAccepted,
                Message(
                    "refuse a dossier that was not taken in yet",
                    vi: "không tiếp nhận hồ sơ chưa tiếp nhận"), context),
            step(
                "withdraw", .withdrawn,
                Message(
                    "note that the applicant withdraws the dossier",
                    vi: "ghi nhận công dân yêu cầu rút hồ sơ"), context),
            handOver(context),
        ]
    }

    private static let reason = Positional(
        "TEXT", help: Message("why; it is added to the notes", vi: "lý do; được thêm vào ghi chú"))

    private static func advance(_ context: CounterContext) -> Command {
        let stages = [DossierStatus.accepted, .processing, .finished]
        return Command(
            "advance",
            summary: Message(
                "move a dossier to its next stage", vi: "chuyển hồ sơ sang bước tiếp theo"),
            discussion: Message(
                """
                Without STATUS: new → accepted → processing → finished. When it is finished, its
                result waits to be handed out: counter return.
                """,
                vi: """
                    Không ghi STATUS: mới đăng ký → được tiếp nhận → đang xử lý → đã xử lý xong. Khi đã
                    xử lý xong, kết quả chờ trả: counter return.
                    """),
            arguments: [
                .records,
                Positional(
                    "STATUS",
                    help: Message(verbatim: stages.map(\.rawValue).joined(separator: ", ")),
                    optional: true),
            ],
            options: [.note, .at, .by, .json]
        ) { invocation in
            // The last word may be a stage; all before it are dossiers.
            var words = invocation.positionals("RECORD")
            let field = try FieldArguments.definition(of: RecordSchema.statusField, in: .dossier)
            var named: DossierStatus?
            if words.count > 1, let last = words.last,
                let word = ChoiceWords.word(last, of: field)
            {
                guard let stage = stages.first(where: { $0.rawValue == word }) else {
                    let names = stages.map { Message($0.rawValue, vi: $0.title.vietnamese) }
                    throw UsageError(
                        Message("STATUS must be one of ", vi: "STATUS phải là một trong: ")
                            + .joined(names, separator: ", ")
                            + Message(", not “\(last)”", vi: "; không phải “\(last)”"))
                }
                named = stage
                words.removeLast()
            }
            return try context.takeEach(invocation, words) { state, time in
                var step = WorkStep(status: try named ?? next(after: state))
                if step.status == .finished {
                    step.writes.append(FieldWrite("finished_at", .integer(time.milliseconds)))
                }
                step.note(invocation.value("--note"))
                return step
            }
        }
    }

    /// The stage that follows without anybody's decision.
    private static func next(after state: RecordState) throws -> DossierStatus {
        switch state.status {
        case nil, .new: return .accepted
        case .accepted: return .processing
        case .processing: return .finished
        case let status?:
            let hint =
                status.isPause
                ? Message("go on with: counter resume", vi: "tiếp tục bằng: counter resume")
                : status == .finished
                    ? Message(
                        "hand it out with: counter return", vi: "trả kết quả bằng: counter return")
                    : nil
            throw CommandFailure(
                .dataError,
                Message("no stage follows by itself: ", vi: "không có bước tiếp theo: ")
                    + status.title,
                hint: hint)
        }
    }

    /// A step that needs a reason.
    private static func step(
        _ name: String, _ status: DossierStatus, _ summary: Message, _ context: CounterContext
    ) -> Command {
        Command(
            name, summary: summary, arguments: [.records, reason], options: [.at, .by, .json]
        ) { invocation in
            try take(status, invocation, context)
        }
    }

    private static func take(
        _ status: DossierStatus, _ invocation: Invocation, _ context: CounterContext
    ) throws -> ExitCode {
        let text = invocation.positional("TEXT")
        guard !text.isEmpty else {
            throw UsageError(Message("the reason is empty", vi: "chưa ghi lý do"))
        }
        return try context.takeEach(invocation) { _, _ in
            var step = WorkStep(status: status)
            step.note(text)
            return step
        }
    }

    private static func resume(_ context: CounterContext) -> Command {
        Command(
            "resume",
            summary: Message(
                "go on with a dossier that waited; the clock runs again",
                vi: "tiếp tục hồ sơ đang tạm dừng; thời hạn được tính tiếp"),
            arguments: [.records],
            options: [
                Option(
                    "--papers", valueName: "TEXT",
                    help: Message("the papers that came in", vi: "giấy tờ đã bổ sung")),
                .note, .at, .by, .json,
            ]
        ) { invocation in
            return try context.takeEach(invocation) { state, _ in
                guard state.status?.isPause == true else {
                    throw CommandFailure(
                        .dataError,
                        Message(
                            "the dossier does not wait", vi: "hồ sơ không ở trạng thái tạm dừng"))
                }
                var step = WorkStep(status: .processing)
                if let papers = invocation.value("--papers") {
                    step.additions.append(try FieldArguments.write("papers", typed: papers))
                }
                step.note(invocation.value("--note"))
                return step
            }
        }
    }

    private static func handOver(_ context: CounterContext) -> Command {
        Command(
            "hand-over",
            summary: Message(
                "give a dossier to another office", vi: "chuyển hồ sơ cho cơ quan khác"),
            discussion: Message(
                """
                This office keeps a copy, which counter list --handed-over shows; the other one goes on
                with it after its next sync. It says when the promised day moves by it.
                """,
                vi: """
                    Cơ quan này giữ một bản lưu, xem bằng counter list --handed-over; cơ quan kia xử lý tiếp
                    sau lần đồng bộ kế tiếp. Ngày hẹn trả có đổi theo thì chương trình báo.
                    """),
            arguments: [
                .records,
                Positional(
                    "OFFICE", help: Message("the other office's code", vi: "mã cơ quan nhận")),
            ],
            options: [.note, .at, .by, .json]
        ) { invocation in
            let office = invocation.positional("OFFICE")
            let write = try FieldArguments.write(RecordSchema.officeField, typed: office)
            return try context.each(of: try invocation.references(), invocation) { reference in
                let answer = try context.take(invocation, reference) { state, _ in
                    let present = state.shownValue(RecordSchema.officeField)?.text
                    guard present.map(CodeText.key) != write.value.text.map(CodeText.key) else {
                        let safe = TerminalSafe.text(present ?? office)
                        throw UsageError(
                            Message(
                                "the dossier is office \(safe)'s already",
                                vi: "hồ sơ đã thuộc cơ quan \(safe)"))
                    }
                    var step = WorkStep(writes: [write])
                    step.note(invocation.value("--note"))
                    return step
                }
                let present = answer.edit.record[RecordSchema.officeField]?.stringValue ?? office
                let safe = TerminalSafe.text(present)
                try answer.print(
                    invocation,
                    also: [Message("handed over to \(safe)", vi: "đã chuyển cho \(safe)")]
                        + [answer.movedDeadline].compactMap(\.self))
            }
        }
    }
}

extension Option {
    static let note = Option(
        "--note", valueName: "TEXT",
        help: Message("a note beside it", vi: "ghi chú kèm theo"))
}
