// What every sync of every device left behind at central. Central sees exchanges, not syncs: one receipt
// is for those that follow each other until nothing is left on either side. Whether a reply arrived,
// central knows only by the device's next request.

public import Causality
public import Crypto
internal import SQLite

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

    private var isIdle: Bool {
        isComplete && sent == 0 && refused == 0 && durable == durableBefore && exchanges == times
    }

    /// Whether a later receipt adds nothing but its time.
    fileprivate func isRepeated(by next: DeviceReceipt) -> Bool {
        isIdle && next.isIdle && epoch == next.epoch && durable == next.durable
            && durableHash == next.durableHash && digest == next.digest
    }

    /// Takes the next sync of a run in.
    fileprivate mutating func formRun(with next: DeviceReceipt) {
        ended = next.ended
        times += next.times
        exchanges += next.exchanges
        place = next.place
        position = next.position
        skewMilliseconds = next.skewMilliseconds
    }
}

extension ReplicaDatabase {
    private static let deviceReceiptColumnsRead =
        deviceReceiptColumns
        .replacing("device", with: "r.id")
    fileprivate static let deviceReceiptColumns = """
        number, device, began, ended, times, is_open, epoch, durable_before, durable, durable_hash,
        refused, pending, sent, remaining, exchanges, unconfirmed, place, position, asked,
        skew_milliseconds, digest
        """

    /// The last receipts of a device, or of an office's devices, or of all, newest first.
    ///
    /// - Throws: `StoreError`.
    public func deviceReceipts(
        device: ReplicaID? = nil, office: String? = nil, last count: Int = .max
    ) throws -> [DeviceReceipt] {
        // Without a device its index is of no use, and the numbers are in order already.
        let filter =
            device == nil
            ? "?1 IS NULL" : "c.device = ?1"
        return try deviceReceipts(
            where: """
                WHERE \(filter) AND (?2 IS NULL
                    OR c.device IN (SELECT replica FROM devices WHERE office = ?2))
                ORDER BY number DESC LIMIT ?3
                """
        ) { statement in
            try statement.bind(1, try device.map { try interning.knownKey(of: $0) ?? -1 })
            try statement.bind(2, office)
            try statement.bind(3, Int64(clamping: count))
        }
    }

    /// The last receipt of every device that has one.
    ///
    /// - Throws: `StoreError`.
    public func lastDeviceReceipts() throws -> [ReplicaID: DeviceReceipt] {
        let receipts = try deviceReceipts(
            where: """
                WHERE number IN (SELECT (SELECT max(number) FROM receipts WHERE device = d.replica)
                    FROM devices AS d)
                """
        ) { _ in }
        return Dictionary(receipts.map { ($0.device, $0) }) { first, _ in first }
    }

    private func deviceReceipts(
        where clause: String, bind: (Statement) throws -> Void
    ) throws -> [DeviceReceipt] {
        let statement = try connection.statement(
            """
            SELECT \(Self.deviceReceiptColumnsRead) FROM receipts AS c JOIN replicas AS r ON r.key = c.device \(clause)
            """)
        try bind(statement)
        defer { statement.reset() }
        var receipts: [DeviceReceipt] = []
        while try statement.step() {
            guard let hash = Hash256(bytes: statement.bytes(9)),
                let place = Hash256(bytes: statement.bytes(16)),
                let asked = Hash256(bytes: statement.bytes(18))
            else { throw StoreError.damaged(table: "receipts", key: statement.int64(0)) }
            func count(_ column: Int) -> UInt64 { UInt64(clamping: statement.int64(column)) }
            var receipt = DeviceReceipt(
                device: ReplicaID(UInt64(bitPattern: statement.int64(1))),
                began: Timestamp(milliseconds: statement.int64(2)), epoch: count(6),
                durable: count(8), durableHash: hash)
            receipt.number = statement.int64(0)
            receipt.ended = Timestamp(milliseconds: statement.int64(3))
            receipt.times = count(4)
            receipt.isOpen = statement.int64(5) != 0
            receipt.durableBefore = count(7)
            receipt.refused = count(10)
            receipt.pending = count(11)
            receipt.sent = count(12)
            receipt.remaining = count(13)
            receipt.exchanges = count(14)
            receipt.unconfirmed = count(15)
            receipt.place = place
            receipt.position = statement.int64OrNil(17).map { UInt64(clamping: $0) }
            receipt.asked = asked
            receipt.skewMilliseconds = statement.int64OrNil(19)
            receipt.digest = statement.bytesOrNil(20).flatMap { Hash256(bytes: $0) }
            receipts.append(receipt)
        }
        return receipts
    }
}

extension WriteTransaction {
    /// Stores the receipt of a device. One that says the same as the one before becomes one row with
    /// it; a new one makes room by the limit.
    ///
    /// - Parameter last: the device's last receipt, as it is stored.
    /// - Throws: `StoreError`.
    public func save(_ receipt: DeviceReceipt, after last: DeviceReceipt?) throws {
        if receipt.number == 0, var last, last.isRepeated(by: receipt) {
            last.formRun(with: receipt)
            return try put(last)
        }
        try put(receipt)
        if receipt.number == 0 { try dropOldReceipts(of: receipt.device) }
    }

    private func put(_ receipt: DeviceReceipt) throws {
        let statement = try database.connection.statement(
            """
            INSERT OR REPLACE INTO receipts(\(ReplicaDatabase.deviceReceiptColumns))
            VALUES (coalesce(?1, (SELECT coalesce(max(number), 0) + 1 FROM receipts)), ?2, ?3, ?4,
                ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
            """)
        let counts: [(Int, UInt64)] = [
            (5, receipt.times), (7, receipt.epoch), (8, receipt.durableBefore),
            (9, receipt.durable), (11, receipt.refused), (12, receipt.pending),
            (13, receipt.sent), (14, receipt.remaining), (15, receipt.exchanges),
            (16, receipt.unconfirmed),
        ]
        for (column, count) in counts { try statement.bind(column, Int64(clamping: count)) }
        try statement.bind(1, receipt.number == 0 ? nil : receipt.number)
        try statement.bind(2, try database.interning.key(of: receipt.device))
        try statement.bind(3, receipt.began.milliseconds)
        try statement.bind(4, receipt.ended.milliseconds)
        try statement.bind(6, receipt.isOpen ? 1 : 0)
        try statement.bind(10, receipt.durableHash.bytes)
        try statement.bind(17, receipt.place.bytes)
        try statement.bind(18, receipt.position.map { Int64(clamping: $0) })
        try statement.bind(19, receipt.asked.bytes)
        try statement.bind(20, receipt.skewMilliseconds)
        try statement.bind(21, receipt.digest?.bytes)
        try statement.run()
    }

    /// The condition is that of `DeviceReceipt.isComplete`.
    private func dropOldReceipts(of device: ReplicaID) throws {
        let statement = try database.connection.statement(
            """
            DELETE FROM receipts WHERE device = ?1
                AND number <= (SELECT number FROM receipts WHERE device = ?1
                    ORDER BY number DESC LIMIT 1 OFFSET ?2)
                AND number <> coalesce((SELECT number FROM receipts
                    WHERE device = ?1 AND is_open = 0 AND pending = 0 AND remaining = 0
                        AND unconfirmed = 0
                    ORDER BY number DESC LIMIT 1), 0)
            """)
        try statement.bind(1, try database.interning.key(of: device))
        try statement.bind(2, Int64(ReceiptLimits.centralRowsPerDeviceMax))
        try statement.run()
    }
}
