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
