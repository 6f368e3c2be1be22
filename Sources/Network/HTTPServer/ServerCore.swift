internal import Addresses
import CMicrohttpd
import Dispatch
internal import HTTP
import Synchronization

/// What libmicrohttpd's callbacks and the handlers share: rules, open exchanges, the way to close.
final class ServerCore: Sendable {
    let handler: @Sendable (HTTPRequest) async -> HTTPResponse
    let limits: HTTPServerLimits
    /// What handshakes are answered with; nil for plain HTTP.
    let certificates: HandshakeCertificates?
    let watch: ConnectionWatch
    let tooLarge = HTTPResponse.problem(413, "The request body is too large")
    let busy: HTTPResponse
    let closing = HTTPResponse.problem(503, "The server is closing")
    let streamsTaken: HTTPResponse

    var isTLS: Bool { certificates != nil }

    private struct State {
        var isClosing = false
        var exchanges: [ObjectIdentifier: ServerExchange] = [:]
        var lastLogLine: String?
        /// Streams under way, by who reads.
        var streams: [NetworkAddress?: Int] = [:]
    }

    private let proxies: TrustedProxies
    private let seats: Mutex<Seats>
    private let headerCheck: HTTPServer.HeaderCheck?
    private let log: (@Sendable (String) -> Void)?
    private let state = Mutex(State())
    private let bodyBytes = Atomic<Int>(0)
    /// Entered for every exchange, left when libmicrohttpd is done with it.
    private let openExchanges = DispatchGroup()
    /// Entered before a connection is suspended, left after it is resumed.
    private let suspensions = DispatchGroup()

    init(
        limits: HTTPServerLimits, certificates: HandshakeCertificates?, watch: ConnectionWatch,
        headerCheck: HTTPServer.HeaderCheck?,
        handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse,
        log: (@Sendable (String) -> Void)?
    ) {
        self.limits = limits
        proxies = TrustedProxies(limits.trustedProxies)
        seats = Mutex(Seats(limits: limits))
        self.certificates = certificates
        self.watch = watch
        self.headerCheck = headerCheck
        self.handler = handler
        self.log = log
        var busy = HTTPResponse.problem(503, "The server is busy")
        busy.headers.append("Retry-After", "5")
        self.busy = busy
        var streamsTaken = HTTPResponse.problem(503, "All streams are taken")
        streamsTaken.headers.append("Retry-After", "\(limits.retryAfterSeconds.waiting)")
        self.streamsTaken = streamsTaken
    }

    /// Why a request is answered without reading its body, if it is.
    func refusal(of head: RequestHead) -> HTTPResponse? {
        if state.withLock(\.isClosing) { return closing }
        if head.bytes > limits.headerBytesMax {
            return .problem(431, "The request headers are too large")
        }
        if let problem = head.framingProblem { return problem }
        guard let target = head.target else { return .problem(400, "Malformed request target") }
        if let refusal = headerCheck?(head.method, target.path, head.headers) { return refusal }
        let declared = head.declaredBodyBytes ?? 0
        if declared > limits.bodyBytesMax { return tooLarge }
        let taken = bodyBytes.load(ordering: .relaxed)
        return declared > 0 && taken + declared > limits.bodyBytesInFlightMax ? busy : nil
    }

    /// What libmicrohttpd complained of last.
    var lastLogLine: String? { state.withLock(\.lastLogLine) }

    func logLine(_ line: String) {
        var line = line
        while line.last?.isWhitespace == true { line.removeLast() }
        state.withLock { $0.lastLogLine = line }
        log?(line)
    }

    func joined(_ exchange: ServerExchange) {
        openExchanges.enter()
        state.withLock { $0.exchanges[ObjectIdentifier(exchange)] = exchange }
    }

    func left(_ exchange: ServerExchange) {
        let id = ObjectIdentifier(exchange)
        seats.withLock { $0.ended(id, on: exchange.connectionKey, at: .now) }
        state.withLock { $0.exchanges[ObjectIdentifier(exchange)] = nil }
        openExchanges.leave()
    }

    /// Whether a connection may be suspended; a yes is matched by `handlerEnded()`.
    func mayStartHandler() -> Bool {
        state.withLock { state in
            if state.isClosing { return false }
            suspensions.enter()
            return true
        }
    }

    func handlerEnded() { suspensions.leave() }

    /// Counts bytes of bodies in memory; false when there are too many.
    func claimBodyBytes(_ count: Int) -> Bool {
        let total = bodyBytes.add(count, ordering: .relaxed).newValue
        return total <= limits.bodyBytesInFlightMax
    }

