internal import ReplicaStore
public import SyncProtocol

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

    private func newsRequest(_ seconds: UInt64) throws -> (SyncRequest, token: String) {
        try database.read {
            let (identity, replica) = try database.enrolledIdentity()
            var request = plainRequest(identity, replica)
            request.wantedBytes = 1
            request.waitSeconds = seconds
            request.pendingCount = identity.pendingCount
            return (request, identity.token)
        }
    }
}
