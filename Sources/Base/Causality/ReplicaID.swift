/// Names one replica: one SQLite file on one machine, for as long as its hash chain lasts.
///
/// 64 random bits given by central at enrolment; central's own writing sessions draw theirs.
/// Shown as 16 lower-case hexadecimal digits (`Protocol/change-format.md`).
public struct ReplicaID: Hashable, Comparable, Sendable {
    /// The identifier as an unsigned number, as it stands in CBOR.
    public let rawValue: UInt64

    /// Wraps a number that is known to be a replica identifier.
    public init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Reads the 16 hexadecimal digits that `description` writes; `nil` for anything else.
    public init?(hexadecimal text: some StringProtocol) {
        guard text.utf8.count == 16, text.utf8.allSatisfy(\.isHexadecimalDigit),
            let value = UInt64(text, radix: 16)
        else { return nil }
        self.init(value)
    }

    /// Orders by number: the order of vectors and of dots on the wire; it has no causal meaning.
    public static func < (left: ReplicaID, right: ReplicaID) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension ReplicaID: CustomStringConvertible {
    /// Sixteen lower-case hexadecimal digits.
    public var description: String {
        let digits = String(rawValue, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

extension UInt8 {
    fileprivate var isHexadecimalDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
