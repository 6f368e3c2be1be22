// Times that were entered under a wrong clock, and how they are set right.
//
// A change that is written under a clock that cannot be right adds an entry to `clock_off`; the entry's
// stamp is the change's. A correction adds one to `times_fixed`, which gives the acts of some changes
// another time. An act is named by its stamp, the hybrid clock and the time that it shows: both stay when a
// change is issued anew under another identity, where its dot does not. What was written is not touched:
// the log and the stamp tell what the clock said.
//
// Both are entries, so whatever desks mark or correct apart is kept, in any order. Of two corrections of
// one act the later by stamp counts at every replica.

public import Causality
public import Replication

/// An act: when a change says that it happened, and the stamp by which it is named.
public struct Act: Hashable, Sendable {
    /// The change's hybrid clock.
    public var clock: HybridTimestamp
    /// The time that its stamp shows.
    public var time: Timestamp

    /// The act of a stamp.
    public init(_ stamp: Stamp) {
        clock = stamp.clock
        time = stamp.shownTime
    }

    init(clock: HybridTimestamp, time: Timestamp) {
        self.clock = clock
        self.time = time
    }
}

/// The right times of some acts of a record; as text `CLOCK:TIME:RIGHT …`, whole numbers, times in
/// milliseconds since the Unix epoch.
public struct TimesFix: Hashable, Sendable {
    /// The right time of each act.
    public var times: [Act: Timestamp]

    /// Makes a correction.
    public init(_ times: [Act: Timestamp]) {
        self.times = times
    }

    /// Reads what `description` writes; `nil` for anything else, and for times that records cannot hold.
    public init?(parsing text: String) {
        times = [:]
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 3, let clock = UInt64(parts[0]), let time = Int64(parts[1]),
                let right = Int64(parts[2]), DossierLimits.instant.contains(right)
            else { return nil }
            let act = Act(
                clock: HybridTimestamp(rawValue: clock), time: Timestamp(milliseconds: time))
            times[act] = Timestamp(milliseconds: right)
        }
    }
}

extension TimesFix: CustomStringConvertible {
    /// The text, in the order of the acts.
    public var description: String {
        times.sorted { ($0.key.clock, $0.key.time) < ($1.key.clock, $1.key.time) }
            .map { act, right in
                "\(act.clock.rawValue):\(act.time.milliseconds):\(right.milliseconds)"
            }.joined(separator: " ")
    }
}

/// A change of a record that was written under a wrong clock.
public struct WrongClockMark: Hashable, Sendable {
    /// The change.
    public var dot: Dot
    /// Its act.
    public var act: Act
    /// How far the clock was judged to be off, in milliseconds; negative for behind.
    public var offMilliseconds: Int64
}

extension RecordState {
    /// What was set right in this record; empty for most.
    public var fixedTimes: [Act: Timestamp] {
        let entries = self[RecordSchema.timesFixedField]
        if entries.isEmpty { return [:] }
        let stamped = entries.compactMap { entry in
            stamp(of: entry.dot).map { (clock: $0.clock, dot: entry.dot, value: entry.value) }
        }
        var times: [Act: Timestamp] = [:]
        for entry in stamped.sorted(by: { ($0.clock, $0.dot) < ($1.clock, $1.dot) }) {
            guard let fix = entry.value.text.flatMap({ TimesFix(parsing: $0) }) else { continue }
            times.merge(fix.times) { $1 }
        }
        return times
    }

    /// When what a stamp stamps happened: its time, or what that was set right to.
    public func civilTime(of stamp: Stamp) -> Timestamp {
        fixedTimes[Act(stamp)] ?? stamp.shownTime
    }

    /// The changes that were written under a wrong clock and not set right since, in the order of dots.
    public var wrongClockMarks: [WrongClockMark] {
        let entries = self[RecordSchema.clockOffField]
        if entries.isEmpty { return [] }
        let fixed = fixedTimes
        return entries.compactMap { entry in
            guard let stamp = stamp(of: entry.dot), let off = entry.value.integer,
                fixed[Act(stamp)] == nil
            else { return nil }
            return WrongClockMark(dot: entry.dot, act: Act(stamp), offMilliseconds: off)
        }
    }
}
