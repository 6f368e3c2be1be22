// A hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014): 48 bits of wall-clock
// milliseconds and 16 bits of counter. It moves past the timestamps that the replica has seen, so
// that a write is shown after what it had seen.
//
// It breaks display ties and nothing else (promise 8). A clock that is far ahead must drag nobody into
// the future, so what lies more than `driftMax` ahead is not taken over from a peer, nor from the
// replica's own past: after one edit with a clock in 2036 it starts again from now, and runs backwards
// once. What must hold within one record, that a change is later than all which it had seen there, does
// not rest on the replica's clock: each reading is taken past the record's own stamps (`after`).

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

    /// The civil time of an act that this reading stamps, by the wall clock of who did it; `nil` when
    /// the reading itself tells it, to the second.
    public func civilTime(ifNot wall: Timestamp) -> Timestamp? {
        let (apart, isFar) = wall.milliseconds.subtractingReportingOverflow(time.milliseconds)
        return isFar || apart.magnitude >= 1000 ? wall : nil
    }

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

    /// The reading for a new change: later than every one before, unless those lie more than
    /// `driftMaxMilliseconds` ahead of the wall clock; and later than `seen` in any case.
    ///
    /// - Parameter seen: the latest stamp of what the change had seen; it moves this change alone.
    public mutating func tick(
        now: Timestamp, after seen: HybridTimestamp = HybridTimestamp(rawValue: 0)
    ) -> HybridTimestamp {
        startAgainIfAhead(of: now)
        let wall = HybridTimestamp(now)
        latest = wall > latest ? wall : latest.next
        return seen < latest ? latest : seen.next
    }

    /// Moves past a reading seen in a peer's change, unless it is too far ahead to be believed.
    public mutating func observe(_ other: HybridTimestamp, now: Timestamp) {
        startAgainIfAhead(of: now)
        guard other > latest, !Self.isTooFar(other, ahead: now) else { return }
        latest = other
    }

    /// Forgets a past that was stamped by a clock which was far ahead and has been set right.
    private mutating func startAgainIfAhead(of now: Timestamp) {
        if Self.isTooFar(latest, ahead: now) { latest = HybridTimestamp(rawValue: 0) }
    }

    private static func isTooFar(_ reading: HybridTimestamp, ahead now: Timestamp) -> Bool {
        // Within 48 bits, so that no time of day overflows.
        let wall = HybridTimestamp(now).time.milliseconds
        return reading.time.milliseconds - wall > driftMaxMilliseconds
    }
}

extension HybridTimestamp {
    /// The next reading; at the end of time the same. A counter that overflows carries into the
    /// milliseconds, which keeps the order.
    fileprivate var next: HybridTimestamp {
        HybridTimestamp(rawValue: rawValue == .max ? .max : rawValue + 1)
    }
}
