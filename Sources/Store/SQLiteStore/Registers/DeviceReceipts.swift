// The rows of receipts at central, as `CentralReceiptsView` wants them.

public import Causality
internal import Crypto
internal import SQLite
public import Store

extension DeviceReceipt {
    /// All but the number and the device, of which a row has the key.
    fileprivate static let columns: [RowColumn<DeviceReceipt>] = [
        .time("began", \.began),
        .time("ended", \.ended),
        .count("times", \.times),
        .flag("is_open", \.isOpen),
        .count("epoch", \.epoch),
        .count("durable_before", \.durableBefore),
        .count("durable", \.durable),
        .hash("durable_hash", \.durableHash, of: "receipts"),
        .count("refused", \.refused),
        .count("pending", \.pending),
        .count("sent", \.sent),
        .count("remaining", \.remaining),
        .count("exchanges", \.exchanges),
        .count("unconfirmed", \.unconfirmed),
        .hash("place", \.place, of: "receipts"),
        .count("position", \.position),
        .hash("asked", \.asked, of: "receipts"),
        .number("skew_milliseconds", \.skewMilliseconds),
        .hash("digest", \.digest),
    ]
    fileprivate static let selection = """
        SELECT number, r.id, \(columns.names())
        FROM receipts AS c JOIN replicas AS r ON r.key = c.device
        """
    fileprivate static let insertion = """
        INSERT OR REPLACE INTO receipts(\(columns.names()), device, number)
        VALUES (\(columns.places()), ?\(columns.count + 1),
            \(numberOrNext(of: "receipts", at: columns.count + 2)))
        """
}

extension CentralDatabase {
    fileprivate static let isComplete =
        "is_open = 0 AND pending = 0 AND remaining = 0 AND unconfirmed = 0"

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
        let statement = try connection.statement("\(DeviceReceipt.selection) \(clause)")
        try bind(statement)
        defer { statement.reset() }
        var receipts: [DeviceReceipt] = []
        while try statement.step() {
            var receipt = DeviceReceipt(
                device: ReplicaID(UInt64(bitPattern: statement.int64(1))),
                began: Timestamp(milliseconds: 0), epoch: 0, durable: 0, durableHash: .zero)
            receipt.number = statement.int64(0)
            try DeviceReceipt.columns.read(into: &receipt, from: statement, at: 2)
            receipts.append(receipt)
        }
        return receipts
    }
}

extension CentralWriteTransaction {
    /// As in `CentralReceiptsTransaction`.
    public func put(_ receipt: DeviceReceipt) throws {
        let statement = try database.connection.statement(DeviceReceipt.insertion)
        let count = DeviceReceipt.columns.count
        try DeviceReceipt.columns.bind(receipt, to: statement)
        try statement.bind(count + 1, try database.interning.key(of: receipt.device))
        try statement.bind(count + 2, receipt.number == 0 ? nil : receipt.number)
        try statement.run()
    }

    /// As in `CentralReceiptsTransaction`. The conditions are those of `DeviceReceipt.isComplete` and `isIdle`.
    public func dropReceipts(
        of device: ReplicaID, endedBefore time: Timestamp, onlyIdle: Bool
    ) throws {
        let statement = try database.connection.statement(
            """
            DELETE FROM receipts WHERE device = ?1 AND ended < ?2
                AND (?3 = 0 OR (\(CentralDatabase.isComplete) AND sent = 0 AND refused = 0
                    AND durable = durable_before AND exchanges = times))
                AND number <> (SELECT max(number) FROM receipts WHERE device = ?1)
                AND number <> coalesce((SELECT number FROM receipts
                    WHERE device = ?1 AND \(CentralDatabase.isComplete)
                    ORDER BY number DESC LIMIT 1), 0)
            """)
        try statement.bind(1, try database.interning.key(of: device))
        try statement.bind(2, time.milliseconds)
        try statement.bind(3, onlyIdle ? 1 : 0)
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
                    WHERE device = ?1 AND \(CentralDatabase.isComplete)
                    ORDER BY number DESC LIMIT 1), 0)
            """)
        try statement.bind(1, try database.interning.key(of: device))
        try statement.bind(2, Int64(count))
        try statement.run()
    }
}
