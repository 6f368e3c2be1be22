public import Administration
internal import Causality
internal import Crypto
public import JSON
internal import SQLiteStore
internal import Replication
public import Store
internal import Time

extension Recover.Outcome {
    /// `{recovering, recordsRecovered, newEpoch, …, shutOut, erased, awaited, unsigned}`.
    public var json: JSONValue {
        .object(
            [
                ("recovering", .bool(epoch.isRecovering)),
                ("recordsRecovered", .integer(Int64(clamping: epoch.recordsRecovered))),
                ("newEpoch", .bool(!isEnding && !onlyTakes)),
            ] + epoch.missingMembers + [
                ("shutOut", .integer(Int64(taken.shutOut))),
                ("erased", .integer(Int64(taken.erased))),
                ("awaited", .integer(Int64(taken.awaited))),
                ("unsigned", .array(taken.unsigned.map { .string($0.description) })),
            ])
    }
}

extension ClosedIdentity {
    /// An entry of what `DeviceList.json(onlyRevoked:)` writes; `nil` when it is none.
    public init?(json: JSONValue) {
        guard let replica = Self.replica(json["device"]), let office = json["office"]?.stringValue,
            let desk = json["desk"]?.integerValue, desk > 0, let name = json["name"]?.stringValue,
            let key = json["publicKey"]?.stringValue.flatMap(Hexadecimal.bytes)
                .flatMap(PublicKey.init(bytes:)),
            let enrolment = Self.replica(json["enrolment"]), json["state"] == "revoked"
        else { return nil }
        self.init(
            replica: replica, office: office, desk: desk, name: name, publicKey: key,
            enrolment: enrolment, copyOf: Self.replica(json["copyOf"]),
            cause: json["cause"]?.stringValue.flatMap(IdentityCause.init(rawValue:)),
            revokedAt: json["revoked"]?.stringValue
                .flatMap { RFC3339.millisecondsSinceEpoch($0) }
                .map { Timestamp(milliseconds: $0.milliseconds) })
    }

    private static func replica(_ json: JSONValue?) -> ReplicaID? {
        json?.stringValue.flatMap(ReplicaID.init(hexadecimal:))
    }
}
