import Crypto
import Testing

@Suite("Ed25519 signatures")
struct SigningKeyTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var seed: String
        var publicKey: String
        var message: String
        var signature: String
    }

    /// RFC 8032 §7.1.
    static let vectors = [
        Vector(
            testDescription: "TEST 1",
            seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            message: "",
            signature: """
                e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
                5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b
                """),
        Vector(
            testDescription: "TEST 2",
            seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            message: "72",
            signature: """
                92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
                """),
        Vector(
            testDescription: "TEST 3",
            seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            message: "af82",
            signature: """
                6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
                18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a
                """),
    ]

    @Test("Keys and signatures of RFC 8032 come out, and verify", arguments: vectors)
    func rfc8032(vector: Vector) throws {
        let seed = try #require(Hexadecimal.bytes(vector.seed))
        let key = try #require(SigningKey(seed: seed))
        let message = try #require(Hexadecimal.bytes(vector.message))
        #expect(Hexadecimal.text(key.publicKey.bytes) == vector.publicKey)
        let signature = key.signature(of: message)
        #expect(Hexadecimal.text(signature) == vector.signature)
        #expect(key.publicKey.isValid(signature: signature, of: message))
    }

    @Test("A signature is not valid over another message, of another key, or changed in one bit")
    func forgeries() throws {
        let key = try #require(SigningKey(seed: [UInt8](repeating: 1, count: 32)))
        let other = try #require(SigningKey(seed: [UInt8](repeating: 2, count: 32)))
        let signature = key.signature(of: [1, 2, 3])
        #expect(!key.publicKey.isValid(signature: signature, of: [1, 2, 4]))
        #expect(!key.publicKey.isValid(signature: signature, of: []))
        #expect(!other.publicKey.isValid(signature: signature, of: [1, 2, 3]))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(!key.publicKey.isValid(signature: changed, of: [1, 2, 3]), "byte \(index)")
        }
    }

    @Test("A signature of another length is not valid, and does not trap")
    func otherLengths() throws {
        let key = try #require(SigningKey(seed: [UInt8](repeating: 1, count: 32)))
        let signature = key.signature(of: [])
        for count in [0, 1, 63] {
            #expect(!key.publicKey.isValid(signature: Array(signature.prefix(count)), of: []))
        }
        #expect(!key.publicKey.isValid(signature: signature + [0], of: []))
    }

    @Test("Seeds and public keys of any other length than 32 bytes are refused")
    func otherCounts() {
        for count in [0, 31, 33, 64] {
            #expect(SigningKey(seed: [UInt8](repeating: 1, count: count)) == nil)
            #expect(PublicKey(bytes: [UInt8](repeating: 1, count: count)) == nil)
        }
    }
}
