// Central's devices. A device is an identity: a machine that cannot go on as it was has several, one after
// the other (`Machine`), all of one enrolment.

public import Causality
public import Crypto

/// A device as central knows it.
public struct Device: Hashable, Sendable {
    /// Whether it may sync.
    public enum State: String, Sendable {
        /// It may.
        case active
        /// It is shut out.
        case revoked
    }

    /// Its replica.
    public var replica: ReplicaID
    /// The code of its office.
    public var office: String
    /// Its number within the office, from 1.
    public var desk: Int64
    /// A name for people.
    public var name: String
    /// The key that its changes are signed with.
    public var publicKey: PublicKey
    /// Of the bearer token that it uses.
    public var tokenHash: Hash256
    /// Whether it may sync.
    public var state = State.active
    /// When it was enrolled.
    public var enrolledAt: Timestamp
    /// The last of its changes that central has on disk.
    public var seq: UInt64 = 0
    /// The chain hash after it.
    public var chainHash = Hash256.zero
    /// When it last made an exchange.
    public var lastExchange: Timestamp?
    /// When nothing remained at it that central did not have, by what it said last of that kind.
    public var lastArrived: Timestamp?
    /// When it last ended an exchange with nothing left on either side, and had what it was sent.
    public var lastComplete: Timestamp?
    /// Its place in the feed.
    public var cursorPosition: UInt64?
    /// Changes that central lacked after its last request, by what it said and by its chain.
    public var pending: UInt64?
    /// How far its clock is ahead of central's, in milliseconds.
    public var skewMilliseconds: Int64?
    /// Changes of it that were refused.
    public var refused: UInt64 = 0
    /// Whether an admin has asked it to sync.
    public var isSyncRequested = false
    /// The replica that it went on from, when it is a copy of it or central was restored.
    public var copyOf: ReplicaID?
    /// The identity that was enrolled by a code, from which this one comes by whatever steps: itself,
    /// when it was. Revoking one of an enrolment's identities closes all of them.
    public var enrolment: ReplicaID
    /// Why central gave it; `nil` when it was enrolled.
    public var cause: IdentityCause?
    /// The epoch in which it was given; `nil` when it may be of an earlier one than central's present.
    public var bornEpoch: UInt64?
    /// When it was shut out.
    public var revokedAt: Timestamp?
    /// The epoch that it knew of at its last exchange.
    public var epoch: UInt64?

    /// A device that has not been heard yet.
    public init(
        replica: ReplicaID, office: String, desk: Int64, name: String, publicKey: PublicKey,
        tokenHash: Hash256, enrolledAt: Timestamp, enrolment: ReplicaID
    ) {
        self.replica = replica
        self.office = office
        self.desk = desk
        self.name = name
        self.publicKey = publicKey
        self.tokenHash = tokenHash
        self.enrolledAt = enrolledAt
        self.enrolment = enrolment
    }

    /// Whether it was taken in the place of one that a restoration of central ended.
    public var isAfterRestoration: Bool { cause == .newEpoch || cause == .returned }
}

/// Why central gave a device another identity.
public enum IdentityCause: String, Sendable {
    /// Its chain is another than central's: a copy of it synced.
    case forked
    /// It was given in another epoch: central was restored since.
    case newEpoch
    /// A restored central had forgotten it, and it proved who it was.
    case returned
    /// Central saw no reason; it is given a few times.
    case unseen
    /// Central saw no reason, and an admin let the device go on.
    case allowed
}

/// How many identities central gives without seeing why.
public enum IdentityLimits {
    /// In one enrolment, within the time below. A device asks for one when others' states bring it what a
    /// copy of it wrote and central has lost: once or twice after a disaster.
    public static let unseenMax = 3
    /// Thirty days in milliseconds.
    public static let unseenMilliseconds: Int64 = 30 * 86_400_000
}

/// A one-time code as central noted it, by its hash.
public struct NotedCode: Hashable, Sendable {
    /// The office whose desk it makes.
    public var office: String
    /// Until when it may be used.
    public var expires: Timestamp
    /// The key that has used it; `nil` as long as none has.
    public var usedBy: PublicKey?

    /// A code that may be used.
    public init(office: String, expires: Timestamp, usedBy: PublicKey? = nil) {
        self.office = office
        self.expires = expires
        self.usedBy = usedBy
    }
}

/// What became of an enrolment code.
public enum Redemption: Sendable {
    /// It made a device, or let one in again.
    case device(Device)
    /// It is wrong, expired or used by another key, or its device is not known by this key.
    case badCode
    /// The device was revoked; the code may be used by another one.
    case revoked
    /// The code is of another office than the device.
    case otherOffice
}
