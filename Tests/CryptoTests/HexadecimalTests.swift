import Crypto
import Testing

@Suite("Hexadecimal text")
struct HexadecimalTests {
    @Test("Every byte is written as two lower-case digits and read back")
    func everyByte() {
        let all = Array(UInt8.min...UInt8.max)
        let text = Hexadecimal.text(all)
        #expect(text.hasPrefix("000102"))
        #expect(text.hasSuffix("fdfeff"))
        #expect(Hexadecimal.bytes(text) == all)
        #expect(Hexadecimal.bytes(text.uppercased()) == all)
    }

    @Test("No bytes are no digits")
    func empty() {
        #expect(Hexadecimal.text([]).isEmpty)
        #expect(Hexadecimal.bytes("") == [])
    }

    @Test("Anything else is refused", arguments: ["a", "0g", "g0", " 0", "0x", "éa", "00 "])
    func otherTexts(text: String) {
        #expect(Hexadecimal.bytes(text) == nil)
    }
}
