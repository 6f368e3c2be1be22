// What an admin kept outside of central's file: who was shut out, and what was ordered to be erased. A
// central that is restored from a backup has forgotten both since the backup's day (`Protocol/sync.md`
// §Recovery).

public import Causality
public import Crypto
public import Replication
internal import SQLite

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

extension ReplicaDatabase {
    /// Orders of erasure whose records central lacks, by record.
    ///
    /// - Throws: `StoreError`.
    public func awaitedOrders() throws -> [RecordState] {
        try awaitedOrders(where: "")
    }

    fileprivate func awaitedOrders(where clause: String) throws -> [RecordState] {
        let statement = try connection.statement(
            "SELECT a.kind, a.notice FROM awaited_orders AS a \(clause) ORDER BY a.record")
        defer { statement.reset() }
        var notices: [RecordState] = []
        while try statement.step() {
            do throws(FormatError) {
                notices.append(try RecordState(canonicalBytes: statement.bytes(1)))
            } catch {
                throw StoreError.damaged(table: "awaited_orders", key: statement.int64(0))
            }
        }
        return notices
    }
}

extension WriteTransaction {
    /// Shuts an identity out that was shut out before. One that this central does not know is noted
    /// all the same, so that no key of its brings it back.
    ///
    /// - Returns: whether it was not shut out until now.
    /// - Throws: `RevocationError.otherKey`; `StoreError`.
    public func shutOutAgain(_ closed: ClosedIdentity) throws -> Bool {
        if let known = try database.device(closed.replica) {
            guard known.publicKey == closed.publicKey else {
                throw RevocationError.otherKey(closed.replica)
            }
            guard known.state == .active else { return false }
        } else {
            // A token that is nobody's: it proves itself by its key, should it be let in again.
            let tokenHash = Hash256(
                hashing: Array("dossiersync no token 1".utf8) + closed.publicKey.bytes)
            try insertDevice(
                NewDevice(
                    replica: closed.replica, office: closed.office, name: closed.name,
                    publicKey: closed.publicKey, tokenHash: tokenHash, copyOf: closed.copyOf,
                    enrolment: closed.enrolment, cause: closed.cause, formerDesk: closed.desk))
        }
        try setState(.revoked, of: closed.replica, at: closed.revokedAt ?? now)
        return true
    }

    /// Erases a record anew by an order that central gave before it was restored.
    ///
    /// - Parameters:
    ///   - notice: the record's orders, and nothing else of it.
    ///   - key: central's, which signed them.
    /// - Throws: `StoreError`.
    public func giveBack(_ notice: RecordState, signedBy key: PublicKey) throws -> GivenOrder {
        guard notice.isErasureNotice,
            notice.erasures.allSatisfy({ $0.isValid(for: notice.id, by: key) })
        else { return .isOfAnotherKey }
        let record = try open(notice.kind, notice.id)
        guard !record.state.fields.isEmpty else {
            let statement = try database.connection.statement(
                "INSERT OR REPLACE INTO awaited_orders(record, kind, notice) VALUES (?1, ?2, ?3)")
            try notice.id.withBytes { try statement.bind(1, bytes: $0) }
            try statement.bind(2, Int64(notice.kind.rawValue))
            try statement.bind(3, notice.canonicalBytes)
            try statement.run()
            return .isAwaited
        }
        return try MergeApply(self).join(notice) ? .erased : .isKnown
    }

    /// Erases what has come back of records whose orders waited for them, in the transaction that
    /// brought it: nobody reads it in between.
    ///
    /// - Throws: `StoreError`.
    public func applyAwaitedOrders() throws {
        let arrived = try database.awaitedOrders(
            where: """
                WHERE EXISTS (SELECT 1 FROM dossiers WHERE id = a.record)
                    OR EXISTS (SELECT 1 FROM contacts WHERE id = a.record)
                """)
        for notice in arrived {
            guard try !open(notice.kind, notice.id).state.fields.isEmpty else { continue }
            try MergeApply(self).join(notice)
            let statement = try database.connection.statement(
                "DELETE FROM awaited_orders WHERE record = ?1")
            try notice.id.withBytes { try statement.bind(1, bytes: $0) }
            try statement.run()
        }
    }
}
