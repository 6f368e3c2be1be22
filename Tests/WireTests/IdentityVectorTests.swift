import Causality
import Crypto
import Foundation
import JSON
import Testing
import Wire

/// The successions of `Protocol/vectors/identities.json`, made by another program.
private struct IdentitiesFile: Codable {
    struct Probe: Codable {
        var seq: UInt64
        var hash: String
    }

    struct Succession: Codable {
        var formerSeed: String
        var former: String
        var seed: String
        var publicKey: String
        var replica: String
        var tokenHash: String
        var probes: [Probe]
        var signed: String
        var signature: String
        var member12: String
    }

    var about: [String]
    var successions: [Succession]
}

@Suite("Protocol/vectors/identities.json")
struct IdentityVectorTests {
    private func vectors() throws -> [IdentitiesFile.Succession] {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Protocol/vectors/identities.json")
        return try JSONDecoder().decode(IdentitiesFile.self, from: Data(contentsOf: path))
            .successions
    }

    private func key(_ seed: String) throws -> SigningKey {
        try #require(Hexadecimal.bytes(seed).flatMap(SigningKey.init(seed:)))
    }

    @Test("what the key before signs, and member 12, are made as another program makes them")
    func rotations() throws {
        let vectors = try vectors()
        #expect(vectors.count == 3)
        for vector in vectors {
            let (former, key) = (try key(vector.formerSeed), try key(vector.seed))
            let replica = ReplicaID(of: former.publicKey)
            #expect(replica.description == vector.former)
            #expect(ReplicaID(of: key.publicKey).description == vector.replica)
            let probes = try vector.probes.map { probe in
                let hash = try #require(
                    Hexadecimal.bytes(probe.hash).flatMap(ShortHash.init(bytes:)))
                return ChainEnd(seq: probe.seq, hash: hash)
            }
            let rotation = Rotation(
                key: key, after: replica, signedBy: former, probes: probes)
            #expect(Hexadecimal.text(rotation.publicKey) == vector.publicKey)
            #expect(rotation.tokenHash.description == vector.tokenHash)
            #expect(Hexadecimal.text(rotation.signature) == vector.signature)
            let signed = try #require(Hexadecimal.bytes(vector.signed))
            #expect(former.signature(of: signed) == rotation.signature)
            #expect(rotation.isSigned(by: former.publicKey, of: replica))
            var request = SyncRequest(
                replica: replica, cursor: nil, chain: ChainEnd(seq: 1, hash: .zero),
                time: Timestamp(milliseconds: 0))
            request.rotation = rotation
            let member = try #require(Hexadecimal.bytes(vector.member12))
            #expect(request.encoded().firstRange(of: [0x0C] + member) != nil)
        }
    }

    @Test("an introduction holds the same signatures, and is read as it was written")
    func introductions() throws {
        for vector in try vectors() {
            let (former, key) = (try key(vector.formerSeed), try key(vector.seed))
            let replica = ReplicaID(of: former.publicKey)
            let token = BearerToken(of: key)
            var replacement = TokenReplacement(
                replica: ReplicaID(of: key.publicKey), generation: 3, token: token, key: key)
            let plain = replacement
            replacement.introduction = Introduction(
                of: key, tokenHash: token.hash, formers: [(replica, former)])
            let json = replacement.json
            #expect(json["publicKey"]?.stringValue == vector.publicKey)
            #expect(
                json["former"]
                    == .array([
                        .object([
                            ("replica", .string(vector.former)),
                            ("signature", .string(vector.signature)),
                        ])
                    ]))
            #expect(try TokenReplacement(json: json) == replacement)
            #expect(try TokenReplacement(json: plain.json) == plain)
            #expect(plain.json["former"] == nil)
        }
    }

    @Test("an introduction of another form is malformed")
    func malformed() throws {
        let key = try key(String(repeating: "07", count: 32))
        let token = BearerToken(of: key)
        func read(_ change: (inout Introduction) -> Void) throws(SyncFailure) {
            var replacement = TokenReplacement(
                replica: ReplicaID(5), generation: 1, token: token, key: key)
            var introduction = Introduction(
                of: key, tokenHash: token.hash, formers: [(ReplicaID(6), key)])
            change(&introduction)
            replacement.introduction = introduction
            _ = try TokenReplacement(json: replacement.json)
        }
        try read { _ in }
        #expect(throws: SyncFailure.self) { try read { $0.publicKey.removeLast() } }
        #expect(throws: SyncFailure.self) {
            try read {
                $0.formers = Array(repeating: $0.formers[0], count: WireLimits.formersMax + 1)
            }
        }
    }
}
