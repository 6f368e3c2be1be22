internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import RecordArguments
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text

/// The result goes out: at the counter or by public post.
enum ReturnCommand {
    private static let deliveries = ["delivered", "failed", "sent_back", "sent"]

    static func command(_ context: CounterContext) -> Command {
        Command(
            "return",
            summary: Message("hand out a dossier's result", vi: "trả kết quả hồ sơ"),
            discussion: Message(
                """
                At the counter to a person, or by public post under a tracking number, whose delivery
                is noted with: counter delivery.
                """,
                vi: """
                    Trả tại quầy cho một người, hoặc gửi bưu chính công ích theo mã bưu gửi; việc phát
                    được ghi nhận bằng: counter delivery.
                    """),
            arguments: [.records],
            options: [
                Option(
                    "--to", valueName: "NAME",
                    help: Message("who received it at the counter", vi: "người nhận tại quầy")),
                Option(
                    "--post", valueName: "NUMBER",
                    help: Message(
                        "sent by public post under this tracking number",
                        vi: "gửi bưu chính công ích theo mã bưu gửi này")),
                .note, .at, .by, .json,
            ]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let wayFields = try CommandFailure.translating { try way(invocation) }
        return try context.takeEach(invocation) { state, time in
            guard state.status == .finished else {
                throw CommandFailure(
                    .dataError,
                    Message("the dossier is not finished: ", vi: "hồ sơ chưa xử lý xong: ")
                        + (state.status?.title ?? Message("no status", vi: "chưa có trạng thái")),
                    hint: Message(
                        "finish it first: counter advance RECORD finished",
                        vi: "trước hết: counter advance MÃ “đã xử lý xong”"))
            }
            var step = WorkStep(status: .returned, writes: wayFields)
            step.writes.append(FieldWrite("returned_at", .integer(time.milliseconds)))
            step.note(invocation.value("--note"))
            return step
        }
    }

    private static func way(_ invocation: Invocation) throws -> [FieldWrite] {
        switch (invocation.value("--to"), invocation.value("--post")) {
        case (let name?, nil) where !name.isEmpty:
            [
                FieldWrite("return_method", .text("counter")),
                try FieldArguments.write("returned_to", typed: name),
            ]
        case (nil, let number?) where !number.isEmpty:
            [
                FieldWrite("return_method", .text("post")),
                try FieldArguments.write("tracking_number", typed: number),
                FieldWrite("delivery", .text("sent")),
            ]
        default:
            throw UsageError(
                Message(
                    "either --to NAME or --post NUMBER is needed",
                    vi: "cần --to TÊN hoặc --post MÃ BƯU GỬI"))
        }
    }

    static func delivery(_ context: CounterContext) -> Command {
        Command(
            "delivery",
            summary: Message(
                "note what became of a result sent by post",
                vi: "ghi nhận kết quả gửi bưu chính đã phát hay chưa"),
            arguments: [
                .records,
                Positional("STATE", help: Message(verbatim: deliveries.joined(separator: ", "))),
            ],
            options: [
                Option(
                    "--to", valueName: "NAME", help: Message("who received it", vi: "người nhận")),
                Option(
                    "--post", valueName: "NUMBER",
                    help: Message(
                        "with sent: the new tracking number", vi: "với “đã gửi”: mã bưu gửi mới")),
                .note, .at, .by, .json,
            ]
        ) { invocation in
            let state = try invocation.argument("STATE", of: "delivery")
            let shown = Message(
                "  \(state)",
                vi: "  \(ChoiceWords.title(of: state, in: "delivery").vietnamese)")
            return try context.takeEach(invocation, also: { _ in [shown] }) { record, time in
                guard record.shownValue("return_method")?.text == "post" else {
                    throw CommandFailure(
                        .dataError,
                        Message(
                            "the result was not sent by post", vi: "kết quả không gửi qua bưu chính"
                        ))
                }
                return try step(state, at: time, invocation)
            }
        }
    }

    private static func step(
        _ state: String, at time: Timestamp, _ invocation: Invocation
    ) throws -> WorkStep {
        var step = WorkStep(writes: [FieldWrite("delivery", .text(state))])
        if state == "delivered" {
            step.writes.append(FieldWrite("delivered_at", .integer(time.milliseconds)))
            if let name = invocation.value("--to"), !name.isEmpty {
                step.writes.append(try FieldArguments.write("returned_to", typed: name))
            }
        }
        if state == "sent", let number = invocation.value("--post") {
            step.writes.append(try FieldArguments.write("tracking_number", typed: number))
        }
        step.note(invocation.value("--note"))
        return step
    }
}
