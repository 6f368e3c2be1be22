internal import CommandLineTool
internal import HTTP
internal import Host
internal import ReplicaStore
internal import SyncEngine
internal import SyncProtocol

enum ServeCommand {
    static let command = Command(
        "serve", summary: "serve counters over HTTP until SIGTERM",
        discussion: """
            Prints “listening on http://ADDRESS:PORT” once it accepts connections, and one JSON line
            per exchange on stderr. Port 0 takes any free port.
            """,
        options: [
            Option(
                "--listen", valueName: "ADDRESS:PORT",
                help: "where to listen (default 127.0.0.1:8080)"),
            Option(
                "--insecure-behind-proxy",
                help: "listen beyond loopback without TLS: a proxy in front provides it"),
            Option("--quiet", help: "no line per exchange"),
        ],
        run: run)

    @Sendable private static func run(_ invocation: Invocation) async throws -> ExitCode {
        let home = CentralHome(invocation)
        let address = try listenAddress(invocation)
        try home.open(isMaking: true).close()
        let node: CentralNode
        do {
            node = try CentralNode(path: home.databasePath)
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
        let isQuiet = invocation.has("--quiet")
        let server = try RunningCentral(node: node, listen: address) { line in
            guard !isQuiet || line.isWarning else { return }
            // Standard error may be closed; the service goes on.
            try? invocation.printErr(line.text)
        }
        try invocation.printOut("listening on \(server.url)")
        await Termination.wait()
        await server.stop()
        return .ok
    }

    private static func listenAddress(_ invocation: Invocation) throws -> ListenAddress {
        let text = invocation.value("--listen") ?? "127.0.0.1:8080"
        let address: ListenAddress
        do {
            address = try ListenAddress(text)
        } catch {
            throw UsageError("--listen: \(error)", hint: "write ADDRESS:PORT, as in 127.0.0.1:8080")
        }
        guard address.isLoopback || invocation.has("--insecure-behind-proxy") else {
            throw CommandFailure(
                .configuration, "refusing to listen beyond this machine without TLS",
                hint: "put a TLS proxy in front and say --insecure-behind-proxy")
        }
        return address
    }
}

/// A central that serves.
struct RunningCentral {
    private let server: HTTPServer
    /// Its address.
    let url: String

    init(
        node: CentralNode, listen: ListenAddress, log: @escaping @Sendable (LogLine) -> Void
    ) throws {
        let routes = CentralHTTP(node: node) { log(.exchange($0)) }
        let limits = try Self.limits(log)
        let warnings = WarningLog { log(.warning($0)) }
        do {
            server = try HTTPServer(
                listen: listen, limits: limits,
                handler: { await routes.respond(to: $0) },
                headerCheck: { CentralHTTP.check(method: $0, path: $1, headers: $2) },
                log: { warnings.write($0) })
        } catch {
            throw CommandFailure(
                .unavailable, "cannot listen on \(listen): \(error)",
                hint: "is another program using the port?")
        }
        let host = listen.host.contains(":") ? "[\(listen.host)]" : listen.host
        url = "http://\(host):\(server.port)"
    }

    func stop() async {
        await server.stop()
    }

    private static func limits(
        _ log: @Sendable (LogLine) -> Void
    ) throws(CommandFailure) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.bodyBytesMax = WireLimits.bodyBytesMax
        let wanted = limits.connectionsMax
        let openFiles = OpenFileLimit.raise()
        guard limits.fit(openFiles: openFiles) else {
            throw CommandFailure(
                .osError, "the limit of \(openFiles) open files leaves none for connections",
                hint: "raise it with ulimit -n, or LimitNOFILE of the service")
        }
        if limits.connectionsMax < wanted {
            log(
                .warning(
                    "the limit of \(openFiles) open files leaves \(limits.connectionsMax) "
                        + "connections at once; raise it for \(wanted)"))
        }
        return limits
    }
}
