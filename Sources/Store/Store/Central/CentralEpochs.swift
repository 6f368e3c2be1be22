// Central's epochs. A central that was restored from a backup has forgotten what it had since, and
// cannot see that by itself. Each epoch has a number drawn at random, which every device knows: one
// that knows an older epoch pushes again what central had acknowledged to it, and takes a new
// identity for what follows (`Protocol/sync.md` §Epochs).

public import Causality

/// A time between two restorations of central.
public struct CentralEpoch: Hashable, Sendable {
    /// Why an epoch began.
    public enum Cause: String, Hashable, Sendable {
        /// Central was made.
        case made
        /// An admin said that central was restored.
        case told
        /// A device had more of central than central has itself.
        case noticed
    }

    /// Its number; no epoch before or after has the same.
    public var id: UInt64
    /// When it began; `nil` for the first.
    public var began: Timestamp?
    /// Why it began.
    public var cause: Cause
    /// The device that noticed.
    public var noticedBy: ReplicaID?
    /// Whether central takes records that it lacks from what devices hold of them.
    public var isRecovering: Bool
    /// Records that it took in that way.
    public var recordsRecovered: UInt64
    /// Whether revocations since the backup's day may be missing: no list of them was given.
    public var mayLackRevocations: Bool
    /// Whether orders of erasure since the backup's day may be missing.
    public var mayLackOrders: Bool

    /// An epoch that begins.
    public init(
        id: UInt64, began: Timestamp?, cause: Cause, noticedBy: ReplicaID? = nil,
        isRecovering: Bool = false, recordsRecovered: UInt64 = 0,
        mayLackRevocations: Bool = false, mayLackOrders: Bool = false
    ) {
        self.id = id
        self.began = began
        self.cause = cause
        self.noticedBy = noticedBy
        self.isRecovering = isRecovering
        self.recordsRecovered = recordsRecovered
        self.mayLackRevocations = mayLackRevocations
        self.mayLackOrders = mayLackOrders
    }
}

/// What central's store tells of epochs.
public protocol CentralEpochsView {
    /// Central's present epoch.
    func epoch() throws -> CentralEpoch
}

/// What is written of epochs.
public protocol CentralEpochsTransaction {
    /// Begins an epoch, which may lack revocations and orders. One that is recovering goes on doing so.
    ///
    /// - Parameter id: drawn at random, at most 2^63 - 1.
    func beginEpoch(_ id: UInt64, cause: CentralEpoch.Cause, noticedBy: ReplicaID?) throws
    /// Lets central take records from what devices hold of them; or ends that, and with it what the epoch
    /// may lack.
    func setRecovering(_ isRecovering: Bool) throws
    /// Notes that a list of revocations was given.
    func noteRevocationsGiven() throws
    /// Notes that a list of orders of erasure was given.
    func noteOrdersGiven() throws
}

extension CentralEpochsTransaction {
    /// Begins an epoch that no device has noticed.
    ///
    /// - Throws: what the store throws.
    public func beginEpoch(_ id: UInt64, cause: CentralEpoch.Cause) throws {
        try beginEpoch(id, cause: cause, noticedBy: nil)
    }
}
