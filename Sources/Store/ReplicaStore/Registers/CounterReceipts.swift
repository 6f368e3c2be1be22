// What every sync of a counter left behind, in the counter's own file. A row is written in the
// transaction of the first reply that brings something and brought up to date with each later one, so
// that a sync that was killed says how far it came. Runs that say the same, of syncs with nothing to do
// and of tries that reached nobody, are one row.

public import Causality
public import Crypto
internal import SQLite

/// The receipt of one sync at a counter, or of a run of equal ones.
public struct CounterReceipt: Hashable, Sendable {
    /// Its number, in the order of the syncs; 0 before it is stored.
    public var number: Int64 = 0
    /// When the (first) sync began, by this machine's clock.
    public var began: Timestamp
    /// When the (last) sync ended; of one that did not end, when its last reply was applied.
    public var ended: Timestamp
    /// What came of it, in the word of the sync's report; `nil` when it is not over, or was killed.
    public var outcome: String?
    /// How many syncs in a row this receipt is for.
    public var times: UInt64 = 1
    /// The replica, at the end.
    public var replica: ReplicaID
    /// The replica that it was when the sync began, if it took another identity in it.
    public var former: ReplicaID?
    /// Central's epoch, if central told it.
    public var epoch: UInt64?
    /// Own changes that central had on disk, by its word, before; of `former` if there is one.
    public var durableBefore: UInt64
    /// Own changes that central had on disk, by its word, after.
    public var durable: UInt64
    /// The chain hash after the last of these.
    public var durableHash: Hash256
    /// Changes that were sent and answered.
    public var pushed: UInt64 = 0
    /// Changes that central took.
    public var accepted: UInt64 = 0
    /// Changes that central refused.
    public var refused: UInt64 = 0
    /// Own changes held here afterwards, because central does not have them.
    public var pending: UInt64 = 0
    /// Items that came from central.
    public var pulled: UInt64 = 0
    /// Exchanges that were answered.
    public var exchanges: UInt64 = 0
    /// Bytes that were sent.
    public var bytesSent: UInt64 = 0
    /// Bytes that came.
    public var bytesReceived: UInt64 = 0
    /// Central's clock at its last reply.
    public var centralTime: Timestamp?
    /// How far this machine's clock was ahead of central's then, in milliseconds.
    public var skewMilliseconds: Int64?
    /// This replica's digest at the end; `nil` when the sync did not get so far.
    public var digest: Hash256?
    /// Central's.
    public var centralDigest: Hash256?
    /// What stopped the sync, by its stable name.
    public var failure: String?

    /// A receipt of a sync that begins.
    public init(
        began: Timestamp, replica: ReplicaID, durable: UInt64, durableHash: Hash256
    ) {
        self.began = began
        ended = began
        self.replica = replica
        durableBefore = durable
        self.durable = durable
        self.durableHash = durableHash
    }

    /// Whether all was exchanged and the digests were equal.
    public var isComplete: Bool {
        (outcome == "synced" || outcome == "refused") && failure == nil && digest != nil
            && digest == centralDigest
    }

    /// Whether nothing was exchanged: there was nothing to do, or nobody to do it with.
    private var isIdle: Bool {
        let didNothing =
            pushed == 0 && refused == 0 && pulled == 0 && durableBefore == durable && former == nil
        return didNothing && (isComplete || (exchanges == 0 && failure != nil))
    }

    /// Whether a later receipt of the same replica adds nothing but its time and its bytes.
    fileprivate func isRepeated(by next: CounterReceipt) -> Bool {
        isIdle && next.isIdle && outcome == next.outcome && failure == next.failure
            && replica == next.replica && epoch == next.epoch && durable == next.durable
            && durableHash == next.durableHash && digest == next.digest
            && (isComplete ? exchanges == times && next.exchanges == 1 : true)
    }

    /// Takes the next sync of a run in.
    fileprivate mutating func formRun(with next: CounterReceipt) {
        ended = next.ended
        times += 1
        pending = next.pending
        exchanges += next.exchanges
        bytesSent += next.bytesSent
        bytesReceived += next.bytesReceived
        centralTime = next.centralTime
        skewMilliseconds = next.skewMilliseconds
    }
}

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
    /// Stores the receipt of a sync as far as it has come.
    ///
    /// - Parameter isOver: whether the sync is over: then a run of equal ones becomes one row, and
    ///   receipts beyond the limit go.
    /// - Returns: the number it has from now on.
    /// - Throws: `StoreError`.
    @discardableResult
    public func save(_ receipt: CounterReceipt, isOver: Bool) throws -> Int64 {
        if isOver, receipt.number == 0, var last = try database.counterReceipts(last: 1).first,
            last.isRepeated(by: receipt)
        {
            last.formRun(with: receipt)
            return try put(last)
        }
        let number = try put(receipt)
        if isOver { try dropOldReceipts(before: number) }
        return number
    }

    private func put(_ receipt: CounterReceipt) throws -> Int64 {
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

    /// The condition is that of `CounterReceipt.isComplete`.
    private func dropOldReceipts(before number: Int64) throws {
        let statement = try database.connection.statement(
            """
            DELETE FROM receipts WHERE number <= ?1 AND number <> coalesce((
                SELECT number FROM receipts
                WHERE outcome IN ('synced', 'refused') AND failure IS NULL
                    AND digest = central_digest
                ORDER BY number DESC LIMIT 1), 0)
            """)
        try statement.bind(1, number - Int64(ReceiptLimits.counterRowsMax))
        try statement.run()
    }
}
