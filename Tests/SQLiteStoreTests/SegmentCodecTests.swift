import Causality
import Crypto
import Editing
import Replication
import SeededRandom
import Store
import Testing

@testable import SQLiteStore

/// What a segment holds comes out as it went in, and what is no segment is noticed.
@Suite("A segment of the log gives back what went in, and shows any damage")
struct SegmentCodecTests {
    struct Sample {
        var rows: [LogRow] = []
        var ids: [RecordID?] = []
        var replicas: [ReplicaID] = []
    }

    /// Changes of some writers to some records, as a log may have them.
    static func sample(seed: UInt64, records: Int = 6) throws -> Sample {
        var random = SeededGenerator(seed: seed)
        var sample = Sample()
        var changes: [(Change, Int64)] = []
        let writers = (1...3).map { ReplicaID(UInt64($0) << 40) }
        for key in 1...records {
            let kind: RecordKind = key % 3 == 0 ? .contact : .dossier
            let record = try RandomRecord(
                kind, id: recordID(UInt8(key)), writeCount: 4, writers: writers, &random)
            changes += record.changes.map { ($0, Int64(key)) }
        }
        changes.shuffle(using: &random)
        for (index, (change, key)) in changes.enumerated() {
            let isErased = random.next() % 5 == 0
            let left = isErased ? change.erased(keeping: ["code", "office"]) : change
            sample.rows.append(
                LogRow(
                    position: Int64(index * 2 + 7),
                    form: random.next() % 7 == 0 ? .void : .change,
                    replica: Int64(change.dot.replica.rawValue >> 40), seq: change.dot.seq,
                    place: LogPlace(kind: change.kind, record: random.next() % 9 == 0 ? 0 : key),
                    isMaking: change.record == nil,
                    arrived: Int64(random.next() % 5) - 2, isHashed: random.next() % 3 > 0,
                    hasBytes: true, bytes: left.canonicalBytes))
            sample.ids.append(
                sample.rows[index].place.record == 0 ? nil : try recordID(UInt8(key)))
            sample.replicas.append(change.dot.replica)
        }
        return sample
    }

    private static func read(
        _ bytes: SegmentBytes, _ sample: Sample, _ wanted: [Int]? = nil
    ) throws -> (rows: [LogRow], changes: [[UInt8]]) {
        guard bytes.isWhole else { throw SegmentCodec.Damage() }
        let rows = try SegmentCodec.rows(
            count: sample.rows.count, records: bytes.records, heads: bytes.heads)
        let changes = try SegmentCodec.changes(
            wanted, in: SegmentCodec.batch(of: bytes.content),
            dot: { Dot(sample.replicas[$0], rows[$0].seq) }, record: { sample.ids[$0] })
        return (rows, changes)
    }

