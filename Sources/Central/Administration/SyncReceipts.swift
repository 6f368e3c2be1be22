public import Causality
public import SQLiteStore
public import Store

/// What each sync of the devices did, newest first.
public struct SyncReceipts: Sendable {
    /// The receipts.
    public let receipts: [DeviceReceipt]
    /// The devices that they are of, by replica.
    public let devices: [ReplicaID: Device]

    /// Reads the last receipts.
    ///
    /// - Parameters:
    ///   - device: only this device's.
    ///   - office: only those of this office's devices.
    ///   - count: how many at most.
    /// - Throws: `AdministrationError.noSuchDevice`, `.noSuchOffice`, `StoreError`.
    public init(
        _ database: CentralDatabase, device: ReplicaID? = nil, office: String? = nil,
        last count: Int
    ) throws {
        let (receipts, devices) = try database.read {
            if let device, try database.device(device) == nil {
                throw AdministrationError.noSuchDevice(device)
            }
            let office = try database.requireOffice(office)
            return (
                try database.deviceReceipts(device: device, office: office, last: count),
                try database.devices()
            )
        }
        self.receipts = receipts
        self.devices = Dictionary(devices.map { ($0.replica, $0) }) { first, _ in first }
    }
}
