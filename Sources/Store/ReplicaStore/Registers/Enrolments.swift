// The identities of one enrolment. A device that is a copy, or whose central was restored, goes on under
// another identity; central cannot tell the original from its clone, so a rotation closes nothing. What
// keeps a machine out for good is that all of an enrolment's identities are closed together: those that
// it had, that of an older copy of its file, and those that it would take (`Protocol/security.md`).

public import Causality
public import Crypto
internal import SQLite

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

enum EnrolmentSchema {
    /// Former files know only which identity came from which.
    static let central = """
        ALTER TABLE devices ADD COLUMN enrolment INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE devices ADD COLUMN cause TEXT;
        ALTER TABLE devices ADD COLUMN born_epoch INTEGER;
        ALTER TABLE devices ADD COLUMN revoked_at INTEGER;
        UPDATE devices SET born_epoch = (
            SELECT e.epoch FROM epochs AS e
            WHERE e.began IS NULL OR e.began <= devices.enrolled_at
            ORDER BY e.number DESC LIMIT 1);
        UPDATE devices SET cause = CASE
            WHEN born_epoch = (SELECT o.born_epoch FROM devices AS o
                WHERE o.replica = devices.copy_of) THEN 'forked' ELSE 'newEpoch' END
            WHERE copy_of IS NOT NULL;
        UPDATE devices SET enrolment = coalesce((
            WITH RECURSIVE line(replica, before) AS (
                SELECT devices.replica, devices.copy_of
                UNION
                SELECT d.replica, d.copy_of FROM devices AS d JOIN line ON d.replica = line.before)
            SELECT line.replica FROM line
            WHERE line.before IS NULL OR line.before NOT IN (SELECT replica FROM devices)), replica);
        CREATE INDEX devices_enrolment ON devices(enrolment);
        """
}

extension ReplicaDatabase {
    /// All identities of an enrolment, oldest first.
    ///
    /// - Throws: `StoreError`.
    public func devices(ofEnrolment root: ReplicaID) throws -> [Device] {
        try devices(where: "WHERE e.id = ?1 ORDER BY d.enrolled_at, d.desk") {
            try $0.bind(1, Int64(bitPattern: root.rawValue))
        }
    }

    /// Identities that central gave of late within an enrolment without seeing why. A time far from now,
    /// before or after, is not counted: a clock that was wrong once keeps nobody out.
    ///
    /// - Throws: `StoreError`.
    public func unseenIdentityCount(ofEnrolment root: ReplicaID, at now: Timestamp) throws -> Int {
        try devices(ofEnrolment: root).count { device in
            let (age, isAbsurd) = now.milliseconds.subtractingReportingOverflow(
                device.enrolledAt.milliseconds)
            return device.cause == .unseen && !isAbsurd
                && age.magnitude < IdentityLimits.unseenMilliseconds.magnitude
        }
    }
}

extension WriteTransaction {
    /// Gives a device that cannot go on as it was an identity of its own. A repetition with the same key
    /// gives the same device.
    ///
    /// - Parameters:
    ///   - replica: the replica that the new key belongs to.
    ///   - cause: why, as far as central sees it.
    ///   - bornEpoch: the epoch that the identity belongs to; `nil` for an earlier one.
    /// - Returns: `nil` when the replica is known with another office or key, or shut out.
    /// - Throws: `StoreError`.
    public func giveIdentity(
        after original: Device, replica: ReplicaID, publicKey: PublicKey, tokenHash: Hash256,
        because cause: IdentityCause, bornEpoch: UInt64?
    ) throws -> Device? {
        if let known = try database.device(replica) {
            return known.office == original.office && known.publicKey == publicKey
                && known.state == .active ? known : nil
        }
        // Changes of a replica that is no device were written at central itself.
        guard try database.chainHash(of: replica, seq: 1) == nil else { return nil }
        try insertDevice(
            NewDevice(
                replica: replica, office: original.office, name: original.name,
                publicKey: publicKey, tokenHash: tokenHash, copyOf: original.replica,
                enrolment: original.enrolment, cause: cause, bornEpoch: bornEpoch))
        return try database.device(replica)
    }

    /// Lets the devices of an enrolment go on that took too many identities without a cause.
    ///
    /// - Returns: `false` when there is no such device.
    /// - Throws: `StoreError`.
    public func allowIdentity(_ replica: ReplicaID) throws -> Bool {
        guard let device = try database.device(replica) else { return false }
        let statement = try database.connection.statement(
            "UPDATE devices SET cause = ?2 WHERE enrolment = ?1 AND cause = ?3")
        try statement.bind(1, try database.interning.key(of: device.enrolment))
        try statement.bind(2, IdentityCause.allowed.rawValue)
        try statement.bind(3, IdentityCause.unseen.rawValue)
        try statement.run()
        return true
    }
}
