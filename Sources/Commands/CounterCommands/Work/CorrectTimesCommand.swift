internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text

/// Sets right what was entered under a wrong clock.
enum CorrectTimesCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "correct-times",
            summary: Message(
                "set right the times that were entered under a wrong clock",
                vi: "sửa thời gian đã ghi khi đồng hồ sai"),
            discussion: Message(
                """
                Moves the times that the clock gave (of receipt, of results, of pauses) by what the
                next sync found it to be off; what a person had typed stays. Where no sync has told,
                --move says by how much, or --to, for one record, when its first entry was made. A
                dossier without a code gets one of its day. The change is an ordinary one, with the
                reason in the notes; show --history keeps what was there. Try it with --dry-run:
                  counter correct-times --reason "battery of the PC" --dry-run
                  counter correct-times --reason "wrong year" --move 365d
                  counter correct-times RECORD --reason "1970" --to 2026-11-30T09:15:00+07:00
                """,
                vi: """
                    Dời các thời gian do đồng hồ ghi (tiếp nhận, kết quả, tạm dừng) theo độ lệch mà lần
                    đồng bộ sau đó phát hiện; thời gian do người gõ giữ nguyên. Chưa rõ độ lệch thì ghi
                    --move là dời bao lâu, hoặc --to, cho một bản ghi, là lúc ghi lần đầu. Hồ sơ chưa
                    có mã được cấp mã của ngày đó. Đây là thay đổi bình thường, lý do ghi vào ghi chú; show
                    --history giữ nội dung cũ. Xem trước bằng --dry-run:
                      counter correct-times --reason "hết pin CMOS" --dry-run
                      counter correct-times --reason "sai năm" --move 365d
                      counter correct-times MÃ --reason "1970" --to 2026-11-30T09:15:00+07:00
                    """),
            arguments: [
                Positional(
                    "RECORD",
                    help: Message(
                        "only this record, whoever wrote it: an id or a code",
                        vi: "chỉ bản ghi này, do ai ghi cũng được: id hoặc mã"), optional: true)
            ],
            options: [
                Option(
                    "--reason", valueName: "TEXT",
                    help: Message(
                        "why; it is added to the notes", vi: "lý do; được thêm vào ghi chú")),
                Option(
                    "--move", valueName: "SPAN",
                    help: Message(
                        "by how much, as 9829d2h30m; -7h is back",
                        vi: "dời bao lâu, như 9829d2h30m; -7h là lùi")),
                Option(
                    "--to", valueName: "TIME",
                    help: Message(
                        "with RECORD: when the first wrong entry was made",
                        vi: "kèm HỒ-SƠ: lúc ghi lần sai đầu tiên")),
                Option(
                    "--dry-run",
                    help: Message("show what would be done", vi: "chỉ xem sẽ làm gì")),
                .by, .json,
            ]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let reason = try invocation.required("--reason")
        guard !reason.isEmpty else {
            throw UsageError(Message("the reason is empty", vi: "chưa ghi lý do"))
        }
        let wish = try TimesPlan.Wish(invocation)
        let by = try invocation.writer(context)
        let outcome: TimesOutcome
        if invocation.has("--dry-run") {
            outcome = try context.read(invocation) { TimesOutcome(try TimesPlan($0, wish)) }
        } else {
            let note = invocation.text(
                Message("times set right: \(reason)", vi: "sửa thời gian: \(reason)"))
            outcome = try context.withDatabase(invocation) { database in
                try context.heedClock(invocation, database)
                return try database.write(now: context.clock.now()) { transaction in
                    var outcome = TimesOutcome(try TimesPlan(database, wish))
                    try outcome.write(CounterEdit(transaction), transaction, note: note, by: by)
                    return outcome
                }
            }
        }
        if invocation.has("--json") {
            try invocation.printJSON(outcome.json(isDryRun: invocation.has("--dry-run")))
        } else {
            for line in outcome.lines(isDryRun: invocation.has("--dry-run")) {
                try invocation.printOut(TerminalSafe.text(invocation.text(line)))
            }
        }
        return outcome.isWhole ? .ok : .dataError
    }
}
