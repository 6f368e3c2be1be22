// The receipt that every sync leaves in the counter's own file.

internal import Causality
internal import Crypto
internal import Store
internal import Replication
internal import Wire

extension CounterSession {
    /// Begins the receipt at the first request of a sync.
    func beginReceipt(
        _ identity: ReplicaIdentity, _ replica: ReplicaID, at time: Timestamp,
        in view: Replica.Transaction.View
    ) throws {
        guard receipt == nil else { return }
        receipt = CounterReceipt(
            began: time, replica: replica, durable: identity.pushedSeq,
            durableHash: try view.chainHash(of: replica, seq: identity.pushedSeq) ?? .zero)
    }

    /// Brings the receipt up to date with a reply, in the transaction that applies it: a sync that is
    /// killed then says how far it came. What brings nothing waits for the end of the sync.
    ///
    /// - Returns: the number of the stored receipt.
    func saveReceiptSoFar(_ reply: SyncReply, in transaction: Replica.Transaction) throws -> Int64?
    {
        let (skew, isAbsurd) = transaction.now.milliseconds
            .subtractingReportingOverflow(reply.time.milliseconds)
        receipt?.centralTime = reply.time
        receipt?.skewMilliseconds = isAbsurd ? nil : skew
        report.centralSkewMilliseconds = receipt?.skewMilliseconds.flatMap {
            $0 == .min ? nil : -$0
        }
        guard var present = receipt else { return nil }
        guard present.number != 0 || report.pushed > 0 || report.refused > 0 || report.pulled > 0
        else { return nil }
        try fill(&present, in: transaction)
        return try transaction.save(present, isOver: false)
    }

    /// Stores the receipt of a sync that is over.
    func saveReceipt(in transaction: Replica.Transaction) throws {
        guard var present = receipt else { return }
        try fill(&present, in: transaction)
        present.outcome = report.outcome.rawValue
        present.failure = report.failure?.stableName
        present.digest = report.digest?.hash
        present.centralDigest = report.centralDigest?.hash
        try transaction.save(present, isOver: true)
    }

    private func fill(_ receipt: inout CounterReceipt, in transaction: Replica.Transaction) throws {
        let view = transaction.view
        let (identity, replica) = try view.enrolledIdentity()
        if replica != receipt.replica {
            receipt.former = receipt.former ?? receipt.replica
            receipt.replica = replica
        }
        receipt.ended = transaction.now
        receipt.epoch = identity.epoch
        receipt.durable = identity.pushedSeq
        receipt.durableHash =
            try view.chainHash(of: replica, seq: identity.pushedSeq) ?? .zero
        receipt.pushed = report.pushed
        receipt.accepted = report.accepted
        receipt.refused = report.refused
        receipt.pending = identity.pendingCount
        receipt.pulled = report.pulled
        receipt.exchanges = UInt64(clamping: report.roundTrips)
        let traffic = transport.traffic - trafficBefore
        receipt.bytesSent = UInt64(clamping: traffic.bytesSent)
        receipt.bytesReceived = UInt64(clamping: traffic.bytesReceived)
    }
}
