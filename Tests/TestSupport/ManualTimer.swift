internal import Synchronization

/// Monotonic time that a test moves; who sleeps on it moves it too, and does not wait.
public final class ManualTimer: Clock, Sendable {
    /// A moment of it.
    public struct Instant: InstantProtocol {
        fileprivate var offset: Duration

        /// A later moment.
        public func advanced(by duration: Duration) -> Instant {
            Instant(offset: offset + duration)
        }

        /// The time between two moments.
        public func duration(to other: Instant) -> Duration { other.offset - offset }

        /// Whether a moment is before another.
        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let state = Mutex((offset: Duration.zero, pauses: [Duration]()))

    /// Starts at zero.
    public init() {}

    /// The moment.
    public var now: Instant { Instant(offset: state.withLock(\.offset)) }
    /// It can be moved by anything.
    public var minimumResolution: Duration { .zero }
    /// How long each sleep was meant to last.
    public var pauses: [Duration] { state.withLock(\.pauses) }

    /// Moves it.
    public func advance(by duration: Duration) {
        state.withLock { $0.offset += duration }
    }

    /// Moves it to the deadline.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.pauses.append(max(.zero, deadline.offset - state.offset))
            state.offset = max(state.offset, deadline.offset)
        }
    }
}
