// Random histories of whole records as a store may meet them: fields with and without a column,
// values that a column cannot hold, several writers at once, notes, voids.

import CBOR
import Causality
import Dossiers
import Replication
import SeededRandom

struct RandomRecord {
    private static let words = [
        "", "a", "Nguyễn Thị Ánh", "e\u{301}", "é", "\u{10151}", "x\u{0}y", "thửa đất số 12", "'",
    ]
    static let replicas = [
        1, 0x5A17_3C9E_0B42_77D1, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, UInt64.max,
    ].map { ReplicaID($0) }
    private static let customNames: [FieldName] = [
        "x.a", "x.pages", "zz", "n", "x.ghi_chu", "x.a_name_that_is_longer_than_all_of_the_others",
    ]

    private(set) var changes: [Change] = []
    private(set) var state: RecordState

    /// Writes `writeCount` times to a record, by writers of whom each has seen some of the others.
    init(
        _ kind: RecordKind, id: RecordID, writeCount: Int, writers: [ReplicaID] = replicas,
        _ random: inout SeededGenerator
    ) {
        state = RecordState(kind: kind, id: id)
        var seqs: [ReplicaID: UInt64] = [:]
        var seen: [ReplicaID: VersionVector] = [:]
        for _ in 0..<writeCount {
            guard let writer = writers.randomElement(using: &random) else { return }
            if Bool.random(using: &random) { seen[writer] = state.vv }
            let step = 1 + random.next() >> UInt64.random(in: 24..<64, using: &random)
            let seq = (seqs[writer] ?? 0) + step
            guard seq <= Limits.seqMax else { return }
            seqs[writer] = seq
            let dot = Dot(writer, seq)
            if Int.random(in: 0..<8, using: &random) == 0 {
                state.void(dot)
                continue
            }
            let change = Self.change(
                dot, kind, id, context: seen[writer] ?? VersionVector(), &random)
            changes.append(change)
            _ = state.apply(change)
            seen[writer, default: VersionVector()].insert(dot)
        }
    }

    private static func change(
        _ dot: Dot, _ kind: RecordKind, _ id: RecordID, context: VersionVector,
        _ random: inout SeededGenerator
    ) -> Change {
        let names = RecordSchema.definitions(of: kind).map(\.name) + customNames
        var writes: [FieldWrite] = []
        var additions: [FieldWrite] = []
        for name in names where Int.random(in: 0..<3, using: &random) == 0 {
            let write = FieldWrite(name, value(of: name, kind, &random))
            if Int.random(in: 0..<6, using: &random) == 0 || name == "notes" {
                additions.append(write)
            } else {
                writes.append(write)
            }
        }
        let words = words
        return Change(
            dot: dot, clock: HybridTimestamp(rawValue: random.next()), kind: kind, record: id,
            context: context, writes: writes, additions: additions,
            at: Bool.random(using: &random)
                ? Timestamp(milliseconds: Int64(bitPattern: random.next())) : nil,
            by: Bool.random(using: &random) ? words.randomElement(using: &random) : nil)
    }

    /// Mostly a value of the field's own type, now and then any other.
    private static func value(
        of name: FieldName, _ kind: RecordKind, _ random: inout SeededGenerator
    ) -> FieldValue {
        let number = random.next() >> UInt64.random(in: 0..<64, using: &random)
        // An office's code is never empty: the empty one is the catalog's scope.
        let texts = name == "office" ? [StoreFile.office, StoreFile.otherOffice] : words
        let text = FieldValue.text(texts[Int(number % UInt64(texts.count))])
        switch Int.random(in: 0..<16, using: &random) {
        case 0: return .null
        case 1: return .bool(number & 1 == 0)
        case 2: return .integer(Int64(bitPattern: number))
        case 3: return .real([.nan, -.infinity, -0.0, 0.1, 1e300][Int(number % 5)])
        case 4: return text
        case 5: return .other(.unsigned(number | 1 << 63))
        case 6: return .other(.bytes([0, UInt8(truncatingIfNeeded: number)]))
        case 7: return .other(.array([.text("a"), .map([CBORPair(.unsigned(1), .undefined)])]))
        case 8: return .other(.tag(number | 4, .simple(255)))
        default:
            let isInteger = name == "fee_vnd" || name.rawValue.hasSuffix("_at")
            return isInteger ? .integer(Int64(bitPattern: number)) : text
        }
    }
}
