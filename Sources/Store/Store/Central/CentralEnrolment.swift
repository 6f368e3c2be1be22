// How a device comes to central, and what identities it is given: rules over the room of devices.
//
// The identities of one enrolment: a device that is a copy, or whose central was restored, goes on under
// another identity; central cannot tell the original from its clone, so a rotation closes nothing. What
// keeps a machine out for good is that all of an enrolment's identities are closed together: those that
// it had, that of an older copy of its file, and those that it would take (`Protocol/security.md`).

public import Causality
public import Crypto

/// What a device begins with.
private struct NewDevice {
    var replica: ReplicaID
    var office: String
    var name: String
    var publicKey: PublicKey
    var tokenHash: Hash256
    /// The replica that it goes on from.
    var copyOf: ReplicaID?
    var enrolment: ReplicaID
    var cause: IdentityCause?
    var bornEpoch: UInt64?
    /// The number that it had before, and has again when no other has it.
    var formerDesk: Int64?
}

extension CentralNodeTransaction {
    /// Turns a code into a device. A repetition with the same code and key gives the same device: a
    /// lost reply costs nothing. A device with a known key, or one that a restored central has
    /// forgotten, is the replica again that it was.
    ///
    /// - Parameters:
    ///   - formerDesk: the number that the device had, when it was enrolled before.
    ///   - replica: the replica that the key belongs to.
    /// - Returns: the device, or why there is none.
    /// - Throws: what the store throws.
    public func redeemEnrolmentCode(
        formerDesk: Int64? = nil, hash: Hash256, replica: ReplicaID, publicKey: PublicKey,
        name: String, tokenHash: Hash256
    ) throws -> Redemption {
        guard let code = try view.enrolmentCode(hash), code.expires > now,
            code.usedBy == nil || code.usedBy == publicKey
        else { return .badCode }
        // Who has the key and a right code may know how it stands with the device.
        if let known = try view.device(replica), known.publicKey == publicKey {
            if known.state == .revoked { return .revoked }
            if known.office != code.office { return .otherOffice }
        }
        guard
            let device = try admit(
                replica, office: code.office, publicKey: publicKey, name: name,
                tokenHash: tokenHash, formerDesk: formerDesk)
        else { return .badCode }
        try noteUse(ofCode: hash, by: publicKey, replica)
        return .device(device)
    }

    private func admit(
        _ replica: ReplicaID, office: String, publicKey: PublicKey, name: String,
        tokenHash: Hash256, formerDesk: Int64?
    ) throws -> Device? {
        if let known = try view.device(replica) {
            return known.office == office && known.publicKey == publicKey
                && known.state == .active ? known : nil
        }
        // Changes of a replica that is no device were written at central itself.
        guard try view.chainHash(of: replica, seq: 1) == nil else { return nil }
        // A central that was restored may have forgotten the device: it is of an earlier epoch then.
        let epoch = try view.epoch()
        try insert(
            NewDevice(
                replica: replica, office: office, name: name, publicKey: publicKey,
                tokenHash: tokenHash, enrolment: replica,
                bornEpoch: epoch.cause == .made ? epoch.id : nil, formerDesk: formerDesk))
        return try view.device(replica)
    }

    /// Gives a device that cannot go on as it was an identity of its own. A repetition with the same key
    /// gives the same device.
    ///
    /// - Parameters:
    ///   - replica: the replica that the new key belongs to.
    ///   - cause: why, as far as central sees it.
    ///   - bornEpoch: the epoch that the identity belongs to; `nil` for an earlier one.
    /// - Returns: `nil` when the replica is known with another office or key, or shut out.
    /// - Throws: what the store throws.
    public func giveIdentity(
        after original: Device, replica: ReplicaID, publicKey: PublicKey, tokenHash: Hash256,
        because cause: IdentityCause, bornEpoch: UInt64?
    ) throws -> Device? {
        if let known = try view.device(replica) {
            return known.office == original.office && known.publicKey == publicKey
                && known.state == .active ? known : nil
        }
        // Changes of a replica that is no device were written at central itself.
        guard try view.chainHash(of: replica, seq: 1) == nil else { return nil }
        try insert(
            NewDevice(
                replica: replica, office: original.office, name: original.name,
                publicKey: publicKey, tokenHash: tokenHash, copyOf: original.replica,
                enrolment: original.enrolment, cause: cause, bornEpoch: bornEpoch))
        return try view.device(replica)
    }

    /// Lets the devices of an enrolment go on that took too many identities without a cause.
    ///
    /// - Returns: `false` when there is no such device.
    /// - Throws: what the store throws.
    public func allowIdentity(_ replica: ReplicaID) throws -> Bool {
        guard let device = try view.device(replica) else { return false }
        try replaceCause(.unseen, by: .allowed, ofEnrolment: device.enrolment)
        return true
    }

    /// Forgets codes that expired more than a day ago.
    ///
    /// - Throws: what the store throws.
    public func dropExpiredCodes() throws {
        try dropCodes(
            expiredBefore: Timestamp(milliseconds: now.milliseconds - 86_400_000))
    }

    /// Adds an identity that was shut out before central was restored.
    func insert(_ closed: ClosedIdentity, tokenHash: Hash256) throws {
        try insert(
            NewDevice(
                replica: closed.replica, office: closed.office, name: closed.name,
                publicKey: closed.publicKey, tokenHash: tokenHash, copyOf: closed.copyOf,
                enrolment: closed.enrolment, cause: closed.cause, formerDesk: closed.desk))
    }

    /// A copy's identity is given after its original was heard, whatever the clock says meanwhile.
    private func insert(_ new: NewDevice) throws {
        let heard = try new.copyOf.flatMap { try view.device($0)?.lastExchange }
        var device = Device(
            replica: new.replica, office: new.office,
            desk: try nextDesk(of: new.office, former: new.formerDesk), name: new.name,
            publicKey: new.publicKey, tokenHash: new.tokenHash,
            enrolledAt: max(now, heard ?? now), enrolment: new.enrolment)
        device.copyOf = new.copyOf
        device.cause = new.cause
        device.bornEpoch = new.bornEpoch
        try insert(device)
    }
}

// The numbers of an office's desks. A desk's number stands in the codes that it gives out, which are on
// citizens' receipts: central gives none that another desk has, or once had. Restored from a backup,
// it has forgotten some; codes that came back show them, and devices name what they know.
extension CentralNodeTransaction {
    /// How far above the devices that central knows a named number counts: a restored central forgets
    /// no more of an office, and no device uses the numbers up.
    static var namedDesksAheadMax: Int64 { 1_000 }

    /// Notes the highest number of a desk that a device knows of in its office.
    ///
    /// - Throws: what the store throws.
    public func noteDesk(_ number: Int64, namedFor office: String) throws {
        guard try mayName(number, for: office) else { return }
        try noteNamedDesk(number, of: office)
    }

    /// The number for a new desk of an office: above those of its devices and those that devices have
    /// named, and one that no code shows.
    ///
    /// - Parameter former: the number that the device had before; it has it again, unless another device
    ///   has it by now.
    package func nextDesk(of office: String, former: Int64? = nil) throws -> Int64 {
        if let former, try mayName(former, for: office), try !view.hasDesk(former, of: office) {
            return former
        }
        var number =
            try max(view.highestDesk(of: office), view.highestNamedDesk(of: office)) + 1
        let shown = try view.deskNumbers(inCodesOf: office)
        while shown.contains(number) { number += 1 }
        return number
    }

    private func mayName(_ number: Int64, for office: String) throws -> Bool {
        try number > 0 && number <= view.highestDesk(of: office) + Self.namedDesksAheadMax
    }
}
