// Enrolment: a one-time code buys a device its identity (`Protocol/sync.md` §Enrolment). The
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
    /// The hash of the bearer token that the device will send.
    public var tokenHash: Hash256
    /// A name for people, such as the host's.
    public var device: String
    /// The number that the device had before, where it was enrolled before.
    public var formerDesk: Int64?

    /// Makes a request.
    public init(code: String, key: SigningKey, device: String, formerDesk: Int64? = nil) {
        self.code = code
        self.formerDesk = formerDesk.flatMap { WireLimits.desks.contains($0) ? $0 : nil }
        publicKey = key.publicKey
        tokenHash = BearerToken(of: key).hash
        self.device = device
    }

    /// The request as JSON.
    public var json: JSONValue {
        .object(
            [
                ("version", .integer(Int64(WireLimits.version))),
                ("code", .string(code)),
                ("publicKey", .string(Hexadecimal.text(publicKey.bytes))),
                ("tokenHash", .string(tokenHash.description)),
                ("device", .string(device)),
            ] + (formerDesk.map { [("formerDesk", .integer($0))] } ?? []))
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
                counter: UInt64(clamping: version), central: WireLimits.version)
        }
        guard case .string(let code)? = json["code"], case .string(let key)? = json["publicKey"],
            let publicKey = Hexadecimal.bytes(key).flatMap(PublicKey.init(bytes:)),
            case .string(let token)? = json["tokenHash"],
            let tokenHash = Hexadecimal.bytes(token).flatMap({ Hash256(bytes: $0) })
        else {
            throw .malformed(what: "enrolment", reason: "code, publicKey or tokenHash is missing")
        }
        self.code = code
        self.publicKey = publicKey
        self.tokenHash = tokenHash
        device = ""
        if case .integer(let desk)? = json["formerDesk"], WireLimits.desks.contains(desk) {
            formerDesk = desk
        }
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
    /// Central's epoch; `nil` from a central that has none.
    public var epoch: UInt64?
    /// Central's key; `nil` from a central that has none.
    public var centralKey: PublicKey?

    /// Makes a reply.
    public init(
        replica: ReplicaID, desk: Int64, office: String, epoch: UInt64? = nil,
        centralKey: PublicKey? = nil
    ) {
        self.epoch = epoch
        self.centralKey = centralKey
        self.replica = replica
        self.desk = desk
        self.office = office
    }

    /// The reply as JSON.
    public var json: JSONValue {
        .object(
            [
                ("version", .integer(Int64(WireLimits.version))),
                ("replica", .string(replica.description)),
                ("desk", .integer(desk)),
                ("office", .string(office)),
            ] + (epoch.map { [("epoch", .integer(Int64(clamping: $0)))] } ?? [])
                + (centralKey.map {
                    [("centralKey", .string(Hexadecimal.text($0.bytes)))]
                } ?? []))
    }

    /// Reads a reply.
    ///
    /// - Throws: `SyncFailure.malformed`.
    public init(json: JSONValue) throws(SyncFailure) {
        guard case .string(let replica)? = json["replica"],
            let id = ReplicaID(hexadecimal: replica), case .integer(let desk)? = json["desk"],
            case .string(let office)? = json["office"]
        else { throw .malformed(what: "enrolment reply", reason: "a member is missing") }
        guard id.rawValue > 0, WireLimits.desks.contains(desk) else {
            throw .malformed(what: "enrolment reply", reason: "a member is outside its range")
        }
        self.init(replica: id, desk: desk, office: office)
        if case .integer(let epoch)? = json["epoch"] { self.epoch = UInt64(exactly: epoch) }
        if case .string(let key)? = json["centralKey"] {
            centralKey = Hexadecimal.bytes(key).flatMap(PublicKey.init(bytes:))
        }
    }
}
