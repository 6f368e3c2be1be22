// How a row of a kind of records is laid out: which fields have a column, and by which number the blob
// names a field.
//
// Invariant: what a stored row means does not depend on the order or the length of a list in today's
// code. A number of the schema means one field for good (`FieldDefinition.number`); the places that format
// 1 of the blob holds are those in a list that stands here and never changes.

internal import Dossiers
internal import Replication

/// A field that has a column of its own.
struct RecordColumn: Sendable {
    let name: FieldName
    let number: UInt64
    let isText: Bool

    /// Whether the column can hold the value so that it comes back the same.
    func canHold(_ value: FieldValue) -> Bool {
        switch value {
        case .text: isText
        case .integer: !isText
        case .null, .bool, .real, .other: false
        }
    }
}

/// The columns of a kind of records, and the numbers of its fields.
struct RecordLayout: Sendable {
    /// In the canonical order of their names.
    let columns: [RecordColumn]
    private let names: [UInt64: FieldName]
    private let numbers: [FieldName: UInt64]
    private let formerColumns: [FieldName]

    init(_ kind: RecordKind) {
        self.init(
            RecordSchema.definitions(of: kind), formerColumns: Self.formerColumns(of: kind))
    }

    /// The layout of a schema's fields; `formerColumns` are what places in format 1 mean.
    init(_ fields: [FieldDefinition], formerColumns: [FieldName]) {
        columns = fields.filter(\.hasColumn)
            .map {
                RecordColumn(name: $0.name, number: $0.number, isText: $0.type.isStoredAsText)
            }
            .sorted { $0.name < $1.name }
        let pairs = fields.map { ($0.number, $0.name) }
        names = Dictionary(uniqueKeysWithValues: pairs)
        numbers = Dictionary(uniqueKeysWithValues: pairs.map { ($1, $0) })
        self.formerColumns = formerColumns
    }

    /// A field's number; `nil` for one that the schema does not have.
    func number(of name: FieldName) -> UInt64? { numbers[name] }

    /// The field of a number; `nil` when there is none.
    func name(of number: UInt64) -> FieldName? { names[number] }

    /// The field of a place in format 1; `nil` when there is none.
    func name(ofFormerPlace place: UInt64) -> FieldName? {
        place < UInt64(formerColumns.count) ? formerColumns[Int(place)] : nil
    }

    /// The columns in whose order format 1 counted.
    private static func formerColumns(of kind: RecordKind) -> [FieldName] {
        switch kind {
        case .dossier:
            [
                "code", "notes", "due_at", "office", "status", "channel", "fee_vnd", "officer",
                "procedure", "finished_at", "received_at", "returned_at", "applicant_id",
                "return_method", "applicant_name", "applicant_phone", "applicant_address",
            ]
        case .contact:
            [
                "way", "notes", "topic", "office", "dossier", "officer", "procedure",
                "caller_name", "occurred_at", "caller_phone",
            ]
        case .office: ["code", "name", "phone", "address", "time_zone_offset_minutes"]
        case .procedure: ["code", "name", "field", "details", "fee_vnd", "processing_days"]
        case .holiday: ["date", "name"]
        default: []
        }
    }
}

extension FieldType {
    /// Whether the value is text; all else that has a column is a whole number.
    var isStoredAsText: Bool {
        switch self {
        case .instant, .integer, .clockOff: false
        case .text, .code, .identityNumber, .phone, .choice, .status, .day, .timeLimit,
            .transitions, .officeHours, .custom, .erasure, .timesFix, .events,
            .email, .limitExtension, .officeStep, .desks:
            true
        }
    }
}
