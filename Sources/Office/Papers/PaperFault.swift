// What the paper maker says on its standard error when it makes nothing: one line of JSON, for the program that asked.

public import JSON

/// Why the paper maker made nothing.
public struct PaperFault: Error, Hashable, Sendable {
    /// The reasons, and the number with which the maker ends.
    public enum Reason: String, CaseIterable, Hashable, Sendable {
        /// What came in is no document.
        case document
        /// The face lacks letters of the text.
        case letters
        /// The face is not installed.
        case face
        /// A symbol cannot hold its text.
        case symbol
        /// The page could not be drawn.
        case drawing
        /// The file could not be written.
        case output
    }

    /// Why.
    public var reason: Reason
    /// The letters that the face lacks, by their numbers.
    public var letters: [UInt32] = []
    /// Where, by a member of the document.
    public var place: String?

    /// Makes a fault.
    public init(_ reason: Reason, letters: [UInt32] = [], place: String? = nil) {
        (self.reason, self.letters, self.place) = (reason, letters, place)
    }

    /// The line.
    public var json: JSONValue {
        .object([
            ("fault", .string(reason.rawValue)),
            ("letters", .array(letters.map { .integer(Int64($0)) })),
            ("place", place.map(JSONValue.string) ?? .null),
        ])
    }

    /// Reads the line; `nil` for anything else.
    public init?(_ json: JSONValue) {
        guard let reason = json["fault"]?.stringValue.flatMap(Reason.init(rawValue:)) else {
            return nil
        }
        let letters = json["letters"]?.arrayValue?.compactMap(\.integerValue) ?? []
        self.init(
            reason, letters: letters.map { UInt32(clamping: $0) },
            place: json["place"]?.stringValue)
    }
}
