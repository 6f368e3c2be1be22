// A hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014): 48 bits of wall-clock
// milliseconds and 16 bits of counter. It never runs backwards at one replica and moves past every
// timestamp that the replica has seen, so that a write is shown after what it had seen.
//
// It breaks display ties and nothing else (promise 8). A peer whose clock is far ahead must not
// drag everyone into the future, so what lies more than `driftMax` ahead is not taken over.

/// Wall-clock time: milliseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since the Unix epoch.
    public let milliseconds: Int64

    /// Makes a time from milliseconds since the Unix epoch.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Earlier times come first.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

/// The one place from which wall-clock time comes; passed in, so that tests can bend it.
public protocol WallClock: Sendable {
    /// The time now, by this machine's opinion.
    func now() -> Timestamp
}

/// A reading of a hybrid logical clock.
public struct HybridTimestamp: Hashable, Comparable, Sendable {
    /// Milliseconds in the upper 48 bits, the counter in the lower 16.
    public let rawValue: UInt64

    /// Wraps a reading as it stands in CBOR.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Makes a reading from its parts. The time is clamped to 0…2^48-1 milliseconds.
    public init(_ time: Timestamp, counter: UInt16 = 0) {
        let milliseconds = UInt64(min(max(time.milliseconds, 0), (1 << 48) - 1))
        rawValue = milliseconds << 16 | UInt64(counter)
    }

    /// The wall-clock part.
    public var time: Timestamp { Timestamp(milliseconds: Int64(rawValue >> 16)) }

    /// The order in which tied values are shown.
    public static func < (left: HybridTimestamp, right: HybridTimestamp) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The state of one replica's hybrid logical clock.
public struct HybridClock: Sendable {
    /// How far ahead of the wall clock a peer's reading may lie and still be taken over: one day.
    public static let driftMaxMilliseconds: Int64 = 86_400_000

    /// The latest reading given out or taken over.
    public private(set) var latest: HybridTimestamp

    /// Resumes a clock from its latest reading.
    public init(latest: HybridTimestamp = HybridTimestamp(rawValue: 0)) {
        self.latest = latest
    }

    /// The reading for a new change: later than every one before.
    public mutating func tick(now: Timestamp) -> HybridTimestamp {
        let wall = HybridTimestamp(now)
        // A counter that overflows carries into the milliseconds, which keeps the order.
        latest =
            wall > latest
            ? wall : HybridTimestamp(rawValue: latest.rawValue == .max ? .max : latest.rawValue + 1)
        return latest
    }

    /// Moves past a reading seen in a peer's change, unless it is too far ahead to be believed.
    public mutating func observe(_ other: HybridTimestamp, now: Timestamp) {
        guard other > latest,
            other.time.milliseconds - now.milliseconds <= Self.driftMaxMilliseconds
        else { return }
        latest = other
    }
}
