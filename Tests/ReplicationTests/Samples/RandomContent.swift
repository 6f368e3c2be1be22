import CBOR
import Causality
import Replication
import SeededRandom

private let words = [
    "", "a", "Nguyễn Thị Ánh", "e\u{301}", "é", "水", "\u{10151}", "x\u{0}y", "thửa đất số 12",
]

/// A random value that has no type of its own in `FieldValue`, at most `depth` levels deep.
func randomOther(depth: Int, _ random: inout SeededGenerator) -> CBORValue {
    let number = random.next() >> UInt64.random(in: 0..<64, using: &random)
    switch Int.random(in: 0..<7, using: &random) {
    case 0: return .unsigned(number | 1 << 63)
    case 1: return .negative(number | 1 << 63)
    case 2: return .bytes((0..<number % 9).map { UInt8(truncatingIfNeeded: $0 &* number) })
    case 3: return .undefined
    case 4: return .simple(UInt8([0, 19, 32, 255][Int(number % 4)]))
    case 5: return .tag(number | 4, randomItem(depth: depth - 1, &random))
    default:
        let count = Int(number % 3)
        return .array((0..<count).map { _ in randomItem(depth: depth - 1, &random) })
    }
}

private func randomItem(depth: Int, _ random: inout SeededGenerator) -> CBORValue {
    let number = random.next()
    guard depth > 0 else { return .text(words[Int(number % UInt64(words.count))]) }
    switch number % 4 {
    case 0:
        return .map([
            CBORPair(.unsigned(number >> 8), randomItem(depth: depth - 1, &random)),
            CBORPair(.text(words[2]), .double(Double(bitPattern: random.next()))),
        ])
    case 1: return .bool(number & 256 == 0)
    default: return randomOther(depth: depth, &random)
    }
}

/// A random value; small ones repeat, so that concurrent writes are sometimes equal.
func randomValue(_ random: inout SeededGenerator) -> FieldValue {
    let number = random.next() >> UInt64.random(in: 0..<64, using: &random)
    return switch Int.random(in: 0..<12, using: &random) {
    case 0: .null
    case 1: .bool(number & 1 == 0)
    case 2: .integer(Int64(bitPattern: number))
    case 3: .real(Double(bitPattern: number))
    case 4: .real([Double.nan, -.infinity, 0, -0.0, 0.1, 1.5][Int(number % 6)])
    case 5: .other(randomOther(depth: 4, &random))
    case 6...8: .integer(Int64(number % 3))
    default: .text(words[Int(number % UInt64(words.count))])
    }
}

/// A random change of any form that a change can have.
func randomChange(_ random: inout SeededGenerator) -> Change {
    var fields: [FieldWrite] = []
    for name in ["s", "note", "name", "phone", "x-ghi_chu", String(repeating: "x", count: 30)]
    where Bool.random(using: &random) {
        fields.append(FieldWrite(FieldName(name), randomValue(&random)))
    }
    let split = Int.random(in: 0...fields.count, using: &random)
    let dot = Dot(
        ReplicaID(random.next() | 1), UInt64.random(in: 1...Limits.seqMax, using: &random))
    var context = VersionVector()
    var record: RecordID?
    if Bool.random(using: &random) {
        record = RecordID(bytes: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
            let seq = UInt64.random(in: 1...Limits.seqMax, using: &random)
            context.insert(Dot(ReplicaID(random.next() >> 60 | 1), seq))
        }
        if dot.seq > 1 { context.insert(Dot(dot.replica, dot.seq / 2)) }
    }
    return Change(
        dot: dot, clock: HybridTimestamp(rawValue: random.next()),
        kind: RecordKind(rawValue: UInt8(truncatingIfNeeded: random.next())), record: record,
        context: context.covers(dot) ? VersionVector() : context,
        writes: fields[..<split].shuffled(using: &random),
        additions: fields[split...].shuffled(using: &random),
        at: Bool.random(using: &random)
            ? Timestamp(milliseconds: Int64(bitPattern: random.next())) : nil,
        by: Bool.random(using: &random) ? words[Int.random(in: 0..<9, using: &random)] : nil)
}
