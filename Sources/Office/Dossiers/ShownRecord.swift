public import Causality
public import JSON
public import Replication
internal import Time

/// One of the values that wait for a person's decision.
public struct ShownValue: Hashable, Sendable {
    /// The value as shown.
    public var value: JSONValue
    /// The change that wrote it.
    public var dot: Dot
    /// When it was written, or happened.
    public var at: Timestamp
    /// Who wrote it.
    public var by: String?
}

/// A field whose values wait for a person's decision.
public struct ShownConflict: Hashable, Sendable {
    /// The field.
    public var name: FieldName
    /// All its values, the latest first.
    public var values: [ShownValue]
}

/// A record as people and `records --ndjson` see it.
public struct ShownRecord: Hashable, Sendable {
    /// The record.
    public let id: RecordID
    /// Its kind.
    public let kind: RecordKind
    /// What each field shows: first the schema's, in its order, then all others by name. A cleared
    /// field is `null`; notes are an array of texts, the earliest first.
    public let fields: [JSONMember]
    /// The fields that wait for a decision, in the same order.
    public let conflicts: [ShownConflict]
    /// Which changes to the record have been seen.
    public let vv: VersionVector

    /// Whether nothing is known but that changes were refused.
    public var isVoid: Bool { fields.isEmpty }

    /// Applies the merge rules to a record's state.
    public init(state: RecordState) {
        id = state.id
        kind = state.kind
        vv = state.vv
        var fields: [JSONMember] = []
        var conflicts: [ShownConflict] = []
        for (name, definition) in Self.columns(of: state) {
            let rule = definition?.rule ?? .register
            guard let shown = state.shown(name, by: rule) else { continue }
            fields.append(
                JSONMember(
                    name: name.rawValue,
                    value: Self.value(of: name, shown, for: definition, in: state)))
            if shown.isConflict {
                let values = shown.entries.map { Self.shown($0, definition, in: state) }
                conflicts.append(ShownConflict(name: name, values: values))
            }
        }
        self.fields = fields
        self.conflicts = conflicts
    }

    /// What a field shows; `nil` when it has no value.
    public subscript(name: FieldName) -> JSONValue? {
        fields.first { $0.name == name.rawValue }?.value
    }

    /// The line of `records --ndjson`: `id, kind, office, fields, conflicts, vv`.
    public var json: JSONValue {
        .object([
            ("id", .string(id.description)),
            ("kind", .string(kind.name)),
            ("office", self[RecordSchema.officeField] ?? .null),
            ("fields", .object(fields)),
            ("conflicts", .object(conflicts.map { ($0.name.rawValue, $0.json) })),
            ("vv", Self.json(of: vv)),
        ])
    }

    private static func columns(of state: RecordState) -> [(FieldName, FieldDefinition?)] {
        let schema = RecordSchema.definitions(of: state.kind)
        var columns = schema.map { ($0.name, Optional($0)) }
        let others = state.fields.map(\.name)
            .filter { !RecordSchema.isDefined($0, of: state.kind) }
            .sorted { $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8) }
        columns += others.map { ($0, RecordSchema.definition(of: $0, in: state.kind)) }
        return columns
    }

    private static func value(
        of name: FieldName, _ shown: ShownField, for definition: FieldDefinition?,
        in state: RecordState
    ) -> JSONValue {
        if definition?.type == .events { return .array(state.events.map(\.json)) }
        if definition?.type == .limitExtension || definition?.type == .officeStep {
            return .array(shown.entries.reversed().map { formEntry($0, in: state) })
        }
        if name == RecordSchema.notesField, definition?.isEntries == true {
            return .array(
                state.standingNotes.map { FieldCodec.json(from: $0.value, for: definition) })
        }
        guard definition?.isEntries == true else {
            return FieldCodec.json(from: shown.value, for: definition)
        }
        return .array(
            shown.entries.reversed().map { FieldCodec.json(from: $0.value, for: definition) })
    }

    /// `{to, from, signer}` of an extension, `{at, by, from, to, person, result}` of a step in the office.
    private static func formEntry(_ entry: FieldEntry, in state: RecordState) -> JSONValue {
        func time(_ time: Timestamp?) -> JSONValue {
            time.map { .string(OfficeTime.text(milliseconds: $0.milliseconds)) } ?? .null
        }
        let text = entry.value.text ?? ""
        if let signed = LimitExtension(parsing: text) {
            return .object([
                ("to", time(signed.to)), ("from", time(signed.from)),
                ("signer", .string(signed.signer)),
            ])
        }
        let stamp = state.stamp(of: entry.dot)
        let step = OfficeStep(parsing: text)
        return .object(
            [
                ("at", time(stamp.map { state.civilTime(of: $0) })),
                ("by", stamp?.by.map(JSONValue.string) ?? .null),
            ]
                + OfficeStep.Key.allCases.map { key in
                    (key.rawValue, step?.values[key].map(JSONValue.string) ?? .null)
                })
    }

    private static func shown(
        _ entry: FieldEntry, _ definition: FieldDefinition?, in state: RecordState
    ) -> ShownValue {
        let stamp = state.stamp(of: entry.dot)
        return ShownValue(
            value: FieldCodec.json(from: entry.value, for: definition), dot: entry.dot,
            at: stamp.map { state.civilTime(of: $0) } ?? Timestamp(milliseconds: 0), by: stamp?.by)
    }

    private static func json(of vv: VersionVector) -> JSONValue {
        .object(vv.entries.map { ($0.replica.description, seq($0)) })
    }

    fileprivate static func seq(_ dot: Dot) -> JSONValue {
        .integer(Int64(clamping: dot.seq))
    }
}

extension StampedEvent {
    /// `{what, at, from, to, by}`.
    fileprivate var json: JSONValue {
        .object([
            ("what", .string(event.word)), ("at", .string(OfficeTime.text(milliseconds: time))),
            ("from", event.from.map(JSONValue.string) ?? .null),
            ("to", event.to.map(JSONValue.string) ?? .null),
            ("by", by.map(JSONValue.string) ?? .null),
        ])
    }
}

extension ShownConflict {
    /// The values as `[{value, replica, seq, at, by}]`.
    public var json: JSONValue { json { _ in nil } }

    /// The values as `[{value, replica, seq, at, by, desk}]`; `desk` says who writes under an identity, where that is
    /// to be said.
    public func json(desk: (ReplicaID) -> String?) -> JSONValue {
        .array(
            values.map { shown in
                var members: [(String, JSONValue)] = [
                    ("value", shown.value),
                    ("replica", .string(shown.dot.replica.description)),
                    ("seq", ShownRecord.seq(shown.dot)),
                    ("at", .string(OfficeTime.text(milliseconds: shown.at.milliseconds))),
                    ("by", shown.by.map(JSONValue.string) ?? .null),
                ]
                if let desk = desk(shown.dot.replica) { members.append(("desk", .string(desk))) }
                return .object(members)
            })
    }
}
