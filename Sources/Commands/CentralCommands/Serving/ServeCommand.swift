internal import Addresses
internal import AdminDocuments
internal import Administration
internal import Causality
internal import CentralEngine
internal import CentralServer
internal import CommandLine
internal import Crypto
internal import Foundation
internal import HTTP
internal import HTTPServer
internal import Host
internal import JSON
internal import SQLiteStore
internal import SharedCommands
internal import Text
internal import Wire

enum ServeCommand {
    static let command = Command(
        "serve",
        summary: Message(
            "serve counters over HTTPS or HTTP until SIGTERM",
            vi: "phục vụ các quầy qua HTTPS hoặc HTTP cho đến SIGTERM"),
        discussion: Message(
            """
            Prints “listening on https://ADDRESS:PORT” (http without TLS) once it accepts connections,
            and one line per exchange on stderr, in JSON or logfmt. Port 0 takes any free port. A line names the
            device and, as “request”, the time at which it asked by its own clock: both ends know it.

            With TLS, SIGHUP makes it read certificate and key again: open connections go on, new ones
            get the new certificate, and files that cannot be used change nothing.

            Under systemd (Type=notify) it says when it is ready, and gives signs of life to the watchdog.
            Each option can stand in the file that --config names, as in: listen = 0.0.0.0:8443
            """,
            vi: """
                In “listening on https://ĐỊA-CHỈ:CỔNG” (http nếu không có TLS) khi bắt đầu nhận kết nối, và mỗi lần
                trao đổi một dòng JSON hoặc logfmt ở đầu ra lỗi. Cổng 0 lấy cổng trống bất kỳ. Mỗi dòng nêu thiết bị
                và giờ của máy đó lúc hỏi (“request”): cả hai đầu đều biết.

                Với TLS, SIGHUP làm chương trình đọc lại chứng thư và khóa: kết nối đang mở vẫn tiếp tục, kết nối mới
                nhận chứng thư mới, tệp không dùng được thì không thay đổi gì.

                Dưới systemd (Type=notify) chương trình báo khi sẵn sàng và báo còn hoạt động cho watchdog.
                Mỗi tùy chọn có thể nằm trong tệp do --config nêu, như: listen = 0.0.0.0:8443
                """),
        options: [
            Option(
                "--listen", valueName: "ADDRESS:PORT",
                help: Message(
                    "where to listen (default 127.0.0.1:8080)",
                    vi: "địa chỉ lắng nghe (mặc định 127.0.0.1:8080)")),
            TLSFiles.homeOption, TLSFiles.certificateOption, TLSFiles.keyOption,
            Option(
                "--insecure-behind-proxy",
                help: Message(
                    "listen beyond loopback without TLS: a proxy in front provides it",
                    vi: "lắng nghe ra ngoài máy mà không có TLS: proxy phía trước lo việc đó")),
            ServeLimits.trustedProxy, ServeLimits.connections, ServeLimits.connectionsPerAddress,
            SupervisionOptions.metricsToken, SupervisionOptions.diskFloor,
            SupervisionOptions.backupAge, RetentionOptions.receipts,
            RetentionOptions.idleReceipts, RetentionOptions.session, .configuration,
            Option(
                "--log", valueName: "json|logfmt",
                help: Message(
                    "how lines are written (default json)", vi: "dạng dòng nhật ký (mặc định json)")
            ),
            Option(
                "--log-level", valueName: "LEVEL",
                help: Message(
                    "only lines that matter so much: info (the default), warning or error",
                    vi: "chỉ in dòng quan trọng từ mức này: info (mặc định), warning, error")),
            Option(
                "--quiet",
                help: Message("no line per exchange", vi: "không in dòng cho mỗi lần trao đổi")),
        ],
        run: run)

    @Sendable private static func run(_ invocation: Invocation) async throws -> ExitCode {
        let isQuiet = invocation.has("--quiet")
        let (format, level) = try logOptions(invocation)
        let lines = LineQueue(to: invocation.errorOutput) { LogLine.dropped($0, as: format) }
        let log: @Sendable (LogLine) -> Void = { line in
            guard !isQuiet || line.isWarning, line.level >= level else { return }
            lines.write(line: line.text(as: format))
        }
        let ending: Result<Void, any Error>
        do {
            ending = .success(try await serve(invocation, log, lines))
        } catch {
            ending = .failure(error)
        }
        await lines.finish(within: .seconds(1))
        try ending.get()
        return .ok
    }

    private static func logOptions(
        _ invocation: Invocation
    ) throws(UsageError) -> (LogFormat, LogLevel) {
        func words(_ words: [String]) -> Message {
            let list = words.joined(separator: ", ")
            return Message("one of \(list)", vi: "một trong \(list)")
        }
        let format = try invocation.value(
            "--log", expected: words(LogFormat.allCases.map(\.rawValue))
        ) { LogFormat(rawValue: $0) }
        let level = try invocation.value(
            "--log-level", expected: words(LogLevel.allCases.map(\.rawValue))
        ) { LogLevel(rawValue: $0) }
        return (format ?? .json, level ?? .info)
    }

