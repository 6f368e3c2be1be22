internal import Causality
public import SQLiteStore
public import Store

/// How a device stands by its last receipt: what has come up from it, and what it has confirmed of what
/// went down, are two things. A report rests on the first.
public struct DeviceStanding: Sendable {
    /// What has come up from a device.
    public enum Arrival: Hashable, Sendable {
        /// Nothing remained at it that central lacks.
        case complete
        /// No exchange of it is noted.
        case neverExchanged
        /// It has made no exchange since central was restored.
        case notSinceRestoration
        /// Its last exchange left so many changes at it that central lacks.
        case lacks(changes: UInt64)
    }

    private let receipts: [ReplicaID: DeviceReceipt]
    private let epoch: UInt64

    /// Reads the last receipts of all devices.
    ///
    /// - Throws: `StoreError`.
    public init(_ database: CentralDatabase) throws {
        receipts = try database.lastDeviceReceipts()
        epoch = try database.epoch().id
    }

    /// What has come up from a device, in central's present epoch.
    public func arrival(of device: Device) -> Arrival {
        guard let receipt = receipts[device.replica] else { return .neverExchanged }
        guard receipt.epoch == epoch else { return .notSinceRestoration }
        return receipt.pending > 0 ? .lacks(changes: receipt.pending) : .complete
    }

    /// Whether its last exchange left nothing at it that central lacks, in central's present epoch.
    public func isComplete(_ device: Device) -> Bool { arrival(of: device) == .complete }

    /// Whether it has confirmed all that central had for it, in central's present epoch.
    public func isConfirmed(_ device: Device) -> Bool {
        presentReceipt(of: device)?.isConfirmed ?? false
    }

    /// The last receipt of a device, if it is of central's present epoch.
    public func presentReceipt(of device: Device) -> DeviceReceipt? {
        receipts[device.replica].flatMap { $0.epoch == epoch ? $0 : nil }
    }
}

extension DeviceReceipt {
    /// Whether the device has confirmed all that went down to it, and central had nothing more.
    public var isConfirmed: Bool { unconfirmed == 0 && remaining == 0 && !wasCutOff }

    /// Whether only the end of the sync is missing.
    public var wasCutOff: Bool {
        unconfirmed == 0 && remaining == 0 && isOpen && pending == 0
    }
}
