// A body that is written while it is read. libmicrohttpd asks for bytes from its polling thread; when there
// are none its connection is suspended, and whoever writes the next ones resumes it: a stream that is
// silent costs neither a thread nor a look.
//
// Invariant: as with `ServerExchange`, a suspended connection is resumed exactly once, by whoever clears
// `isSuspended` under the lock, and none is suspended once the server has begun to close.

import CMicrohttpd
import Glibc
import Synchronization

/// The bytes between the producer of a stream and its reader.
final class ServerStream: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        /// How many of the waiting bytes have gone.
        var sent = 0
        var isSuspended = false
        var isFinished = false
        /// Nobody reads any more, or the reader stands still.
        var isCut = false
        var producer: Task<Void, Never>?

        /// Nothing goes anywhere any more; gives whom to tell.
        mutating func giveUp() -> Task<Void, Never>? {
            isCut = true
            (waiting, sent) = ([], 0)
            defer { producer = nil }
            return producer
        }
    }

    private let core: ServerCore
    private let connection: ServerConnection
    private let state = Mutex(State())

    init(core: ServerCore, connection: ServerConnection) {
        self.core = core
        self.connection = connection
    }

    /// Lets the producer write from now on.
    func begin(_ stream: HTTPStream) {
        // What a reader leaves unread is to show here soon, not to fill the kernel's memory.
        var bytes = Int32(clamping: core.limits.streamBufferBytesMax)
        setsockopt(
            connection.socket, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        state.withLock { state in
            guard !state.isCut else { return }
            state.producer = Task(priority: .high) {
                await stream.produce(HTTPStreamWriter(stream: self))
                finish()
            }
        }
    }

    /// What `HTTPStreamWriter.write` says.
    func write(_ bytes: [UInt8]) -> Bool {
        let (isRead, isOverflowing): (Bool, Bool) = state.withLock { state in
            guard !state.isCut, !state.isFinished else { return (false, false) }
            let count = state.waiting.count - state.sent + bytes.count
            guard count <= core.limits.streamBufferBytesMax else { return (false, true) }
            state.waiting.removeFirst(state.sent)
            state.sent = 0
            state.waiting += bytes
            return (true, false)
        }
        if isOverflowing { cut() } else if isRead { resume() }
        return isRead
    }

    /// Ends the body when all of it is sent.
    func finish() {
        state.withLock { $0.isFinished = true }
        resume()
    }

    /// Ends it now, and with it the connection; the reader sees that it is not whole.
    func cut() {
        let producer = state.withLock { state in
            // Not when libmicrohttpd is done with it: the connection may be another one's by now.
            guard !state.isCut else { return nil as Task<Void, Never>? }
            // A reader who stands still takes nothing, so that libmicrohttpd would wait for him.
            core.watch.cut(connection.key)
            return state.giveUp()
        }
        producer?.cancel()
        resume()
    }

    /// Ends it because the server closes: what was written is still sent.
    func close() {
        state.withLock(\.producer)?.cancel()
        finish()
    }

    /// libmicrohttpd is done with it.
    func completed() {
        state.withLock { $0.giveUp() }?.cancel()
    }

    private func resume() {
        let wasSuspended = state.withLock { state in
            defer { state.isSuspended = false }
            return state.isSuspended
        }
        guard wasSuspended else { return }
        MHD_resume_connection(connection.pointer)
        core.handlerEnded()
    }

    /// Fills libmicrohttpd's buffer, or suspends the connection.
    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        state.withLock { state in
            guard !state.isCut else { return streamEndsWithError }
            let rest = state.waiting[state.sent...].prefix(buffer.count)
            if !rest.isEmpty {
                rest.withUnsafeBytes { buffer.copyMemory(from: $0) }
                state.sent += rest.count
                return rest.count
            }
            guard !state.isFinished, core.mayStartHandler() else { return streamEnds }
            MHD_suspend_connection(connection.pointer)
            state.isSuspended = true
            return 0
        }
    }

    /// libmicrohttpd's response, which keeps the stream as long as it needs it; `nil` when there is no
    /// memory.
    func makeMessage() -> OpaquePointer? {
        let context = Unmanaged.passRetained(self)
        let message = MHD_create_response_from_callback(
            UInt64.max, 4_096,  // of no known size
            { context, _, bytes, count in
                guard let context, let bytes else { return streamEndsWithError }
                return Unmanaged<ServerStream>.fromOpaque(context).takeUnretainedValue()
                    .read(into: UnsafeMutableRawBufferPointer(start: bytes, count: count))
            }, context.toOpaque(),
            { context in
                guard let context else { return }
                Unmanaged<ServerStream>.fromOpaque(context).release()
            })
        if message == nil { context.release() }
        return message
    }
}

/// `MHD_CONTENT_READER_END_OF_STREAM` and `_END_WITH_ERROR`, which are macros.
private let (streamEnds, streamEndsWithError) = (-1, -2)
