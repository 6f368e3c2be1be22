internal import Causality
internal import Crypto
internal import Demonstration
internal import Dossiers
internal import JSON
internal import Replication

/// Changes of one device as an office makes them, with the same information as lines of JSON.
struct SizeSamples {
    struct Batch {
        var origin: ChainEnd
        var changes: [[UInt8]] = []
        var lines: [[UInt8]] = []
        var chainHash = Hash256.zero
    }

    struct ChainEnd {
        var seq: UInt64
        var hash: Hash256
    }

    static let replica = ReplicaID(0x9C1D_5F0B_7A34_E286)
    private static let clerks = ["Lê Thị Hương", "Nguyễn Văn Hùng", "Phạm Thu Trang"]

    private var dossiers = DossierGenerator(seed: 1)
    private var chance = SeededGenerator(seed: 2)
    private var clock = HybridClock()
    private var chain = HashChain()
    /// The present time, in milliseconds.
    private var time: Int64 = 1_622_505_600_000
    /// Of each record its id and its last change.
    private var records: [(id: RecordID, last: UInt64)] = []

    /// New dossiers.
    ///
    /// - Parameter gap: milliseconds between two of them; zero for a program that writes a hundred
    ///   of them every five milliseconds.
    mutating func makeNew(_ count: Int, gap: ClosedRange<Int>) -> Batch {
        makeBatch(count, gap: gap) { samples in
            let fields = samples.dossiers.dossier()
            return (nil, VersionVector(), fields.writes, fields.additions)
        }
    }

    /// Changes of the status of so many dossiers, no one twice.
    mutating func makeStatusChanges(_ count: Int, gap: ClosedRange<Int>) -> Batch {
        let statuses = [
            "processing", "processing", "processing", "finished", "supplement_required",
        ]
        var places = chance.shuffled(Array(records.indices))
        return makeBatch(count, gap: gap) { samples in
            let place = places.removeLast()
            let record = samples.records[place]
            samples.records[place].last = samples.chain.seq + 1
            let status = samples.chance.element(of: statuses)
            return (
                record.id, VersionVector(Dot(Self.replica, record.last)),
                [FieldWrite("status", .text(status))], []
            )
        }
    }

    private typealias Content = (RecordID?, VersionVector, [FieldWrite], [FieldWrite])

    private mutating func makeBatch(
        _ count: Int, gap: ClosedRange<Int>, _ make: (inout SizeSamples) -> Content
    ) -> Batch {
        var batch = Batch(origin: ChainEnd(seq: chain.seq, hash: chain.hash))
        for number in 0..<count {
            if gap.upperBound > 0 {
                time += Int64(chance.number(in: gap))
            } else if number.isMultiple(of: 100) {
                time += 5
            }
            let (id, context, writes, additions) = make(&self)
            let change = Change(
                dot: Dot(Self.replica, chain.seq + 1),
                clock: clock.tick(now: Timestamp(milliseconds: time)), kind: .dossier, record: id,
                context: context, writes: writes, additions: additions,
                by: chance.element(of: Self.clerks))
            let bytes = change.canonicalBytes
            chain.append(bytes)
            let record = id ?? RecordID(derivedFrom: chain.hash)
            if id == nil { records.append((record, chain.seq)) }
            batch.changes.append(bytes)
            batch.lines.append(Self.line(change, record))
        }
        batch.chainHash = chain.hash
        return batch
    }

    private static func line(_ change: Change, _ record: RecordID) -> [UInt8] {
        var members: [(String, JSONValue)] = [
            ("id", .string(record.description)), ("at", .integer(change.clock.time.milliseconds)),
            ("by", .string(change.by ?? "")),
        ]
        for write in change.writes + change.additions {
            switch write.value {
            case .text(let text): members.append((write.name.rawValue, .string(text)))
            case .integer(let number): members.append((write.name.rawValue, .integer(number)))
            default: break
            }
        }
        return JSONValue.object(members).serializedBytes() + [0x0A]
    }
}
