// Holding a request open until there is news for it (`Protocol/sync-v1.md` §Waiting).

public import Causality
public import Store
internal import Wire

/// What becomes of a request that waits, for whoever holds its connection.
public struct WaitingRequest: Sendable {
    /// Who asks, by the bearer token: one that is replaced meanwhile hears of nothing more.
    var holder: TokenHolder?
    /// Told when the request only waits from now on, and when it works again.
    var note: @Sendable (_ isWaiting: Bool) -> Void

    /// Describes a request.
    public init(
        of holder: TokenHolder? = nil,
        note: @escaping @Sendable (_ isWaiting: Bool) -> Void = { _ in }
    ) {
        self.holder = holder
        self.note = note
    }
}

extension CentralNode {
    /// What is committed from now on, whoever writes it; several commits within a moment are one. The first
    /// may tell of what was committed before.
    public func allNews() -> AsyncStream<CentralNews> { news.all() }

    /// The devices of which a request waits for news: they hear at once of what is committed.
    public var waitingDevices: Set<ReplicaID> { news.waitingDevices }
}