    func releaseBodyBytes(_ count: Int) { bodyBytes.subtract(count, ordering: .relaxed) }

    /// Ends all exchanges: those that can in time, then the cancelled ones, then the rest.
    ///
    /// Blocks. Afterwards no connection is suspended and none will be.
    func endExchanges(gracePeriod: Duration, cancelGracePeriod: Duration) {
        state.withLock { $0.isClosing = true }
        // They would not end by themselves.
        for exchange in currentExchanges() { exchange.closeStream() }
        if openExchanges.wait(timeout: gracePeriod.fromNow) == .success { return }
        for exchange in currentExchanges() { exchange.cancelHandler() }
        if openExchanges.wait(timeout: cancelGracePeriod.fromNow) == .success { return }
        for exchange in currentExchanges() { exchange.abandon() }
        suspensions.wait()
    }

    /// Whether a stream to an address may begin; a yes is matched by `endedStream(of:)`.
    func mayStream(to address: String) -> Bool {
        let client = NetworkAddress(address)?.client
        return state.withLock { state in
            let own = state.streams[client, default: 0]
            guard !state.isClosing, own < limits.streamsPerAddressMax,
                state.streams.values.reduce(0, +) < limits.streamsMax
            else { return false }
            state.streams[client] = own + 1
            return true
        }
    }

    func endedStream(of address: String) {
        let client = NetworkAddress(address)?.client
        state.withLock { state in
            let rest = state.streams[client, default: 0] - 1
            state.streams[client] = rest > 0 ? rest : nil
        }
    }

    private func currentExchanges() -> [ServerExchange] {
        state.withLock { Array($0.exchanges.values) }
    }
}

// Who has a seat.
extension ServerCore {
    /// Connections that have a seat, and requests that were told to come back.
    var seatCounts: (seated: Int, refused: Int) {
        seats.withLock { ($0.seatedCount, $0.refusedCount) }
    }

    /// Who asks behind a trusted proxy; `nil` when that is the peer.
    func forwardedClient(of peer: String, _ headers: HTTPHeaders) -> NetworkAddress? {
        guard !limits.trustedProxies.isEmpty, let peer = NetworkAddress(peer),
            proxies.contains(peer)
        else { return nil }
        return proxies.client(behind: peer, headers)
    }

    func opened(_ connection: ServerConnection) {
        let peer = NetworkAddress(connection.remoteAddress())
        // A trusted proxy's connections carry requests of many.
        let client = peer.flatMap { proxies.contains($0) ? nil : $0.client }
        let (isGuest, leaver) = seats.withLock {
            $0.opened(connection.key, client: client, at: .now)
        }
        watch.opened(connection, isGuest: isGuest)
        makeLeave(leaver)
    }

    func closed(_ connection: ServerConnection) {
        watch.closed(connection)
        seats.withLock { $0.closed(connection.key) }
    }

    /// Gives a request a seat, or says when it may come back.
    func seat(_ exchange: ServerExchange, _ head: RequestHead) -> HTTPResponse? {
        let wish = head.prefersToWait ? Seats.Wish.toWait : .work
        let (isTaken, leaver, lack) = seats.withLock {
            $0.arrived(
                ObjectIdentifier(exchange), on: exchange.connectionKey,
                client: head.forwardedClient, wish, at: .now)
        }
        makeLeave(leaver)
        guard !isTaken else { return nil }
        switch lack {
        case .ofAll:
            logLine(
                "all \(limits.connectionsMax) connections are taken: "
                    + "further ones are told to come back")
        case .ofAddress:
            logLine(
                "an address has taken all \(limits.connectionsPerAddressMax) of its connections: "
                    + "further ones are told to come back, as all connections are taken")
        }
        var response = HTTPResponse.problem(503, "All connections are taken")
        let times = limits.retryAfterSeconds
        response.headers["Retry-After"] = "\(wish == .work ? times.work : times.waiting)"
        return response.closingConnection
    }

    /// Notes that a request only waits, or works again.
    func note(isWaiting: Bool, _ exchange: ServerExchange) {
        let id = ObjectIdentifier(exchange)
        seats.withLock {
            $0.note(isWaiting: isWaiting, id, on: exchange.connectionKey, at: .now)
        }
    }

    private func makeLeave(_ leaver: Seats.Leaver?) {
        switch leaver {
        case .connection(let key): watch.cut(key)
        case .exchange(let id): state.withLock { $0.exchanges[id] }?.giveWay()
        case nil: break
        }
    }
}

extension Duration {
    fileprivate var fromNow: DispatchTime { .now() + .milliseconds(wholeMilliseconds) }
}
