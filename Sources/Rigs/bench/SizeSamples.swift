internal import Causality
internal import Crypto
internal import Demonstration
internal import Dossiers
internal import JSON
internal import Replication
internal import SeededRandom

/// Changes of one device as an office makes them, with the same information as lines of JSON.
struct SizeSamples {
    struct Batch {
        /// Where the device stood before, and who and when it is.
        var origin: HashChain
        var replica: ReplicaID
        var time: Int64
        var changes: [[UInt8]] = []
        var lines: [[UInt8]] = []
        var chainHash = Hash256.zero
    }

    private let replica: ReplicaID

    private let clerks: [String]
    private var dossiers: DossierGenerator
    private var chance: SeededGenerator
    private var clock = HybridClock()
    private var chain = HashChain()
    /// The present time, in milliseconds.
    private var time: Int64
    /// Of each record its id and its last change.
    private var records: [(id: RecordID, last: UInt64)] = []
    /// The record of each change.
    private var changed: [UInt64: RecordID] = [:]

    /// An office of its own for each seed.
    init(seed: UInt64 = 1) {
        dossiers = DossierGenerator(seed: seed)
        chance = SeededGenerator(seed: seed + 1)
        replica = ReplicaID(chance.next() >> 1 | 1)
        time = 1_600_000_000_000 + Int64(chance.number(in: 0...100_000_000_000))
        var people = DossierGenerator(seed: seed + 2)
        clerks = (0..<3).map { _ in
            people.dossier().writes.first { $0.name.rawValue == "applicant_name" }?.value.text ?? ""
        }
    }

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
                record.id, VersionVector(Dot(samples.replica, record.last)),
                [FieldWrite("status", .text(status))], []
            )
        }
    }

    /// The record that a change was to.
    func record(of dot: Dot) -> RecordID? {
        dot.replica == replica ? changed[dot.seq] : nil
    }

    private typealias Content = (RecordID?, VersionVector, [FieldWrite], [FieldWrite])

    private mutating func makeBatch(
        _ count: Int, gap: ClosedRange<Int>, _ make: (inout SizeSamples) -> Content
    ) -> Batch {
        var batch = Batch(origin: chain, replica: replica, time: time)
        for number in 0..<count {
            if gap.upperBound > 0 {
                time += Int64(chance.number(in: gap))
            } else if number.isMultiple(of: 100) {
                time += 5
            }
            let (id, context, writes, additions) = make(&self)
            var change = Change(
                dot: Dot(replica, chain.seq + 1),
                clock: clock.tick(now: Timestamp(milliseconds: time)), kind: .dossier, record: id,
                context: context, writes: writes, additions: additions,
                by: chance.element(of: clerks))
            if id == nil { change.idRule = .time }
            let bytes = change.canonicalBytes
            chain.append(bytes)
            let record = change.recordID(after: chain.hash)
            if id == nil { records.append((record, chain.seq)) }
            changed[chain.seq] = record
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
