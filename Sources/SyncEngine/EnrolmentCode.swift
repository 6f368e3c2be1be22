// One-time codes. Central stores their hashes only.

public import Crypto

/// A one-time enrolment code, readable over the phone: seven random symbols of Crockford's base 32
/// and one check symbol, in two groups, as in `7KQM-3XRT`.
public struct EnrolmentCode: Hashable, Sendable {
    /// How long a code lasts.
    public static let lifetimeMilliseconds: Int64 = 15 * 60 * 1000
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private static let randomSymbols = 7

    private let symbols: [UInt8]

    /// Makes a code.
    public init(_ random: any RandomSource) {
        let values = random.bytes(Self.randomSymbols).map { $0 & 31 }
        symbols = (values + [Self.check(values)]).map { Self.alphabet[Int($0)] }
    }

    /// Reads a code as a person types it: any case, hyphens and spaces passed over, O for 0, I and L
    /// for 1. `nil` when it is no code, or its check symbol says that it was mistyped.
    public init?(_ text: String) {
        var values: [UInt8] = []
        for character in text.uppercased().utf8 {
            switch character {
            case UInt8(ascii: "-"), UInt8(ascii: " "): continue
            case UInt8(ascii: "O"): values.append(0)
            case UInt8(ascii: "I"), UInt8(ascii: "L"): values.append(1)
            default:
                guard let value = Self.alphabet.firstIndex(of: character) else { return nil }
                values.append(UInt8(value))
            }
        }
        guard values.count == Self.randomSymbols + 1,
            values.last == Self.check(values.dropLast())
        else { return nil }
        symbols = values.map { Self.alphabet[Int($0)] }
    }

    /// The code in two groups.
    public var text: String {
        let half = symbols.count / 2
        return String(decoding: symbols[..<half], as: UTF8.self) + "-"
            + String(decoding: symbols[half...], as: UTF8.self)
    }

    /// What central stores.
    public var hash: Hash256 { Hash256(hashing: symbols) }

    /// Catches every single wrong symbol and every swap of neighbours: odd weights that differ by 2
    /// are invertible modulo 32 and tell neighbours apart unless they differ by 16.
    private static func check(_ values: some Sequence<UInt8>) -> UInt8 {
        var sum = 0
        for (place, value) in values.enumerated() { sum += Int(value) * (2 * place + 1) }
        return UInt8(sum & 31)
    }
}
