// What every sync of every device left behind at central. Central sees exchanges, not syncs: one receipt
// is for those that follow each other until nothing is left on either side. Whether a reply arrived,
// central knows only by the device's next request.

public import Causality
public import Crypto

/// The receipt of one sync of a device at central, or of a run of equal ones.
public struct DeviceReceipt: Hashable, Sendable {
    /// Its number, in the order of central; 0 before it is stored.
    public var number: Int64 = 0
    /// The device's replica.
    public var device: ReplicaID
    /// When central answered the first exchange.
    public var began: Timestamp
    /// When central answered the last exchange.
    public var ended: Timestamp
    /// How many syncs in a row this receipt is for.
    public var times: UInt64 = 1
    /// Whether something was left after the last exchange, or the last is not noted to its end.
    public var isOpen = true
    /// Central's epoch.
    public var epoch: UInt64
    /// The last of the device's changes that central had on disk before.
    public var durableBefore: UInt64
    /// The last of the device's changes that central had on disk after.
    public var durable: UInt64
    /// The chain hash after it.
    public var durableHash: Hash256
    /// Changes that were refused.
    public var refused: UInt64 = 0
    /// Changes that the device held after its last request.
    public var pending: UInt64 = 0
    /// Items that were sent, those sent again included.
    public var sent: UInt64 = 0
    /// Items that remained to be sent.
    public var remaining: UInt64 = 0
    /// Exchanges that were answered.
    public var exchanges: UInt64 = 0
    /// Items and refusals of the last reply that the device has not confirmed by a later request.
    public var unconfirmed: UInt64 = 0
    /// The place in the feed to which the last reply brought the device, as a hash of cursor and mark.
    public var place = Hash256.zero
    /// The position of that place, if the reply had a cursor.
    public var position: UInt64?
    /// A hash of the records whose states the last request had asked for; zero for none.
    public var asked = Hash256.zero
    /// How far the device's clock was ahead of central's, in milliseconds.
    public var skewMilliseconds: Int64?
    /// Central's digest that the last reply brought.
    public var digest: Hash256?

    /// A receipt of a sync that begins.
    public init(
        device: ReplicaID, began: Timestamp, epoch: UInt64, durable: UInt64, durableHash: Hash256
    ) {
        self.device = device
        self.began = began
        ended = began
        self.epoch = epoch
        durableBefore = durable
        self.durable = durable
        self.durableHash = durableHash
    }

    /// Changes that central took.
    public var accepted: UInt64 {
        let through = max(durable, durableBefore) - durableBefore
        return through - min(refused, through)
    }

    /// Whether nothing was left: nothing to push, nothing to pull, and what was sent is confirmed.
    public var isComplete: Bool {
        !isOpen && pending == 0 && remaining == 0 && unconfirmed == 0
    }

    /// Whether nothing was to be done.
    public var isIdle: Bool {
        isComplete && sent == 0 && refused == 0 && durable == durableBefore && exchanges == times
    }
}

extension DeviceReceipt: RunReceipt {
    /// Whether a later receipt adds nothing but its time.
    func isRepeated(by next: DeviceReceipt) -> Bool {
        isIdle && next.isIdle && epoch == next.epoch && durable == next.durable
            && durableHash == next.durableHash && digest == next.digest
    }

    mutating func takeRest(of last: DeviceReceipt) {
        place = last.place
        position = last.position
    }
}

/// What central's store tells of receipts.
public protocol CentralReceiptsView {
    /// The last receipts of a device, or of an office's devices, or of all, newest first.
    func receipts(
        ofDevice device: ReplicaID?, ofOffice office: String?, last count: Int
    ) throws -> [DeviceReceipt]
    /// The last receipt of every device that has one.
    func lastDeviceReceipts() throws -> [ReplicaID: DeviceReceipt]
}

/// What is written of receipts.
public protocol CentralReceiptsTransaction {
    /// Stores a receipt in the place of the one with its number; one without a number gets the next.
    func put(_ receipt: DeviceReceipt) throws
    /// Drops a device's receipts but for so many last ones, and the last complete one.
    func dropReceipts(of device: ReplicaID, butFor count: Int) throws
    /// Drops a device's receipts that ended before a time, perhaps the idle ones alone; never its last one, nor the
    /// last complete one.
    func dropReceipts(of device: ReplicaID, endedBefore time: Timestamp, onlyIdle: Bool) throws
}

extension CentralReceiptsView {
    /// The last receipts of a device, or of an office's devices, or of all, newest first.
    ///
    /// - Throws: what the store throws.
    public func deviceReceipts(
        device: ReplicaID? = nil, office: String? = nil, last count: Int = .max
    ) throws -> [DeviceReceipt] {
        try receipts(ofDevice: device, ofOffice: office, last: count)
    }

    /// The last receipt of a device.
    ///
    /// - Throws: what the store throws.
    public func lastReceipt(of device: ReplicaID) throws -> DeviceReceipt? {
        try receipts(ofDevice: device, ofOffice: nil, last: 1).first
    }
}

extension CentralReceiptsTransaction {
    /// Stores the receipt of a device. One that says the same as the one before becomes one row with
    /// it; a new one makes room by the limit.
    ///
    /// - Parameter last: the device's last receipt, as it is stored.
    /// - Throws: what the store throws.
    public func save(_ receipt: DeviceReceipt, after last: DeviceReceipt?) throws {
        if let run = receipt.run(after: last) { return try put(run) }
        try put(receipt)
        if receipt.number == 0 {
            try dropReceipts(
                of: receipt.device, butFor: ReceiptLimits.centralRowsPerDeviceMax)
        }
    }
}
