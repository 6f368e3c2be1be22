// Which identities are one machine. A device that cannot go on as it was takes another identity, and the
// one before is given up: the two are one machine. A copy that lives on beside its original takes an
// identity as well, and is a machine of its own. The two cases differ in one thing: an identity that is
// given up is not heard again. So until an original is heard after its copy was given an identity, the
// copy counts as the machine that the original was; from then on there are two.

public import Causality

/// A machine as central knows it: the identities that it had, one after the other.
public struct Machine: Sendable {
    /// Its identities, the first one first; never empty.
    public let identities: [Device]
    /// The identity that it has now.
    public let present: Device

    /// What groups the identities of a machine: the replica of the first. It stays when the machine
    /// takes another one.
    public var id: ReplicaID { identities.first?.replica ?? present.replica }

    /// The identity that was heard last; the present one when none was.
    public var lastHeard: Device {
        identities.filter { $0.lastExchange != nil }
            .max { $0.lastExchange ?? .distantPast < $1.lastExchange ?? .distantPast } ?? present
    }

    /// When nothing remained at the machine that central did not have, by what it said last of that
    /// kind.
    public var lastArrived: Timestamp? { identities.compactMap(\.lastArrived).max() }

    /// Changes of the machine that were refused.
    public var refused: UInt64 { identities.reduce(0) { $0 + $1.refused } }
}

extension Machine {
    /// The machines that have, or had, these identities, in the order of those that they have now.
    public static func grouped(_ devices: [Device]) -> [Machine] {
        let copies = Dictionary(grouping: devices.filter { $0.copyOf != nil }, by: \.copyOf)
        /// The identity by which each was given up.
        var successors: [ReplicaID: ReplicaID] = [:]
        var former: [ReplicaID: Device] = [:]
        for device in devices {
            let next = (copies[device.replica] ?? [])
                .filter { $0.enrolledAt >= device.lastExchange ?? .distantPast }
                .min { ($0.enrolledAt, $0.desk) < ($1.enrolledAt, $1.desk) }
            guard let next else { continue }
            successors[device.replica] = next.replica
            former[next.replica] = device
        }
        return devices.filter { successors[$0.replica] == nil }.map { present in
            var identities = [present]
            while let first = identities.last, let before = former[first.replica] {
                identities.append(before)
            }
            return Machine(identities: identities.reversed(), present: present)
        }
    }
}

extension Timestamp {
    fileprivate static let distantPast = Timestamp(milliseconds: .min)
}
