// When a sync whose link broke is tried again: exponential backoff with full jitter (M. Brooker,
// "Exponential backoff and jitter", 2015), so that a thousand counters that lost central at the same
// moment do not all come back at the same moment.

public import Crypto
public import Wire

/// How often, and after how long, what failed for a while is tried again.
public struct RetryPolicy: Sendable, Equatable {
    /// Failures in a row after which it gives up.
    public var failuresMax: Int
    /// The longest pause after the first failure; it doubles with each further one.
    public var firstDelay: Duration
    /// The longest pause of all.
    public var delayMax: Duration
    /// Whether central is tried again that has not answered once.
    public var triesUnansweredCentral: Bool
    /// Longer than this nobody is made to wait, whatever a `Retry-After` says.
    public var retryAfterMax = Duration.seconds(3_600)

    /// Makes a policy; that of a person who waits at the keyboard by default.
    public init(
        failuresMax: Int = 5, firstDelay: Duration = .seconds(2),
        delayMax: Duration = .seconds(300), triesUnansweredCentral: Bool = false
    ) {
        self.failuresMax = failuresMax
        self.firstDelay = firstDelay
        self.delayMax = delayMax
        self.triesUnansweredCentral = triesUnansweredCentral
    }

    /// How long to wait before the next try; `nil` to give up.
    ///
    /// - Parameters:
    ///   - failures: failures in a row so far, this one included.
    ///   - hasAnswered: whether central has answered since the sync began.
    public func delay(
        after failure: SyncFailure, failures: Int, hasAnswered: Bool, random: any RandomSource
    ) -> Duration? {
        guard failure.passesByItself, failures < failuresMax,
            hasAnswered || triesUnansweredCentral
        else { return nil }
        return delay(after: failure, failures: failures, random: random)
    }

    /// How long to wait before the next try, for whoever never gives up.
    public func delay(
        after failure: SyncFailure, failures: Int, random: any RandomSource
    ) -> Duration {
        var longest = min(firstDelay, delayMax)
        for _ in 1..<max(failures, 1) where longest < delayMax {
            longest = min(longest * 2, delayMax)
        }
        let jitter = longest * (Double(random.number() >> 11) / Double(1 << 53))
        guard case .busy(let seconds) = failure, seconds > 0 else { return jitter }
        return min(.seconds(seconds), retryAfterMax) + jitter
    }
}

extension RetryPolicy {
    /// How long who found no room to wait at central does without, before he asks again: as long as
    /// central says, or `pause` where it says nothing, and up to as much again.
    func pause(
        noRoomFor seconds: Int, orElse pause: Duration, random: any RandomSource
    ) -> Duration {
        let least = min(seconds > 0 ? .seconds(seconds) : pause, retryAfterMax)
        return least * (1 + Double(random.number() >> 11) / Double(1 << 53))
    }
}

extension SyncFailure {
    /// Whether a moment's patience may be enough: a link that broke, or a central that is busy.
    fileprivate var passesByItself: Bool {
        switch self {
        case .unreachable, .interrupted, .busy, .centralStore: true
        default: false
        }
    }
}
