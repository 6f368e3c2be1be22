import Crypto
import Testing

@Suite("BLAKE2b-256")
struct Hash256Tests {
    @Test(
        "The known answers come out",
        arguments: [
            ("", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
            ("abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"),
        ])
    func knownAnswers(text: String, expected: String) {
        #expect(Hash256(hashing: Array(text.utf8)).description == expected)
        let fromMemory = Array(text.utf8).withUnsafeBytes { Hash256(hashing: $0) }
        #expect(fromMemory.description == expected)
    }

    /// The expected value is that of Python's hashlib.blake2b(bytes(range(129)), digest_size=32).
    @Test("More than one block of 128 bytes is hashed to the end")
    func secondBlock() {
        #expect(
            Hash256(hashing: Array(0...128)).description
                == "f7f3c46ba2564ff4c4c162da1f5b605f9f1c4aa6a20652a9f9a337c1a2f5b9c9")
    }

    @Test("Chaining hashes both, the earlier one first")
    func chained() {
        let one = Hash256(hashing: [1])
        let two = Hash256(hashing: [2])
        #expect(one.chained(with: two) == Hash256(hashing: one.bytes + two.bytes))
        #expect(one.chained(with: two) != two.chained(with: one))
    }

    @Test("Thirty-two bytes make a hash that holds them; any other count makes none")
    func byteCounts() {
        let bytes = Array(UInt8(1)...32)
        #expect(Hash256(bytes: bytes)?.bytes == bytes)
        #expect(Hash256(bytes: bytes[...])?.bytes == bytes)
        #expect(Hash256(bytes: bytes.dropLast()) == nil)
        #expect(Hash256(bytes: bytes + [0]) == nil)
        #expect(Hash256(bytes: []) == nil)
        #expect(Hash256.zero.bytes == [UInt8](repeating: 0, count: 32))
    }

    @Test("Lanes are the four little-endian words, and make the same hash again")
    func lanes() throws {
        let hash = try #require(Hash256(bytes: Array(UInt8(1)...32)))
        #expect(hash.lanes.x == 0x0807_0605_0403_0201)
        #expect(hash.lanes.w == 0x201f_1e1d_1c1b_1a19)
        #expect(Hash256(lanes: hash.lanes) == hash)
    }

    @Test("A difference in any one byte is a difference")
    func equality() throws {
        let hash = Hash256(hashing: [7])
        for index in 0..<Hash256.byteCount {
            var bytes = hash.bytes
            bytes[index] ^= 1
            #expect(try #require(Hash256(bytes: bytes)) != hash)
        }
        #expect(Set([hash, Hash256(hashing: [7])]).count == 1)
    }
}
