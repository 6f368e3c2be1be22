internal import Causality
internal import Store
public import Wire

/// Devices whose receipts are looked at in one transaction: some 10,000 rows.
private let devicesAtOnce = 50

extension CentralNode {
    /// Lets go, of the receipts of all devices, those that are older than `retention` says; in small steps, between
    /// which devices are served. Ends early where its task is cancelled.
    ///
    /// - Parameter pause: between two steps.
    /// - Throws: `SyncFailure.centralStore`.
    public func dropOldReceipts(pause: Duration) async throws(SyncFailure) {
        guard retention.receiptMilliseconds != nil || retention.idleReceiptMilliseconds != nil
        else { return }
        let devices = try await read { try $0.devices().map(\.replica) }
        for start in stride(from: 0, to: devices.count, by: devicesAtOnce) {
            let some = devices[start...].prefix(devicesAtOnce)
            try await write { [retention] transaction, _ in
                for device in some { try transaction.dropReceipts(of: device, by: retention) }
            }
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }
}

extension CentralNodeTransaction {
    fileprivate func dropReceipts(of device: ReplicaID, by retention: Retention) throws {
        func limit(_ milliseconds: Int64) -> Timestamp {
            Timestamp(milliseconds: now.milliseconds - milliseconds)
        }
        if let age = retention.receiptMilliseconds {
            try dropReceipts(of: device, endedBefore: limit(age), onlyIdle: false)
        }
        if let age = retention.idleReceiptMilliseconds {
            try dropReceipts(of: device, endedBefore: limit(age), onlyIdle: true)
        }
    }
}
