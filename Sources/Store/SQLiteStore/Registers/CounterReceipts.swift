// The rows of a counter's receipts (`CounterReceipt`).

internal import Causality
internal import Crypto
internal import SQLite
public import Store

extension CounterReceipt {
    /// All but the number.
    fileprivate static let columns: [RowColumn<CounterReceipt>] = [
        .time("began", \.began),
        .time("ended", \.ended),
        .text("outcome", \.outcome),
        .count("times", \.times),
        .replica("replica", \.replica),
        .replica("former", \.former),
        .count("epoch", \.epoch),
        .count("durable_before", \.durableBefore),
        .count("durable", \.durable),
        .hash("durable_hash", \.durableHash, of: "receipts"),
        .count("pushed", \.pushed),
        .count("accepted", \.accepted),
        .count("refused", \.refused),
        .count("pending", \.pending),
        .count("pulled", \.pulled),
        .count("exchanges", \.exchanges),
        .count("bytes_sent", \.bytesSent),
        .count("bytes_received", \.bytesReceived),
        .time("central_time", \.centralTime),
        .number("skew_milliseconds", \.skewMilliseconds),
        .hash("digest", \.digest),
        .hash("central_digest", \.centralDigest),
        .text("failure", \.failure),
    ]
    fileprivate static let numbered = [.number("number", \.number)] + columns
    fileprivate static let selection =
        "SELECT \(numbered.names()) FROM receipts ORDER BY number DESC LIMIT ?1"
    fileprivate static let insertion = """
        INSERT OR REPLACE INTO receipts(\(columns.names()), number)
        VALUES (\(columns.places()), \(numberOrNext(of: "receipts", at: columns.count + 1)))
        RETURNING number
        """
}

extension CounterDatabase {
    /// The last receipts of this counter, newest first.
    ///
    /// - Throws: `StoreError`.
    public func counterReceipts(last count: Int = .max) throws -> [CounterReceipt] {
        let statement = try connection.statement(CounterReceipt.selection)
        try statement.bind(1, Int64(clamping: count))
        defer { statement.reset() }
        var receipts: [CounterReceipt] = []
        while try statement.step() {
            var receipt = CounterReceipt(
                began: Timestamp(milliseconds: 0), replica: ReplicaID(0), durable: 0,
                durableHash: .zero)
            try CounterReceipt.numbered.read(into: &receipt, from: statement)
            receipts.append(receipt)
        }
        return receipts
    }
}

extension CounterWriteTransaction {
    /// Stores a receipt under its number, or under the next one when it has none; returns the number.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func put(_ receipt: CounterReceipt) throws -> Int64 {
        let statement = try database.connection.statement(CounterReceipt.insertion)
        try CounterReceipt.columns.bind(receipt, to: statement)
        try statement.bind(
            CounterReceipt.columns.count + 1, receipt.number == 0 ? nil : receipt.number)
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
