internal import CommandLine
internal import CounterEngine
internal import CounterFiles
internal import HTTPClient
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text
internal import Wire

enum SyncCommand {
    static let limitRate = Option(
        "--limit-rate", valueName: "BYTES",
        help: Message("bytes per second at most", vi: "nhiều nhất bao nhiêu byte mỗi giây"))
    static let timeout = Option(
        "--timeout", valueName: "SECONDS",
        help: Message(
            "take a link for broken that is silent so long; 60, and 15 to connect",
            vi: "coi là mất kết nối khi im lặng chừng này giây; 60, và 15 khi kết nối"))

    static func command(_ context: CounterContext) -> Command {
        Command(
            "sync",
            summary: Message(
                "exchange changes with central until both hold the same",
                vi: "trao đổi thay đổi với trung tâm đến khi hai bên như nhau"),
            discussion: Message(
                """
                Ends with 0 when all is exchanged and both digests agree, 65 when central refused
                changes, 69 when central cannot be reached or did not prove who it is, 75 when some
                remains, 76 when the two do not understand each other, 77 when this device may not
                sync.

                Beside a running agent (counter run) the agent does it, unless an option says how to
                sync; the words and the ending are the same.
                """,
                vi: """
                    Kết thúc với 0 khi đã trao đổi hết và mã kiểm hai bên khớp, 65 khi trung tâm từ chối thay đổi, 69
                    khi không tới được trung tâm hoặc trung tâm không chứng minh được danh tính, 75 khi còn sót, 76 khi
                    hai bên không hiểu nhau, 77 khi thiết bị này không được đồng bộ.

                    Khi tiến trình nền (counter run) đang chạy, nó thực hiện thay, trừ khi có tùy chọn về cách
                    đồng bộ; câu chữ và mã kết thúc như nhau.
                    """),
            options: [
                Option(
                    "--quiet", short: "q",
                    help: Message(
                        "print nothing when all went well", vi: "không in gì khi mọi việc ổn")),
                Option(
                    "--verbose", short: "v",
                    help: Message(
                        "name each request as central's log does: device, and request",
                        vi: "nêu từng yêu cầu như nhật ký của trung tâm: thiết bị và yêu cầu")),
                limitRate,
                timeout,
                Option(
                    "--tries", valueName: "N",
                    help: Message(
                        "give up after so many failures in a row; \(RetryPolicy().failuresMax), "
                            + "or 1 before central has answered at all",
                        vi:
                            "bỏ cuộc sau chừng này lần lỗi liên tiếp; \(RetryPolicy().failuresMax), "
                            + "hoặc 1 khi trung tâm chưa trả lời lần nào")),
                Option(
                    "--wait", valueName: "SECONDS",
                    help: Message(
                        "wait for news so long, at most \(WireLimits.waitSecondsMax)",
                        vi: "chờ tin chừng này giây, nhiều nhất \(WireLimits.waitSecondsMax)")),
                Option(
                    "--new-token",
                    help: Message(
                        "first take a new bearer token, as every 30 days: the one before is void",
                        vi: "trước hết lấy mã truy cập mới, như mỗi 30 ngày: mã trước hết hiệu lực")
                ),
                .json,
            ]
        ) { try await run($0, context) }
    }

    /// A chunk of the least size takes this at 10 bytes a second: longer, and the link is none.
    private static let exchangeTimeout = Duration.seconds(600)

