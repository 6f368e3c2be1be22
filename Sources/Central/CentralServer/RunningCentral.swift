internal import Addresses
public import Administration
internal import Causality
public import CentralEngine
public import HTTP
public import HTTPServer
internal import SQLiteStore
internal import Wire

/// A central that serves.
public struct RunningCentral: Sendable {
    private let server: HTTPServer
    private let node: FileCentral
    /// Its address.
    public let url: String

    /// Begins to serve a node.
    ///
    /// - Parameters:
    ///   - routes: answered beside those of devices and of administrators.
    ///   - supervision: what those who run it wish to be told.
    ///   - version: of the program, for whoever reads figures.
    ///   - pin: that of the key in `tls`, where counters are to be told it.
    ///   - limits: within what the system allows (`HTTPServerLimits.fitted`); `nil` for the default ones.
    ///   - log: gets a line for each exchange, and what an operator has to know.
    /// - Throws: `ServingError`.
    public init(
        node: FileCentral, listen: ListenAddress, tls: TLSIdentity? = nil,
        adding routes: [ServedRoute] = [], supervision: Supervision = Supervision(),
        version: String = "", pin: @escaping @Sendable () -> String? = { nil },
        limits: HTTPServerLimits? = nil,
        log: @escaping @Sendable (LogLine) -> Void
    ) throws(ServingError) {
        self.node = node
        let central = CentralHTTP(
            node: node, adding: routes, supervision: supervision, version: version, pin: pin
        ) { log(.exchange($0)) }
        var fitted: HTTPServerLimits
        if let limits { fitted = limits } else { fitted = try HTTPServerLimits().fitted(log) }
        fitted.bodyBytesMax = WireLimits.bodyBytesMax
        let warnings = WarningLog(linesMax: supervision.limits.warningLinesMax) {
            log(.warning($0))
        }
        do throws(HTTPError) {
            server = try HTTPServer(
                listen: listen, limits: fitted, tls: tls,
                handler: { await central.respond(to: $0) },
                headerCheck: { central.check(method: $0, path: $1, headers: $2) },
                log: { warnings.write($0) })
        } catch {
            throw .cannotListen(listen, error)
        }
        let host = listen.host.contains(":") ? "[\(listen.host)]" : listen.host
        url = "\(tls == nil ? "http" : "https")://\(host):\(server.port)"
    }

    /// Proves itself with another certificate from the next handshake on.
    ///
    /// - Throws: `HTTPError.tlsIdentityRejected`.
    public func replace(tls identity: TLSIdentity) throws(HTTPError) {
        try server.replace(tls: identity)
    }

    /// Lets running requests finish for a moment, writes what was yet to be noted of them, and ends.
    public func stop() async {
        await server.stop()
        try? await node.writeNotes()  // what is not noted counts as not having happened
    }

    /// How it stands, whenever that is asked.
    ///
    /// - Parameter droppedLogLines: lines of the log that nobody read in time.
    public func status(
        of node: FileCentral, _ limits: HTTPServerLimits,
        droppedLogLines: @escaping @Sendable () -> Int
    ) -> @Sendable () -> ServingStatus {
        let status = ServingStatus(
            url: url, since: SystemClock().now(), connectionsMax: limits.connectionsMax,
            connectionsPerAddressMax: limits.connectionsPerAddressMax,
            trustedProxies: limits.trustedProxies.map(\.description))
        return { [server] in
            var present = status
            (present.connections, present.refused) = server.counts
            present.retention = node.retention
            present.waiting = node.waitingDevices.count
            present.droppedLogLines = droppedLogLines()
            return present
        }
    }
}

/// Why a central does not serve.
public enum ServingError: Error, Sendable {
    /// The system allows so few open files that none is left for connections.
    case noOpenFiles(limit: Int)
    /// The address is taken, or not of this machine.
    case cannotListen(ListenAddress, HTTPError)
}

extension HTTPServerLimits {
    /// The limits within what the system allows, which is said when it is less.
    ///
    /// - Throws: `ServingError.noOpenFiles`.
    public func fitted(
        _ log: @Sendable (LogLine) -> Void
    ) throws(ServingError) -> HTTPServerLimits {
        var limits = self
        let openFiles = OpenFileLimit.raise()
        guard limits.fit(openFiles: openFiles) else { throw .noOpenFiles(limit: openFiles) }
        if limits.connectionsMax < connectionsMax {
            log(
                .warning(
                    "the limit of \(openFiles) open files leaves \(limits.connectionsMax) "
                        + "connections at once; raise it for \(connectionsMax)"))
        }
        return limits
    }
}
