// The way of a push at central: the read set is read, `CentralJudgement` says what comes of it, and the
// write set is committed, all in one write transaction.

internal import Causality
internal import Crypto
internal import Editing
internal import ReplicaStore
internal import Replication
internal import Store
internal import Wire

/// Takes a device's changes into central's store.
struct CentralIngest {
    private let transaction: WriteTransaction
    private let database: ReplicaDatabase

    init(_ transaction: WriteTransaction, _ database: ReplicaDatabase) {
        self.transaction = transaction
        self.database = database
    }

    /// Takes what a request brings.
    ///
    /// - Parameter epoch: central's. Of a device that knows another one nothing is taken: it has to
    ///   hear of this one first, and then pushes under this identity only what central had of it.
    /// - Throws: `SyncFailure.forked`, `.badSignature`; `StoreError`.
    func ingest(
        _ request: SyncRequest, _ push: VerifiedPush?, _ given: GivenStates?, from device: Device,
        in epoch: CentralEpoch
    ) throws -> IngestResult {
        try Self.checkChainEnd(request.chain, of: device)
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

    /// A device whose chain ends before, or otherwise than, what central has from it is a copy.
    ///
    /// - Throws: `SyncFailure.forked`.
    static func checkChainEnd(_ chain: ChainEnd, of device: Device) throws(SyncFailure) {
        if chain.seq < device.seq || (chain.seq == device.seq && chain.hash != device.chainHash) {
            throw SyncFailure.forked(accepted: device.seq)
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
