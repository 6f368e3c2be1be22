// What became of an act, as `--json` and the admin API tell it.

public import Administration
internal import Causality
public import JSON
internal import SQLiteStore
public import Store
internal import Wire

extension RequestedSync {
    /// `{asked, waiting: [{device, office, desk, name}], others: [{…, lastExchange}]}`: how many devices were asked,
    /// which of them hear of it at once, and which at their next exchange.
    public var json: JSONValue {
        func members(_ device: Device) -> [(String, JSONValue)] {
            [
                ("device", .string(device.replica.description)),
                ("office", .string(device.office)), ("desk", .integer(device.desk)),
                ("name", .string(device.name)),
            ]
        }
        return .object([
            ("asked", .integer(Int64(waiting.count + others.count))),
            ("waiting", .array(waiting.map { .object(members($0)) })),
            (
                "others",
                .array(
                    others.map {
                        .object(
                            members($0) + [("lastExchange", ShownTime.json($0.lastExchange))])
                    })
            ),
        ])
    }
}

extension IssueCode.Issued {
    /// `code`, `expires`, `office`, `pin`.
    ///
    /// - Parameter pin: that of central's key, where counters are to be told it.
    public func members(pin: String?) -> [(String, JSONValue)] {
        [
            ("code", .string(code.text)), ("expires", ShownTime.json(expires)),
            ("office", .string(office)), ("pin", pin.map(JSONValue.string) ?? .null),
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
