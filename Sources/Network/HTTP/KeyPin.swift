// Central's key as it is told by telephone. A counter that was told it fetches the key itself, from
// whoever answers, and goes on only with the one that the pin names: to pass for central, an attacker
// would have to make about 2^95 keys (a second preimage; collisions are of no use to him). The counter
// then keeps the whole hash.

internal import Text

/// The first 95 bits of a public key's hash: 19 symbols of Crockford's base 32 and a check symbol, in
/// five groups.
public struct KeyPin: Hashable, Sendable {
    private static let symbolCount = 19

    private let values: [UInt8]

    /// The pin of a key.
    public init(of hash: PublicKeyHash) {
        values = (0..<Self.symbolCount).map { place in
            let bit = place * 5
            let pair = UInt16(hash.bytes[bit / 8]) << 8 | UInt16(hash.bytes[bit / 8 + 1])
            return UInt8(pair >> (11 - bit % 8) & 31)
        }
    }

    /// Reads a pin as a person types it, with the liberties of `EnrolmentCode`; `nil` when it is none,
    /// or mistyped.
    public init?(_ text: String) {
        guard let values = SpokenSymbols.values(of: text, count: Self.symbolCount) else {
            return nil
        }
        self.values = values
    }

    /// The pin in groups of four.
    public var text: String { SpokenSymbols.grouped(SpokenSymbols.symbols(of: values)) }

    /// Whether a key with this hash is the one.
    public func matches(_ hash: PublicKeyHash) -> Bool { self == KeyPin(of: hash) }
}
