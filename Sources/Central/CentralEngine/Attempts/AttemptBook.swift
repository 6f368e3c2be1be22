internal import Addresses
internal import Synchronization
internal import Wire

/// The wrong tries of one kind that a node remembers; one that is started anew has forgotten them.
///
/// Who has to wait only for others' tries that are under way waits here, so that twenty desks behind
/// one address enrol at the same moment, and twenty wrong codes are ten.
final class AttemptBook: Sendable {
    private enum Turn {
        case go(AttemptLimiter.Attempt)
        case wait(Duration)
        /// Another's try has ended.
        case again
    }

    private struct State {
        var limiter: AttemptLimiter
        var waiters: [CheckedContinuation<Turn, Never>] = []
    }

    private let elapsed: @Sendable () -> Duration
    private let waitersMax: Int
    private let state: Mutex<State>

    /// - Parameter elapsed: the time since any fixed moment.
    init(_ limits: AttemptLimits, elapsed: @escaping @Sendable () -> Duration) {
        self.elapsed = elapsed
        waitersMax = limits.waitersMax
        state = Mutex(State(limiter: AttemptLimiter(limits)))
    }

    /// Takes a try before anything is looked at; it has to be ended.
    ///
    /// - Throws: `SyncFailure.tooManyTries`.
    func take(
        from address: String, account: String = ""
    ) async throws(SyncFailure) -> AttemptLimiter.Attempt {
        let client = NetworkAddress(address)
        while true {
            switch await turn(client, account) {
            case .go(let attempt): return attempt
            case .wait(let wait):
                throw .tooManyTries(retryAfterSeconds: Int((wait / .seconds(1)).rounded(.up)))
            case .again: continue
            }
        }
    }

    /// Ends a try; one that was right is given back.
    func end(_ attempt: AttemptLimiter.Attempt, isWrong: Bool) {
        let waiters = state.withLock { state in
            state.limiter.end(attempt, isWrong: isWrong, at: elapsed())
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: .again) }
    }

    /// Remembers that an address is one of somebody's who has an account, or a device.
    func note(known address: String, account: String = "") {
        guard let client = NetworkAddress(address) else { return }
        state.withLock { $0.limiter.note(known: client, account: account, at: elapsed()) }
    }

    private func turn(_ client: NetworkAddress?, _ account: String) async -> Turn {
        await withCheckedContinuation { continuation in
            let turn: Turn? = state.withLock { state in
                switch state.limiter.take(client, account: account, at: elapsed()) {
                case .go(let attempt): return .go(attempt)
                case .wait(let wait): return .wait(wait)
                case .waitForOthers:
                    guard state.waiters.count < waitersMax else { return .wait(.seconds(1)) }
                    state.waiters.append(continuation)
                    return nil
                }
            }
            if let turn { continuation.resume(returning: turn) }
        }
    }
}
