// Lines of a service on their way to whoever reads them. The reader may stand still (a stopped
// terminal, a log collector that hangs): a pipe that nobody reads takes 64 KiB, and then whoever writes
// waits for ever. So the writing has a thread of its own, and a service only ever leaves its lines
// here. What the queue has no room for is dropped, counted, and said where the lines would have stood.

internal import Dispatch
internal import Synchronization

/// A bounded queue of lines to a sink that may block.
public final class LineQueue: Sendable {
    /// Bytes that wait to be written: some thousand lines of a log.
    public static let bytesMaxDefault = 1 << 20
    /// Bytes that are handed to the sink at once: what a pipe takes.
    private static let chunkBytes = 64 << 10

    private enum Entry {
        case line(String)
        case dropped(Int)
    }

    private struct State {
        var entries: [Entry] = []
        var bytes = 0
        var droppedCount = 0
        var isWriting = false
        /// Who waits until all is written.
        var finishers: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastFinisher = 0
    }

    private let sink: OutputSink
    private let bytesMax: Int
    private let notice: @Sendable (_ droppedCount: Int) -> String
    private let thread = DispatchQueue(label: "line-queue")
    private let state = Mutex(State())

    /// Prepares to write.
    ///
    /// - Parameters:
    ///   - bytesMax: bytes that may wait; a longer line is dropped.
    ///   - notice: the line that says how many were dropped.
    public init(
        to sink: OutputSink, bytesMax: Int = bytesMaxDefault,
        notice: @escaping @Sendable (_ droppedCount: Int) -> String
    ) {
        self.sink = sink
        self.bytesMax = bytesMax
        self.notice = notice
    }

    /// Lines that were dropped so far.
    public var droppedCount: Int { state.withLock(\.droppedCount) }

    /// Leaves a line to be written after those before it. Never waits.
    public func write(line: String) {
        let begins = state.withLock { state in
            let bytes = line.utf8.count + 1
            if state.bytes + bytes <= bytesMax {
                state.bytes += bytes
                state.entries.append(.line(line))
            } else {
                state.droppedCount += 1
                if case .dropped(let count)? = state.entries.last {
                    state.entries[state.entries.count - 1] = .dropped(count + 1)
                } else {
                    state.entries.append(.dropped(1))
                }
            }
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins { thread.async { self.writeAll() } }
    }

    /// Returns when all that was left here is written, or when the time is over.
    public func finish(within limit: Duration) async {
        await withCheckedContinuation { continuation in
            let number: Int? = state.withLock { state in
                guard state.isWriting else { return nil }
                state.lastFinisher += 1
                state.finishers[state.lastFinisher] = continuation
                return state.lastFinisher
            }
            guard let number else { return continuation.resume() }
            let milliseconds = Int(limit / .milliseconds(1))
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
                self.state.withLock { $0.finishers.removeValue(forKey: number) }?.resume()
            }
        }
    }

    private func writeAll() {
        while let text = next() {
            // It may be closed, or on a disk that is full; the service goes on.
            try? sink.write(text)
        }
    }

    /// The next lines; `nil` when there are none, and then whoever writes one begins anew.
    private func next() -> String? {
        let (text, finishers): (String?, [CheckedContinuation<Void, Never>]) = state.withLock {
            state in
            var text = ""
            var taken = 0
            while taken < state.entries.count, text.utf8.count < Self.chunkBytes {
                switch state.entries[taken] {
                case .line(let line):
                    state.bytes -= line.utf8.count + 1
                    text += line + "\n"
                case .dropped(let count): text += notice(count) + "\n"
                }
                taken += 1
            }
            state.entries.removeFirst(taken)
            guard taken == 0 else { return (text, []) }
            state.isWriting = false
            defer { state.finishers = [:] }
            return (nil, Array(state.finishers.values))
        }
        for finisher in finishers { finisher.resume() }
        return text
    }
}
