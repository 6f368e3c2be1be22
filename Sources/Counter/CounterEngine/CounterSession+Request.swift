// What a counter asks of central next: what it has to push, what it lacks, and the next step of a repair.

internal import Causality
internal import Crypto
internal import Store
internal import Replication
internal import Wire

extension CounterSession {
    /// Makes the next request.
    ///
    /// - Parameter seq: where the push begins, when not after the receipt: for the requests of a bundle.
    func makeRequest(
        pushingAfter seq: UInt64? = nil
    ) throws -> (SyncRequest, token: String) {
        try store.view { view in
            let (identity, replica) = try view.enrolledIdentity()
            var request = plainRequest(identity, replica)
            repair.beginRequest()
            try beginReceipt(identity, replica, at: request.time, in: view)
            request.wantedBytes = UInt64(min(options.pullBytes, pace.chunkBytes))
            request.resumeMark = identity.resumeMark
            request.fetchedRecords = try view.gaps(limit: limits.fetchedRecordsMax)
            if identity.pushLimit != nil {
                request.highestDesk = try view.highestDesk(in: WireLimits.desks)
            }
            request.wantsCentralKey = try view.centralKey(inEpoch: identity.epoch) == nil
            if let chunk = try view.outbox(
                of: replica, after: seq ?? identity.pushedSeq, through: identity.pushLimit ?? .max,
                bytesMax: min(options.pushBytes, pace.chunkBytes))
            {
                guard let key = SigningKey(seed: identity.signingSeed) else {
                    throw StoreError.damaged(table: "identity", key: 1)
                }
                request.push = Push(
                    firstSeq: chunk.firstSeq, hashBefore: chunk.hashBefore,
                    changes: chunk.changes,
                    signature: key.signature(of: chunk.hashAfter.bytes))
                request.pendingCount = identity.seq - (chunk.firstSeq + chunk.count - 1)
                request.states = try neededStates(
                    replica, through: identity.onceAcknowledgedSeq, in: view)
                request.refusedBefore = try view.refusedBefore(
                    of: replica, seqs: chunk.firstSeq...chunk.firstSeq + chunk.count - 1
                ).map {
                    RefusedBefore(seq: $0.seq, code: RefusalCode(rawValue: $0.code) ?? .other)
                }
            } else if try addRepair(to: &request, identity, replica, in: view) {
                request.pendingCount = identity.pendingCount
            } else if identity.pendingCount > 0 {
                request.pendingCount = identity.pendingCount
            } else if identity.cursor != nil, request.fetchedRecords.isEmpty,
                report.roundTrips == 0
            {
                request.waitSeconds = options.waitSeconds
            }
            return (request, identity.token)
        }
    }

    /// What every request holds: who asks, from which place in the feed, and where its chain stands.
    func plainRequest(_ identity: ReplicaIdentity, _ replica: ReplicaID) -> SyncRequest {
        var request = SyncRequest(
            replica: replica,
            cursor: identity.cursor.map { Cursor(position: $0.position, hash: $0.hash) },
            chain: ChainEnd(seq: identity.seq, hash: identity.chainHash), time: clock.now())
        request.dictionary = CompressionDictionary.newest(through: pace.dictionary)
        if options.usesColumns {
            var wishes = BatchWishes()
            wishes.compressionLevel = max(options.compressionLevel, pace.compressionLevel)
            request.batches = wishes
        }
        request.epoch = identity.epoch.map {
            KnownEpoch(
                epoch: $0, acknowledgedSeq: identity.acknowledgedSeq,
                formerSeq: identity.pushLimit ?? 0)
        }
        return request
    }

    private func neededStates(
        _ replica: ReplicaID, through seq: UInt64, in view: Replica.Transaction.View
    ) throws -> [UInt8]? {
        var states: [UInt8] = []
        for id in neededRecords {
            if let state = try view.givenState(of: id, from: replica, through: seq) {
                states += state.canonicalBytes
            }
        }
        return neededRecords.isEmpty ? nil : states
    }
}