    private static func run(
        _ invocation: Invocation, _ context: CounterContext
    ) async throws -> ExitCode {
        var http = try httpOptions(invocation)
        var options = SyncOptions()
        let waitMax = Int(WireLimits.waitSecondsMax)
        options.retries = RetryPolicy()
        if let tries = try invocation.integer("--tries", in: 1...1_000) {
            options.retries = RetryPolicy(failuresMax: tries, triesUnansweredCentral: true)
        }
        options.waitSeconds = UInt64(try invocation.integer("--wait", in: 0...waitMax) ?? 0)

        options.takesNewToken = invocation.has("--new-token")
        options.confirms = true
        let home = try CounterHome(invocation, context.environment)
        let (identity, trust) = try context.read(invocation) {
            (try $0.enrolledIdentity().identity, try $0.centralTrust())
        }
        http.use(trust)
        let ownWays = ["--limit-rate", "--timeout", "--tries", "--wait", "--new-token"]
        if !ownWays.contains(where: invocation.has), ReplicaLock.isTaken(.agent, home),
            let answer = await AgentDoor.ask(home)
        {
            try give(answer, invocation, context)
            return .ok
        }
        let lock = try ReplicaLock(.sync, home)
        defer { lock.release() }
        let link = context.connect(identity.centralURL, http)
        let isQuiet = invocation.has("--quiet") || invocation.has("--json")
        let bar = ProgressBar(
            label: "sync", terminal: context.terminal, quiet: isQuiet, now: context.elapsed())
        bar.update(done: 0, total: Int(clamping: identity.pendingCount), bytes: 0)
        defer { bar.finish() }
        let report: SyncReport
        do {
            let session = try FileSession(
                path: home.databasePath, transport: link, clock: context.clock, options: options)
            report = try await session.sync { bar.show($0) }
        } catch {
            throw CommandFailure.translation(of: error)
        }
        bar.finish()
        try give(SyncAnswer(report), invocation, context)
        return .ok
    }

    /// Prints what came of a sync, whoever has synced.
    ///
    /// - Throws: the failure, for the exit code.
    private static func give(
        _ answer: SyncAnswer, _ invocation: Invocation, _ context: CounterContext
    ) throws {
        try answer.print(invocation)
        try showDoubleCodes(answer, invocation, context)
        if let failure = answer.failure { throw failure }
    }

    /// Lists the codes that this replica and another copy of it both gave out, with the applicants: on
    /// the clerk's terminal, who has to call one of them.
    private static func showDoubleCodes(
        _ answer: SyncAnswer, _ invocation: Invocation, _ context: CounterContext
    ) throws {
        guard let sentence = answer.doubleCodesSentence, !invocation.has("--json") else { return }
        guard !invocation.has("--quiet") else { return try invocation.warn(sentence) }
        try context.read(invocation) { database in
            for shared in answer.doubleCodes { try shared.print(database, invocation) }
        }
        try invocation.say(
            Message(
                "Another copy of this replica gave out the same codes. Give one dossier of each a new "
                    + "one, and tell its applicant: counter recode ID",
                vi:
                    "Một bản sao khác của máy này đã cấp cùng mã. Hãy cấp mã mới cho một hồ sơ của mỗi mã "
                    + "và báo người nộp: counter recode ID"))
    }

    /// How to connect, for every command that syncs.
    static func httpOptions(_ invocation: Invocation) throws -> HTTPClientOptions {
        var http = HTTPClientOptions()
        http.userAgent = "counter/\(CounterTool.version)"
        http.totalTimeout = exchangeTimeout
        if let seconds = try invocation.integer("--timeout", in: 1...600) {
            http.connectTimeout = .seconds(seconds)
            http.silenceMax = .seconds(seconds)
        }
        http.bytesPerSecondMax = try invocation.integer("--limit-rate", in: 1 ... .max)
        return http
    }
}

extension ProgressBar {
    /// Shows how far a sync has come: changes sent and items received, of those known so far.
    func show(_ progress: SyncProgress) {
        let done = progress.pushed + progress.pulled
        update(
            done: Int(clamping: done),
            total: Int(clamping: done + progress.pending + progress.remaining),
            bytes: progress.traffic.bytesSent + progress.traffic.bytesReceived,
            note: progress.retryDelay.map {
                "link broken, again in \(GroupedNumber.counted(Int(($0 / .seconds(1)).rounded(.up)), "second"))"
            })
    }
}
