import Causality
import Crypto
import JSON
import Testing
import Wire

@Suite("A token's replacement as it is written")
struct TokenReplacementTests {
    private let key: SigningKey
    private let replacement: TokenReplacement

    init() throws {
        key = try #require(SigningKey(seed: Array(repeating: 7, count: 32)))
        replacement = TokenReplacement(
            replica: ReplicaID(0x0123_4567_89AB_CDEF), generation: 3,
            token: BearerToken(text: String(repeating: "a", count: 64)), key: key)
    }

    @Test("it reads back, and the key that signed it is known")
    func readsBack() throws {
        let read = try TokenReplacement(
            json: JSONValue(parsing: replacement.json.serializedBytes()))
        #expect(read == replacement)
        #expect(read.isSigned(by: key.publicKey))
        let other = try #require(SigningKey(seed: Array(repeating: 8, count: 32)))
        #expect(!read.isSigned(by: other.publicKey))
    }

    @Test("the signature stands over the text that the protocol says")
    func signedBytes() {
        let message =
            Array("dossiersync token replacement 1".utf8)
            + [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0, 0, 0, 0, 0, 0, 0, 3]
            + Hash256(hashing: Array(String(repeating: "a", count: 64).utf8)).bytes
        #expect(replacement.signature == key.signature(of: message))
    }

    @Test("a signature of the wrong length is no signature, and no crash")
    func lengths() {
        for count in [0, 1, 63, 65, 1_000] {
            var bent = replacement
            bent.signature = Array(repeating: 0, count: count)
            #expect(!bent.isSigned(by: key.publicKey))
        }
    }

    @Test("what lacks a member, or has one out of its range, is malformed")
    func malformed() throws {
        let members = try #require(replacement.json.objectValue)
        for member in members {
            let bent = members.filter { $0.name != member.name }
            #expect(throws: SyncFailure.self) {
                try TokenReplacement(json: .object(bent.map { ($0.name, $0.value) }))
            }
        }
        let wrong: [(String, JSONValue)] = [
            ("version", .integer(1)), ("replica", .string("xyz")), ("generation", .integer(0)),
            ("generation", .integer(-1)), ("generation", .integer(1 << 53)),
            ("generation", .real(1.5)), ("tokenHash", .string("00")),
            ("tokenHash", .integer(1)), ("signature", .string("0")), ("signature", .null),
        ]
        for (name, value) in wrong {
            let bent = members.map { ($0.name, $0.name == name ? value : $0.value) }
            #expect(throws: SyncFailure.self, "\(name)") {
                try TokenReplacement(json: .object(bent))
            }
        }
    }
}
