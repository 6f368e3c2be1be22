public import JSON
public import Replication

/// Why a line, a field or a change is not taken. No case holds a value of a record: those are
/// citizens' data. `FieldName` also names members of a line (`at`, `by`, `text`, `id`).
public enum DossierError: Error, Hashable, Sendable {
    /// The line is no JSON.
    case notJSON(JSONError)
    /// The line is JSON but no edit; the reason is one of our own fixed phrases.
    case notAnEdit(reason: String)
    /// The line has a member that edits of its sort do not have.
    case unknownMember(FieldName)
    /// The line makes a record of a kind that does not exist.
    case unknownKind
    /// The kind (any kind, when `nil`) has no such field.
    case unknownField(FieldName, RecordKind?)
    /// The field is written twice, or both written and added to.
    case repeatedField(FieldName)
    /// The JSON or CBOR type is not the field's.
    case wrongType(FieldName, expected: String)
    /// `null` cannot be written to this field.
    case notClearable(FieldName)
    /// The field accumulates entries; it cannot be overwritten.
    case onlyAdded(FieldName)
    /// The field holds one value; it cannot be added to.
    case onlyWritten(FieldName)
    /// The text has a control character or one that reorders the display.
    case forbiddenCharacter(FieldName, codePoint: UInt32)
    /// The text has more Unicode code points than allowed.
    case tooLong(FieldName, charactersMax: Int)
    /// The number lies outside the range.
    case outOfRange(FieldName, ClosedRange<Int64>)
    /// The text is none of the allowed words.
    case unknownChoice(FieldName, allowed: [String])
    /// The text has not the field's form; the reason is one of our own fixed phrases.
    case malformed(FieldName, reason: String)
    /// The custom value nests deeper than allowed.
    case tooDeep(FieldName, depthMax: Int)
    /// The custom value takes more bytes than allowed.
    case tooLarge(FieldName, bytesMax: Int)
    /// A dossier of the first status cannot take the second.
    case illegalTransition(from: DossierStatus, to: DossierStatus)
    /// The first instant lies before the second and must not.
    case outOfOrder(FieldName, before: FieldName)
    /// The change touches more fields than allowed.
    case tooManyFields(max: Int)
    /// The change takes more bytes than allowed.
    case changeTooLarge(bytesMax: Int)
}

extension DossierError {
    /// A stable word for refusals and `--json`, listed in `Protocol/errors.md`.
    public var code: String {
        switch self {
        case .notJSON: "not_json"
        case .notAnEdit: "not_an_edit"
        case .unknownMember: "unknown_member"
        case .unknownKind: "unknown_kind"
        case .unknownField: "unknown_field"
        case .repeatedField: "repeated_field"
        case .wrongType: "wrong_type"
        case .notClearable: "not_clearable"
        case .onlyAdded: "only_added"
        case .onlyWritten: "only_written"
        case .forbiddenCharacter: "forbidden_character"
        case .tooLong: "too_long"
        case .outOfRange: "out_of_range"
        case .unknownChoice: "unknown_choice"
        case .malformed: "malformed"
        case .tooDeep: "too_deep"
        case .tooLarge: "too_large"
        case .illegalTransition: "illegal_transition"
        case .outOfOrder: "out_of_order"
        case .tooManyFields: "too_many_fields"
        case .changeTooLarge: "change_too_large"
        }
    }
}

extension DossierError: CustomStringConvertible {
    /// What is wrong, as part of a sentence, without any value.
    public var description: String {
        switch self {
        case .notJSON(let error): error.description
        case .notAnEdit(let reason): reason
        case .unknownMember(let name): "unknown member\(Self.shown(name))"
        case .unknownKind: "unknown kind of record"
        case .unknownField(let name, let kind?): "a \(kind.name) has no field\(Self.shown(name))"
        case .unknownField(let name, nil): "no record has a field\(Self.shown(name))"
        case .repeatedField(let name): "the field\(Self.shown(name)) occurs twice"
        case .wrongType(let name, let expected): "\(name) must be \(expected)"
        case .notClearable(let name): "\(name) cannot be cleared"
        case .onlyAdded(let name): "\(name) cannot be overwritten, only added to"
        case .onlyWritten(let name): "\(name) holds one value and cannot be added to"
        case .forbiddenCharacter(let name, let codePoint):
            "\(name) contains the forbidden character \(Self.shown(codePoint))"
        case .tooLong(let name, let max): "\(name) is longer than \(max) characters"
        case .outOfRange(let name, let range) where range == DossierLimits.instant:
            "\(name) lies outside the years 1900 to 2199"
        case .outOfRange(let name, let range):
            "\(name) must be from \(range.lowerBound) to \(range.upperBound)"
        case .unknownChoice(let name, _): "\(name) is none of the allowed words"
        case .malformed(let name, let reason): "\(name) \(reason)"
        case .tooDeep(let name, let max): "\(name) nests deeper than \(max) levels"
        case .tooLarge(let name, let max): "\(name) takes more than \(max) bytes"
        case .illegalTransition(let from, let to):
            "the status cannot go from \(from.rawValue) to \(to.rawValue)"
        case .outOfOrder(let name, let other): "\(name) lies before \(other)"
        case .tooManyFields(let max): "more than \(max) fields in one change"
        case .changeTooLarge(let max): "the change takes more than \(max) bytes"
        }
    }

    /// What the person can do about it.
    public var hint: String {
        switch self {
        case .notJSON: "write one JSON object on each line"
        case .notAnEdit, .unknownMember:
            #"a line is {"new":KIND,"fields":{…}}, {"set":ID,"fields":{…}} or "#
                + #"{"note":ID,"text":…}, each with "at" and "by" if wanted"#
        case .unknownKind: "the kinds are dossier, contact, office, procedure and holiday"
        case .unknownField(_, let kind?): Self.fieldsHint(kind)
        case .unknownField(_, nil): "names of custom fields begin with x."
        case .repeatedField: "give every field once"
        case .wrongType(_, let expected): "write \(expected), or null to clear the field"
        case .notClearable: "give it another value instead"
        case .onlyAdded: "add a text; what was noted before stays"
        case .onlyWritten: "set the field instead"
        case .forbiddenCharacter:
            "take out control characters and marks that turn the direction of text; "
                + "line feed and tab are allowed"
        case .tooLong: "shorten the text, or put the rest into notes"
        case .outOfRange: "check the number for a typing error"
        case .unknownChoice(_, let allowed): "use one of: \(allowed.joined(separator: ", "))"
        case .malformed(let name, _): "correct \(name)"
        case .tooDeep, .tooLarge: "keep large or nested data in a document and note its number"
        case .illegalTransition(let from, _): Self.transitionHint(from)
        case .outOfOrder: "check both dates"
        case .tooManyFields, .changeTooLarge: "split the edit into several"
        }
    }

    private static func fieldsHint(_ kind: RecordKind) -> String {
        let names = RecordSchema.definitions(of: kind).map(\.name.rawValue)
        return "the fields are \(names.joined(separator: ", ")), and x.<name> for custom ones"
    }

    private static func transitionHint(_ from: DossierStatus) -> String {
        from.isEnd
            ? "\(from.rawValue) is an end"
            : "it can go to \(from.nextStatuses.map(\.rawValue).joined(separator: ", "))"
    }

    /// A name that anyone may have typed is shown only when it cannot be text of a record.
    private static func shown(_ name: FieldName) -> String {
        RecordSchema.isWellFormed(name) ? " \(name)" : " of that name"
    }

    private static func shown(_ codePoint: UInt32) -> String {
        let digits = String(codePoint, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
