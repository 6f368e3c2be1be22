// RFC 8949 §4.2.1: the keys of a map stand in the bytewise lexicographic order of their encodings.
// Comparing each key with the one before it finds duplicates too.

/// Checks the order of the keys while the caller reads one map by hand; one value for each map.
public struct MapKeyOrder: Sendable {
    private var previous: Range<Int>?

    /// Makes the check for a map of which no key has been read.
    public init() {}

    /// Checks the next key, which stands at `encodedKey` in the reader's input.
    /// - Throws: `CBORError`: `keysOutOfOrder`, `duplicateKey`, with the offset of the key.
    public mutating func check(
        encodedKey: Range<Int>, in reader: CBORReader
    ) throws(CBORError) {
        if let previous {
            switch Self.compare(reader.buffer, previous, encodedKey) {
            case ..<0: break
            case 0: throw CBORError(.duplicateKey, at: encodedKey.lowerBound)
            default: throw CBORError(.keysOutOfOrder, at: encodedKey.lowerBound)
            }
        }
        previous = encodedKey
    }

    /// Negative when the bytes of `left` sort before those of `right`, 0 when they are equal.
    private static func compare(
        _ buffer: UnsafeRawBufferPointer, _ left: Range<Int>, _ right: Range<Int>
    ) -> Int {
        for step in 0..<min(left.count, right.count) {
            let difference =
                Int(buffer[left.lowerBound + step]) - Int(buffer[right.lowerBound + step])
            if difference != 0 { return difference }
        }
        return left.count - right.count
    }
}

extension CBORReader {
    /// Reads a map's next key as a text, and checks that it follows the one before.
    /// - Throws: `CBORError`.
    public mutating func readTextKey(_ order: inout MapKeyOrder) throws(CBORError) -> String {
        let start = offset
        let key = try readText()
        try order.check(encodedKey: start..<offset, in: self)
        return key
    }

    /// Reads a map's next key as validated UTF-8 in place, and checks that it follows the one before.
    /// - Throws: `CBORError`.
    public mutating func readTextKeyBytes(
        _ order: inout MapKeyOrder
    ) throws(CBORError) -> UnsafeRawBufferPointer {
        let start = offset
        let key = try readTextBytes()
        try order.check(encodedKey: start..<offset, in: self)
        return key
    }

    /// Reads a map's next key as 0 to 2^64-1, and checks that it follows the one before.
    /// - Throws: `CBORError`.
    public mutating func readUnsignedKey(_ order: inout MapKeyOrder) throws(CBORError) -> UInt64 {
        let start = offset
        let key = try readUnsigned()
        try order.check(encodedKey: start..<offset, in: self)
        return key
    }
}
