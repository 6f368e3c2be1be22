// What libmicrohttpd does not watch over: peers that leave while a handler runs, peers that send
// or read so slowly that the idle time-out never strikes, and uploads refused half-way, whose
// sockets are drained a little so that the answer is not lost to a reset (RFC 9112 §9.6).
//
// One thread waits in epoll. A socket is only touched under the lock while its connection is
// known to be open, so a reused descriptor is never hit.

import CMicrohttpd
import Dispatch
import Glibc
internal import HTTP
import Synchronization

/// Notices peers that leave or dawdle.
final class ConnectionWatch: Sendable {
    /// What a connection is waiting for.
    enum Stage {
        case head
        case body
        case handling
        case answer(bytes: Int)
        /// The answer is written while it is read, with pauses.
        case streaming
    }

    private struct Connection {
        let socket: Int32
        /// Whether it is one beyond the limits, with less time.
        var isGuest: Bool
        var stage = Stage.head
        var since = ContinuousClock.now
        var bodyBytes = 0
        var hangUpMark: UInt64?
    }

    private struct Drain {
        let deadline = ContinuousClock.now + .seconds(5)
        var bytesLeft = 1 << 20
    }

    private struct State {
        var connections: [UInt: Connection] = [:]
        var drains: [Int32: Drain] = [:]
        /// What to call, by a mark that is never used again: events may be late.
        var hangUps: [UInt64: @Sendable () -> Void] = [:]
        var lastMark: UInt64 = 0
        var isClosed = false
    }

    private static let drainsMax = 128
    private static let drainMark: UInt64 = 1 << 63
    private static let wakeMark = UInt64.max

    private let epoll: Int32
    private let wake: Int32
    private let limits: HTTPServerLimits
    private let tick: Duration
    private let state = Mutex(State())

    /// Starts the watching thread.
    /// - Throws: `HTTPError.cannotStart` without descriptors.
    init(limits: HTTPServerLimits) throws(HTTPError) {
        self.limits = limits
        let shortest = min(limits.headTimeout, limits.idleTimeout, limits.guestTimeout)
        tick = min(max(shortest / 4, .milliseconds(10)), .seconds(5))
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard epoll >= 0, wake >= 0 else {
            let reason = String(cString: strerror(errno))
            if epoll >= 0 { Glibc.close(epoll) }
            if wake >= 0 { Glibc.close(wake) }
            throw .cannotStart(reason: reason)
        }
        add(wake, EPOLLIN.rawValue, Self.wakeMark)
        DispatchQueue(label: "http.connection-watch").async { self.run() }
    }

    deinit {
        // The thread holds the watch, so it has ended.
        Glibc.close(epoll)
        Glibc.close(wake)
    }

    /// Ends the thread and closes what is being drained.
    func close() {
        state.withLock { $0.isClosed = true }
        wakeUp()
    }

    /// Takes a new connection on.
    func opened(_ connection: ServerConnection, isGuest: Bool) {
        let count = state.withLock { state in
            state.connections[connection.key] = Connection(
                socket: connection.socket, isGuest: isGuest)
            return state.connections.count
        }
        if count == 1 { wakeUp() }
    }

    /// Closes a connection that no request is under way on, or whose answer is given up.
    func cut(_ key: UInt) {
        state.withLock { state in
            guard let connection = state.connections[key] else { return }
            shutdown(connection.socket, Int32(SHUT_RDWR))
        }
    }

    func closed(_ connection: ServerConnection) {
        forgetHangUp(connection)
        state.withLock { $0.connections[connection.key] = nil }
    }

    func enter(_ stage: Stage, _ connection: ServerConnection) {
        state.withLock { state in
            state.connections[connection.key]?.stage = stage
            state.connections[connection.key]?.since = .now
            state.connections[connection.key]?.bodyBytes = 0
        }
    }

    func received(_ byteCount: Int, _ connection: ServerConnection) {
        state.withLock { $0.connections[connection.key]?.bodyBytes += byteCount }
    }

