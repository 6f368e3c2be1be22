// Enrolment: a one-time code buys a device its identity (`Protocol/sync-v1.md` §Enrolment). The
// device makes its own Ed25519 key first and sends the public half, so a repeated request with the
// same key and code gets the same identity: a lost reply costs nothing.

public import Causality
public import Crypto
public import JSON

/// What a device sends to be enrolled.
public struct EnrolmentRequest: Sendable {
    /// The one-time code, in any case, with or without its hyphens.
    public var code: String
    /// The public half of the device's key.
    public var publicKey: PublicKey
    /// A name for people, such as the host's.
    public var device: String

    /// Makes a request.
    public init(code: String, publicKey: PublicKey, device: String) {
        self.code = code
        self.publicKey = publicKey
        self.device = device
    }

    /// The request as JSON.
    public var json: JSONValue {
        .object([
            ("version", .integer(Int64(WireLimits.version))),
            ("code", .string(code)),
            ("publicKey", .string(Hexadecimal.text(publicKey.bytes))),
            ("device", .string(device)),
        ])
    }

    /// Reads a request.
    ///
    /// - Throws: `SyncFailure.unsupportedVersion`, `SyncFailure.malformed`.
    public init(json: JSONValue) throws(SyncFailure) {
        guard case .integer(let version)? = json["version"] else {
            throw .malformed(what: "enrolment", reason: "no version")
        }
        guard version == Int64(WireLimits.version) else {
            throw .unsupportedVersion(
                found: UInt64(clamping: version), known: WireLimits.version)
        }
        guard case .string(let code)? = json["code"], case .string(let key)? = json["publicKey"],
            let publicKey = Hexadecimal.bytes(key).flatMap(PublicKey.init(bytes:))
        else { throw .malformed(what: "enrolment", reason: "code or publicKey is missing") }
        self.init(code: code, publicKey: publicKey, device: "")
        if case .string(let device)? = json["device"] {
            let kept = device.unicodeScalars.prefix(Self.deviceNameCharactersMax)
            self.device = String(kept)
        }
    }

    /// Characters of a device's name that are kept; Unicode code points.
    public static let deviceNameCharactersMax = 64
}

/// What a device gets at enrolment.
public struct EnrolmentReply: Sendable {
    /// The device's identity.
    public var replica: ReplicaID
    /// The device's number within its office, from 1.
    public var desk: Int64
    /// The code of its office: its scope.
    public var office: String
    /// The bearer token for later requests; secret.
    public var token: String

    /// Makes a reply.
    public init(replica: ReplicaID, desk: Int64, office: String, token: String) {
        self.replica = replica
        self.desk = desk
        self.office = office
        self.token = token
    }

    /// The reply as JSON.
    public var json: JSONValue {
        .object([
            ("version", .integer(Int64(WireLimits.version))),
            ("replica", .string(replica.description)),
            ("desk", .integer(desk)),
            ("office", .string(office)),
            ("token", .string(token)),
        ])
    }

    /// Reads a reply.
    ///
    /// - Throws: `SyncFailure.malformed`.
    public init(json: JSONValue) throws(SyncFailure) {
        guard case .string(let replica)? = json["replica"],
            let id = ReplicaID(hexadecimal: replica), case .integer(let desk)? = json["desk"],
            case .string(let office)? = json["office"], case .string(let token)? = json["token"]
        else { throw .malformed(what: "enrolment reply", reason: "a member is missing") }
        guard id.rawValue > 0, WireLimits.desks.contains(desk) else {
            throw .malformed(what: "enrolment reply", reason: "a member is outside its range")
        }
        self.init(replica: id, desk: desk, office: office, token: token)
    }
}
