public import Causality
internal import Synchronization

/// A wall clock that stands where a test puts it, and moves one millisecond at each reading.
public final class ManualClock: WallClock {
    private let milliseconds: Mutex<Int64>

    /// Starts on 1 March 2021, 08:00 at the office.
    public init(milliseconds: Int64 = 1_614_560_400_000) {
        self.milliseconds = Mutex(milliseconds)
    }

    /// The time, a millisecond later at each call.
    public func now() -> Timestamp {
        milliseconds.withLock {
            $0 += 1
            return Timestamp(milliseconds: $0)
        }
    }

    /// Sets the clock forward or back.
    public func advance(milliseconds step: Int64) {
        milliseconds.withLock { $0 += step }
    }
}
