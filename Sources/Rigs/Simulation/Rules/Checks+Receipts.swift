// Receipts never say more than what is so: what they call durable is on central's disk with that very
// chain, and a device that central calls complete holds what central holds.

internal import Causality
internal import CounterEngine
internal import Crypto
internal import SQLiteStore
internal import Replication
internal import Store

extension World {
    /// Checks the receipts that a sync has left at both ends.
    func checkReceipts(_ report: SyncReport, of device: SimulatedDevice) throws {
        let place = "d\(device.slot)"
        guard let here = try device.store.lastReceipt() else {
            throw Violation(.honesty, "\(place) has synced and has no receipt")
        }
        let isCounted =
            here.times > 1
            || (here.pushed == report.pushed && here.refused == report.refused
                && here.pulled == report.pulled)
        guard here.outcome == report.outcome.rawValue, here.pending == report.pending, isCounted
        else { throw Violation(.honesty, "\(place) reports otherwise than its receipt \(here)") }
        try checkDurable(here, of: device)
        let (identity, replica) = try device.store.enrolled()
        guard let there = try central.database.deviceReceipts(device: replica, last: 1).first else {
            return
        }
        try checkDurable(there)
        // Only what reached central now can be compared with what is there now; while central lacks
        // what it lost, others' pushes do not come as news.
        guard there.isComplete, report.roundTrips > 0, identity.pendingCount == 0,
            !central.isRewound, try central.database.epoch().id == there.epoch
        else { return }
        let digest = try device.store.scopeDigest(ofOffice: device.office).digest.hash
        guard there.digest == digest else {
            try checkStates(of: device, at: central.database.recordStates())
            throw Violation(.honesty, "central calls \(place) complete, whose digest differs")
        }
    }

    /// Checks all receipts when all has been exchanged.
    func checkReceipts() throws {
        for receipt in try central.database.deviceReceipts() { try checkDurable(receipt) }
        for device in activeDevices {
            let (identity, replica) = try device.store.enrolled()
            guard let here = try device.store.lastReceipt(), here.isComplete,
                here.durable == identity.seq
            else {
                throw Violation(.honesty, "d\(device.slot) has no receipt of its complete sync")
            }
            try checkDurable(here, of: device)
            guard
                let there = try central.database.deviceReceipts(device: replica, last: 1).first,
                there.isComplete, there.durable == identity.seq, there.digest == here.digest
            else {
                throw Violation(
                    .honesty, "central has no receipt of d\(device.slot)'s complete sync")
            }
        }
    }

    /// What a counter's receipt calls durable is central's, by the chain of both. A file of before that was
    /// put back, and whose device central speaks with no more, has only its receipt of an epoch that is over.
    private func checkDurable(_ receipt: CounterReceipt, of device: SimulatedDevice) throws {
        let own = try device.store.hash(of: receipt.replica, seq: receipt.durable)
        let central = try central.database.chainHash(of: receipt.replica, seq: receipt.durable)
        let present = try self.central.database.epoch().id
        let isPast = receipt.epoch.map { $0 != present } ?? false
        guard own == receipt.durableHash, central == own || self.central.isRewound || isPast else {
            throw Violation(
                .honesty, "d\(device.slot) has a receipt through \(receipt.durable) in vain")
        }
    }

    /// What central's receipt calls durable is on its disk.
    private func checkDurable(_ receipt: DeviceReceipt) throws {
        let hash = try central.database.chainHash(of: receipt.device, seq: receipt.durable)
        guard hash == receipt.durableHash else {
            throw Violation(
                .honesty, "central has a receipt of \(receipt.device) through \(receipt.durable)")
        }
    }
}
