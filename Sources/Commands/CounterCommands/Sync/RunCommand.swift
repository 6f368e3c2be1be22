internal import Causality
internal import CommandLine
internal import CounterEngine
internal import CounterFiles
internal import Foundation
internal import Host
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Synchronization
internal import Text

/// `counter run`: the agent.
enum RunCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "run",
            summary: Message(
                "keep this replica synced until SIGTERM",
                vi: "giữ máy này luôn đồng bộ cho đến SIGTERM"),
            discussion: Message(
                """
                Syncs at once, whenever something is written here, when the network comes back, when
                central has something or an admin asks for it, and every so often in any case. In
                between one request waits at central. Without a link it tries again after random
                pauses of up to five minutes. One line on stderr says what came of each change;
                counter status says at any time what the agent does.

                With --log a line for each sync has its figures, and names its requests by device and request as
                central's log does, so that one exchange is found at both ends.

                Under systemd (Type=notify) it says when it is ready, and gives signs of life to the
                watchdog. Each option can stand in the file that --config names, as in: every = 600
                """,
                vi: """
                    Đồng bộ ngay, mỗi khi có ghi mới ở đây, khi có mạng lại, khi trung tâm có dữ liệu hoặc quản trị
                    yêu cầu, và định kỳ trong mọi trường hợp. Giữa các lần, một yêu cầu chờ ở trung tâm. Không có mạng
                    thì thử lại sau những khoảng ngẫu nhiên đến năm phút. Mỗi thay đổi một dòng ở đầu ra lỗi; counter
                    status lúc nào cũng cho biết đang làm gì.

                    Với --log, mỗi lần đồng bộ một dòng số liệu, nêu các yêu cầu bằng device và request như nhật ký
                    của trung tâm, nên tìm được cùng một lần trao đổi ở cả hai đầu.

                    Dưới systemd (Type=notify) chương trình báo khi sẵn sàng và báo còn hoạt động cho watchdog.
                    Mỗi tùy chọn có thể nằm trong tệp do --config nêu, như: every = 600
                    """),
            options: [
                Option(
                    "--every", valueName: "SECONDS",
                    help: Message(
                        "from one sync to the next when nothing happens; 300",
                        vi: "khoảng cách giữa hai lần đồng bộ khi không có gì; 300")),
                Option(
                    "--metered",
                    help: Message(
                        "do not wait at central between syncs: for a link that costs by the byte",
                        vi: "không chờ ở trung tâm giữa các lần đồng bộ: cho đường truyền tính "
                            + "tiền theo byte")),
                SyncCommand.limitRate,
                SyncCommand.timeout,
                Option(
                    "--log", valueName: "json|logfmt",
                    help: Message(
                        "write a line for each sync instead of sentences; its requests are named as in "
                            + "central's log",
                        vi:
                            "ghi mỗi lần đồng bộ một dòng thay cho câu chữ; các yêu cầu được nêu như trong "
                            + "nhật ký của trung tâm")),
                Option(
                    "--quiet", short: "q",
                    help: Message(
                        "print nothing; counter status says what it does",
                        vi: "không in gì; counter status cho biết đang làm gì")),
                .configuration,
            ]
        ) { try await run($0, context) }
    }

    private static func run(
        _ invocation: Invocation, _ context: CounterContext
    ) async throws -> ExitCode {
        let http = try SyncCommand.httpOptions(invocation)
        var schedule = AgentSchedule(waitsForNews: !invocation.has("--metered"))
        if let seconds = try invocation.integer("--every", in: 1...86_400) {
            schedule.interval = .seconds(seconds)
        }
        let words = LogFormat.allCases.map(\.rawValue)
        let format = try invocation.choice("--log", of: words).flatMap(LogFormat.init)
        let home = try CounterHome(invocation, context.environment)
        _ = try context.read(invocation) { try $0.enrolledIdentity() }
        let lock = try ReplicaLock(.agent, home)
        defer { lock.release() }

        let notifier = ServiceNotifier(context.environment)
        let voice = AgentVoice(invocation, context, home, notifier, format)
        let displaced = Mutex<StoreError?>(nil)
        var options = SyncOptions()
        options.retries = RetryPolicy()
        let agent = try CommandFailure.translating {
            try FileAgent(
                path: home.databasePath, schedule: schedule, random: context.random,
                makeSession: { [options] url, trust in
                    var http = http
                    http.use(trust)
                    return try FileSession(
                        path: home.databasePath, transport: context.connect(url, http),
                        clock: context.clock, random: context.random, options: options)
                },
                sync: { session in
                    let lock = try ReplicaLock(.sync, home)
                    defer { lock.release() }
                    return try await session.sync { voice.note($0) }
                },
                report: { state in
                    voice.say(state)
                    if case .hindered(let error as StoreError, _) = state,
                        case .displaced = error
                    {
                        displaced.withLock { $0 = error }
                    }
                })
        }
        let door = AgentDoor.open(home) { await answer(agent) }
        let network = NetworkWatch()
        let watch = Task { [changes = network?.changes] in
            guard let changes else { return }
            for await _ in changes { agent.noteNetworkChange() }
        }
        let pulse = Task { await voice.pulse() }
        let work = Task { await agent.run() }
        let follower = try? SearchFollower(of: CounterDatabase(path: home.databasePath))
        // Without it, as when no file can be opened any more, searches read the records.
        let indexing = Task { if let follower { await follower.run() } }
        let termination = await SignalWatch.termination()
        notifier?.ready()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [arrivals = termination.arrivals] in
                for await _ in arrivals { break }
            }
            // It ends by itself when its file was taken from under it.
            group.addTask { await work.value }
            await group.next()
            notifier?.stopping()
            door?.close()
            agent.stop()
            for task in [watch, pulse, work, indexing] { task.cancel() }
            group.cancelAll()
        }
        withExtendedLifetime((network, termination)) {}
        await indexing.value
        await voice.stopped()
        if let error = displaced.withLock({ $0 }) { throw CommandFailure(error) }
        return .ok
    }
}

