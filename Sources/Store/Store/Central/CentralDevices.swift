// The room of central's devices, their enrolment codes and the numbers of their desks.

public import Causality
public import Crypto

/// What central's store tells of devices.
public protocol CentralDevicesView {
    /// All devices, by office and desk.
    func devices() throws -> [Device]
    /// The device with this replica.
    func device(_ replica: ReplicaID) throws -> Device?
    /// All identities of an enrolment, oldest first, those of one moment by desk.
    func devices(ofEnrolment root: ReplicaID) throws -> [Device]
    /// The one-time code with this hash, expired ones included.
    func enrolmentCode(_ hash: Hash256) throws -> NotedCode?
    /// The highest number of an office's desks; 0 for none.
    func highestDesk(of office: String) throws -> Int64
    /// Whether a desk of an office has this number.
    func hasDesk(_ number: Int64, of office: String) throws -> Bool
    /// The highest number that devices have named of an office's desks; 0 for none.
    func highestNamedDesk(of office: String) throws -> Int64
    /// The numbers of desks that the codes of an office's dossiers show. O(codes of the office).
    func deskNumbers(inCodesOf office: String) throws -> Set<Int64>
}

/// What is written of devices. The rules stand behind it, in extensions.
public protocol CentralDevicesTransaction {
    /// Adds a device.
    func insert(_ device: Device) throws
    /// Stores how far a device has come: what exchanges change of it.
    func saveProgress(of device: Device) throws
    /// Shuts a device out, or lets it in again.
    ///
    /// - Parameter time: when it was shut out.
    func setState(_ state: Device.State, of replica: ReplicaID, at time: Timestamp?) throws
    /// Puts one cause in the place of another in all identities of an enrolment.
    func replaceCause(
        _ cause: IdentityCause, by other: IdentityCause, ofEnrolment root: ReplicaID
    ) throws
    /// Asks the active devices of an office, or all, to sync at their next exchange.
    ///
    /// - Returns: how many devices were asked.
    func requestSync(office: String?) throws -> Int
    /// Notes a one-time code by its hash.
    func addEnrolmentCode(hash: Hash256, office: String, expires: Timestamp) throws
    /// Notes the key that has used a code, and its replica.
    func noteUse(ofCode hash: Hash256, by key: PublicKey, _ replica: ReplicaID) throws
    /// Forgets codes that expired before a time.
    func dropCodes(expiredBefore time: Timestamp) throws
    /// Notes a number of a desk that devices have named, unless a higher one is noted.
    func noteNamedDesk(_ number: Int64, of office: String) throws
}

extension CentralDevicesView {
    /// Identities that central gave of late within an enrolment without seeing why. A time far from now,
    /// before or after, is not counted: a clock that was wrong once keeps nobody out.
    ///
    /// - Throws: what the store throws.
    public func unseenIdentityCount(ofEnrolment root: ReplicaID, at now: Timestamp) throws -> Int {
        try devices(ofEnrolment: root).count { device in
            let (age, isAbsurd) = now.milliseconds.subtractingReportingOverflow(
                device.enrolledAt.milliseconds)
            return device.cause == .unseen && !isAbsurd
                && age.magnitude < IdentityLimits.unseenMilliseconds.magnitude
        }
    }
}
