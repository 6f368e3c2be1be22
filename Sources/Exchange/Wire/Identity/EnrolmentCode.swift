// One-time codes. Central stores their hashes only.

public import Crypto
internal import Text

/// A one-time enrolment code, readable over the phone: seven random symbols of Crockford's base 32
/// and one check symbol, in two groups, as in `7KQM-3XRT`.
public struct EnrolmentCode: Hashable, Sendable {
    /// How long a code lasts.
    public static let lifetimeMilliseconds: Int64 = 15 * 60 * 1000
    private static let randomSymbols = 7

    private let symbols: [UInt8]

    /// Makes a code.
    public init(_ random: any RandomSource) {
        let values = random.bytes(Self.randomSymbols).map { $0 & 31 }
        symbols = SpokenSymbols.symbols(of: values)
    }

    /// Reads a code as a person types it: any case, hyphens and spaces passed over, O for 0, I and L
    /// for 1. `nil` when it is no code, or its check symbol says that it was mistyped.
    public init?(_ text: String) {
        guard let values = SpokenSymbols.values(of: text, count: Self.randomSymbols) else {
            return nil
        }
        symbols = SpokenSymbols.symbols(of: values)
    }

    /// The code in two groups.
    public var text: String { SpokenSymbols.grouped(symbols) }

    /// What central stores.
    public var hash: Hash256 { Hash256(hashing: symbols) }
}
