// Two values are equal exactly when their encodings are: texts compare by their UTF-8 and not by
// canonical equivalence as Swift's String does, floats by their bits (0.0 is not -0.0) and every NaN
// is one value. So a value may stand for its bytes in a set, and map keys are told apart like
// RFC 8949 §4.2.1 does.

/// Any CBOR data item, for what has no type of its own.
public enum CBORValue: Sendable {
    /// 0 to 2^64-1.
    case unsigned(UInt64)
    /// The integer -1 - n.
    case negative(UInt64)
    /// A byte string.
    case bytes([UInt8])
    /// A text, never normalised.
    case text(String)
    /// An array.
    case array([CBORValue])
    /// A map in the bytewise order of its encoded keys, none twice: see `init(sortingPairs:)`.
    case map([CBORPair])
    /// A tag's number and the item that it is about.
    indirect case tag(UInt64, CBORValue)
    /// True or false.
    case bool(Bool)
    /// Null.
    case null
    /// Undefined.
    case undefined
    /// A float; it never equals an integer.
    case double(Double)
    /// Another simple value: 0 to 19 or 32 to 255.
    case simple(UInt8)

    /// Makes an integer of either sign.
    public init(_ integer: Int64) {
        self =
            integer >= 0
            ? .unsigned(UInt64(integer)) : .negative(UInt64(bitPattern: ~integer))
    }

    /// Makes a map from pairs in any order.
    /// - Throws: `CBORError` with `duplicateKey`; its offset is the second one's index in `pairs`.
    public init(sortingPairs pairs: [CBORPair]) throws(CBORError) {
        let keyed = pairs.enumerated().map { (key: $1.key.encoded(), index: $0) }
            .sorted { left, right in
                left.key == right.key
                    ? left.index < right.index : left.key.lexicographicallyPrecedes(right.key)
            }
        for (left, right) in zip(keyed, keyed.dropFirst()) where left.key == right.key {
            throw CBORError(.duplicateKey, at: right.index)
        }
        self = .map(keyed.map { pairs[$0.index] })
    }

    /// Decodes the one item that the input consists of.
    /// - Throws: `CBORError` for anything but its deterministic encoding, `trailingBytes` included.
    public init(decoding bytes: [UInt8]) throws(CBORError) {
        self = try CBORReader.withReader(over: bytes) { (reader) throws(CBORError) in
            let value = try reader.readValue()
            try reader.requireEnd()
            return value
        }
    }

    /// Decodes items that stand one after another (a CBOR sequence, RFC 8742); none is allowed.
    /// - Throws: `CBORError` for anything but deterministic encodings.
    public static func decodeSequence(_ bytes: [UInt8]) throws(CBORError) -> [CBORValue] {
        try CBORReader.withReader(over: bytes) { (reader) throws(CBORError) in
            var values: [CBORValue] = []
            while !reader.isAtEnd { values.append(try reader.readValue()) }
            return values
        }
    }

    /// The deterministic encoding. Traps on a map out of order and on simple values that do not
    /// exist; neither comes out of decoding.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter()
        writer.writeValue(self)
        return writer.bytes
    }
}

/// One key of a map with its value.
public struct CBORPair: Sendable, Hashable {
    /// The key.
    public var key: CBORValue
    /// What the map holds under the key.
    public var value: CBORValue

    /// Makes a pair.
    public init(_ key: CBORValue, _ value: CBORValue) {
        self.key = key
        self.value = value
    }
}

extension CBORValue: Hashable {
    /// Whether both have the same encoding.
    public static func == (left: CBORValue, right: CBORValue) -> Bool {
        switch (left, right) {
        case (.unsigned(let left), .unsigned(let right)): left == right
        case (.negative(let left), .negative(let right)): left == right
        case (.bytes(let left), .bytes(let right)): left == right
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.map(let left), .map(let right)): left == right
        case (.tag(let leftNumber, let left), .tag(let rightNumber, let right)):
            leftNumber == rightNumber && left == right
        case (.bool(let left), .bool(let right)): left == right
        case (.null, .null), (.undefined, .undefined): true
        case (.double(let left), .double(let right)):
            left.bitPattern == right.bitPattern || (left.isNaN && right.isNaN)
        case (.simple(let left), .simple(let right)): left == right
        default: false
        }
    }

    /// Feeds what `==` compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .unsigned(let value): hash(0, value, into: &hasher)
        case .negative(let value): hash(1, value, into: &hasher)
        case .bytes(let value): hash(2, value, into: &hasher)
        case .text(var value):
            hash(3, value.utf8.count, into: &hasher)
            value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .array(let value): hash(4, value, into: &hasher)
        case .map(let value): hash(5, value, into: &hasher)
        case .tag(let number, let value):
            hash(6, number, into: &hasher)
            hasher.combine(value)
        case .bool(let value): hash(7, value, into: &hasher)
        case .null: hasher.combine(8)
        case .undefined: hasher.combine(9)
        case .double(let value):
            hash(10, value.isNaN ? Double.nan.bitPattern : value.bitPattern, into: &hasher)
        case .simple(let value): hash(11, value, into: &hasher)
        }
    }

    private func hash(_ kind: Int, _ content: some Hashable, into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(content)
    }
}
