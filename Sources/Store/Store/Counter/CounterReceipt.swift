// What every sync of a counter leaves behind, in the counter's own store. A receipt is written in the
// transaction of the first reply that brings something and brought up to date with each later one, so
// that a sync that was killed says how far it came. Runs that say the same, of syncs with nothing to do
// and of tries that reached nobody, are one.

public import Causality
public import Crypto

/// The receipt of one sync at a counter, or of a run of equal ones.
public struct CounterReceipt: Hashable, Sendable {
    /// Its number, in the order of the syncs; 0 before it is stored.
    public var number: Int64 = 0
    /// When the (first) sync began, by this machine's clock.
    public var began: Timestamp
    /// When the (last) sync ended; of one that did not end, when its last reply was applied.
    public var ended: Timestamp
    /// What came of it, in the word of the sync's report; `nil` when it is not over, or was killed.
    public var outcome: String?
    /// How many syncs in a row this receipt is for.
    public var times: UInt64 = 1
    /// The replica, at the end.
    public var replica: ReplicaID
    /// The replica that it was when the sync began, if it took another identity in it.
    public var former: ReplicaID?
    /// Central's epoch, if central told it.
    public var epoch: UInt64?
    /// Own changes that central had on disk, by its word, before; of `former` if there is one.
    public var durableBefore: UInt64
    /// Own changes that central had on disk, by its word, after.
    public var durable: UInt64
    /// The chain hash after the last of these.
    public var durableHash: Hash256
    /// Changes that were sent and answered.
    public var pushed: UInt64 = 0
    /// Changes that central took.
    public var accepted: UInt64 = 0
    /// Changes that central refused.
    public var refused: UInt64 = 0
    /// Own changes held here afterwards, because central does not have them.
    public var pending: UInt64 = 0
    /// Items that came from central.
    public var pulled: UInt64 = 0
    /// Exchanges that were answered.
    public var exchanges: UInt64 = 0
    /// Bytes that were sent.
    public var bytesSent: UInt64 = 0
    /// Bytes that came.
    public var bytesReceived: UInt64 = 0
    /// Central's clock at its last reply.
    public var centralTime: Timestamp?
    /// How far this machine's clock was ahead of central's then, in milliseconds.
    public var skewMilliseconds: Int64?
    /// This replica's digest at the end; `nil` when the sync did not get so far.
    public var digest: Hash256?
    /// Central's.
    public var centralDigest: Hash256?
    /// What stopped the sync, by its stable name.
    public var failure: String?

    /// A receipt of a sync that begins.
    public init(
        began: Timestamp, replica: ReplicaID, durable: UInt64, durableHash: Hash256
    ) {
        self.began = began
        ended = began
        self.replica = replica
        durableBefore = durable
        self.durable = durable
        self.durableHash = durableHash
    }

    /// Whether all was exchanged and the digests were equal.
    public var isComplete: Bool {
        (outcome == "synced" || outcome == "refused") && failure == nil && digest != nil
            && digest == centralDigest
    }

    /// Whether nothing was exchanged: there was nothing to do, or nobody to do it with.
    private var isIdle: Bool {
        let didNothing =
            pushed == 0 && refused == 0 && pulled == 0 && durableBefore == durable && former == nil
        return didNothing && (isComplete || (exchanges == 0 && failure != nil))
    }
}

extension CounterReceipt: RunReceipt {
    /// Whether a later receipt of the same replica adds nothing but its time and its bytes.
    func isRepeated(by next: CounterReceipt) -> Bool {
        isIdle && next.isIdle && outcome == next.outcome && failure == next.failure
            && replica == next.replica && epoch == next.epoch && durable == next.durable
            && durableHash == next.durableHash && digest == next.digest
            && (isComplete ? exchanges == times && next.exchanges == 1 : true)
    }

    mutating func takeRest(of last: CounterReceipt) {
        pending = last.pending
        bytesSent += last.bytesSent
        bytesReceived += last.bytesReceived
        centralTime = last.centralTime
    }
}

extension CounterTransaction {
    /// Stores the receipt of a sync as far as it has come.
    ///
    /// - Parameter isOver: whether the sync is over: then a run of equal ones becomes one row, and
    ///   receipts beyond the limit go.
    /// - Returns: the number it has from now on.
    /// - Throws: `StoreError`.
    @discardableResult
    public func save(_ receipt: CounterReceipt, isOver: Bool) throws -> Int64 {
        if isOver, let run = receipt.run(after: try view.counterReceipts(last: 1).first) {
            return try put(run)
        }
        let number = try put(receipt)
        if isOver {
            try dropReceipts(through: number - Int64(ReceiptLimits.counterRowsMax))
        }
        return number
    }
}
