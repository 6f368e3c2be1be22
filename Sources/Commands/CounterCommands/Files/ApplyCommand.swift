internal import CommandLine
internal import Dossiers
internal import Files
internal import Foundation
internal import JSON
internal import SQLiteStore
internal import Text

enum ApplyCommand {
    /// Messages on standard error at most; the rest is counted.
    private static let messagesMax = 20

    static func command(_ context: CounterContext) -> Command {
        Command(
            "apply",
            summary: Message(
                "make many local edits, one a line",
                vi: "ghi nhiều thay đổi tại máy, mỗi dòng một thay đổi"),
            discussion: Message(
                """
                {"new":"dossier","id":UUID,"fields":{…}}   a new record; the id may be left out
                {"new":"contact","fields":{…}}
                {"set":ID or CODE,"fields":{…}}            writes fields
                {"note":ID or CODE,"text":"…"}             adds a note
                Each may carry "at" (RFC 3339) and "by". A line is written whole or not at all; one
                that fails is named with its number, and the others are written all the same.
                A line of counter export has "carried" as well: it merges with what others wrote
                meanwhile, waits for the next sync if it builds on what is not here yet, and is taken
                once. Of such a line a value that cannot stand is left out and named.
                """,
                vi: """
                    {"new":"dossier","id":UUID,"fields":{…}}   bản ghi mới; có thể bỏ id
                    {"new":"contact","fields":{…}}
                    {"set":ID hoặc MÃ,"fields":{…}}            ghi các trường
                    {"note":ID hoặc MÃ,"text":"…"}             thêm ghi chú
                    Mỗi dòng có thể có "at" (RFC 3339) và "by". Một dòng được ghi trọn vẹn hoặc không ghi; dòng
                    lỗi được nêu số dòng, các dòng khác vẫn được ghi.
                    Dòng từ counter export có thêm "carried": được hợp nhất với những gì người khác đã ghi, chờ lần
                    đồng bộ tới nếu dựa trên nội dung chưa có ở đây, và chỉ nhận một lần. Giá trị không thể giữ
                    của dòng như vậy bị bỏ qua và được nêu tên.
                    """),
            arguments: [
                Positional(
                    "FILE",
                    help: Message(
                        "an NDJSON file, or - for standard input",
                        vi: "tệp NDJSON, hoặc - là đầu vào chuẩn"))
            ],
            options: [
                Option(
                    "--stop-on-error",
                    help: Message(
                        "write nothing after the first line that fails",
                        vi: "không ghi gì sau dòng lỗi đầu tiên")),
                .json,
            ]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        let path = invocation.positional("FILE")
        let source = try EditSource(path: path)
        let isQuiet = invocation.has("--json")
        let bar = ProgressBar(
            label: "apply",
            total: context.terminal.isTerminal ? LineReader.lineCount(path: path) : nil,
            terminal: context.terminal, quiet: isQuiet, now: context.elapsed())
        var failure: (any Error)?
        var outcome = ApplyOutcome()
        try context.withDatabase(invocation) { database in
            _ = try database.read { try database.enrolledIdentity() }
            try context.heedClock(invocation, database)
            var applier = EditApplier(
                database, clock: context.clock, stopsOnError: invocation.has("--stop-on-error"))
            do {
                try applier.run(source) { bar.update(done: $0.lines) }
            } catch {
                failure = error
            }
            outcome = applier.outcome
        }
        bar.finish()
        try report(outcome, isWhole: failure == nil, invocation)
        if let failure { throw Self.failure(failure, after: outcome) }
        return outcome.failed == 0 && outcome.narrowed == 0 ? .ok : .dataError
    }

    private static func report(
        _ outcome: ApplyOutcome, isWhole: Bool, _ invocation: Invocation
    ) throws {
        guard !invocation.has("--json") else {
            try invocation.printJSON(outcome.json)
            return
        }
        for error in outcome.errors.prefix(messagesMax) {
            let line = Message("line \(error.line): ", vi: "dòng \(error.line): ")
            try invocation.printErr(TerminalSafe.text(invocation.text(line + error.message)))
        }
        if outcome.errors.count > messagesMax {
            let rest = max(outcome.failed, outcome.errors.count) - messagesMax
            try invocation.printErr(
                invocation.text(
                    Message("and \(GroupedNumber.string(rest)) more", vi: "và \(rest) dòng nữa")))
        }
        if let first = outcome.warnings.first {
            let more = outcome.warned - 1
            try invocation.warn(
                Message(
                    "line \(first.line)"
                        + (more > 0 ? " and \(GroupedNumber.counted(more, "other"))" : "") + ": ",
                    vi: "dòng \(first.line)" + (more > 0 ? " và \(more) dòng khác" : "") + ": ")
                    + first.message)
        }
        guard isWhole else { return }
        let language = Language.vietnamese
        var parts = [
            Message(
                "wrote \(GroupedNumber.counted(outcome.applied, "line"))",
                vi: "đã ghi \(language.number(outcome.applied)) dòng")
        ]
        if outcome.known > 0 {
            parts.append(
                Message(
                    "\(GroupedNumber.counted(outcome.known, "line")) \(outcome.known == 1 ? "was" : "were") "
                        + "here already", vi: "\(language.number(outcome.known)) dòng đã có ở đây"))
        }
        if outcome.waiting > 0 {
            parts.append(
                Message(
                    "\(GroupedNumber.counted(outcome.waiting, "line")) "
                        + "\(outcome.waiting == 1 ? "waits" : "wait") for the next sync",
                    vi: "\(language.number(outcome.waiting)) dòng chờ lần đồng bộ tới"))
        }
        if outcome.failed > 0 {
            let failed = Message(
                "\(GroupedNumber.counted(outcome.failed, "line")) failed",
                vi: "\(language.number(outcome.failed)) dòng lỗi")
            let stopped = Message(
                ", and nothing after it was tried", vi: ", không làm tiếp các dòng sau")
            parts.append(outcome.isStopped ? failed + stopped : failed)
            if outcome.applied > 0 {
                parts.append(Message("what was written stays", vi: "những gì đã ghi vẫn giữ"))
            }
        }
        try invocation.say(.joined(parts, separator: "; "))
    }

    /// Says of a failed store how far the file has come.
    private static func failure(_ error: any Error, after outcome: ApplyOutcome) -> any Error {
        let translated = CommandFailure.translation(of: error)
        guard var failure = translated as? CommandFailure, outcome.lines > 0 else {
            return translated
        }
        let (applied, last) = (outcome.applied, outcome.lastLine)
        failure.message =
            failure.message
            + Message(
                "; \(GroupedNumber.counted(applied, "line")) of the first "
                    + "\(GroupedNumber.string(last)) are safely stored",
                vi: "; \(Language.vietnamese.number(applied)) dòng trong "
                    + "\(Language.vietnamese.number(last)) dòng đầu đã được lưu an toàn")
        let hint = Message(
            "go on with the file after line \(last)", vi: "làm tiếp tệp từ sau dòng \(last)")
        failure.hint = .joined([failure.hint, hint].compactMap(\.self), separator: "\n")
        return failure
    }
}

extension CounterContext {
    /// A monotonic clock that starts now, for progress bars.
    func elapsed() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { start.duration(to: .now) }
    }
}
