import CMicrohttpd
import Dispatch
import Glibc
public import HTTP
import Synchronization

/// An HTTP/1.1 server over libmicrohttpd whose handlers are asynchronous.
///
/// One thread serves all connections; a waiting handler holds no thread. A handler whose client
/// leaves is cancelled.
public final class HTTPServer: Sendable {
    /// Looks at a request before its body is read; a response refuses it.
    ///
    /// Runs on the server's only thread: it must be quick and must not block.
    public typealias HeaderCheck =
        @Sendable (_ method: String, _ path: String, _ headers: HTTPHeaders) -> HTTPResponse?

    /// The port that is listened on.
    public let port: UInt16

    /// Connections that have a seat, and requests that were told to come back since it began.
    public var counts: (connections: Int, refused: Int) {
        let counts = core.seatCounts
        return (counts.seated, counts.refused)
    }

    private let core: ServerCore
    private let daemon: ServerDaemon
    private let closingQueue = DispatchQueue(label: "http.server-closing")

    /// Starts to serve.
    /// - Throws: `HTTPError` when the address, the identity or the system does not allow it.
    public init(
        listen: ListenAddress, limits: HTTPServerLimits = HTTPServerLimits(),
        tls: TLSIdentity? = nil, suppressDate: Bool = false,
        handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse,
        headerCheck: HeaderCheck? = nil,
        log: (@Sendable (String) -> Void)? = nil
    ) throws(HTTPError) {
        let certificate = try tls.map { identity throws(HTTPError) in
            try ServerCertificate(identity)
        }
        let watch = try ConnectionWatch(limits: limits)
        core = ServerCore(
            limits: limits, certificates: certificate.map { HandshakeCertificates($0) },
            watch: watch, headerCheck: headerCheck,
            handler: handler, log: log)
        do throws(HTTPError) {
            let socket = try listen.openSocket()
            port = ListenAddress.boundPort(of: socket)
            daemon = try ServerDaemon(
                core: core, listenSocket: socket, isIPv6: listen.isIPv6,
                suppressDate: suppressDate)
        } catch {
            watch.close()
            throw error
        }
    }

    deinit {
        let (daemon, core) = (daemon, core)
        closingQueue.async { Self.close(daemon, core, .zero, .zero) }
    }

    /// Proves itself with another certificate in every handshake from now on; open connections stay.
    ///
    /// Nothing changes when it throws. A server of plain HTTP stays one.
    /// - Throws: `HTTPError.tlsIdentityRejected`.
    public func replace(tls identity: TLSIdentity) throws(HTTPError) {
        core.certificates?.replace(with: try ServerCertificate(identity))
    }

    /// Stops accepting, lets running requests finish within the limits' grace periods, and ends.
    ///
    /// May be called more than once; every call returns when the server has ended.
    public func stop() async {
        await withCheckedContinuation { continuation in
            closingQueue.async { [daemon, core] in
                let limits = core.limits
                Self.close(daemon, core, limits.stopGracePeriod, limits.cancelGracePeriod)
                continuation.resume()
            }
        }
    }

    private static func close(
        _ daemon: ServerDaemon, _ core: ServerCore, _ grace: Duration, _ cancelGrace: Duration
    ) {
        guard daemon.stopAccepting() else { return }
        core.endExchanges(gracePeriod: grace, cancelGracePeriod: cancelGrace)
        daemon.end()
        core.watch.close()
    }
}
