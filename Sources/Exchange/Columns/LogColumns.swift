// Rows of a log as columns: changes of any replicas, of which both ends know the dot and the record from
// elsewhere. So neither stands in the columns, a row can be taken out alone, and none names another.

public import Causality
public import Replication

extension ColumnarBatch {
    /// The columns of changes, each a CBOR item; `nil` when they are not. O(bytes).
    ///
    /// - Parameter ends: where each ends in `sequence`.
    /// - Parameter records: the record of each; `nil` where none is known.
    public init?(log sequence: [UInt8], ends: [Int], records: [RecordID?]) {
        let batch = sequence.withUnsafeBytes { source in
            var encoder = BatchEncoder(source, ofItems: false, replica: ReplicaID(0))
            return encoder.encodedLog(ends: ends, records: records)
        }
        guard let batch else { return nil }
        self = batch
    }

    /// Changes of a log, by their places.
    ///
    /// - Parameter wanted: the places, ascending; `nil` for all.
    /// - Parameter dot: the dot of the change at a place.
    /// - Parameter record: the record of the change at a place; asked only where it is not known from the
    ///   columns.
    /// - Throws: `ColumnError`, or what `record` throws.
    public static func logRows(
        _ wanted: [Int]?, of batch: [UInt8], within budget: ColumnBudget,
        dot: (Int) -> Dot, record: (Int) throws -> RecordID?
    ) throws -> [[UInt8]] {
        try batch.withUnsafeBytes { source in
            var decoder = try BatchDecoder(
                source, ofItems: false, replica: ReplicaID(0), within: budget)
            return try decoder.decodedLog(wanted, dot: dot, record: record)
        }
    }
}

/// Packs columns of numbers.
public struct NumberPacking {
    private var writer = ColumnWriter()

    /// An empty one.
    public init() {}

    /// What was packed.
    public var bytes: [UInt8] { writer.bytes }

    /// Adds a column. O(values).
    public mutating func add(_ values: [UInt64]) { NumberColumn.write(values, to: &writer) }

    /// Adds a number by itself.
    public mutating func add(count: Int) { writer.count(count) }
}

/// Takes packed columns of numbers apart.
public struct NumberUnpacking {
    private var reader: ColumnReader

    /// Begins at the first.
    public init(_ bytes: UnsafeRawBufferPointer) { reader = ColumnReader(bytes) }

    /// The next column, of which it is known how many numbers it has.
    ///
    /// - Throws: `ColumnError`.
    public mutating func numbers(_ count: Int) throws(ColumnError) -> [UInt64] {
        var cursor = try NumberCursor(count: count, from: &reader)
        var numbers: [UInt64] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count { numbers.append(try cursor.next()) }
        return numbers
    }

    /// The next number by itself.
    ///
    /// - Throws: `ColumnError`.
    public mutating func count(max: Int) throws(ColumnError) -> Int { try reader.count(max: max) }

    /// - Throws: `ColumnError` when something follows.
    public func requireEnd() throws(ColumnError) {
        guard reader.bytesLeft == 0 else { throw .trailingBytes }
    }

    /// The places of a number in a column. Of a column of equal steps they are computed.
    ///
    /// - Throws: `ColumnError`.
    public static func places(
        of value: UInt64, amongst count: Int, in bytes: UnsafeRawBufferPointer
    ) throws(ColumnError) -> [Int] {
        var reader = ColumnReader(bytes)
        return try NumberCursor(count: count, from: &reader).places(of: value)
    }
}
