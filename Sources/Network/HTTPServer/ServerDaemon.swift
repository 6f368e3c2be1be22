internal import Addresses
import CMicrohttpd
import Glibc
internal import HTTP
import Synchronization

/// libmicrohttpd's daemon and what must live as long as it does.
///
/// `@unchecked Sendable`: the pointers are set once, used by the closing queue alone and by
/// libmicrohttpd.
final class ServerDaemon: @unchecked Sendable {
    private let daemon: OpaquePointer
    private let settings: UnsafeMutablePointer<shim_server>
    private let core: ServerCore
    private let isAccepting = Mutex(true)
    private var listenSocket: Int32 = -1

    /// Starts serving on a socket, which it takes over even when it throws.
    /// - Throws: `HTTPError.cannotStart`.
    init(
        core: ServerCore, listenSocket: Int32, isIPv6: Bool, suppressDate: Bool
    ) throws(HTTPError) {
        MHD_set_panic_func(reportPanic, nil)
        var flags = MHD_USE_AUTO_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
        flags |= MHD_USE_ERROR_LOG.rawValue
        if isIPv6 { flags |= MHD_USE_IPv6.rawValue }
        if suppressDate { flags |= MHD_USE_SUPPRESS_DATE_NO_CLOCK.rawValue }
        let settings = Self.makeSettings(core, listenSocket)
        let inode = socketInode(listenSocket)
        guard let daemon = shim_start_daemon(flags, settings) else {
            // libmicrohttpd closes the socket on some failures and leaves it on others.
            if socketInode(listenSocket) == inode { close(listenSocket) }
            Self.free(settings)
            throw .cannotStart(reason: core.lastLogLine ?? "libmicrohttpd refused")
        }
        self.core = core
        self.daemon = daemon
        self.settings = settings
    }

    deinit {
        Self.free(settings)
    }

    /// Refuses new connections; false when that was done before.
    func stopAccepting() -> Bool {
        let isFirst = isAccepting.withLock { isAccepting in
            defer { isAccepting = false }
            return isAccepting
        }
        guard isFirst else { return false }
        listenSocket = MHD_quiesce_daemon(daemon)
        if listenSocket >= 0 { shutdown(listenSocket, Int32(SHUT_RDWR)) }
        return true
    }

    /// Closes all connections and ends the thread; no connection may be suspended.
    func end() {
        MHD_stop_daemon(daemon)
        if listenSocket >= 0 { close(listenSocket) }
    }

    private static func makeSettings(
        _ core: ServerCore, _ listenSocket: Int32
    ) -> UnsafeMutablePointer<shim_server> {
        let limits = core.limits
        let settings = UnsafeMutablePointer<shim_server>.allocate(capacity: 1)
        settings.initialize(to: shim_server())
        settings.pointee.context = Unmanaged.passUnretained(core).toOpaque()
        settings.pointee.handler = requestArrived
        settings.pointee.completed = requestCompleted
        settings.pointee.connection_changed = connectionChanged
        settings.pointee.log_line = { context, line in
            guard let context, let line else { return }
            serverCore(context).logLine(String(cString: line))
        }
        settings.pointee.listen_socket = listenSocket
        // Its own limits close at accept; ours answer (`Seats`). A few more, so that a guest who says
        // nothing is displaced rather than the next one left in the kernel's queue.
        settings.pointee.connections_max = UInt32(
            clamping: limits.connectionsMax + limits.guestsMax + HTTPServerLimits.displacedMax)
        settings.pointee.idle_timeout_seconds = UInt32(max(limits.idleTimeout.wholeSeconds, 1))
        // Room to receive headers a little over the limit, and to write an answer's headers. All of it is
        // cleared after each request, and so taken by each connection that waits. From 32 KiB on it is a
        // mapping of its own: on the heap it would keep the connections apart that are walked at each resume.
        settings.pointee.connection_memory_bytes = limits.headerBytesMax + (20 << 10)
        if core.certificates != nil {
            settings.pointee.tls_certificate_callback = HandshakeCertificates.callback
        }
        return settings
    }

    private static func free(_ settings: UnsafeMutablePointer<shim_server>) {
        settings.deallocate()
    }
}

private func serverCore(_ context: UnsafeMutableRawPointer) -> ServerCore {
    Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
}

/// Called with the headers, then with pieces of the body, then when the request is complete or
/// the connection was resumed.
private func requestArrived(
    context: UnsafeMutableRawPointer?, pointer: OpaquePointer?, url: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?,
    bytes: UnsafePointer<CChar>?, byteCount: UnsafeMutablePointer<Int>?,
    slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let pointer, let url, let method, let byteCount, let slot else {
        return .NO
    }
    guard let known = slot.pointee else {
        let connection = ServerConnection(pointer)
        let core = serverCore(context)
        let headers = connection.headers()
        let peer = connection.remoteAddress()
        let client = core.forwardedClient(of: peer, headers)
        let head = RequestHead(
            method: String(cString: method), rawPath: String(cString: url),
            rawQuery: connection.query(), headers: headers,
            remoteAddress: client?.description ?? peer, forwardedClient: client?.client,
            version: version.map { String(cString: $0) } ?? "")
        let exchange = ServerExchange(core: core, connection: connection, head: head)
        slot.pointee = Unmanaged.passRetained(exchange).toOpaque()
        core.joined(exchange)
        return exchange.headArrived()
    }
    let exchange = Unmanaged<ServerExchange>.fromOpaque(known).takeUnretainedValue()
    guard byteCount.pointee > 0 else { return exchange.proceed() }
    let piece = UnsafeRawBufferPointer(start: bytes, count: byteCount.pointee)
    byteCount.pointee = 0
    return exchange.bodyArrived(piece)
}

private func requestCompleted(
    context: UnsafeMutableRawPointer?, pointer: OpaquePointer?,
    slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, code: MHD_RequestTerminationCode
) {
    guard let slot, let known = slot.pointee else { return }
    slot.pointee = nil
    Unmanaged<ServerExchange>.fromOpaque(known).takeRetainedValue().completed()
}

private func connectionChanged(
    context: UnsafeMutableRawPointer?, pointer: OpaquePointer?,
    slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, code: MHD_ConnectionNotificationCode
) {
    guard let context, let pointer else { return }
    let connection = ServerConnection(pointer)
    let core = serverCore(context)
    switch code {
    case .CONNECTION_NOTIFY_STARTED:
        // The handshake comes after this call.
        core.certificates?.serve(connection)
        core.opened(connection)
    default:
        core.certificates?.forget(connection)
        core.closed(connection)
    }
}

/// libmicrohttpd found its own state broken: going on would be undefined, so say why and end.
private func reportPanic(
    context: UnsafeMutableRawPointer?, file: UnsafePointer<CChar>?, line: UInt32,
    reason: UnsafePointer<CChar>?
) {
    let place = file.map { String(cString: $0) } ?? "?"
    let words = reason.map { String(cString: $0) } ?? "no reason given"
    fatalError("libmicrohttpd panicked at \(place):\(line): \(words)")
}

private func socketInode(_ descriptor: Int32) -> ino_t? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? status.st_ino : nil
}
