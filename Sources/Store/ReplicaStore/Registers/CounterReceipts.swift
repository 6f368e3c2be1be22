// The rows of a counter's receipts (`CounterReceipt`).

internal import Causality
internal import Crypto
internal import SQLite

extension ReplicaDatabase {
    fileprivate static let counterReceiptColumns = """
        number, began, ended, outcome, times, replica, former, epoch, durable_before, durable,
        durable_hash, pushed, accepted, refused, pending, pulled, exchanges, bytes_sent,
        bytes_received, central_time, skew_milliseconds, digest, central_digest, failure
        """

    /// The last receipts of this counter, newest first.
    ///
    /// - Throws: `StoreError`.
    public func counterReceipts(last count: Int = .max) throws -> [CounterReceipt] {
        try counterReceipts(where: "ORDER BY number DESC LIMIT ?1") {
            try $0.bind(1, Int64(clamping: count))
        }
    }

    private func counterReceipts(
        where clause: String, bind: (Statement) throws -> Void
    ) throws -> [CounterReceipt] {
        let statement = try connection.statement(
            "SELECT \(Self.counterReceiptColumns) FROM receipts \(clause)")
        try bind(statement)
        defer { statement.reset() }
        var receipts: [CounterReceipt] = []
        while try statement.step() {
            guard let hash = Hash256(bytes: statement.bytes(10)) else {
                throw StoreError.damaged(table: "receipts", key: statement.int64(0))
            }
            func count(_ column: Int) -> UInt64 { UInt64(clamping: statement.int64(column)) }
            func time(_ column: Int) -> Timestamp? {
                statement.int64OrNil(column).map(Timestamp.init(milliseconds:))
            }
            func replica(_ column: Int) -> ReplicaID? {
                statement.int64OrNil(column).map { ReplicaID(UInt64(bitPattern: $0)) }
            }
            var receipt = CounterReceipt(
                began: Timestamp(milliseconds: statement.int64(1)),
                replica: ReplicaID(UInt64(bitPattern: statement.int64(5))), durable: count(9),
                durableHash: hash)
            receipt.number = statement.int64(0)
            receipt.ended = Timestamp(milliseconds: statement.int64(2))
            receipt.outcome = statement.textOrNil(3)
            receipt.times = count(4)
            receipt.former = replica(6)
            receipt.epoch = statement.int64OrNil(7).map { UInt64(clamping: $0) }
            receipt.durableBefore = count(8)
            receipt.pushed = count(11)
            receipt.accepted = count(12)
            receipt.refused = count(13)
            receipt.pending = count(14)
            receipt.pulled = count(15)
            receipt.exchanges = count(16)
            receipt.bytesSent = count(17)
            receipt.bytesReceived = count(18)
            receipt.centralTime = time(19)
            receipt.skewMilliseconds = statement.int64OrNil(20)
            receipt.digest = statement.bytesOrNil(21).flatMap { Hash256(bytes: $0) }
            receipt.centralDigest = statement.bytesOrNil(22).flatMap { Hash256(bytes: $0) }
            receipt.failure = statement.textOrNil(23)
            receipts.append(receipt)
        }
        return receipts
    }
}

extension WriteTransaction {
    /// Stores a receipt under its number, or under the next one when it has none; returns the number.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func put(_ receipt: CounterReceipt) throws -> Int64 {
        let statement = try database.connection.statement(
            """
            INSERT OR REPLACE INTO receipts(\(ReplicaDatabase.counterReceiptColumns))
            VALUES (coalesce(?1, (SELECT coalesce(max(number), 0) + 1 FROM receipts)), ?2, ?3, ?4,
                ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                ?23, ?24)
            RETURNING number
            """)
        let counts: [(Int, UInt64)] = [
            (5, receipt.times), (9, receipt.durableBefore), (10, receipt.durable),
            (12, receipt.pushed), (13, receipt.accepted), (14, receipt.refused),
            (15, receipt.pending), (16, receipt.pulled), (17, receipt.exchanges),
            (18, receipt.bytesSent), (19, receipt.bytesReceived),
        ]
        for (column, count) in counts { try statement.bind(column, Int64(clamping: count)) }
        try statement.bind(1, receipt.number == 0 ? nil : receipt.number)
        try statement.bind(2, receipt.began.milliseconds)
        try statement.bind(3, receipt.ended.milliseconds)
        try statement.bind(4, receipt.outcome)
        try statement.bind(6, Int64(bitPattern: receipt.replica.rawValue))
        try statement.bind(7, receipt.former.map { Int64(bitPattern: $0.rawValue) })
        try statement.bind(8, receipt.epoch.map { Int64(clamping: $0) })
        try statement.bind(11, receipt.durableHash.bytes)
        try statement.bind(20, receipt.centralTime?.milliseconds)
        try statement.bind(21, receipt.skewMilliseconds)
        try statement.bind(22, receipt.digest?.bytes)
        try statement.bind(23, receipt.centralDigest?.bytes)
        try statement.bind(24, receipt.failure)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }

    /// Drops the receipts through a number, but for the last one of a complete sync: the condition is that of
    /// `CounterReceipt.isComplete`.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func dropReceipts(through number: Int64) throws {
        let statement = try database.connection.statement(
            """
            DELETE FROM receipts WHERE number <= ?1 AND number <> coalesce((
                SELECT number FROM receipts
                WHERE outcome IN ('synced', 'refused') AND failure IS NULL
                    AND digest = central_digest
                ORDER BY number DESC LIMIT 1), 0)
            """)
        try statement.bind(1, number)
        try statement.run()
    }
}
