// The room of bearer tokens, known by their hashes: the one in use, which stands with the device, the one
// that is to follow it, until it is used for the first time, and those that were before.

public import Causality
public import Crypto

/// What a bearer token is to central.
public enum TokenStanding: Hashable, Sendable {
    /// The device's token.
    case present(Device)
    /// The one that follows it: at its first use it becomes the device's token.
    case next(Device)
    /// One that the device had before; `generation` is that of its newest.
    case former(Device, generation: UInt64)
}

/// What central's store tells of tokens.
public protocol CentralTokensView {
    /// What the token with this hash is; `nil` when no device has or had it.
    func standing(ofToken hash: Hash256) throws -> TokenStanding?
    /// The number of the newest token that a device has announced; 0 for that of enrolment.
    func tokenGeneration(of replica: ReplicaID) throws -> UInt64
}

/// What is written of tokens.
public protocol CentralTokensTransaction {
    /// Stores the token that is to follow a device's present one, in the place of another such.
    func storeNextToken(_ hash: Hash256, generation: UInt64, of replica: ReplicaID) throws
    /// Notes the number of the token that a device came back with, unless one is noted.
    func noteTokenGeneration(_ generation: UInt64, of replica: ReplicaID) throws
    /// Makes the next token of a device, which was used just now, its present one; the one before is
    /// void from here on.
    func useNextToken(_ hash: Hash256, of device: Device) throws
}

extension CentralNodeTransaction {
    /// Notes the token that is to follow a device's present one.
    ///
    /// - Returns: `false` when the token is known already, as another than this device's next.
    /// - Throws: what the store throws.
    public func setNextToken(
        _ hash: Hash256, generation: UInt64, of replica: ReplicaID
    ) throws -> Bool {
        switch try view.standing(ofToken: hash) {
        case .next(let device) where device.replica == replica: break
        case nil: break
        default: return false
        }
        try storeNextToken(hash, generation: generation, of: replica)
        return true
    }
}
