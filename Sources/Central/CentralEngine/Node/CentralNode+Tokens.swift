// Who asks: a device's bearer token, and how it puts another in its place (`Protocol/sync.md`
// §New token).

public import Causality
internal import Crypto
public import Store
public import Wire

extension CentralNode {
    /// Finds the device that a bearer token belongs to now. The first use of a new token makes the one
    /// before it void.
    ///
    /// - Parameter address: where it is used from: an office's, whose codes strangers do not shut out.
    /// - Throws: `SyncFailure.notEnrolled`, `.tokenReplaced`, `.revoked`, `.centralStore`.
    public func authenticate(
        token: String, from address: String = ""
    ) async throws(SyncFailure) -> Device {
        let device = try await holder(ofValid: BearerToken(text: token).hash)
        codeAttempts.note(known: address)
        return device
    }

    /// Whose token this is, or was when it was last seen: the exchange finds out.
    ///
    /// - Throws: as `authenticate`.
    public func holder(
        ofPresented token: String, from address: String = ""
    ) async throws(SyncFailure) -> TokenHolder {
        let hash = BearerToken(text: token).hash
        if let recalled = tokens.recall(hash) { return recalled }
        let device = try await authenticate(token: token, from: address)
        let holder = TokenHolder(replica: device.replica, office: device.office, hash: hash)
        tokens.remember(holder)
        return holder
    }

    /// The device that a token belongs to now.
    func holder(ofValid hash: Hash256) async throws(SyncFailure) -> Device {
        switch try await read({ try $0.standing(ofToken: hash) }) {
        case .present(let device): return try Self.admitted(device)
        case .next(let device):
            try Self.admitted(device)
            return try await useNext(hash)
        case .former(let device, let generation):
            try Self.admitted(device)
            throw .tokenReplaced(generation: generation)
        case nil: throw .notEnrolled
        }
    }

    /// Looks whose token it is that was only recalled.
    ///
    /// - Throws: `SyncFailure.notEnrolled` when it is another device's by now, and as `authenticate`.
    func confirm(_ holder: TokenHolder) async throws(SyncFailure) {
        tokens.forget(holder.hash)
        guard try await self.holder(ofValid: holder.hash).replica == holder.replica else {
            throw .notEnrolled
        }
    }

    /// Takes a device's next bearer token to disk. The present one stays valid until the next has been
    /// used: a lost answer shuts nobody out. The same again changes nothing.
    ///
    /// - Throws: `SyncFailure.notEnrolled` for a device that is unknown or has not signed this,
    ///   `.tokenReplaced` when a newer token is known, `.revoked`, `.malformed`, `.centralStore`.
    @discardableResult
    public func replaceToken(
        _ replacement: TokenReplacement
    ) async throws(SyncFailure) -> TokenReceipt {
        let known = try await read { try $0.device(replacement.replica) }
        guard let known else { return try await readmit(replacement) }
        guard replacement.isSigned(by: known.publicKey) else { throw .notEnrolled }
        return try await write { transaction, database in
            // It may have been revoked, or have sent another, while it waited for the writer.
            guard let device = try database.device(replacement.replica) else {
                throw SyncFailure.notEnrolled
            }
            try Self.admitted(device)
            let receipt = TokenReceipt(generation: replacement.generation, desk: device.desk)
            let newest = try database.tokenGeneration(of: device.replica)
            if replacement.generation <= newest {
                // Said again, since the answer was lost: it may be in use by now.
                switch try database.standing(ofToken: replacement.tokenHash) {
                case .next(let holder) where holder.replica == device.replica: return receipt
                case .present(let holder) where holder.replica == device.replica: return receipt
                default: throw SyncFailure.tokenReplaced(generation: newest)
                }
            }
            let isTaken = try transaction.setNextToken(
                replacement.tokenHash, generation: replacement.generation, of: device.replica)
            guard isTaken else {
                throw SyncFailure.malformed(
                    what: "token replacement", reason: "this token was used before")
            }
            return receipt
        }
    }

    /// Whose token it is or was, for the log of what was refused; `nil` when it is nobody's.
    ///
    /// - Throws: `SyncFailure.centralStore`.
    public func holder(ofToken token: String?) async throws(SyncFailure) -> ReplicaID? {
        guard let hash = token.map({ BearerToken(text: $0).hash }) else { return nil }
        return switch try await read({ try $0.standing(ofToken: hash) }) {
        case .present(let device), .next(let device), .former(let device, _): device.replica
        case nil: nil
        }
    }

    private func useNext(_ hash: Hash256) async throws(SyncFailure) -> Device {
        let device = try await beginUse(ofNext: hash)
        // Who waits with the former one is told that it is void.
        news.ring(device.replica)
        return device
    }

    private func beginUse(ofNext hash: Hash256) async throws(SyncFailure) -> Device {
        try await write { transaction, database in
            switch try database.standing(ofToken: hash) {
            case .next(let device):
                try Self.admitted(device)
                try transaction.useNextToken(hash, of: device)
                return device
            // Another request with it came first.
            case .present(let device): return try Self.admitted(device)
            case .former(_, let generation):
                throw SyncFailure.tokenReplaced(generation: generation)
            case nil: throw SyncFailure.notEnrolled
            }
        }
    }

}
