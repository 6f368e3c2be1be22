// How long a request may wait at central. A proxy, or the network of a provider, cuts what is silent for
// so many seconds, always the same: it then ends every wait that is longer, day and night, and each costs
// two requests. A link that breaks for once ends a wait after any time. So two cuts in a row after the
// same time are taken for the rule of something on the way, and what is asked for from then on is half of
// that time. It is kept in the replica with the address of central, for which alone it is true.

/// How long a request waits at central, by what was cut before.
struct NewsWait: Equatable, Sendable {
    private let limits: CounterLimits.News
    /// Seconds to ask for.
    private(set) var seconds: UInt64
    /// After what time the last wait was cut, if that was the last thing that happened.
    private var lastCut: Duration?

    /// - Parameter seconds: to ask for at first; `nil`: as long as may be.
    init(seconds: UInt64? = nil, within limits: CounterLimits.News = CounterLimits.News()) {
        self.limits = limits
        let range = limits.waitSeconds
        self.seconds = min(max(seconds ?? .max, range.lowerBound), range.upperBound)
    }

    /// Notes that a wait was cut.
    ///
    /// - Returns: whether shorter waits are asked for from now on.
    mutating func noteCut(after time: Duration) -> Bool {
        guard time >= limits.cutMin else { return false }
        let before = lastCut
        lastCut = time
        guard let before, before - time <= limits.tolerance, time - before <= limits.tolerance
        else {
            return false
        }
        let held = min(seconds, UInt64(max(0, time.components.seconds)))
        let shorter = max(limits.waitSeconds.lowerBound, held / 2)
        guard shorter < seconds else { return false }
        seconds = shorter
        lastCut = nil
        return true
    }

    /// Notes that a wait lasted as long as it was asked for.
    mutating func notePassed() {
        lastCut = nil
    }
}
