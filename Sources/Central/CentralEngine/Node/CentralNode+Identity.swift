// How central gives a device another identity (`Protocol/sync.md` §New identity). The device proves by the
// key before that it is to go on under the new one. Central gives it where it sees why: the chains have
// parted, the identity is of another epoch, or central has forgotten it. That states brought dots of
// the device's own central cannot see: such identities are given a few times.

internal import Causality
internal import Crypto
internal import Store
internal import Wire

extension CentralNode {
    /// Gives a device that is a copy of another an identity of its own.
    func giveIdentity(
        _ request: SyncRequest, _ rotation: Rotation
    ) async throws(SyncFailure) -> SyncReply {
        let replica = request.replica
        guard let key = PublicKey(bytes: rotation.publicKey) else {
            throw .malformed(what: "request", reason: "the new key is no key")
        }
        let former = try await currentDevice(replica)
        guard rotation.isSigned(by: former.publicKey, of: replica) else { throw .badSignature }
        let now = clock.now()
        let random = random
        return try await write { transaction, database in
            guard let original = try database.device(replica) else { throw SyncFailure.notEnrolled }
            guard original.state == .active else { throw SyncFailure.revoked }
            let confirmed =
                try rotation.probes.filter {
                    $0.hash == (try database.chainHash(of: replica, seq: $0.seq))
                }.map(\.seq).max() ?? 0
            if let desk = request.highestDesk {
                try transaction.noteDesk(desk, namedFor: original.office)
            }
            let epoch = try database.epoch()
            let cause =
                try database.visibleCause(of: request, rotation, after: original, in: epoch)
                ?? .unseen
            let device = try transaction.giveIdentity(
                after: original, replica: ReplicaID(of: key), publicKey: key,
                tokenHash: rotation.tokenHash, because: cause, in: database, bornEpoch: epoch.id)
            try transaction.listDesks(ofOffice: device.office) { ReplicaID(random.number() >> 1) }
            var reply = SyncReply(
                accepted: ChainEnd(seq: device.seq, hash: device.chainHash), time: now)
            reply.epoch = epoch.id
            reply.identity = NewIdentity(
                replica: device.replica, desk: device.desk, confirmedSeq: confirmed)
            // Changes that it need not issue again, and of whose refusal it has not heard.
            let pending = min(request.pendingCount, request.chain.seq)
            let firstUnheard = request.chain.seq - pending + 1
            if firstUnheard <= confirmed {
                reply.refusals = try database.refusals(
                    of: original, seqs: firstUnheard...confirmed)
            }
            return reply
        }
    }

    /// Takes a device in again that central has forgotten since it was restored: by the key of an
    /// identity before, which central still has, the device proves that the present one follows it.
    func readmit(
        _ replacement: TokenReplacement
    ) async throws(SyncFailure) -> TokenReceipt {
        guard let introduction = replacement.introduction,
            let key = PublicKey(bytes: introduction.publicKey),
            ReplicaID(of: key) == replacement.replica, replacement.isSigned(by: key)
        else { throw .notEnrolled }
        let random = random
        return try await write { transaction, database in
            let known = try introduction.formers.lazy.compactMap { former in
                try database.device(former.replica).map { (former, $0) }
            }.first
            guard let (former, original) = known,
                introduction.isSigned(
                    former, by: original.publicKey, tokenHash: replacement.tokenHash)
            else { throw SyncFailure.notEnrolled }
            guard original.state == .active else { throw SyncFailure.revoked }
            guard try database.standing(ofToken: replacement.tokenHash) == nil else {
                throw SyncFailure.malformed(
                    what: "token replacement", reason: "this token was used before")
            }
            let isOfAnotherEpoch = try database.epoch().id != original.bornEpoch
            let device = try transaction.giveIdentity(
                after: original, replica: replacement.replica, publicKey: key,
                tokenHash: replacement.tokenHash, because: isOfAnotherEpoch ? .returned : .unseen,
                in: database, bornEpoch: nil)
            try transaction.noteTokenGeneration(replacement.generation, of: device.replica)
            try transaction.note("returned", device.office, by: "device:\(device.replica)")
            try transaction.listDesks(ofOffice: device.office) { ReplicaID(random.number() >> 1) }
            return TokenReceipt(generation: replacement.generation, desk: device.desk)
        }
    }
}

extension CentralNodeTransaction {
    /// Gives an identity, unless too many were given already without central seeing why.
    fileprivate func giveIdentity(
        after original: Device, replica: ReplicaID, publicKey: PublicKey, tokenHash: Hash256,
        because cause: IdentityCause, in database: View, bornEpoch: UInt64?
    ) throws -> Device {
        if cause == .unseen, try database.device(replica) == nil,
            try database.unseenIdentityCount(ofEnrolment: original.enrolment, at: now)
                >= IdentityLimits.unseenMax
        {
            throw SyncFailure.identityRefused
        }
        let device = try giveIdentity(
            after: original, replica: replica, publicKey: publicKey, tokenHash: tokenHash,
            because: cause, bornEpoch: bornEpoch)
        guard let device else { throw SyncFailure.revoked }
        return device
    }
}

extension CentralNodeView {
    /// Why a device wants another identity, as far as central sees it; `nil` when it does not.
    fileprivate func visibleCause(
        of request: SyncRequest, _ rotation: Rotation, after device: Device,
        in epoch: CentralEpoch
    ) throws -> IdentityCause? {
        if let born = device.bornEpoch, born != epoch.id { return .newEpoch }
        let places = [request.chain] + rotation.probes
        let haveParted = try places.contains { place in
            try place.seq > 0 && place.seq <= device.seq
                && place.hash != chainHash(of: device.replica, seq: place.seq)
        }
        if haveParted || request.chain.seq < device.seq { return .forked }
        return device.bornEpoch == nil ? .newEpoch : nil
    }
}
