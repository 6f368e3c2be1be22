// How a device proves that it goes on under another key: by a signature of the key before
// (`Protocol/sync.md` §New identity). Whoever has its bearer token alone cannot make one.

public import Causality
public import Crypto
internal import JSON

/// What a device signs by a key that it had, to go on under another.
struct Succession {
    /// The replica of the key before.
    var former: ReplicaID
    /// The public half of the key that follows it.
    var publicKey: [UInt8]
    /// The hash of the bearer token that goes with that.
    var tokenHash: Hash256

    init(former: ReplicaID, publicKey: [UInt8], tokenHash: Hash256) {
        self.former = former
        self.publicKey = publicKey
        self.tokenHash = tokenHash
    }

    /// A new identity with the token that its key makes.
    init(of former: ReplicaID, by key: SigningKey) {
        self.init(
            former: former, publicKey: key.publicKey.bytes, tokenHash: BearerToken(of: key).hash)
    }

    func signature(by formerKey: SigningKey) -> [UInt8] { formerKey.signature(of: signedBytes) }

    func isSigned(_ signature: [UInt8], by formerKey: PublicKey) -> Bool {
        formerKey.isValid(signature: signature, of: signedBytes)
    }

    /// Longer than a chain's hash and begun otherwise than a token replacement, which the same key
    /// signs: none passes for another.
    private var signedBytes: [UInt8] {
        Array("dossiersync new identity 1".utf8)
            + withUnsafeBytes(of: former.rawValue.bigEndian) { Array($0) } + publicKey
            + tokenHash.bytes
    }
}

/// How a device that a restored central has forgotten says who it was: it proves by each key that it
/// had before that the present one follows it.
public struct Introduction: Hashable, Sendable {
    /// A replica that the device was, and the proof.
    public struct Former: Hashable, Sendable {
        /// The replica.
        public var replica: ReplicaID
        /// Its key's signature.
        public var signature: [UInt8]
    }

    /// The device's present public key.
    public var publicKey: [UInt8]
    /// Who it was, newest first.
    public var formers: [Former]

    /// Makes an introduction.
    ///
    /// - Parameter formers: who the device was, newest first; the newest of them are named.
    public init(
        of key: SigningKey, tokenHash: Hash256,
        formers: some Sequence<(replica: ReplicaID, key: SigningKey)>
    ) {
        publicKey = key.publicKey.bytes
        self.formers = formers.prefix(WireLimits.formersMax).map { replica, formerKey in
            let succession = Succession(
                former: replica, publicKey: key.publicKey.bytes, tokenHash: tokenHash)
            return Former(replica: replica, signature: succession.signature(by: formerKey))
        }
    }

    /// Whether one of those that the device names has signed it, by this key.
    public func isSigned(_ former: Former, by key: PublicKey, tokenHash: Hash256) -> Bool {
        Succession(former: former.replica, publicKey: publicKey, tokenHash: tokenHash)
            .isSigned(former.signature, by: key)
    }

    /// Its members in the body of a token replacement.
    var members: [(String, JSONValue)] {
        [
            ("publicKey", .string(Hexadecimal.text(publicKey))),
            (
                "former",
                .array(
                    formers.map { former in
                        .object([
                            ("replica", .string(former.replica.description)),
                            ("signature", .string(Hexadecimal.text(former.signature))),
                        ])
                    })
            ),
        ]
    }

    /// Reads the members; `nil` when there are none.
    ///
    /// - Throws: `SyncFailure.malformed`.
    init?(json: JSONValue) throws(SyncFailure) {
        guard let list = json["former"] else { return nil }
        guard case .array(let entries) = list, entries.count <= WireLimits.formersMax,
            let publicKey = json["publicKey"]?.stringValue.flatMap(Hexadecimal.bytes),
            publicKey.count == PublicKey.byteCount
        else { throw Self.malformed }
        self.publicKey = publicKey
        formers = []
        for entry in entries {
            guard let replica = entry["replica"]?.stringValue.flatMap(ReplicaID.init(hexadecimal:)),
                let signature = entry["signature"]?.stringValue.flatMap(Hexadecimal.bytes)
            else { throw Self.malformed }
            formers.append(Former(replica: replica, signature: signature))
        }
    }

    private static let malformed = SyncFailure.malformed(
        what: "token replacement", reason: "publicKey or former is missing or wrong")
}
