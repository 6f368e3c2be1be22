// Holding a request open until there is news for it (`Protocol/sync-v1.md` §Waiting).

internal import Causality
public import ReplicaStore
internal import Wire

/// What becomes of a request that waits, for whoever holds its connection.
public struct WaitingRequest: Sendable {
    /// The bearer token: one that is replaced meanwhile hears of nothing more.
    var token: String?
    /// Told when the request only waits from now on, and when it works again.
    var note: @Sendable (_ isWaiting: Bool) -> Void

    /// Describes a request.
    public init(
        token: String? = nil, note: @escaping @Sendable (_ isWaiting: Bool) -> Void = { _ in }
    ) {
        self.token = token
        self.note = note
    }
}

extension CentralNode {
    /// How long what was noted of a device that only waits counts as the present.
    private static let notedMilliseconds: Int64 = 300_000

    /// What is committed from now on, whoever writes it; several commits within a moment are one. The first
    /// may tell of what was committed before.
    public func allNews() -> AsyncStream<CentralNews> { news.all() }

    /// How many requests wait for news.
    public var waitingCount: Int { news.waiterCount }

    /// The reply to a request; one that has leave to wait gets it when there is news for it.
    func reply(
        to request: SyncRequest, _ ingest: IngestResult, _ waiting: WaitingRequest
    ) async throws(SyncFailure) -> (reply: SyncReply, device: Device) {
        let isBell =
            request.waitSeconds > 0 && request.push == nil && request.states == nil
            && request.bucketDigests == nil
        guard isBell else { return (try await pull(request, ingest), ingest.device) }
        // Entered before the look, so that nothing comes between.
        let ticket = news.begin(
            office: ingest.device.office, replica: request.replica,
            seconds: min(request.waitSeconds, WireLimits.waitSecondsMax))
        defer { news.end(ticket) }
        var device = ingest.device
        var reply = try await pull(request, ingest)
        while Self.isNothing(reply, to: request), !Task.isCancelled {
            waiting.note(true)
            let mayBeNews = await news.news(for: ticket)
            waiting.note(false)
            guard mayBeNews else { break }
            if let token = waiting.token {
                device = try await holder(ofValid: token)
            } else {
                device = try await currentDevice(request.replica)
            }
            reply = try await pull(request, IngestResult(device: device))
        }
        // It may have been made a minute ago.
        reply.time = clock.now()
        return (reply, device)
    }

    /// Whether a wait that ended without news has nothing to note that central did not note just now:
    /// thousands that wait would else write all the time.
    func isNoted(_ request: SyncRequest, _ reply: SyncReply) async throws(SyncFailure) -> Bool {
        guard request.waitSeconds > 0, request.push == nil, request.states == nil,
            request.pendingCount == 0, Self.isNothing(reply, to: request)
        else { return false }
        let now = clock.now()
        return try await read { database in
            guard let device = try database.device(request.replica),
                let exchange = device.lastExchange, let complete = device.lastComplete,
                now.milliseconds >= exchange.milliseconds,
                now.milliseconds - complete.milliseconds < Self.notedMilliseconds,
                device.pending == 0, device.epoch == request.epoch?.epoch,
                device.cursorPosition == reply.cursor?.position
            else { return false }
            // A reply that nobody has confirmed yet may be confirmed by this request.
            let receipt = try database.deviceReceipts(device: request.replica, last: 1).first
            return receipt?.unconfirmed == 0
        }
    }

    private static func isNothing(_ reply: SyncReply, to request: SyncRequest) -> Bool {
        reply.itemCount == 0 && !reply.hasMore && !reply.requests.contains(.syncNow)
            && request.knows(reply.epoch) && reply.accepted.seq >= request.chain.seq
    }
}
