// The rows of receipts at central, as `CentralReceiptsView` wants them.

public import Causality
internal import Crypto
internal import SQLite
public import Store

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
    public func receipts(
        ofDevice device: ReplicaID?, ofOffice office: String?, last count: Int
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
    /// As in `CentralReceiptsTransaction`.
    public func put(_ receipt: DeviceReceipt) throws {
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

    /// As in `CentralReceiptsTransaction`. The condition is that of `DeviceReceipt.isComplete`.
    public func dropReceipts(of device: ReplicaID, butFor count: Int) throws {
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
        try statement.bind(2, Int64(count))
        try statement.run()
    }
}
