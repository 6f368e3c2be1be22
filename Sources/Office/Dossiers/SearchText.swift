public import Replication
internal import Text

/// A text that people search records for: case, diacritics and normal forms do not matter, so that
/// “nguyen” finds “Nguyễn”, and “duc” finds “Đức”.
public struct SearchText: Sendable {
    private static let fields: [FieldName] = [
        "code", "applicant_name", "applicant_id", "applicant_phone", "applicant_address", "topic",
        "caller_name", "caller_phone", "name", "notes", "papers", "returned_to", "tracking_number",
        "applicant_email", "agent_name", "agent_id", "agent_phone", "receipt_number", "serial",
    ]

    private let folded: String

    /// Prepares a search.
    public init(_ text: String) {
        folded = Folding.folded(text)
    }

    /// Whether the text occurs in one of the record's names, numbers, addresses or notes, in any of the
    /// values of a conflict.
    public func matches(_ record: RecordState) -> Bool {
        Self.fields.contains { name in
            record[name].contains { entry in
                entry.value.text.map(matches) ?? false
            }
        }
    }

    /// Whether the text occurs in another.
    public func matches(_ text: String) -> Bool { Folding.folded(text).contains(folded) }
}
