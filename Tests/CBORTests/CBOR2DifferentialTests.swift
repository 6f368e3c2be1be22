import CBOR
import Foundation
import Testing

/// The vectors are made by make_cbor2_vectors.py, which stands beside this file.
@Suite("PyPI's cbor2 and this codec")
struct CBOR2DifferentialTests {
    @Test("Both encode every random value to the same bytes, and this one decodes them back")
    func sameBytes() throws {
        let file = try JSONSerialization.jsonObject(with: vectorFile("cbor-cbor2.json"))
        let rows = try #require((file as? [String: Any])?["rows"] as? [[String: Any]])
        #expect(rows.count == 300)
        for row in rows {
            let expected = try #require(row["hex"] as? String)
            let value = try value(row["value"])
            #expect(hex(value.encoded()) == expected)
            #expect(try CBORValue(decoding: bytes(expected)) == value)
            #expect(skipRefusal(try bytes(expected)) == nil)
        }
    }

    private func value(_ description: Any?) throws -> CBORValue {
        guard let parts = description as? [Any], let kind = parts.first as? String else {
            throw BadVectorFile(detail: "\(description ?? "nothing")")
        }
        let text = parts.dropFirst().first as? String ?? ""
        switch kind {
        case "u": return .unsigned(try number(text))
        case "n": return .negative(try number(text))
        case "f": return .double(Double(bitPattern: try number(text, radix: 16)))
        case "b": return .bytes(try bytes(text))
        case "t": return .text(text)
        case "s": return .simple(UInt8(truncatingIfNeeded: try number(text)))
        case "a": return .array(try list(parts[1]).map(value))
        case "m":
            let pairs = try list(parts[1]).map { pair in
                let pair = try list(pair)
                return CBORPair(try value(pair.first), try value(pair.last))
            }
            return try CBORValue(sortingPairs: pairs.reversed())
        case "g": return .tag(try number(text), try value(parts[2]))
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "undefined": return .undefined
        default: throw BadVectorFile(detail: kind)
        }
    }

    private func list(_ content: Any) throws -> [Any] {
        guard let list = content as? [Any] else { throw BadVectorFile(detail: "\(content)") }
        return list
    }

    private func number(_ text: String, radix: Int = 10) throws -> UInt64 {
        guard let number = UInt64(text, radix: radix) else { throw BadVectorFile(detail: text) }
        return number
    }
}
