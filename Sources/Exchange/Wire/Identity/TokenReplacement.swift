// How a device puts a new bearer token in the place of its present one (`Protocol/sync.md`
// §New token). It proves itself by its key, not by a token: so a token that was lost, taken or
// forgotten never shuts the device out, and whoever has the token alone cannot keep it.

public import Causality
public import Crypto
public import JSON

/// What a device sends to have another bearer token.
public struct TokenReplacement: Hashable, Sendable {
    /// The device.
    public var replica: ReplicaID
    /// Its number among the device's tokens; that of enrolment is 0, and higher ones count more.
    public var generation: UInt64
    /// The hash of the new token.
    public var tokenHash: Hash256
    /// Ed25519 over replica, generation and hash, by the device's key.
    public var signature: [UInt8]
    /// Who the device was before, for a central that does not know it.
    public var introduction: Introduction?

    /// The highest generation: JSON carries it exactly (RFC 8259 §6).
    public static let generationMax: UInt64 = (1 << 53) - 1

    /// Makes a replacement, signed by the device's key.
    public init(
        replica: ReplicaID, generation: UInt64, token: BearerToken, key: SigningKey
    ) {
        self.replica = replica
        self.generation = generation
        tokenHash = token.hash
        signature = []
        signature = key.signature(of: signedBytes)
    }

    /// Whether the holder of this key has signed it.
    public func isSigned(by key: PublicKey) -> Bool {
        key.isValid(signature: signature, of: signedBytes)
    }

    /// A longer message than the chain's hash, which the same key signs: neither passes for the other.
    private var signedBytes: [UInt8] {
        Array("dossiersync token replacement 1".utf8)
            + [replica.rawValue, generation].flatMap { number in
                withUnsafeBytes(of: number.bigEndian) { Array($0) }
            } + tokenHash.bytes
    }

    /// The replacement as JSON.
    public var json: JSONValue {
        .object(
            [
                ("version", .integer(Int64(WireLimits.version))),
                ("replica", .string(replica.description)),
                ("generation", .integer(Int64(clamping: generation))),
                ("tokenHash", .string(tokenHash.description)),
                ("signature", .string(Hexadecimal.text(signature))),
            ] + (introduction?.members ?? []))
    }

    /// Reads a replacement; its signature is looked at later.
    ///
    /// - Throws: `SyncFailure.unsupportedVersion`, `SyncFailure.malformed`.
    public init(json: JSONValue) throws(SyncFailure) {
        guard case .integer(let version)? = json["version"] else {
            throw .malformed(what: "token replacement", reason: "no version")
        }
        guard version == Int64(WireLimits.version) else {
            throw .unsupportedVersion(
                counter: UInt64(clamping: version), central: WireLimits.version)
        }
        guard case .string(let replicaText)? = json["replica"],
            let replica = ReplicaID(hexadecimal: replicaText),
            case .integer(let number)? = json["generation"],
            let generation = UInt64(exactly: number),
            (1...Self.generationMax).contains(generation),
            case .string(let hashText)? = json["tokenHash"],
            let tokenHash = Hexadecimal.bytes(hashText).flatMap({ Hash256(bytes: $0) }),
            case .string(let signatureText)? = json["signature"],
            let signature = Hexadecimal.bytes(signatureText)
        else {
            throw .malformed(
                what: "token replacement",
                reason: "replica, generation, tokenHash or signature is missing or wrong")
        }
        self.replica = replica
        self.generation = generation
        self.tokenHash = tokenHash
        self.signature = signature
        introduction = try Introduction(json: json)
    }
}

/// Central's answer when it has taken a replacement to its disk.
public struct TokenReceipt: Hashable, Sendable {
    /// The replacement's generation.
    public var generation: UInt64
    /// The device's number within its office: another than before, when a restored central had
    /// forgotten it. `nil` from a central that does not say it.
    public var desk: Int64?

    /// Makes a receipt.
    public init(generation: UInt64, desk: Int64? = nil) {
        self.generation = generation
        self.desk = desk
    }

    /// The receipt as JSON.
    public var json: JSONValue {
        .object(
            [
                ("version", .integer(Int64(WireLimits.version))),
                ("generation", .integer(Int64(clamping: generation))),
            ] + (desk.map { [("desk", .integer($0))] } ?? []))
    }

    /// Reads a receipt; `nil` when it is none.
    public init?(json: JSONValue) {
        guard json["version"] == .integer(Int64(WireLimits.version)),
            let number = json["generation"]?.integerValue,
            let generation = UInt64(exactly: number)
        else { return nil }
        self.init(generation: generation)
        guard let desk = json["desk"] else { return }
        guard let number = desk.integerValue, WireLimits.desks.contains(number) else { return nil }
        self.desk = number
    }
}
