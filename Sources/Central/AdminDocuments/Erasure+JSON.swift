public import Administration
internal import Causality
internal import Crypto
internal import Dossiers
public import JSON
public import SQLiteStore
internal import Replication
internal import Store

extension ErasureList {
    /// One document for each erased record, then one for each order whose record central lacks.
    public var documents: [JSONValue] { entries.map(json) + awaited.map(Self.json) }

    /// `{id, code, kind, at, reasons, unconfirmedBy: [{replica, office, desk, name, state}],
    /// backups: [{set, until}], order}`.
    private func json(_ entry: Entry) -> JSONValue {
        let state = entry.record.state
        return .object([
            ("id", .string(state.id.description)),
            ("code", state.shownValue("code")?.text.map(JSONValue.string) ?? .null),
            ("kind", .string(state.kind.name)), ("at", ShownTime.json(entry.record.arrived)),
            ("reasons", .array(entry.record.reasons.map(JSONValue.string))),
            ("unconfirmedBy", .array(entry.unconfirmedBy.map(json))),
            (
                "backups",
                .array(
                    entry.backups.map {
                        .object([
                            ("set", .string($0.name)), ("until", ShownTime.json($0.until)),
                        ])
                    })
            ),
            ("order", .string(Hexadecimal.text(state.erasureNotice.canonicalBytes))),
        ])
    }

    private func json(_ device: Device) -> JSONValue {
        .object([
            ("replica", .string(device.replica.description)),
            ("office", .string(device.office)), ("desk", .integer(device.desk)),
            ("name", .string(device.name)),
            ("state", .string(standing.word(for: device).rawValue)),
        ])
    }

    /// An order whose record central lacks: as above, without a time.
    private static func json(awaited notice: RecordState) -> JSONValue {
        .object([
            ("id", .string(notice.id.description)), ("code", .null),
            ("kind", .string(notice.kind.name)), ("at", .null),
            ("reasons", .array(notice.erasures.map { .string($0.reason) })),
            ("unconfirmedBy", .array([])), ("backups", .array([])),
            ("order", .string(Hexadecimal.text(notice.canonicalBytes))),
        ])
    }
}

extension ErasureResult {
    /// `id`, `code`, `fields`, `changes`.
    public func members(code: String?) -> [(String, JSONValue)] {
        [
            ("id", .string(record.description)), ("code", code.map(JSONValue.string) ?? .null),
            ("fields", .array(fields.map { .string($0.rawValue) })),
            ("changes", .integer(Int64(changeCount))),
        ]
    }
}
