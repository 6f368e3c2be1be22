// What an admin kept outside of central's file: who was shut out, and what was ordered to be erased. A
// central that is restored from a backup has forgotten both since the backup's day (`Protocol/sync.md`
// §Recovery).

public import Causality
public import Crypto
internal import Editing
public import Replication

/// An identity that was shut out before central was restored.
public struct ClosedIdentity: Hashable, Sendable {
    /// Its replica.
    public var replica: ReplicaID
    /// The code of its office.
    public var office: String
    /// Its number within the office.
    public var desk: Int64
    /// A name for people.
    public var name: String
    /// Its key: it comes back by none of the ways that a key opens.
    public var publicKey: PublicKey
    /// The identity that was enrolled.
    public var enrolment: ReplicaID
    /// The identity that it went on from.
    public var copyOf: ReplicaID?
    /// Why it was given.
    public var cause: IdentityCause?
    /// When it was shut out.
    public var revokedAt: Timestamp?

    /// Makes an entry of a list.
    public init(
        replica: ReplicaID, office: String, desk: Int64, name: String, publicKey: PublicKey,
        enrolment: ReplicaID, copyOf: ReplicaID?, cause: IdentityCause?, revokedAt: Timestamp?
    ) {
        self.replica = replica
        self.office = office
        self.desk = desk
        self.name = name
        self.publicKey = publicKey
        self.enrolment = enrolment
        self.copyOf = copyOf
        self.cause = cause
        self.revokedAt = revokedAt
    }

    /// The entry of a device.
    public init(_ device: Device) {
        self.init(
            replica: device.replica, office: device.office, desk: device.desk, name: device.name,
            publicKey: device.publicKey, enrolment: device.enrolment, copyOf: device.copyOf,
            cause: device.cause, revokedAt: device.revokedAt)
    }
}

/// What became of an order of erasure that was given back.
public enum GivenOrder: Sendable {
    /// The record was erased now.
    case erased
    /// It was erased already.
    case isKnown
    /// Central lacks the record: it is erased when a device brings it back.
    case isAwaited
    /// It does not bear this central's signature, and was passed over.
    case isOfAnotherKey
}

/// What central's store tells of orders of erasure whose records it lacks.
public protocol CentralOrdersView {
    /// All that wait, by record: each record's orders, and nothing else of it.
    func awaitedOrders() throws -> [RecordState]
    /// Those whose records are here now.
    func arrivedOrders() throws -> [RecordState]
}

/// What is written of such orders.
public protocol CentralOrdersTransaction {
    /// Keeps the orders of a record until it comes, in the place of earlier ones.
    func keepAwaited(_ notice: RecordState) throws
    /// Forgets the orders of a record.
    func dropAwaited(_ record: RecordID) throws
}

extension CentralNodeTransaction {
    /// Shuts an identity out that was shut out before. One that this central does not know is noted
    /// all the same, so that no key of its brings it back.
    ///
    /// - Returns: whether it was not shut out until now.
    /// - Throws: `RevocationError.otherKey`; what the store throws.
    public func shutOutAgain(_ closed: ClosedIdentity) throws -> Bool {
        if let known = try view.device(closed.replica) {
            guard known.publicKey == closed.publicKey else {
                throw RevocationError.otherKey(closed.replica)
            }
            guard known.state == .active else { return false }
        } else {
            // A token that is nobody's: it proves itself by its key, should it be let in again.
            let tokenHash = Hash256(
                hashing: Array("dossiersync no token 1".utf8) + closed.publicKey.bytes)
            try insert(closed, tokenHash: tokenHash)
        }
        try setState(.revoked, of: closed.replica, at: closed.revokedAt ?? now)
        return true
    }

    /// Erases a record anew by an order that central gave before it was restored.
    ///
    /// - Parameters:
    ///   - notice: the record's orders, and nothing else of it.
    ///   - key: central's, which signed them.
    /// - Throws: what the store throws.
    public func giveBack(_ notice: RecordState, signedBy key: PublicKey) throws -> GivenOrder {
        guard notice.isErasureNotice,
            notice.erasures.allSatisfy({ $0.isValid(for: notice.id, by: key) })
        else { return .isOfAnotherKey }
        let record = try view.found(RecordName(notice.kind, notice.id)).record
        guard !record.state.fields.isEmpty else {
            try keepAwaited(notice)
            return .isAwaited
        }
        return try join(notice) ? .erased : .isKnown
    }

    /// Erases what has come back of records whose orders waited for them, in the transaction that
    /// brought it: nobody reads it in between.
    ///
    /// - Throws: what the store throws.
    public func applyAwaitedOrders() throws {
        for notice in try view.arrivedOrders() {
            let name = RecordName(notice.kind, notice.id)
            guard try !view.found(name).record.state.fields.isEmpty else { continue }
            try join(notice)
            try dropAwaited(notice.id)
        }
    }
}
