// What a counter does when another copy of its file has synced other changes, or central was restored
// from a backup: it asks for an identity of its own and goes on under it (`Protocol/sync.md` §New
// identity).

internal import Causality
internal import Crypto
internal import Store
internal import Wire

extension CounterSession {
    /// Finds where this chain parts from central's, and goes on from there as a new replica.
    ///
    /// - Parameter seq: a place at which central's chain is known to be another: by it central sees why
    ///   it is asked.
    func takeNewIdentity(
        because cause: IdentityRotation.Cause, partedBy seq: UInt64? = nil
    ) async throws(SyncEnd) {
        let next = try storing { try nextSigningSeed(otherThan: nil) }
        if try await take(identityOf: next, because: cause, partedBy: seq) { return }
        // A copy that was made after the key was has taken this identity and used it.
        let another = try storing { try nextSigningSeed(otherThan: next.bytes) }
        guard try await take(identityOf: another, because: cause, partedBy: seq) else {
            throw .failure(.malformed(what: "reply", reason: "it brings another's identity"))
        }
    }

    /// What the next identity's key follows from.
    private struct NextSeed {
        var bytes: [UInt8]
        /// Whether it was there before: central may have heard of the key.
        var wasKept: Bool
    }

    /// - Returns: `false` when the identity of this key is in use already, or may be.
    private func take(
        identityOf asked: NextSeed, because cause: IdentityRotation.Cause, partedBy seq: UInt64?
    ) async throws(SyncEnd) -> Bool {
        guard let key = SigningKey(seed: asked.bytes) else {
            throw .store(StoreError.damaged(table: "identity", key: 1))
        }
        let identity = try storing { try store.view { try $0.enrolledIdentity().identity } }
        var search = ForkSearch(
            seq: identity.seq, suspecting: seq, probesMax: limits.probesMax)
        var refusals: [Refusal] = []
        while true {
            let request = try storing { try rotationRequest(search.probes, key) }
            let reply = try await exchange(request, identity.token)
            guard let new = reply.identity, search.take(confirmed: new.confirmedSeq) else {
                throw .failure(
                    .malformed(what: "reply", reason: "it brings no identity that fits"))
            }
            // Each reply tells those of the changes that it confirms; the last may confirm none.
            refusals += reply.refusals
            guard reply.accepted.seq == 0 else { return false }
            // A central that was restored has forgotten to whom it gave what was asked for before: a copy of
            // this file may have it, and others what the copy wrote under it.
            guard !asked.wasKept || reply.epoch == identity.epoch else { return false }
            guard search.isOver else { continue }
            report.rotation = try storing {
                try store.transaction(now: clock.now()) { transaction in
                    var (next, _) = try transaction.view.enrolledIdentity()
                    next.replica = new.replica
                    next.desk = new.desk
                    next.token = BearerToken(of: key).text
                    next.signingSeed = asked.bytes
                    if let epoch = reply.epoch, epoch != next.epoch {
                        // The cursor is of the epoch before: central would take it for a sign that
                        // it was restored once more.
                        next.epoch = epoch
                        next.cursor = nil
                        next.resumeMark = nil
                    }
                    let rotation = try transaction.takeIdentity(
                        next, keptSeq: search.confirmedSeq, cause: cause)
                    // After the renaming: central's states name the other copy's dots as seen.
                    report.refused += try setAside(
                        refusals, of: rotation.old, in: transaction)
                    return rotation
                }
            }
            return true
        }
    }

    /// The seed of the next identity's key. It is on disk before central hears of the key: a lost
    /// reply is asked for again, and brings the same identity.
    private func nextSigningSeed(otherThan used: [UInt8]?) throws -> NextSeed {
        try store.transaction(now: clock.now()) { transaction in
            var (identity, _) = try transaction.view.enrolledIdentity()
            if let seed = identity.nextSigningSeed, seed != used {
                return NextSeed(bytes: seed, wasKept: true)
            }
            let seed = random.bytes(SigningKey.seedByteCount)
            identity.nextSigningSeed = seed
            try transaction.save(identity)
            return NextSeed(bytes: seed, wasKept: false)
        }
    }

    private func rotationRequest(_ probes: [UInt64], _ key: SigningKey) throws -> SyncRequest {
        try store.view { view in
            let (identity, replica) = try view.enrolledIdentity()
            guard let present = SigningKey(seed: identity.signingSeed) else {
                throw StoreError.damaged(table: "identity", key: 1)
            }
            var request = SyncRequest(
                replica: replica, cursor: nil,
                chain: ChainEnd(seq: identity.seq, hash: identity.chainHash), time: clock.now())
            let places = try probes.map { seq in
                guard let hash = try view.chainHash(of: replica, seq: seq) else {
                    throw StoreError.damaged(table: "changes", key: Int64(clamping: seq))
                }
                return ChainEnd(seq: seq, hash: hash)
            }
            request.pendingCount = identity.pendingCount
            request.highestDesk = try view.highestDesk(in: WireLimits.desks)
            request.rotation = Rotation(
                key: key, after: replica, signedBy: present, probes: places)
            return request
        }
    }
}