/// Syncs for `counter sync`; `nil` when the agent ends before it could.
private func answer(_ agent: FileAgent) async -> SyncAnswer? {
    do {
        return SyncAnswer(try await agent.syncNow())
    } catch is CancellationError {
        return nil
    } catch {
        return SyncAnswer(
            CommandFailure.translation(of: error) as? CommandFailure
                ?? CommandFailure(
                    .software,
                    Message("a fault in the program", vi: "lỗi trong chương trình")))
    }
}

/// What an agent says: on stderr, in its status file and to the service manager.
private final class AgentVoice: Sendable {
    /// An exchange has ended one way or the other by now; if nothing was heard, the agent hangs.
    private static let silenceMax = Duration.seconds(900)

    private let invocation: Invocation
    private let context: CounterContext
    private let home: CounterHome
    private let notifier: ServiceNotifier?
    /// How a log wants its lines; `nil` for sentences.
    private let format: LogFormat?
    /// What it says on standard error, whose reader may stand still.
    private let lines: LineQueue
    /// What went wrong when it last tried.
    private let lastError = Mutex<String?>(nil)
    /// When the agent must have given its next sign of life.
    private let due = Mutex(ContinuousClock.now + silenceMax)

    init(
        _ invocation: Invocation, _ context: CounterContext, _ home: CounterHome,
        _ notifier: ServiceNotifier?, _ format: LogFormat?
    ) {
        self.format = format
        self.invocation = invocation
        self.context = context
        self.home = home
        self.notifier = notifier
        lines = LineQueue(to: invocation.errorOutput) { count in
            invocation.text(
                Message(
                    "(\(GroupedNumber.counted(count, "line")) left out: nobody read them in time)",
                    vi: "(bỏ qua \(count) dòng: không ai đọc kịp)"))
        }
    }

