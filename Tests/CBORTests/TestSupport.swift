import CBOR
import Foundation
import SeededRandom

struct BadVectorFile: Error {
    var detail: String
}

/// The bytes written as hexadecimal digits.
func bytes(_ hexadecimal: String) throws -> [UInt8] {
    var result: [UInt8] = []
    var rest = Substring(hexadecimal)
    while !rest.isEmpty {
        guard let byte = UInt8(rest.prefix(2), radix: 16), rest.count >= 2 else {
            throw BadVectorFile(detail: hexadecimal)
        }
        result.append(byte)
        rest = rest.dropFirst(2)
    }
    return result
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// A file of Protocol/vectors.
func vectorFile(_ name: String) throws -> Data {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let root = tests.deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: root.appending(path: "Protocol/vectors/\(name)"))
}

/// The error that decoding one whole item gives; nil when it decodes.
func refusal(_ bytes: [UInt8]) -> CBORError? {
    do {
        _ = try CBORValue(decoding: bytes)
        return nil
    } catch {
        return error
    }
}

/// The error that passing over one item gives; nil when there is none.
func skipRefusal(_ bytes: [UInt8]) -> CBORError? {
    readRefusal(bytes) { (reader) throws(CBORError) in
        try reader.skipItem()
        try reader.requireEnd()
    }
}

/// The error that reading with `read` gives; nil when there is none.
func readRefusal<Result>(
    _ bytes: [UInt8], _ read: (inout CBORReader) throws(CBORError) -> Result
) -> CBORError? {
    do {
        _ = try CBORReader.withReader(over: bytes, read)
        return nil
    } catch {
        return error
    }
}

/// What a writer holds after `write`.
func written(_ write: (inout CBORWriter) -> Void) -> String {
    var writer = CBORWriter(capacity: 16)
    write(&writer)
    return hex(writer.bytes)
}

private let words = [
    "", "a", "hồ sơ", "e\u{301}", "é", "水", "\u{10151}", "x\u{0}y", "thửa đất số 12, tờ bản đồ 7",
]

/// A random value, at most `depth` levels deep.
func randomValue(depth: Int, _ random: inout SeededGenerator) -> CBORValue {
    let number = random.next() >> UInt64.random(in: 0..<64, using: &random)
    switch Int.random(in: 0..<(depth > 0 ? 14 : 10), using: &random) {
    case 0: return .unsigned(number)
    case 1: return .negative(number)
    case 2:
        let count = Int.random(in: 0..<40, using: &random)
        return .bytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
    case 3, 4:
        let word = words[Int.random(in: 0..<words.count, using: &random)]
        return .text(word + String(number % 100))
    case 5: return .double(Double(bitPattern: random.next()))
    case 6: return .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))))
    case 7: return .double(Double(Int16(truncatingIfNeeded: random.next())) / 8)
    case 8: return [.bool(true), .bool(false), .null, .undefined][Int(number % 4)]
    case 9: return .simple(UInt8([0, 19, 32, 255][Int(number % 4)]))
    case 10, 11:
        let count = Int.random(in: 0..<5, using: &random)
        return .array((0..<count).map { _ in randomValue(depth: depth - 1, &random) })
    case 12: return .tag(number | 4, randomValue(depth: depth - 1, &random))
    default: return randomMap(depth: depth, &random)
    }
}

private func randomMap(depth: Int, _ random: inout SeededGenerator) -> CBORValue {
    var pairs: [CBORPair] = []
    var keys: Set<CBORValue> = []
    for _ in 0..<Int.random(in: 0..<6, using: &random) {
        let key = randomValue(depth: depth - 1, &random)
        if keys.insert(key).inserted {
            pairs.append(CBORPair(key, randomValue(depth: depth - 1, &random)))
        }
    }
    do {
        return try CBORValue(sortingPairs: pairs)
    } catch {
        fatalError("the set let a duplicate through: \(error)")
    }
}
