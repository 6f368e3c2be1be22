public import JSON
public import Replication
public import Text

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
    /// A part of the text was not understood; the rest is not taken either.
    case unread(FieldName, Unread)
    /// The custom value nests deeper than allowed.
    case tooDeep(FieldName, depthMax: Int)
    /// The custom value takes more bytes than allowed.
    case tooLarge(FieldName, bytesMax: Int)
    /// A dossier of the first status cannot take the second.
    case illegalTransition(from: DossierStatus, to: DossierStatus)
    /// The first instant lies before the second and must not.
    case outOfOrder(FieldName, before: FieldName)
    /// The field is not written like others.
    case notWritable(FieldName)
    /// The record was erased by law, and this field with it.
    case erased(FieldName)
    /// The field of a dossier has to have a value.
    case required(FieldName)
    /// The name is nothing but blanks.
    case blank(FieldName)
    /// This machine has taken no step with the record that could be taken back.
    case nothingToUndo
    /// The step was not taken today.
    case notToday
    /// Somebody else has written since what the step wrote.
    case writtenSince
    /// The dossier has not ended: nothing is to be reopened.
    case notEnded
    /// The record was entered by mistake, and somebody said so.
    case voided
    /// The record has no note of this number.
    case noSuchNote
    /// The change touches more fields than allowed.
    case tooManyFields(max: Int)
    /// The change takes more bytes than allowed.
    case changeTooLarge(bytesMax: Int)
    /// As many identities as may have written to the record already.
    case tooManyWriters(max: Int)
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
        case .malformed, .unread: "malformed"
        case .tooDeep: "too_deep"
        case .tooLarge: "too_large"
        case .illegalTransition: "illegal_transition"
        case .outOfOrder: "out_of_order"
        case .notWritable: "not_writable"
        case .erased: "erased"
        case .required: "required"
        case .blank: "blank"
        case .nothingToUndo: "nothing_to_undo"
        case .notToday: "not_today"
        case .writtenSince: "written_since"
        case .notEnded: "not_ended"
        case .voided: "voided"
        case .noSuchNote: "no_such_note"
        case .tooManyFields: "too_many_fields"
        case .changeTooLarge: "change_too_large"
        case .tooManyWriters: "too_many_writers"
        }
    }
}
