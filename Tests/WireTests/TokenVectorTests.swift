import Causality
import Crypto
import Foundation
import JSON
import Testing
import Wire

/// The replacements of `Protocol/vectors/tokens.json`, made by another program.
private struct TokensFile: Codable {
    struct Replacement: Codable {
        var seed: String
        var publicKey: String
        var replica: String
        var firstToken: String
        var token: String
        var generation: UInt64
        var signed: String
        var body: String
    }

    var about: [String]
    var replacements: [Replacement]
}

@Suite("Protocol/vectors/tokens.json")
struct TokenVectorTests {
    private func vectors() throws -> [TokensFile.Replacement] {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Protocol/vectors/tokens.json")
        return try JSONDecoder().decode(TokensFile.self, from: Data(contentsOf: path))
            .replacements
    }

    @Test("keys, replicas, tokens and replacements are made as another program makes them")
    func same() throws {
        let vectors = try vectors()
        #expect(vectors.count == 3)
        for vector in vectors {
            let seed = try #require(Hexadecimal.bytes(vector.seed))
            let key = try #require(SigningKey(seed: seed))
            #expect(Hexadecimal.text(key.publicKey.bytes) == vector.publicKey)
            let replica = ReplicaID(of: key.publicKey)
            #expect(replica.description == vector.replica)
            #expect(BearerToken(of: key).text == vector.firstToken)
            let replacement = TokenReplacement(
                replica: replica, generation: vector.generation,
                token: BearerToken(text: vector.token), key: key)
            let signed = try #require(Hexadecimal.bytes(vector.signed))
            #expect(replacement.signature == key.signature(of: signed))
            #expect(replacement.json.serialized() == vector.body)
            let read = try TokenReplacement(json: JSONValue(parsing: vector.body))
            #expect(read == replacement)
            #expect(read.isSigned(by: key.publicKey))
        }
    }
}
