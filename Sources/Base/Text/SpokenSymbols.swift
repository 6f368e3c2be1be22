// What is read over the telephone: Crockford's base 32, and one symbol that notices typing errors.

/// Symbols of Crockford's base 32 with a check symbol at their end.
package enum SpokenSymbols {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Values of 5 bits as symbols, the check symbol added.
    package static func symbols(of values: [UInt8]) -> [UInt8] {
        (values + [check(values)]).map { alphabet[Int($0)] }
    }

    /// Reads so many values and their check symbol as a person types them: any case, hyphens and
    /// spaces passed over, O for 0, I and L for 1. `nil` when the number or the check is wrong.
    package static func values(of text: String, count: Int) -> [UInt8]? {
        var values: [UInt8] = []
        for character in text.uppercased().utf8 {
            switch character {
            case UInt8(ascii: "-"), UInt8(ascii: " "): continue
            case UInt8(ascii: "O"): values.append(0)
            case UInt8(ascii: "I"), UInt8(ascii: "L"): values.append(1)
            default:
                guard let value = alphabet.firstIndex(of: character) else { return nil }
                values.append(UInt8(value))
            }
        }
        guard values.count == count + 1, let last = values.popLast(), last == check(values) else {
            return nil
        }
        return values
    }

    /// Symbols in groups of four.
    package static func grouped(_ symbols: [UInt8]) -> String {
        stride(from: 0, to: symbols.count, by: 4).map { start in
            String(decoding: symbols[start..<min(start + 4, symbols.count)], as: UTF8.self)
        }.joined(separator: "-")
    }

    /// Catches every single wrong symbol and every swap of neighbours: odd weights that differ by 2
    /// are invertible modulo 32 and tell neighbours apart unless they differ by 16.
    private static func check(_ values: some Sequence<UInt8>) -> UInt8 {
        var sum = 0
        for (place, value) in values.enumerated() { sum += Int(value) * (2 * place + 1) }
        return UInt8(sum & 31)
    }
}
