internal import Causality
internal import Store
public import Wire

extension CounterSession {
    /// Waits at central until it has something for this replica, or wants something of it. Only a
    /// sync takes it in: what the reply holds is passed over, so that this may run beside a sync of
    /// another program.
    ///
    /// - Returns: whether a sync is worth its cost; `false` when the time passed without news.
    /// - Throws: `SyncFailure` when the link broke or the task was cancelled; `StoreError`.
    public func waitForNews(
        seconds: UInt64 = WireLimits.waitSecondsMax
    ) async throws -> Bool {
        let (request, token) = try newsRequest(seconds)
        guard request.cursor != nil, request.pendingCount == 0 else { return true }
        let reply: SyncReply
        do throws(SyncFailure) {
            reply = try await transport.exchange(request, token: token)
        } catch {
            // A sync beside this one may have replaced the token just now; the next one finds out.
            if error.isOfToken { return true }
            throw error
        }
        return reply.itemCount > 0 || reply.hasMore || reply.requests.contains(.syncNow)
            || reply.accepted.seq < request.chain.seq
            || reply.epoch != request.epoch?.epoch
    }

    /// Waits at central as `waitForNews(seconds:)` does, as long as what stands between lets a request
    /// wait.
    ///
    /// - Parameter learned: called when shorter waits are asked for from now on, with the seconds after
    ///   which the last one was cut, and those that are asked for now.
    /// - Returns: whether a sync is worth its cost.
    /// - Throws: as `waitForNews(seconds:)`, but for a cut of which something was learned.
    public func waitForNews(
        learned: @Sendable (_ cutSeconds: UInt64, _ seconds: UInt64) -> Void
    ) async throws -> Bool {
        let url = try store.view { try $0.enrolledIdentity().identity.centralURL }
        var wait =
            try newsWait
            ?? store.view {
                NewsWait(seconds: try $0.newsWaitSeconds(at: url), within: limits.news)
            }
        let elapsed = timer.stopwatch()
        do {
            let isNews = try await waitForNews(seconds: wait.seconds)
            if !isNews { wait.notePassed() }
            newsWait = wait
            return isNews
        } catch let failure as SyncFailure {
            let time = elapsed()
            guard !Task.isCancelled, failure.isOfTheWay else { throw failure }
            let isLearned = wait.noteCut(after: time)
            newsWait = wait
            guard isLearned else { throw failure }
            let seconds = wait.seconds
            try store.transaction(now: clock.now()) {
                try $0.keepNewsWait(seconds: seconds, at: url)
            }
            learned(UInt64(max(0, time.components.seconds)), seconds)
            return false
        }
    }

    /// Tells central that the last reply of the sync before arrived, when it does not know that yet.
    public func confirm() async {
        guard hasUnconfirmedReply else { return }
        hasUnconfirmedReply = false
        try? await confirmReply()  // the next request tells it as well
    }

    /// Tells central that its last reply arrived. What this reply holds is for the next sync.
    ///
    /// - Throws: what shuts this device out; that the link broke just now matters to nobody here.
    func confirmReply() async throws(SyncEnd) {
        let (request, token) = try storing { try newsRequest(0) }
        report.note(request)
        do throws(SyncFailure) {
            _ = try await transport.exchange(request, token: token)
            report.roundTrips += 1
        } catch {
            if error.failureClass == .noPermission, !error.isOfToken { throw .failure(error) }
        }
    }

    private func newsRequest(_ seconds: UInt64) throws -> (SyncRequest, token: String) {
        try store.view { view in
            let (identity, replica) = try view.enrolledIdentity()
            var request = plainRequest(identity, replica)
            // A sync in small steps may want a byte; who only confirms wants none.
            request.wantedBytes = seconds == 0 ? 0 : 1
            request.waitSeconds = seconds
            request.pendingCount = identity.pendingCount
            return (request, identity.token)
        }
    }
}

extension SyncFailure {
    /// Whether what stands between the device and central may have made it.
    fileprivate var isOfTheWay: Bool {
        switch self {
        case .unreachable, .interrupted, .notCentral: true
        default: false
        }
    }
}