    private static func serve(
        _ invocation: Invocation, _ log: @escaping @Sendable (LogLine) -> Void, _ lines: LineQueue
    ) async throws {
        let home = try CentralHome(invocation)
        let files = try TLSFiles(invocation, home)
        let address = try listenAddress(invocation, isTLS: files != nil)
        let limits = try ServeLimits.limits(invocation, log)
        let supervision = try SupervisionOptions.supervision(invocation)
        let retention = try RetentionOptions.retention(invocation)
        let tls = try files?.read(now: now())
        supervision.tally.note(certificateEnd: tls?.end)
        try home.withDatabase(isMaking: true) { database in
            // Those that enrolled before the catalog listed desks. On a disk that takes no more it waits
            // for the next start: what can be read is served.
            _ = try? database.write(now: SystemClock().now()) {
                try $0.listDesks(ofOffice: nil) { ReplicaID(SystemRandomSource().number() >> 1) }
            }
        }
        let node: FileCentral
        do {
            var limits = CentralLimits.serving
            limits.retention = retention
            node = try FileCentral(at: home.databasePath, limits: limits)
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
        for warning in tls?.warnings ?? [] { log(.warning(warning)) }
        let commands = CommandRunner(
            home: home, certificatePath: invocation.value("--tls-cert"))
        let server: RunningCentral
        do throws(ServingError) {
            server = try RunningCentral(
                node: node, listen: address, tls: tls?.identity,
                adding: [CommandRoute(commands.run).route], supervision: supervision,
                version: CentralTool.version, pin: { files?.pin },
                limits: limits, log: log)
        } catch {
            throw CommandFailure(error)
        }
        // Both stand before anyone is told where to connect, or that there is a process to stop.
        let hangUp = await SignalWatch.hangUp()
        let termination = await SignalWatch.termination()
        let reloading = Task { [wishes = hangUp.arrivals] in
            for await _ in wishes {
                if let files { reload(files, server, supervision, log) }
            }
        }
        let status = server.status(
            of: node, limits, droppedLogLines: { lines.droppedCount })
        let indexing = indexing(home)
        let housekeeping = Housekeeping(of: node, besides: home.databasePath, status)
        try invocation.printOut("listening on \(server.url)")
        let notifier = ServiceNotifier(ProcessInfo.processInfo.environment)
        notifier?.ready()
        notifier?.status(server.url)
        let pulse = Task { await giveSignsOfLife(of: node, to: notifier) }
        await termination.wait()
        notifier?.stopping()
        pulse.cancel()
        indexing?.cancel()
        reloading.cancel()
        withExtendedLifetime(hangUp) {}
        await housekeeping.end()
        await server.stop()
        await indexing?.value
    }

    /// Keeps the search index up. Without it, as when no file can be opened any more, searches read the records.
    private static func indexing(_ home: CentralHome) -> Task<Void, Never>? {
        guard let follower = try? SearchFollower(of: CentralDatabase(path: home.databasePath))
        else {
            return nil
        }
        return Task { await follower.run() }
    }

    /// Tells the service manager that the writer's turn still comes round, as often as it wants to hear it.
    private static func giveSignsOfLife(
        of node: FileCentral, to notifier: ServiceNotifier?
    ) async {
        guard let notifier, let interval = notifier.watchdogInterval else { return }
        while (try? await Task.sleep(for: interval / 2)) != nil {  // until cancelled
            _ = await node.unreadiness()
            notifier.isAlive()
        }
    }

    private static func now() -> Int64 { SystemClock().now().milliseconds / 1_000 }

    /// Takes the files as they are now; what cannot be used is said, and changes nothing.
    private static func reload(
        _ files: TLSFiles, _ server: RunningCentral, _ supervision: Supervision,
        _ log: (LogLine) -> Void
    ) {
        do {
            let content = try files.read(now: now())
            try server.replace(tls: content.identity)
            for warning in content.warnings { log(.warning(warning)) }
            supervision.tally.note(certificateEnd: content.end)
            log(
                .notice(
                    "the TLS certificate was read again; it counts until "
                        + ShownTime.text(content.end).english
                ))
        } catch {
            let reason = (error as? CommandFailure)?.message.english ?? "\(error)"
            log(.warning("the TLS files were not taken, those from before stay: \(reason)"))
        }
    }

    private static func listenAddress(
        _ invocation: Invocation, isTLS: Bool
    ) throws -> ListenAddress {
        let text = invocation.value("--listen") ?? "127.0.0.1:8080"
        let address: ListenAddress
        do {
            address = try ListenAddress(text)
        } catch {
            throw UsageError(
                Message(verbatim: "--listen: ") + error.words,
                hint: Message(
                    "write ADDRESS:PORT, as in 127.0.0.1:8080",
                    vi: "ghi ĐỊA-CHỈ:CỔNG, như 127.0.0.1:8080"))
        }
        guard isTLS || address.isLoopback || invocation.has("--insecure-behind-proxy") else {
            throw CommandFailure(
                .configuration,
                Message(
                    "refusing to listen beyond this machine without TLS",
                    vi: "từ chối lắng nghe ra ngoài máy khi không có TLS"),
                hint:
                    Message(
                        "say --tls-cert FILE --tls-key FILE, or central tls self-signed and then --tls; or "
                            + "put a TLS proxy in front and say --insecure-behind-proxy",
                        vi:
                            "ghi --tls-cert TỆP --tls-key TỆP, hoặc central tls self-signed rồi --tls; hoặc "
                            + "đặt proxy TLS phía trước và ghi --insecure-behind-proxy"))
        }
        return address
    }
}
