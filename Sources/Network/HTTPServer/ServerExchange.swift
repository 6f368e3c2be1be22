// One request and its answer. libmicrohttpd calls from its polling thread; handlers run as Tasks.
//
// Invariant: a suspended connection is resumed exactly once, by whoever moves `phase` out of
// `running` under the lock, and no connection is suspended once the server has begun to close.
// So the connection pointer is only used while libmicrohttpd keeps it alive: in its callbacks,
// or between suspend and resume. A peer that leaves meanwhile is noticed by `ConnectionWatch`,
// since libmicrohttpd does not look at suspended connections.

import CMicrohttpd
import Glibc
import Synchronization

/// A request from its headers to the last byte of its answer.
final class ServerExchange: Sendable {
    private enum Phase {
        /// Headers accepted, the body is arriving.
        case receiving
        /// The handler runs and the connection is suspended.
        case running(Task<Void, Never>)
        /// The answer is known and waits for libmicrohttpd's next call.
        case ready(HTTPResponse)
        /// The answer is with libmicrohttpd.
        case answered
        /// The answer is with libmicrohttpd, which asks for its body as it is written.
        case streaming(ServerStream)
        /// The peer left or the server closes: nobody wants an answer.
        case abandoned
    }

    private struct State {
        var phase = Phase.receiving
        var body: [UInt8] = []
        /// Bytes that arrived after a refusal.
        var droppedBytes = 0
        /// Whether its connection is wanted for others, and closes with the answer.
        var isLeaving = false
        /// Duplicate of a refused upload's socket, drained so that the answer survives.
        var lingeringSocket: Int32 = -1

        var stream: ServerStream? {
            if case .streaming(let stream) = phase { stream } else { nil }
        }
    }

    /// The connection that it came on.
    var connectionKey: UInt { connection.key }

    private let core: ServerCore
    private let connection: ServerConnection
    private let head: RequestHead
    private let state = Mutex(State())
    private let bodyBytesCounted = Atomic<Int>(0)

    init(core: ServerCore, connection: ServerConnection, head: RequestHead) {
        self.core = core
        self.connection = connection
        self.head = head
    }

    deinit {
        core.releaseBodyBytes(bodyBytesCounted.load(ordering: .relaxed))
    }

    /// Decides whether the body is wanted; a refusal is answered without reading it.
    func headArrived() -> MHD_Result {
        core.watch.enter(.body, connection)
        let refusal = core.seat(self, head) ?? core.refusal(of: head)
        guard let refusal else { return .YES }
        return state.withLock { state in
            guard head.announcesBody else {
                state.phase = .ready(refusal)
                return .YES
            }
            return refuseUpload(refusal, &state)
        }
    }

    /// Keeps a piece of the body, or refuses the rest of it.
    func bodyArrived(_ bytes: UnsafeRawBufferPointer) -> MHD_Result {
        core.watch.received(bytes.count, connection)
        return state.withLock { state in
            guard case .receiving = state.phase else { return drop(bytes.count, &state) }
            if state.body.count + bytes.count > core.limits.bodyBytesMax {
                return refuseRest(core.tooLarge, &state)
            }
            bodyBytesCounted.add(bytes.count, ordering: .relaxed)
            if !core.claimBodyBytes(bytes.count) { return refuseRest(core.busy, &state) }
            state.body.append(contentsOf: bytes)
            return .YES
        }
    }

    /// Starts the handler when the request is complete, or hands over the answer that is ready.
    func proceed() -> MHD_Result {
        state.withLock { state in
            switch state.phase {
            case .receiving: return startHandler(&state)
            case .ready(let response):
                return answer(response, &state)
            case .running, .answered, .streaming: return .YES
            case .abandoned: return .NO
            }
        }
    }

    /// libmicrohttpd is done with the request, whatever became of it.
    func completed() {
        let (lingering, stream) = state.withLock { state in
            let stream = state.stream
            state.phase = .abandoned
            state.body = []
            defer { state.lingeringSocket = -1 }
            return (state.lingeringSocket, stream)
        }
        if let stream {
            core.watch.forgetHangUp(connection)
            stream.completed()
            core.endedStream(of: head.remoteAddress)
        }
        if lingering >= 0 { core.watch.drain(lingering) }
        core.watch.enter(.head, connection)
        core.left(self)
    }

