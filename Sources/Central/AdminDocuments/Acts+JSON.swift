// What became of an act, as `--json` and the admin API tell it.

public import Administration
internal import Causality
public import JSON
public import ReplicaStore
internal import Wire

extension RequestSync {
    /// `{asked}`: how many devices were asked.
    public static func json(_ count: Int) -> JSONValue {
        .object([("asked", .integer(Int64(count)))])
    }
}

extension IssueCode.Issued {
    /// `code`, `expires`, `office`.
    public var members: [(String, JSONValue)] {
        [
            ("code", .string(code.text)), ("expires", ShownTime.json(expires)),
            ("office", .string(office)),
        ]
    }
}

extension Revocation {
    /// `{revoked, closed: [device], kept: [device]}`.
    public var json: JSONValue {
        .object([
            ("revoked", .string(device.replica.description)),
            ("closed", .array(closed.map { .string($0.replica.description) })),
            ("kept", .array(kept.map { .string($0.replica.description) })),
        ])
    }
}

extension TakeBackRevocation {
    /// `{readmitted: [device]}`.
    public static func json(_ devices: [Device]) -> JSONValue {
        .object([("readmitted", .array(devices.map { .string($0.replica.description) }))])
    }
}

extension TrailEntry {
    /// `{number, at, actor, action, subject, count}`.
    public var json: JSONValue {
        .object([
            ("number", .integer(number)), ("at", ShownTime.json(at)), ("actor", .string(actor)),
            ("action", .string(action)), ("subject", .string(subject)),
            ("count", count.map(JSONValue.integer) ?? .null),
        ])
    }
}

extension AdminAccount {
    /// `{name, role, made}`.
    public var json: JSONValue {
        .object([
            ("name", .string(name)), ("role", .string(role.rawValue)),
            ("made", ShownTime.json(made)),
        ])
    }
}