    /// Calls once when the peer closes its end, be it only for sending, or vanishes.
    func onHangUp(_ connection: ServerConnection, _ action: @escaping @Sendable () -> Void) {
        state.withLock { state in
            guard state.connections[connection.key] != nil else { return }
            state.lastMark += 1
            state.hangUps[state.lastMark] = action
            state.connections[connection.key]?.hangUpMark = state.lastMark
            let events = EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue
            add(connection.socket, events, state.lastMark)
        }
    }

    func forgetHangUp(_ connection: ServerConnection) {
        state.withLock { state in
            guard let mark = state.connections[connection.key]?.hangUpMark else { return }
            state.connections[connection.key]?.hangUpMark = nil
            state.hangUps[mark] = nil
            remove(connection.socket)
        }
    }

    /// Takes over a socket, reads and drops what still arrives for a while, and closes it.
    func drain(_ socket: Int32) {
        let isTaken = state.withLock { state in
            if state.isClosed || state.drains.count >= Self.drainsMax { return false }
            state.drains[socket] = Drain()
            add(socket, EPOLLIN.rawValue | EPOLLRDHUP.rawValue, Self.drainMark | UInt64(socket))
            return true
        }
        if isTaken { wakeUp() } else { Glibc.close(socket) }
    }
}

extension ConnectionWatch {
    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(epoll, &events, Int32(events.count), waitMilliseconds())
            for event in events.prefix(Int(max(count, 0))) { handle(event.data.u64) }
            let isClosed = state.withLock { state in
                cutOverdue(&state)
                return state.isClosed
            }
            if isClosed { break }
        }
        state.withLock { state in
            for socket in state.drains.keys { Glibc.close(socket) }
            state.drains = [:]
        }
    }

    private func waitMilliseconds() -> Int32 {
        state.withLock { $0.connections.isEmpty && $0.drains.isEmpty }
            ? -1 : Int32(tick.wholeMilliseconds)
    }

    private func handle(_ mark: UInt64) {
        if mark == Self.wakeMark {
            var count: UInt64 = 0
            read(wake, &count, MemoryLayout<UInt64>.size)
        } else if mark & Self.drainMark != 0 {
            readOff(Int32(truncatingIfNeeded: mark & ~Self.drainMark))
        } else {
            let action = state.withLock { $0.hangUps[mark] }
            action?()
        }
    }

    private func readOff(_ socket: Int32) {
        state.withLock { state in
            guard state.drains[socket] != nil else { return }
            var scratch = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(socket, &scratch, scratch.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            state.drains[socket]?.bytesLeft -= max(count, 0)
            if count <= 0 || state.drains[socket]?.bytesLeft ?? 0 <= 0 { endDrain(socket, &state) }
        }
    }

    private func endDrain(_ socket: Int32, _ state: inout State) {
        state.drains[socket] = nil
        remove(socket)
        Glibc.close(socket)
    }

    /// A cut connection reads as closed by the peer, so libmicrohttpd cleans it up.
    private func cutOverdue(_ state: inout State) {
        let now = ContinuousClock.now
        for connection in state.connections.values where isOverdue(connection, now) {
            shutdown(connection.socket, Int32(SHUT_RDWR))
        }
        for (socket, drain) in state.drains where drain.deadline < now {
            endDrain(socket, &state)
        }
    }

    private func isOverdue(_ connection: Connection, _ now: ContinuousClock.Instant) -> Bool {
        let elapsed = now - connection.since
        let rate = max(limits.bytesPerSecondMin, 1)
        switch connection.stage {
        case .handling, .streaming: return false
        case .head where connection.isGuest: return elapsed > limits.guestTimeout
        case .head: return elapsed > limits.idleTimeout + limits.headTimeout
        case .body:
            return elapsed > limits.idleTimeout + .seconds(connection.bodyBytes / rate)
        case .answer(let bytes):
            return elapsed > limits.idleTimeout + .seconds(bytes / rate)
        }
    }

    private func wakeUp() {
        var one: UInt64 = 1
        write(wake, &one, MemoryLayout<UInt64>.size)
    }

    private func add(_ socket: Int32, _ events: UInt32, _ mark: UInt64) {
        var event = epoll_event()
        event.events = events
        event.data.u64 = mark
        epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event)
    }

    private func remove(_ socket: Int32) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nil)
    }
}
