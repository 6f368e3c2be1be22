import CentralEngine
import CounterEngine
import HTTP
import HTTPClient
import HTTPServer
import SeededRandom
import Testing

@Suite("The pin of central's key, as it is told by telephone")
struct KeyPinTests {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    private func hash(seed: UInt64) throws -> PublicKeyHash {
        var generator = SeededGenerator(seed: seed)
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return try #require(PublicKeyHash(bytes: bytes))
    }

    @Test("is the first 95 bits in five groups, and reads back as a person types it")
    func readsBack() throws {
        let bytes = (0..<32).map { UInt8($0 * 8 + 1) }
        let golden = KeyPin(of: try #require(PublicKeyHash(bytes: bytes)))
        // Worked out by another program from the bits.
        #expect(golden.text == "044H-2691-54RK-JGA9-A5CX")
        for seed in Seeds.all(50) {
            let pin = KeyPin(of: try hash(seed: seed))
            #expect(pin.text.count == 24)
            let typed = [
                pin.text, pin.text.lowercased(), pin.text.filter { $0 != "-" },
                String(pin.text.map { $0 == "0" ? "o" : $0 == "1" ? "L" : $0 }),
            ]
            for text in typed { #expect(KeyPin(text) == pin, "seed \(seed)") }
        }
    }

    @Test("matches its key and no other, wherever within 95 bits they differ")
    func matches() throws {
        for seed in Seeds.all(20) {
            let right = try hash(seed: seed)
            let pin = KeyPin(of: right)
            #expect(pin.matches(right))
            for bit in 0..<256 {
                var bytes = right.bytes
                bytes[bit / 8] ^= 0x80 >> (bit % 8)
                let other = try #require(PublicKeyHash(bytes: bytes))
                #expect(pin.matches(other) == (bit >= 95), "seed \(seed), bit \(bit)")
            }
        }
    }

    @Test("notices every single wrong symbol, and one too many or too few")
    func errors() throws {
        let symbols = Array(KeyPin(of: try hash(seed: 7)).text.filter { $0 != "-" })
        for place in symbols.indices {
            for symbol in Self.alphabet where symbol != symbols[place] {
                var bent = symbols
                bent[place] = symbol
                #expect(KeyPin(String(bent)) == nil)
            }
        }
        for text in ["", "7KQM-3XRT", String(symbols.dropLast()), String(symbols) + "0"] {
            #expect(KeyPin(text) == nil)
        }
    }
}
