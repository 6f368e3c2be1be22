internal import Causality
internal import SQLiteStore
public import Store

/// How far the devices have come since central's present epoch began.
public struct EpochStanding: Sendable {
    /// Whether a device may sync, in a word that programs read.
    public enum Word: String, Sendable {
        /// It may.
        case active
        /// It is shut out.
        case revoked
        /// Its machine goes on under another identity.
        case replaced
    }

    /// Central's present epoch.
    public let epoch: CentralEpoch
    /// All machines, those that are shut out included.
    public let machines: [Machine]
    /// The present identities of those that are not shut out.
    public let devices: [Device]

    /// The standing of all devices that central knows.
    public init(_ epoch: CentralEpoch, _ all: [Device]) {
        self.epoch = epoch
        machines = Machine.grouped(all)
        devices = machines.map(\.present).filter { $0.state == .active }
    }

    /// Whether a device may sync. O(devices).
    public func word(for device: Device) -> Word {
        switch device.state {
        case .revoked: .revoked
        case .active: devices.contains { $0.replica == device.replica } ? .active : .replaced
        }
    }

    /// Devices that have made a complete sync in this epoch.
    public var arrived: [Device] {
        devices.filter { $0.epoch == epoch.id && $0.lastComplete != nil }
    }
}

extension CentralEpoch {
    /// Whether central was restored and nobody has said that the recovery is over.
    public var isOpen: Bool { isRecovering || cause == .noticed }

    /// Whether a list of revocations is still wanted: those since the backup's day may be missing.
    public var wantsRevocations: Bool { isOpen && mayLackRevocations }

    /// Whether a list of orders of erasure is still wanted.
    public var wantsOrders: Bool { isOpen && mayLackOrders }
}
