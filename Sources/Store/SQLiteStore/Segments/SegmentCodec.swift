// The bytes of a segment (`Protocol/schema.md`): what look-ups need, as packed numbers, and what the
// changes say, in the columns of the wire (`Protocol/columns.md`) under zstd. The changes' dots and records stand
// with the numbers alone, so that a segment needs no other to be read.

internal import Causality
internal import Columns
internal import Crypto
internal import Editing
internal import Replication
internal import Wire

/// A segment as it is stored.
struct SegmentBytes: Equatable {
    var records: [UInt8]
    var heads: [UInt8]
    var content: [UInt8]
    /// The hash of all three: whatever a disk has done to them shows.
    var sum: [UInt8]

    init(records: [UInt8], heads: [UInt8], content: [UInt8]) {
        self.records = records
        self.heads = heads
        self.content = content
        sum = Self.sum(records, heads, content)
    }

    init(records: [UInt8], heads: [UInt8], content: [UInt8], sum: [UInt8]) {
        self.records = records
        self.heads = heads
        self.content = content
        self.sum = sum
    }

    var isWhole: Bool { sum == Self.sum(records, heads, content) }

    private static let sumByteCount = 8

    private static func sum(_ parts: [UInt8]...) -> [UInt8] {
        let hashes = parts.map { Hash256(hashing: $0) }
        let all = hashes.dropFirst().reduce(hashes[0]) { $0.chained(with: $1) }
        return Array(all.bytes.prefix(sumByteCount))
    }
}

enum SegmentCodec {
    /// Why bytes are no segment.
    struct Damage: Error {}

    private static let formBits: UInt64 = 3
    private static let makingBit: UInt64 = 4
    private static let hashedBit: UInt64 = 8
    /// Contents of at most so many bytes are compressed with the shared dictionary: it gains nothing for
    /// longer ones.
    private static let dictionaryBytesMax = 16 << 10
    static let level: Int32 = 6

    /// The number by which a segment's rows name a record.
    static func number(of place: LogPlace) -> UInt64 {
        UInt64(bitPattern: place.record) << 8 | UInt64(place.kind.rawValue)
    }

    /// The bytes of rows, which have theirs and ascend by position.
    ///
    /// - Parameter ids: the id of each row's record, where there is one.
    /// - Returns: `nil` for what does not come out as it went in.
    static func bytes(
        of rows: [LogRow], ids: [RecordID?], replicas: [ReplicaID]
    ) -> SegmentBytes? {
        var sequence: [UInt8] = []
        var ends: [Int] = []
        for row in rows {
            sequence += row.bytes ?? []
            ends.append(sequence.count)
        }
        guard let batch = ColumnarBatch(log: sequence, ends: ends, records: ids),
            sequence.count <= SegmentBudget.bytesMax, batch.bytes.count <= SegmentBudget.bytesMax
        else { return nil }
        do {
            let content = try Compression.compressed(
                batch.bytes, level: level,
                dictionary: batch.bytes.count <= dictionaryBytesMax ? .newest : nil)
            let made = SegmentBytes(
                records: records(of: rows), heads: heads(of: rows), content: content)
            let back = try changes(
                nil, in: batch.bytes, dot: { Dot(replicas[$0], rows[$0].seq) }, record: { ids[$0] })
            guard zip(back, rows).allSatisfy({ $0 == $1.bytes }), back.count == rows.count else {
                return nil
            }
            return made
        } catch {
            return nil
        }
    }

    private static func records(of rows: [LogRow]) -> [UInt8] {
        var packing = NumberPacking()
        packing.add(rows.map { number(of: $0.place) })
        return packing.bytes
    }

