/// The kinds of CBOR data items (RFC 8949 §3), told apart by their first byte.
public enum CBORType: String, Sendable, Hashable, CaseIterable {
    /// Major type 0: 0 to 2^64-1.
    case unsigned
    /// Major type 1: -1 to -2^64.
    case negative
    /// Major type 2.
    case bytes
    /// Major type 3: UTF-8.
    case text
    /// Major type 4.
    case array
    /// Major type 5.
    case map
    /// Major type 6: a number, then the item that it is about.
    case tag
    /// Simple values 20 and 21.
    case bool
    /// Simple value 22.
    case null
    /// Simple value 23.
    case undefined
    /// Half, single or double precision.
    case float
    /// Any other simple value.
    case simple
}

/// The major types (RFC 8949 §3.1), as they stand in the top three bits of a first byte.
enum MajorType {
    static let unsigned: UInt8 = 0
    static let negative: UInt8 = 1
    static let bytes: UInt8 = 2
    static let text: UInt8 = 3
    static let array: UInt8 = 4
    static let map: UInt8 = 5
    static let tag: UInt8 = 6
    static let simpleOrFloat: UInt8 = 7
}
