public import Causality
internal import SQLiteStore
public import Store
public import Wire

/// Asks an office's devices, or all, to sync; gives those that are asked.
public struct RequestSync: OfficeAct {
    /// The office's code; `nil` for all devices.
    public var office: String?

    /// Asks for it.
    public init(office: String?) {
        self.office = office
    }

    /// Asks.
    ///
    /// - Throws: `AdministrationError.noSuchOffice`, `StoreError`.
    public func perform(in work: OfficeWork) throws -> [Device] {
        let office = try work.requireOffice(office)
        let count = try work.transaction.requestSync(office: office)
        try work.note("request-sync", office ?? "", count: count)
        return try work.database.devices().filter {
            $0.state == .active && (office == nil || $0.office == office)
        }
    }
}

/// Who hears of a wish to sync at once, and who later.
public struct RequestedSync: Sendable {
    /// Devices of which a request was waiting at central: they hear at once.
    public let waiting: [Device]
    /// Devices that hear of it at their next exchange.
    public let others: [Device]

    /// Divides the devices that were asked.
    public init(_ asked: [Device], waiting: Set<ReplicaID>) {
        self.waiting = asked.filter { waiting.contains($0.replica) }
        others = asked.filter { !waiting.contains($0.replica) }
    }
}

/// Gives out a one-time code that enrols one device of an office.
public struct IssueCode: OfficeAct {
    /// A code that was given out.
    public struct Issued: Sendable {
        /// What the device is to say.
        public var code: EnrolmentCode
        /// Until when.
        public var expires: Timestamp
        /// The office's code.
        public var office: String
    }

    /// The office's code.
    public var office: String

    /// Asks for it.
    public init(office: String) {
        self.office = office
    }

    /// Draws a code, and forgets those whose time is over.
    ///
    /// - Throws: `AdministrationError.noSuchOffice`, `StoreError`.
    public func perform(in work: OfficeWork) throws -> Issued {
        let office = try work.requireOffice(office) ?? office
        let code = EnrolmentCode(work.random)
        let expires = Timestamp(
            milliseconds: work.transaction.now.milliseconds + EnrolmentCode.lifetimeMilliseconds)
        try work.transaction.dropExpiredCodes()
        try work.transaction.addEnrolmentCode(hash: code.hash, office: office, expires: expires)
        try work.note("enrol", office)
        return Issued(code: code, expires: expires, office: office)
    }
}

/// Shuts a device out with its enrolment.
public struct RevokeDevice: OfficeAct {
    /// The device.
    public var replica: ReplicaID
    /// Live clones of it that are spared.
    public var spared: [ReplicaID]

    /// Asks for it.
    public init(_ replica: ReplicaID, sparing spared: [ReplicaID] = []) {
        self.replica = replica
        self.spared = spared
    }

    /// Shuts it out with all identities of its enrolment.
    ///
    /// - Throws: `RevocationError`, `StoreError`.
    public func perform(in work: OfficeWork) throws -> Revocation {
        let done = try work.transaction.revoke(replica, sparing: spared)
        try work.note(
            "revoke", ([replica] + spared).map(\.description).joined(separator: " keep "),
            count: done.closed.count)
        return done
    }
}

/// Lets a device in again with all that was shut out with it; gives the identities that may sync again.
public struct TakeBackRevocation: OfficeAct {
    /// The device.
    public var replica: ReplicaID

    /// Asks for it.
    public init(of replica: ReplicaID) {
        self.replica = replica
    }

    /// Lets them in.
    ///
    /// - Throws: `RevocationError.unknown`, `StoreError`.
    public func perform(in work: OfficeWork) throws -> [Device] {
        let devices = try work.transaction.takeBackRevocation(of: replica)
        try work.note("undo-revoke", replica.description, count: devices.count)
        return devices
    }
}

/// Lets a device go on that took too many new identities.
public struct AllowIdentity: OfficeAct {
    /// The device.
    public var replica: ReplicaID

    /// Asks for it.
    public init(_ replica: ReplicaID) {
        self.replica = replica
    }

    /// Allows it.
    ///
    /// - Throws: `AdministrationError.noSuchDevice`, `StoreError`.
    public func perform(in work: OfficeWork) throws {
        guard try work.transaction.allowIdentity(replica) else {
            throw AdministrationError.noSuchDevice(replica)
        }
        try work.note("allow-identity", replica.description)
    }
}