    /// Says what the agent does now.
    func say(_ state: AgentState) {
        if case .waitsShorter(let cut, let seconds) = state {
            return print(Self.shorterWait(cut, seconds))
        }
        var status = AgentStatus(
            phase: .syncing, processID: ProcessInfo.processInfo.processIdentifier,
            since: context.clock.now())
        var wait = Duration.zero
        switch state {
        case .syncing, .waitsShorter: break
        case .waiting(let report, let next):
            (status.phase, wait) = (.waiting, next)
            log(report)
            tell(report)
        case .failed(let report, let next):
            (status.phase, wait) = (.offline, next)
            log(report)
            status.error = report.commandFailure?.message.english
            status.hint = report.commandFailure?.hint?.english
        case .hindered(let error, let next):
            let failure = CommandFailure.translation(of: error) as? CommandFailure
            (status.phase, wait) = (.hindered, next)
            status.error = failure?.message.english ?? "a fault in the program"
            status.hint = failure?.hint?.english
        }
        if status.phase != .syncing {
            let milliseconds = Int64(wait / .milliseconds(1))
            status.nextTry = Timestamp(milliseconds: status.since.milliseconds + milliseconds)
        }
        publish(status)
        due.withLock { $0 = .now + wait + Self.silenceMax }
    }

    /// What is said once; `counter status` goes on saying it.
    private static func shorterWait(_ cut: UInt64, _ seconds: UInt64) -> Message {
        Message(
            "Something between here and central, perhaps a proxy, cuts what waits "
                + "for "
                + "\(GroupedNumber.counted(Int(clamping: cut), "second")): this agent now waits "
                + "\(seconds) at a time.",
            vi:
                "Có gì đó giữa máy này và trung tâm, có thể là proxy, ngắt yêu cầu chờ \(cut) giây: "
                + "từ nay mỗi lần chỉ chờ \(seconds) giây.")
    }

    /// Notes that a sync gets on.
    func note(_ progress: SyncProgress) {
        due.withLock { $0 = .now + (progress.retryDelay ?? .zero) + Self.silenceMax }
    }

    /// Says that the agent has ended.
    func stopped() async {
        publish(
            AgentStatus(
                phase: .stopped, processID: ProcessInfo.processInfo.processIdentifier,
                since: context.clock.now()))
        await lines.finish(within: .seconds(1))
    }

    /// Gives the watchdog signs of life, as long as the agent gives them.
    func pulse() async {
        guard let notifier, let interval = notifier.watchdogInterval else { return }
        while (try? await Task.sleep(for: interval / 3)) != nil {  // until cancelled
            if due.withLock({ $0 }) > .now { notifier.isAlive() }
        }
    }

    private func publish(_ status: AgentStatus) {
        status.save(in: home)
        let sentence = status.sentence(now: status.since)
        notifier?.status(invocation.text(sentence))
        guard status.phase != .syncing else { return }
        let before = lastError.withLock { error in
            defer { error = status.error }
            return error
        }
        // What only repeats itself is for those who ask.
        let isNews = status.phase == .stopped || status.error != nil && status.error != before
        if isNews { print(sentence) }
    }

    private func tell(_ report: SyncReport) {
        guard format == nil else { return }
        if let sentence = report.doubleCodesSentence { print(sentence) }
        guard report.pushed > 0 || report.pulled > 0 || lastError.withLock({ $0 }) != nil else {
            return
        }
        for sentence in report.sentences.prefix(1) { print(sentence) }
    }

    /// Writes what came of a sync, where lines are for a log.
    private func log(_ report: SyncReport) {
        guard let format, !invocation.has("--quiet") else { return }
        lines.write(line: format.text(report.logMembers))
    }

    private func print(_ sentence: Message) {
        guard !invocation.has("--quiet") else { return }
        guard let format else { return lines.write(line: invocation.text(sentence)) }
        lines.write(
            line: format.text([
                ("event", "notice"), ("message", .string(sentence.english)), ("level", "info"),
            ]))
    }
}