    @Test("rows come out as they went in, all of them or any of them", arguments: UInt64(1)...40)
    func roundTrip(seed: UInt64) throws {
        let sample = try Self.sample(seed: seed)
        let bytes = try #require(
            SegmentCodec.bytes(of: sample.rows, ids: sample.ids, replicas: sample.replicas))
        let (rows, changes) = try Self.read(bytes, sample)
        for ((row, found), change) in zip(zip(sample.rows, rows), changes) {
            #expect(
                row.position == found.position && row.form == found.form
                    && row.replica == found.replica && row.seq == found.seq
                    && row.place == found.place && row.isMaking == found.isMaking
                    && row.arrived == found.arrived && row.isHashed == found.isHashed)
            #expect(row.bytes == change)
        }
        #expect(rows.count == sample.rows.count && changes.count == rows.count)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            let wanted = rows.indices.filter { _ in random.next() % 4 == 0 }
            let some = try Self.read(bytes, sample, wanted).changes
            #expect(some == wanted.map { sample.rows[$0].bytes })
        }
        for place in rows.indices {
            let number = SegmentCodec.number(of: sample.rows[place].place)
            let places = bytes.records.withUnsafeBytes {
                SegmentCodec.places(of: number, amongst: rows.count, in: $0)
            }
            #expect(
                places == rows.indices.filter { rows[$0].place == sample.rows[place].place })
        }
    }

    @Test("records in a row are found without looking at each")
    func equalSteps() throws {
        var sample = Sample()
        let change = Change(
            dot: Dot(ReplicaID(1), 1), clock: HybridTimestamp(rawValue: 1 << 32), kind: .dossier,
            record: nil, context: VersionVector(), writes: [FieldWrite("officer", .text("a"))])
        for index in 0..<20 {
            sample.rows.append(
                LogRow(
                    position: Int64(index + 1), form: .change, replica: 1, seq: UInt64(index + 1),
                    place: LogPlace(kind: .dossier, record: Int64(100 + index * 3)),
                    isMaking: true, arrived: 0, isHashed: true, hasBytes: true,
                    bytes: Change(
                        dot: Dot(ReplicaID(1), UInt64(index + 1)), clock: change.clock,
                        kind: .dossier, record: nil, context: VersionVector(),
                        writes: change.writes
                    ).canonicalBytes))
            sample.ids.append(nil)
            sample.replicas.append(ReplicaID(1))
        }
        let bytes = try #require(
            SegmentCodec.bytes(of: sample.rows, ids: sample.ids, replicas: sample.replicas))
        func places(_ record: Int64) -> [Int]? {
            let number = SegmentCodec.number(of: LogPlace(kind: .dossier, record: record))
            return bytes.records.withUnsafeBytes {
                SegmentCodec.places(of: number, amongst: 20, in: $0)
            }
        }
        #expect(bytes.records.count < 10)
        #expect(places(100) == [0] && places(157) == [19] && places(103) == [1])
        #expect(places(160) == [] && places(101) == [] && places(97) == [])
    }

    @Test("a byte that is another one anywhere is noticed")
    func everyByte() throws {
        let sample = try Self.sample(seed: 77)
        let bytes = try #require(
            SegmentCodec.bytes(of: sample.rows, ids: sample.ids, replicas: sample.replicas))
        let parts: [WritableKeyPath<SegmentBytes, [UInt8]>] = [
            \.records, \.heads, \.content, \.sum,
        ]
        for part in parts {
            for place in bytes[keyPath: part].indices {
                var damaged = bytes
                damaged[keyPath: part][place] ^= 0x41
                #expect(throws: (any Error).self) { try Self.read(damaged, sample) }
            }
            var cut = bytes
            cut[keyPath: part].removeLast()
            #expect(throws: (any Error).self) { try Self.read(cut, sample) }
        }
    }

    @Test("bytes with a right sum that are no segment end in an error, or other rows, and no crash")
    func forgedBytes() throws {
        let sample = try Self.sample(seed: 78)
        let bytes = try #require(
            SegmentCodec.bytes(of: sample.rows, ids: sample.ids, replicas: sample.replicas))
        let batch = try SegmentCodec.batch(of: bytes.content)
        var random = SeededGenerator(seed: 78)
        for _ in 0..<3_000 {
            var (records, heads, columns) = (bytes.records, bytes.heads, batch)
            func flip(_ bytes: inout [UInt8]) {
                guard !bytes.isEmpty else { return }
                let place = Int(random.next() % UInt64(bytes.count))
                bytes[place] = UInt8(truncatingIfNeeded: random.next())
            }
            switch random.next() % 3 {
            case 0: flip(&records)
            case 1: flip(&heads)
            default: flip(&columns)
            }
            do {
                let rows = try SegmentCodec.rows(
                    count: sample.rows.count, records: records, heads: heads)
                _ = try SegmentCodec.changes(
                    nil, in: columns, dot: { Dot(sample.replicas[$0], rows[$0].seq) },
                    record: { sample.ids[$0] })
            } catch {
                continue
            }
        }
    }

    @Test("a segment that claims too much is refused before it is unpacked")
    func budget() throws {
        #expect(throws: SegmentCodec.Damage.self) {
            try SegmentCodec.rows(count: SegmentBudget.rowsMax + 1, records: [0], heads: [0])
        }
        #expect(throws: SegmentCodec.Damage.self) {
            try SegmentCodec.rows(count: 0, records: [], heads: [])
        }
        let places = [UInt8]([0]).withUnsafeBytes {
            SegmentCodec.places(of: 0, amongst: SegmentBudget.rowsMax + 1, in: $0)
        }
        #expect(places == nil)
    }
}
