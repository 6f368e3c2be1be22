/// Why bytes are not deterministic CBOR, or not the item that was asked for, and where.
public struct CBORError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Hashable {
        /// The input ends before the item does, or a count claims more than the input can hold.
        case truncated
        /// An integer, length, float or bignum has a shorter encoding.
        case notShortest
        /// A NaN other than `f97e00`.
        case nonCanonicalNaN
        /// A length that is not stated at the start, or a break without one.
        case indefiniteLength
        /// A map key sorts before the one that precedes it.
        case keysOutOfOrder
        /// A map key equals the one that precedes it.
        case duplicateKey
        /// A text is not UTF-8.
        case invalidUTF8
        /// The item is sound as far as was read but not of the kind asked for.
        case unexpectedType(expected: CBORType, found: CBORType)
        /// More arrays, maps and tags inside each other than the budget allows.
        case tooDeep
        /// More items and pairs, in all arrays and maps together, than the budget allows.
        case tooManyElements
        /// The integer exceeds the type asked for.
        case integerOutOfRange
        /// Bytes follow the item that should have been the last.
        case trailingBytes
        /// A first byte, or a simple value, that RFC 8949 §3 reserves.
        case reserved
    }

    /// What is wrong.
    public var reason: Reason

    /// Where the item at fault begins, in bytes from the start of the input.
    public var offset: Int

    /// Makes an error for the item that begins at `offset`.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// A sentence for operators; it shows no content.
    public var description: String {
        "CBOR: \(reason.description) (byte \(offset))"
    }
}

extension CBORError.Reason: CustomStringConvertible {
    /// A phrase for operators; it shows no content.
    public var description: String {
        switch self {
        case .truncated: "the input ends inside an item"
        case .notShortest: "not the shortest encoding"
        case .nonCanonicalNaN: "a NaN that is not the canonical one"
        case .indefiniteLength: "indefinite lengths are not deterministic"
        case .keysOutOfOrder: "map keys are out of order"
        case .duplicateKey: "a map key occurs twice"
        case .invalidUTF8: "text is not valid UTF-8"
        case .unexpectedType(let expected, let found):
            "expected \(expected.rawValue), found \(found.rawValue)"
        case .tooDeep: "nested too deep"
        case .tooManyElements: "more items than are read"
        case .integerOutOfRange: "the integer is out of range"
        case .trailingBytes: "bytes follow the end"
        case .reserved: "a reserved encoding"
        }
    }
}
