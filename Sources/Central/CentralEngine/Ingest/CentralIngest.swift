// The way of a push at central: the read set is read, `CentralJudgement` says what comes of it, and the
// write set is committed, all in one write transaction.

internal import Causality
internal import Crypto
internal import Editing
internal import Replication
internal import Store
internal import Wire

/// Takes a device's changes into central's store.
struct CentralIngest<Transaction: CentralNodeTransaction> {
    private let transaction: Transaction
    private let database: Transaction.View

    init(_ transaction: Transaction, _ database: Transaction.View) {
        self.transaction = transaction
        self.database = database
    }

    /// Takes what a request brings.
    ///
    /// - Parameter epoch: central's. Of a device that knows another one nothing is taken: it has to
    ///   hear of this one first, and then pushes under this identity only what central had of it.
    /// - Throws: `SyncFailure.forked`, `.badSignature`; what the store throws.
    func ingest(
        _ request: SyncRequest, _ push: VerifiedPush?, _ given: GivenStates?, from device: Device,
        in epoch: CentralEpoch
    ) throws -> IngestResult {
        try device.check(request.chain)
        var result = IngestResult(device: device)
        guard request.epoch?.epoch ?? epoch.id == epoch.id else { return result }
        var delivery = Delivery(
            from: PushingDevice(
                replica: device.replica, office: device.office,
                chain: HashChain(seq: device.seq, hash: device.chainHash)),
            push: push, states: request.states == nil ? nil : given?.states ?? [:],
            now: transaction.now)
        for refused in request.refusedBefore { delivery.refusedBefore[refused.seq] = refused.code }
        delivery.formerSeq = request.epoch?.formerSeq ?? 0
        delivery.isRecovering = epoch.isRecovering
        let outcome: CentralOutcome
        do {
            outcome = try CentralJudgement.outcome(
                of: delivery, by: try database.readSet(for: delivery))
        } catch PushFault.forked {
            throw SyncFailure.forked(accepted: device.seq)
        } catch PushFault.unsigned {
            throw SyncFailure.badSignature
        }
        try transaction.commit(outcome.writes)
        try transaction.applyAwaitedOrders()
        result.take(outcome)
        return result
    }

}

extension Device {
    /// A device whose chain ends before, or otherwise than, what central has from it is a copy.
    ///
    /// - Throws: `SyncFailure.forked`.
    func check(_ chain: ChainEnd) throws(SyncFailure) {
        if chain.seq < seq || (chain.seq == seq && chain.hash != chainHash) {
            throw SyncFailure.forked(accepted: seq)
        }
    }
}

extension IngestResult {
    fileprivate mutating func take(_ outcome: CentralOutcome) {
        device.seq = outcome.chain.seq
        device.chainHash = outcome.chain.hash
        device.refused += UInt64(outcome.writes.refusals.count)
        refusals = outcome.refusals.map {
            Refusal(seq: $0.seq, code: $0.code, reason: $0.reason, state: $0.state)
        }
        neededRecords = outcome.neededRecords
        othersRecords = outcome.othersRecords
        awaitsRecovery = outcome.awaitsRecovery
    }
}
