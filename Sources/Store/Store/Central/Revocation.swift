// Shutting devices out, and taking it back. Who has a machine has every identity that it had, in its file
// and in older copies of that: so all identities of an enrolment are closed together.

public import Causality

/// What a revocation did.
public struct Revocation: Sendable {
    /// The device that was named.
    public var device: Device
    /// All identities of its enrolment that are shut out now, oldest first.
    public var closed: [Device]
    /// Those that were spared, since they are machines of their own.
    public var kept: [Device]
    /// Those of the spared ones that the device went on from: its machine has their keys too.
    public var keptBefore: [Device]
}

/// Why a revocation, or its taking back, is not done.
public enum RevocationError: Error, Hashable, Sendable {
    /// There is no such device.
    case unknown(ReplicaID)
    /// It is to be shut out and spared at once.
    case sparesItself
    /// It belongs to another enrolment, and is not shut out anyway.
    case otherEnrolment(ReplicaID)
    /// It was given up when central was restored: no machine uses it, and every copy has its key.
    case givenUp(ReplicaID)
    /// It is shut out already.
    case isRevoked(ReplicaID)
    /// A list names it with another key than it has here.
    case otherKey(ReplicaID)
}

extension CentralNodeTransaction {
    /// Shuts out a device with all identities of its enrolment, those before it and those after.
    ///
    /// - Parameter spared: identities of live clones, machines of their own.
    /// - Throws: `RevocationError`; then nothing was changed; what the store throws.
    @discardableResult
    public func revoke(_ replica: ReplicaID, sparing spared: [ReplicaID] = []) throws -> Revocation
    {
        guard let device = try view.device(replica) else {
            throw RevocationError.unknown(replica)
        }
        let family = try view.devices(ofEnrolment: device.enrolment)
        for other in spared {
            guard other != replica else { throw RevocationError.sparesItself }
            guard let kept = family.first(where: { $0.replica == other }) else {
                throw try view.device(other) == nil
                    ? RevocationError.unknown(other) : RevocationError.otherEnrolment(other)
            }
            guard kept.state == .active else { throw RevocationError.isRevoked(other) }
            guard !family.contains(where: { $0.copyOf == other && $0.isAfterRestoration }) else {
                throw RevocationError.givenUp(other)
            }
        }
        for member in family where member.state == .active && !spared.contains(member.replica) {
            try setState(.revoked, of: member.replica, at: now)
        }
        let left = try view.devices(ofEnrolment: device.enrolment)
        let kept = left.filter { spared.contains($0.replica) }
        let before = device.ancestors(in: family)
        return Revocation(
            device: device, closed: left.filter { $0.state == .revoked }, kept: kept,
            keptBefore: kept.filter { before.contains($0.replica) })
    }

    /// Lets in again what was shut out of an enrolment.
    ///
    /// - Returns: the identities that may sync again, oldest first.
    /// - Throws: `RevocationError.unknown`; what the store throws.
    public func takeBackRevocation(of replica: ReplicaID) throws -> [Device] {
        guard let device = try view.device(replica) else {
            throw RevocationError.unknown(replica)
        }
        let closed = try view.devices(ofEnrolment: device.enrolment)
            .filter { $0.state == .revoked }
        for member in closed { try setState(.active, of: member.replica, at: nil) }
        return closed
    }
}

extension Device {
    /// The identities that it went on from, by whatever steps.
    fileprivate func ancestors(in family: [Device]) -> Set<ReplicaID> {
        var found: Set<ReplicaID> = []
        var next = copyOf
        while let replica = next, found.insert(replica).inserted {
            next = family.first { $0.replica == replica }?.copyOf
        }
        return found
    }
}
