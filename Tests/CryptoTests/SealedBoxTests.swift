import Crypto
import Testing

@Suite("Sealed boxes and secret streams")
struct SealedBoxTests {
    private func key(_ byte: UInt8) throws -> SigningKey {
        try #require(SigningKey(seed: [UInt8](repeating: byte, count: 32)))
    }

    @Test("only the key that a box was sealed for opens it, and not once it was altered")
    func box() throws {
        let (mine, other) = (try key(1), try key(2))
        let sealed = try #require(mine.publicKey.seal([1, 2, 3]))
        #expect(sealed.count == 3 + SealedBox.overheadByteCount)
        #expect(mine.open(sealed) == [1, 2, 3])
        #expect(other.open(sealed) == nil)
        for place in sealed.indices {
            var altered = sealed
            altered[place] ^= 1
            #expect(mine.open(altered) == nil, "byte \(place)")
        }
        #expect(mine.open(Array(sealed.dropLast())) == nil && mine.open([]) == nil)
    }

    @Test("nothing is sealed for what is no key")
    func noKey() throws {
        // The neutral element: a point of small order.
        let neutral = try #require(PublicKey(bytes: [1] + [UInt8](repeating: 0, count: 31)))
        #expect(neutral.seal([1]) == nil)
    }

    @Test("a stream comes out in its order, whole, and of its own context only")
    func stream() throws {
        let key = [UInt8](repeating: 7, count: SecretStream.keyByteCount)
        var writer = try #require(SecretStreamWriter(key: key))
        let first = writer.encrypt([1], isLast: false, context: [9])
        let last = writer.encrypt([], isLast: true, context: [9])
        #expect(first.count == 1 + SecretStream.overheadByteCount)
        func reader() throws -> SecretStreamReader {
            try #require(SecretStreamReader(header: writer.header, key: key))
        }
        var whole = try reader()
        let one = whole.decrypt(first, context: [9])
        #expect(one?.message == [1] && one?.isLast == false)
        let two = whole.decrypt(last, context: [9])
        #expect(two?.message == [] && two?.isLast == true)
        var skipping = try reader()
        let skipped = skipping.decrypt(last, context: [9])
        #expect(skipped == nil)
        var elsewhere = try reader()
        let ofAnotherContext = elsewhere.decrypt(first, context: [8])
        #expect(ofAnotherContext == nil)
        var twice = try reader()
        _ = twice.decrypt(first, context: [9])
        let repeated = twice.decrypt(first, context: [9])
        #expect(repeated == nil)
        #expect(SecretStreamWriter(key: [1]) == nil)
        #expect(SecretStreamReader(header: [1], key: key) == nil)
    }
}
