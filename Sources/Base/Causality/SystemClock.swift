internal import Foundation

/// The machine's wall clock: the only place that reads it.
public struct SystemClock: WallClock {
    /// The machine's clock.
    public init() {}

    /// The time now, by this machine's opinion.
    public func now() -> Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
