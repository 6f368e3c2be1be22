import CBOR
import Testing

@Suite("CBORWriter")
struct CBORWriterTests {
    @Test(
        "Heads are the shortest that hold the number",
        arguments: [
            (0, "00"), (23, "17"), (24, "1818"), (255, "18ff"), (256, "190100"),
            (65535, "19ffff"), (65536, "1a00010000"), (4_294_967_295, "1affffffff"),
            (4_294_967_296, "1b0000000100000000"), (UInt64.max, "1bffffffffffffffff"),
        ] as [(UInt64, String)])
    func heads(value: UInt64, expected: String) {
        #expect(written { $0.writeUnsigned(value) } == expected)
    }

    @Test("Integers of either sign reach both ends of their range")
    func integerEnds() {
        #expect(written { $0.writeInteger(.max) } == "1b7fffffffffffffff")
        #expect(written { $0.writeInteger(.min) } == "3b7fffffffffffffff")
        #expect(written { $0.writeInteger(-1) } == "20")
        #expect(written { $0.writeInteger(0) } == "00")
        #expect(written { $0.writeNegative(n: .max) } == "3bffffffffffffffff")
    }

    @Test("A text is written as its own UTF-8, composed or not")
    func textsKeepTheirForm() {
        #expect(written { $0.writeText("é") } == "62c3a9")
        #expect(written { $0.writeText("e\u{301}") } == "6365cc81")
        let utf8 = Array("hồ sơ".utf8)
        let fromBytes = written { writer in
            utf8.withUnsafeBytes { writer.writeText(utf8: $0) }
        }
        #expect(fromBytes == written { $0.writeText("hồ sơ") })
    }

    @Test("A byte string is the same from an array, a slice and a buffer")
    func byteStrings() {
        let content: [UInt8] = [1, 2, 3, 4]
        #expect(written { $0.writeBytes(content) } == "4401020304")
        #expect(written { $0.writeBytes(content[1...2]) } == "420203")
        let fromBuffer = written { writer in
            content.withUnsafeBytes { writer.writeBytes($0) }
        }
        #expect(fromBuffer == "4401020304")
    }

    @Test("Raw items are copied from an array, a slice and a buffer")
    func rawItems() {
        let encoded: [UInt8] = [0x61, 0x61, 0x01]
        let copies = written { writer in
            writer.writeRaw(encoded)
            writer.writeRaw(encoded[2...])
            encoded.withUnsafeBytes { writer.writeRaw($0) }
        }
        #expect(copies == "61610101616101")
    }

    @Test(
        "A float takes the shortest form that keeps its value",
        arguments: [
            (0.0, "f90000"), (-0.0, "f98000"), (65504, "f97bff"), (65505, "fa477fe100"),
            (65536, "fa47800000"), (0x1p-24, "f90001"), (0x1p-25, "fa33000000"),
            (0x1p-14, "f90400"), (0x1.ff8p-15, "f903ff"), (0x1.ffcp-15, "fa387fe000"),
            (0x1p-149, "fa00000001"), (0x1p-150, "fb3690000000000000"),
            (16_777_217, "fb4170000010000000"), (1e39, "fb48078287f49c4a1d"),
            (-.infinity, "f9fc00"), (-.nan, "f97e00"), (.signalingNaN, "f97e00"),
        ] as [(Double, String)])
    func floats(value: Double, expected: String) {
        #expect(written { $0.writeDouble(value) } == expected)
    }

    @Test("Simple values, tags and containers have the heads of RFC 8949")
    func otherHeads() {
        #expect(written { $0.writeSimple(16) } == "f0")
        #expect(written { $0.writeSimple(32) } == "f820")
        #expect(written { $0.writeUndefined() } == "f7")
        #expect(written { $0.writeTag(24) } == "d818")
        #expect(written { $0.writeArrayHeader(count: 24) } == "9818")
        #expect(written { $0.writeMapHeader(count: 300) } == "b9012c")
    }

    @Test("An emptied writer begins a new document")
    func reuse() {
        let second = written { writer in
            writer.writeBool(true)
            writer.removeAll()
            writer.writeNull()
        }
        #expect(second == "f6")
    }
}
