// What an agent does next: a pure machine of what happened and when. The agent around it only does
// what it says, so that its rules can be tested without waiting.

internal import Crypto
internal import Wire

/// When an agent syncs.
public struct AgentSchedule: Sendable {
    /// From one sync to the next when nothing happens.
    public var interval: Duration
    /// Whether it waits at central for news in between.
    public var waitsForNews: Bool
    /// The pauses when central cannot be reached.
    public var backoff: RetryPolicy

    /// Makes a schedule.
    public init(
        interval: Duration = .seconds(300), waitsForNews: Bool = true,
        backoff: RetryPolicy = RetryPolicy()
    ) {
        self.interval = interval
        self.waitsForNews = waitsForNews
        self.backoff = backoff
    }
}

/// The rules of an agent. Moments are durations since any fixed one.
struct AgentMachine {
    /// What happened.
    enum Event: Equatable {
        /// A sync ended and everything is exchanged.
        case synced
        /// A sync ended before that.
        case failed(SyncFailure)
        /// Everything was exchanged, and yet the digests differ.
        case diverged
        /// Another program is syncing this replica, or its disk failed.
        case hindered
        /// Something was written here that central does not have.
        case localChange
        /// The machine's network changed.
        case networkChange
        /// Central has something, or the link on which it would tell broke.
        case newsOrBrokenLink
        /// A person asks for a sync now.
        case wish
        /// The time to wait is over.
        case timeReached
    }

    /// What to do.
    enum Action: Equatable {
        /// Sync.
        case sync
        /// Wait for so long, or until something happens, perhaps at central.
        case wait(Duration, atCentral: Bool)
        /// Go on as before.
        case goOn
    }

    /// Where it stands.
    private(set) var isSyncing = true
    /// Failures since the last sync that ended well.
    private(set) var failures = 0
    private var lastTry = Duration.zero
    /// Times in a row that news came as soon as it waited.
    private var promptNews = 0
    private let schedule: AgentSchedule
    private let limits: CounterLimits.Agent
    private let random: any RandomSource

    init(
        _ schedule: AgentSchedule, within limits: CounterLimits.Agent = CounterLimits.Agent(),
        random: any RandomSource
    ) {
        self.limits = limits
        self.schedule = schedule
        self.random = random
    }

    /// Takes in what happened at a moment.
    mutating func next(_ event: Event, at now: Duration) -> Action {
        switch event {
        case .synced:
            failures = 0
            return wait(jittered(schedule.interval), atCentral: schedule.waitsForNews, now)
        case .failed(let failure):
            failures += 1
            let delay =
                failure.isRetryable
                ? schedule.backoff.delay(after: failure, failures: failures, random: random)
                : jittered(limits.personPause)
            return wait(delay, atCentral: false, now)
        case .diverged:
            failures += 1
            return wait(jittered(schedule.interval), atCentral: false, now)
        case .hindered:
            failures += 1
            let delay = schedule.backoff.delayMax
            return wait(
                min(doubled(limits.hindrancePause, failures - 1), delay), atCentral: false, now)
        case .localChange:
            guard !isSyncing else { return .goOn }
            guard failures == 0 || now - lastTry >= limits.localChangePause else { return .goOn }
            return sync()
        case .networkChange:
            // While it waits at central the connection itself tells.
            guard !isSyncing, failures > 0 else { return .goOn }
            return sync()
        case .newsOrBrokenLink:
            guard !isSyncing else { return .goOn }
            guard now - lastTry < limits.promptNewsPause else {
                promptNews = 0
                return sync()
            }
            promptNews += 1
            let pause = doubled(limits.promptNewsPause, promptNews - 1)
            return .wait(min(pause, schedule.interval), atCentral: false)
        case .timeReached, .wish:
            return isSyncing ? .goOn : sync()
        }
    }

    private mutating func sync() -> Action {
        isSyncing = true
        return .sync
    }

    private mutating func wait(_ delay: Duration, atCentral: Bool, _ now: Duration) -> Action {
        isSyncing = false
        lastTry = now
        return .wait(delay, atCentral: atCentral)
    }

    private func doubled(_ pause: Duration, _ times: Int) -> Duration {
        pause * (1 << min(times, limits.doublingsMax))
    }

    /// A tenth more or less, so that many agents do not keep step.
    private func jittered(_ duration: Duration) -> Duration {
        duration * (0.9 + 0.2 * Double(random.number() >> 11) / Double(1 << 53))
    }
}