    /// Asks the handler to end soon; its answer is still sent.
    func cancelHandler() {
        state.withLock { state in
            if case .running(let task) = state.phase { task.cancel() }
        }
    }

    /// Ends a body that is being written, after what was written.
    func closeStream() {
        // Out of the lock: it resumes the connection.
        state.withLock(\.stream)?.close()
    }

    /// Lets a handler that waits answer now, and closes the connection after it; cuts a stream.
    func giveWay() {
        let stream: ServerStream? = state.withLock { state in
            guard case .running(let task) = state.phase else { return state.stream }
            state.isLeaving = true
            task.cancel()
            return nil
        }
        stream?.cut()
    }

    /// Cancels the handler and lets the connection be closed without an answer.
    func abandon() {
        let (wasRunning, stream) = state.withLock { state in
            guard case .running(let task) = state.phase else { return (false, state.stream) }
            core.watch.forgetHangUp(connection)
            task.cancel()
            state.phase = .abandoned
            return (true, nil)
        }
        if wasRunning { resume() }
        stream?.cut()
    }

    private func startHandler(_ state: inout State) -> MHD_Result {
        guard head.announced(bodyBytes: state.body.count) else {
            state.phase = .answered
            return send(.problem(400, "Malformed message length").closingConnection)
        }
        guard core.mayStartHandler() else {
            state.phase = .answered
            return send(core.closing)
        }
        core.watch.enter(.handling, connection)
        MHD_suspend_connection(connection.pointer)
        let request = head.request(body: state.body) { [weak self] isWaiting in
            guard let self else { return }
            core.note(isWaiting: isWaiting, self)
        }
        state.body = []
        // Who waits for an answer comes before what the process computes beside it.
        let task = Task(priority: .high) {
            let response = await core.handler(request)
            finish(response)
        }
        state.phase = .running(task)
        core.watch.onHangUp(connection) { [weak self] in self?.abandon() }
        return .YES
    }

    private func finish(_ response: HTTPResponse) {
        let wasRunning = state.withLock { state in
            guard case .running = state.phase else { return false }
            core.watch.forgetHangUp(connection)
            state.phase = .ready(state.isLeaving ? response.closingConnection : response)
            return true
        }
        if wasRunning { resume() }
    }

    private func resume() {
        MHD_resume_connection(connection.pointer)
        core.handlerEnded()
    }

    /// Refuses in the midst of a body, where libmicrohttpd 0.9.75 takes no answer.
    ///
    /// Plain connections get it written directly. On TLS ones the rest is read and dropped, up to
    /// once more the limit, and answered at its end.
    private func refuseRest(_ refusal: HTTPResponse, _ state: inout State) -> MHD_Result {
        state.body = []
        guard core.isTLS else {
            state.phase = .abandoned
            state.lingeringSocket = fcntl(connection.socket, F_DUPFD_CLOEXEC, 0)
            connection.write(refusal)
            return .NO
        }
        state.phase = .ready(refusal)
        return .YES
    }

    private func drop(_ byteCount: Int, _ state: inout State) -> MHD_Result {
        state.droppedBytes += byteCount
        return state.droppedBytes <= core.limits.bodyBytesMax ? .YES : .NO
    }

    private func refuseUpload(_ refusal: HTTPResponse, _ state: inout State) -> MHD_Result {
        state.body = []
        state.phase = .answered
        state.lingeringSocket = fcntl(connection.socket, F_DUPFD_CLOEXEC, 0)
        return send(refusal.closingConnection)
    }

    /// Hands over the handler's answer.
    private func answer(_ response: HTTPResponse, _ state: inout State) -> MHD_Result {
        guard let body = response.stream else {
            state.phase = .answered
            return send(response)
        }
        guard core.mayStream(to: head.remoteAddress) else {
            state.phase = .answered
            return send(core.streamsTaken)
        }
        let stream = ServerStream(core: core, connection: connection)
        state.phase = .streaming(stream)
        core.watch.enter(.streaming, connection)
        // It holds its seat only as long as nobody needs it for work.
        core.note(isWaiting: true, self)
        core.watch.onHangUp(connection) { [weak stream] in stream?.cut() }
        let result = connection.queue(response, stream)
        if result == .YES { stream.begin(body) }
        return result
    }

    private func send(_ response: HTTPResponse) -> MHD_Result {
        core.watch.enter(.answer(bytes: response.body.count), connection)
        return connection.queue(response)
    }
}
