internal import Foundation
public import Replication

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
        folded = Self.folded(text)
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
    public func matches(_ text: String) -> Bool { Self.folded(text).contains(folded) }

    /// Small letters without marks. `đ` has no decomposition in Unicode, so it is named.
    public static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        return text.folding(
            options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil
        ).replacing("đ", with: "d").replacing("Đ", with: "d")
    }
}
