import CBOR
import Testing

@Suite("MapKeyOrder")
struct MapKeyOrderTests {
    @Test("Keys in the order of RFC 8949 §4.2.1 pass, though RFC 7049 ordered them otherwise")
    func bytewiseOrder() throws {
        // The example of §4.2.1: 10, 100, -1, "z", "aa", [100], [-1], false.
        try read("a80a00186400200061" + "7a00626161008118640081" + "2000f400")
        #expect(
            throws: CBORError(.keysOutOfOrder, at: 3),
            performing: { try read("a22000186400") })
    }

    @Test("A text key that repeats or falls back is refused where it stands")
    func textKeys() throws {
        func keys(_ input: String) throws -> [String] {
            try CBORReader.withReader(over: bytes(input)) { reader throws in
                var order = MapKeyOrder()
                return try (0..<reader.readMapHeader()).map { _ in
                    let key = try reader.readTextKey(&order)
                    _ = try reader.readUnsigned()
                    return key
                }
            }
        }
        #expect(try keys("a361610161620262616103") == ["a", "b", "aa"])
        #expect(throws: CBORError(.duplicateKey, at: 4)) { try keys("a2616101616101") }
        #expect(throws: CBORError(.keysOutOfOrder, at: 4)) { try keys("a2616201616101") }
    }

    @Test("Keys that Swift holds equal are two keys when their bytes differ")
    func canonicallyEquivalentKeys() throws {
        // "é" composed (two bytes) and decomposed (three).
        try CBORReader.withReader(over: bytes("a262c3a9016365cc8102")) { reader throws in
            var order = MapKeyOrder()
            #expect(try reader.readMapHeader() == 2)
            #expect(try Array(reader.readTextKeyBytes(&order)) == [0xc3, 0xa9])
            #expect(try reader.readUnsigned() == 1)
            #expect(try Array(reader.readTextKeyBytes(&order)) == [0x65, 0xcc, 0x81])
            #expect(try reader.readUnsigned() == 2)
        }
    }

    @Test("Unsigned keys ascend")
    func unsignedKeys() throws {
        func keys(_ input: String) throws -> [UInt64] {
            try CBORReader.withReader(over: bytes(input)) { reader throws in
                var order = MapKeyOrder()
                return try (0..<reader.readMapHeader()).map { _ in
                    let key = try reader.readUnsignedKey(&order)
                    try reader.readNull()
                    return key
                }
            }
        }
        #expect(try keys("a301f61818f6190100f6") == [1, 24, 256])
        #expect(throws: CBORError(.keysOutOfOrder, at: 4)) { try keys("a21818f601f6") }
    }

    private func read(_ input: String) throws {
        try CBORReader.withReader(over: bytes(input)) { reader throws in
            var order = MapKeyOrder()
            for _ in 0..<(try reader.readMapHeader()) {
                let key = try reader.skipItem()
                try order.check(encodedKey: key, in: reader)
                try reader.skipItem()
            }
            try reader.requireEnd()
        }
    }
}

extension CBORReader {
    /// Reads a map's next key as a text, and checks that it follows the one before.
    /// - Throws: `CBORError`.
    fileprivate mutating func readTextKey(_ order: inout MapKeyOrder) throws(CBORError) -> String {
        let start = offset
        let key = try readText()
        try order.check(encodedKey: start..<offset, in: self)
        return key
    }

    /// Reads a map's next key as validated UTF-8 in place, and checks that it follows the one before.
    /// - Throws: `CBORError`.
    fileprivate mutating func readTextKeyBytes(
        _ order: inout MapKeyOrder
    ) throws(CBORError) -> UnsafeRawBufferPointer {
        let start = offset
        let key = try readTextBytes()
        try order.check(encodedKey: start..<offset, in: self)
        return key
    }

    /// Reads a map's next key as 0 to 2^64-1, and checks that it follows the one before.
    /// - Throws: `CBORError`.
    fileprivate mutating func readUnsignedKey(_ order: inout MapKeyOrder) throws(CBORError)
        -> UInt64
    {
        let start = offset
        let key = try readUnsigned()
        try order.check(encodedKey: start..<offset, in: self)
        return key
    }
}