    private static func heads(of rows: [LogRow]) -> [UInt8] {
        var packing = NumberPacking()
        var keys: [Int64] = []
        var numbers: [Int64: Int] = [:]
        var expected: [UInt64] = []
        var (replicas, steps): ([UInt64], [UInt64]) = ([], [])
        for row in rows {
            let number = numbers[row.replica] ?? keys.count
            if number == keys.count {
                numbers[row.replica] = number
                keys.append(row.replica)
                expected.append(0)
            }
            replicas.append(UInt64(number))
            steps.append(row.seq &- expected[number])
            expected[number] = row.seq &+ 1
        }
        packing.add(rows.map { UInt64(bitPattern: $0.position) })
        packing.add(
            rows.map {
                UInt64(bitPattern: $0.form.rawValue) | ($0.isMaking ? makingBit : 0)
                    | ($0.isHashed ? hashedBit : 0)
            })
        packing.add(count: keys.count)
        packing.add(keys.map { UInt64(bitPattern: $0) })
        packing.add(replicas)
        packing.add(steps)
        packing.add(rows.map { UInt64(bitPattern: $0.arrived) })
        return packing.bytes
    }

    /// The rows of a segment without their bytes and hashes.
    ///
    /// - Throws: `Damage`, `ColumnError`.
    static func rows(count: Int, records: [UInt8], heads: [UInt8]) throws -> [LogRow] {
        guard (1...SegmentBudget.rowsMax).contains(count) else { throw Damage() }
        let places = try records.withUnsafeBytes { bytes in
            var unpacking = NumberUnpacking(bytes)
            let numbers = try unpacking.numbers(count)
            try unpacking.requireEnd()
            return numbers
        }
        return try heads.withUnsafeBytes { bytes in
            var unpacking = NumberUnpacking(bytes)
            let positions = try unpacking.numbers(count)
            let flags = try unpacking.numbers(count)
            let replicaCount = try unpacking.count(max: count)
            let keys = try unpacking.numbers(replicaCount)
            let replicas = try unpacking.numbers(count)
            let steps = try unpacking.numbers(count)
            let arrivals = try unpacking.numbers(count)
            try unpacking.requireEnd()
            var expected = [UInt64](repeating: 0, count: replicaCount)
            var rows: [LogRow] = []
            rows.reserveCapacity(count)
            for index in 0..<count {
                guard let form = LogForm(rawValue: Int64(flags[index] & formBits)),
                    form != .state, flags[index] <= formBits | makingBit | hashedBit,
                    replicas[index] < UInt64(replicaCount)
                else { throw Damage() }
                let replica = Int(replicas[index])
                let seq = steps[index] &+ expected[replica]
                expected[replica] = seq &+ 1
                let position = Int64(bitPattern: positions[index])
                if let last = rows.last, last.position >= position { throw Damage() }
                rows.append(
                    LogRow(
                        position: position, form: form, replica: Int64(bitPattern: keys[replica]),
                        seq: seq,
                        place: LogPlace(
                            kind: RecordKind(rawValue: UInt8(truncatingIfNeeded: places[index])),
                            record: Int64(bitPattern: places[index] >> 8)),
                        isMaking: flags[index] & makingBit != 0,
                        arrived: Int64(bitPattern: arrivals[index]),
                        isHashed: flags[index] & hashedBit != 0, hasBytes: true))
            }
            return rows
        }
    }

    /// The places of a number among a segment's records; `nil` when they are damaged.
    static func places(
        of number: UInt64, amongst count: Int, in bytes: UnsafeRawBufferPointer
    ) -> [Int]? {
        guard (1...SegmentBudget.rowsMax).contains(count) else { return nil }
        do {
            return try NumberUnpacking.places(of: number, amongst: count, in: bytes)
        } catch {
            return nil
        }
    }

    /// The columns in a segment's content.
    ///
    /// - Throws: `SyncFailure`.
    static func batch(of content: [UInt8]) throws -> [UInt8] {
        try Compression.decompressed(content, limitBytes: SegmentBudget.bytesMax)
    }

    /// The bytes of changes at some places, which ascend; of all when `nil`.
    ///
    /// - Throws: `ColumnError`, and what `record` throws.
    static func changes(
        _ wanted: [Int]?, in batch: [UInt8], dot: (Int) -> Dot,
        record: (Int) throws -> RecordID?
    ) throws -> [[UInt8]] {
        try ColumnarBatch.logRows(
            wanted, of: batch, within: ColumnBudget(bytesMax: SegmentBudget.bytesMax), dot: dot,
            record: record)
    }
}
