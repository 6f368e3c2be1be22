// Whether this machine's clock can be right, by what the machine has seen. A clock never decides over a
// write (promise 8): what is judged here is only said, and marked at what is written.
//
// What is known: central's time at the last exchange, and the time of the last change here. A clock before
// either is wrong, or was when they were noted; one that the last exchange found a day or more ahead is
// wrong until it is seen set right; one that is more than a year after all that is known cannot be
// believed. Beyond that nothing can be told before the next exchange.

/// What a machine has seen of right time.
public struct ClockWitness: Hashable, Sendable {
    /// Central's clock at the last exchange.
    public var central: Timestamp?
    /// This machine's clock then; `nil` once it was seen set right since.
    public var wall: Timestamp?
    /// This machine's clock at the last change that was not written under a wrong one.
    public var lastChange: Timestamp?

    /// What was seen.
    public init(
        central: Timestamp? = nil, wall: Timestamp? = nil, lastChange: Timestamp? = nil
    ) {
        self.central = central
        self.wall = wall
        self.lastChange = lastChange
    }

    /// Notes what central's clock had said when a bundle was made: it is later by now.
    public mutating func noteBundle(central: Timestamp) {
        guard self.central.map({ $0 < central }) ?? true else { return }
        self.central = central
        wall = nil
    }

    /// Notes an exchange with central. What was written here after central's time was written by a clock
    /// that was ahead, and is no witness.
    public mutating func noteExchange(central: Timestamp, wall: Timestamp) {
        self.central = central
        self.wall = wall
        if let last = lastChange, last.isAfter(central, by: ClockFault.toleranceMilliseconds) {
            lastChange = nil
        }
    }

    /// Notes a change under a clock that was not judged wrong. Where it is before that of the last
    /// exchange, the clock was set right since.
    public mutating func noteChange(at now: Timestamp) {
        lastChange = max(lastChange ?? now, now)
        if let wall, wall.isAfter(now, by: ClockFault.toleranceMilliseconds) { self.wall = nil }
    }

    /// How far the machine's clock was ahead of central's at the last exchange, in milliseconds.
    var skewMilliseconds: Int64? {
        guard let central, let wall else { return nil }
        return wall.less(central)
    }
}

/// A clock that cannot be right.
public struct ClockFault: Hashable, Sendable {
    /// By what it is known.
    public enum Reason: Hashable, Sendable {
        /// It is before central's time at the last exchange.
        case beforeSync
        /// It is before the last change.
        case beforeChange
        /// It is before there was this program, and no exchange or change tells more.
        case beforeProgram
        /// The last exchange found it ahead, and it was not set right since.
        case aheadOfCentral
        /// It is more than a year after the last exchange and the last change.
        case farAhead
    }

    /// By what it is known.
    public var reason: Reason
    /// The clock's time.
    public var now: Timestamp
    /// The time that it is measured against.
    public var known: Timestamp
    /// How far it is off, in milliseconds; negative for behind. At least so far, unless the reason is
    /// `aheadOfCentral`.
    public var offMilliseconds: Int64

    /// Five minutes: clocks of PCs that nobody sets differ by as much.
    public static let toleranceMilliseconds: Int64 = 300_000
    /// A day: nearer than that no report and no deadline is spoilt by it that a person would not see.
    public static let aheadMilliseconds: Int64 = 86_400_000
    /// 366 days: an office that neither syncs nor writes for so long is closed.
    public static let silenceMilliseconds: Int64 = 366 * 86_400_000
    /// 1 January 2020 (UTC): there was no such program.
    public static let program = Timestamp(milliseconds: 1_577_836_800_000)
    /// 1 January 2100 (UTC): nobody runs it still.
    public static let endOfProgram = Timestamp(milliseconds: 4_102_444_800_000)

    /// Judges a clock; `nil` where nothing speaks against it. Pure.
    public init?(of now: Timestamp, _ witness: ClockWitness) {
        let tolerance = Self.toleranceMilliseconds
        let skew = witness.skewMilliseconds ?? 0
        let runsOn = witness.wall.map { !$0.isAfter(now, by: tolerance) } ?? false
        if let central = witness.central, central.isAfter(now, by: tolerance) {
            // As the exchange found it, or worse.
            let known =
                runsOn && skew < -tolerance
                ? Timestamp(milliseconds: now.less(Timestamp(milliseconds: skew))) : central
            self.init(.beforeSync, now, known)
        } else if runsOn, skew > Self.aheadMilliseconds {
            let right = now.less(Timestamp(milliseconds: skew))
            self.init(.aheadOfCentral, now, Timestamp(milliseconds: right))
        } else if let last = witness.lastChange, last.isAfter(now, by: tolerance) {
            self.init(.beforeChange, now, last)
        } else if let newest = [witness.central, witness.lastChange].compactMap(\.self).max() {
            guard now.isAfter(newest, by: Self.silenceMilliseconds) else { return nil }
            self.init(.farAhead, now, newest)
        } else if now < Self.program {
            self.init(.beforeProgram, now, Self.program)
        } else if now >= Self.endOfProgram {
            self.init(.farAhead, now, Self.endOfProgram)
        } else {
            return nil
        }
    }

    private init(_ reason: Reason, _ now: Timestamp, _ known: Timestamp) {
        self.reason = reason
        self.now = now
        self.known = known
        offMilliseconds = now.less(known)
    }

    /// Whether a person who was asked about a clock that was so far off was asked about this one: it is
    /// off in the same direction, and by about as much.
    public func isLike(offMilliseconds other: Int64) -> Bool {
        (other < 0) == (offMilliseconds < 0)
            && Timestamp(milliseconds: other).less(Timestamp(milliseconds: offMilliseconds))
                .magnitude < Self.likeMilliseconds
    }

    /// Thirty days: a clock that starts anew with the machine is off by some days more each time.
    private static let likeMilliseconds: UInt64 = 30 * 86_400_000
}

extension Timestamp {
    /// Milliseconds from another time to this one, at most those that 64 bits hold.
    public func less(_ other: Timestamp) -> Int64 {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(other.milliseconds)
        return overflow ? (milliseconds < 0 ? .min : .max) : difference
    }

    fileprivate func isAfter(_ other: Timestamp, by span: Int64) -> Bool { less(other) > span }
}
