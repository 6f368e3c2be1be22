import Foundation
import JSON
import SeededRandom
import Testing

/// Foundation's parser as the oracle: where it reads a document, ours must read the same.
@Suite("JSON against Foundation")
struct JSONDifferentialTests {
    @Test("Random documents mean the same to Foundation and to us", arguments: 0..<300)
    func randomDocuments(seed: Int) throws {
        var generator = DocumentGenerator(seed: UInt64(seed))
        let value = generator.makeValue(depth: 0)
        let text = generator.write(value)

        let parsed = try JSONValue(parsing: text)
        #expect(parsed == value, "seed \(seed)")
        let difference = try firstDifference(parsed, foundationValue(Data(text.utf8)))
        #expect(difference == nil, "seed \(seed)")

        for pretty in [false, true] {
            let serialized = parsed.serialized(pretty: pretty)
            #expect(try JSONValue(parsing: serialized) == value, "seed \(seed)")
            let difference = try firstDifference(value, foundationValue(Data(serialized.utf8)))
            #expect(difference == nil, "seed \(seed)")
        }
    }

    @Test("What we accept of damaged documents, Foundation accepts too", arguments: 0..<300)
    func damagedDocuments(seed: Int) throws {
        var generator = DocumentGenerator(seed: UInt64(seed) + 1_000_000)
        let value = generator.makeValue(depth: 3)
        let text = Array(generator.write(value).utf8)
        for _ in 0..<5 {
            let damaged = generator.damage(text)
            guard let parsed = try? JSONValue(parsing: damaged) else { continue }
            let difference = try firstDifference(parsed, foundationValue(Data(damaged)))
            #expect(difference == nil, "seed \(seed)")
        }
    }

    @Test("Reals are rounded exactly as glibc's strtod does", arguments: 0..<50)
    func realsAgainstLibrary(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed) + 2_000_000)
        for _ in 0..<50 {
            let whole =
                UInt64.random(in: 0 ... .max, using: &random)
                >> UInt64.random(
                    in: 0..<64, using: &random)
            let fraction =
                UInt64.random(in: 0 ... .max, using: &random)
                >> UInt64.random(
                    in: 0..<64, using: &random)
            let exponent = Int.random(in: -330...288, using: &random)
            for text in [
                "\(whole).\(fraction)", "-\(whole)e\(exponent / 12)", "\(whole)E\(exponent)",
            ] {
                let expected = strtod(text, nil)
                let isSame = try JSONValue(parsing: text) == .real(expected)
                #expect(isSame, "seed \(seed): \(text)")
            }
        }
    }

    /// Foundation reads some reals by way of Decimal, which rounds at every power of ten.
    private func isNear(_ left: Double, _ right: Double) -> Bool {
        abs(left - right) <= 1e-12 * max(abs(left), abs(right))
    }

    private func foundationValue(_ data: Data) throws -> Any {
        try JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed])
    }

    /// The first value that differs, or nil.
    private func firstDifference(_ ours: JSONValue, _ theirs: Any) -> String? {
        let isSame: Bool
        switch ours {
        case .null: isSame = theirs is NSNull
        case .bool(let flag): isSame = (theirs as? NSNumber)?.boolValue == flag
        case .integer(let number): isSame = (theirs as? NSNumber)?.int64Value == number
        case .real(let number):
            isSame = (theirs as? NSNumber).map { isNear($0.doubleValue, number) } ?? false
        case .string(let text):
            isSame = (theirs as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
        case .array(let elements):
            guard let others = theirs as? [Any], others.count == elements.count else {
                return "an array"
            }
            return zip(elements, others).lazy.compactMap { firstDifference($0, $1) }.first
        case .object(let members):
            guard let others = theirs as? [String: Any], others.count == members.count else {
                return "an object"
            }
            return members.lazy.compactMap { member in
                others[member.name].map { firstDifference(member.value, $0) } ?? "a name"
            }.first
        }
        return isSame ? nil : "\(ours) is not \(theirs)"
    }
}

/// Makes random values, writes them in one of the many ways JSON allows, and damages them.
private struct DocumentGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func makeValue(depth: Int) -> JSONValue {
        switch Int.random(in: depth < 4 ? 0..<9 : 0..<6, using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.random(in: -1000...1000, using: &random))
        case 3: return .integer(.random(in: .min ... .max, using: &random))
        case 4: return .real(makeReal())
        case 5: return .string(makeString())
        case 6:
            let count = Int.random(in: 0..<6, using: &random)
            return .array((0..<count).map { _ in makeValue(depth: depth + 1) })
        default:
            var names: Set<String> = []
            let count = Int.random(in: 0..<19, using: &random)
            let members = (0..<count).compactMap { _ -> JSONMember? in
                let name = makeString()
                guard names.insert(name).inserted else { return nil }
                return JSONMember(name: name, value: makeValue(depth: depth + 1))
            }
            return .object(members)
        }
    }

    private mutating func makeReal() -> Double {
        if Bool.random(using: &random) { return .random(in: -1000...1000, using: &random) }
        let value = Double(bitPattern: .random(in: 0 ... .max, using: &random))
        return value.isFinite ? value : 0.5
    }

    private mutating func makeString() -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "/", "\"", "\\", "\n", "\t", "\0", "\u{1F}", "\u{7F}", "á", "ạ",
            "\u{323}", "đ", "日", "😀", "\u{2028}", "\u{2029}", "\u{FFFD}", "\u{10FFFF}", "\u{E000}",
        ]
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<20, using: &random) {
            scalars.append(alphabet.randomElement(using: &random) ?? "a")
        }
        return String(scalars)
    }

    /// The value with random white space and random escapes.
    mutating func write(_ value: JSONValue) -> String {
        let text: String
        switch value {
        case .array(let elements):
            text = "[" + elements.map { write($0) }.joined(separator: ",") + space() + "]"
        case .object(let members):
            let written = members.map { write(.string($0.name)) + ":" + write($0.value) }
            text = "{" + written.joined(separator: ",") + space() + "}"
        case .string(let string):
            text = "\"" + string.unicodeScalars.map { write($0) }.joined() + "\""
        default: text = value.serialized()
        }
        return space() + text + space()
    }

    private mutating func write(_ scalar: Unicode.Scalar) -> String {
        let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
        guard mustEscape || Int.random(in: 0..<4, using: &random) == 0 else {
            return String(scalar)
        }
        return UTF16.encode(scalar).map { units in
            units.map {
                "\\u" + String(format: Bool.random(using: &random) ? "%04x" : "%04X", Int($0))
            }.joined()
        } ?? ""
    }

    private mutating func space() -> String {
        ["", "", "", " ", "\n", "\r\n", "\t"].randomElement(using: &random) ?? ""
    }

    /// The bytes with one replaced, removed, doubled or inserted.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var damaged = bytes
        let place = Int.random(in: bytes.indices, using: &random)
        let other = Array("\"\\{}[],:0-1.eE+tfn u\u{80}".utf8).randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<4, using: &random) {
        case 0: damaged[place] = other
        case 1: damaged.remove(at: place)
        case 2: damaged.insert(bytes[place], at: place)
        default: damaged.insert(other, at: place)
        }
        return damaged
    }
}
