public import CBOR

/// What one field of a record holds.
///
/// Equality is what people mean by it: texts are equal when they are canonically equivalent
/// (NFC), although each is kept as it was typed; and what is no number equals itself.
public enum FieldValue: Hashable, Sendable {
    /// Explicitly empty: the field was cleared.
    case null
    /// True or false.
    case bool(Bool)
    /// A whole number; instants are milliseconds since the Unix epoch.
    case integer(Int64)
    /// Any other number.
    case real(Double)
    /// Text as typed.
    case text(String)
    /// Anything else that a newer version or a custom field holds, carried as it is.
    case other(CBORValue)

    /// The value as text, when it is text.
    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The value as a whole number, when it is one.
    public var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }
}

extension FieldValue {
    /// Whether both say the same to a person.
    public static func == (left: FieldValue, right: FieldValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.real(let left), .real(let right)): left == right || (left.isNaN && right.isNaN)
        case (.text(let left), .text(let right)): left == right
        case (.other(let left), .other(let right)): left == right
        default: false
        }
    }

    /// Feeds what `==` compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .real(let value): hasher.combine(value.isNaN ? Double.nan : value)
        case .text(let value): hasher.combine(value)
        case .other(let value): hasher.combine(value)
        }
    }
}

extension FieldValue {
    /// Appends the value's canonical form.
    public func encode(to writer: inout CBORWriter) {
        switch self {
        case .null: writer.writeNull()
        case .bool(let value): writer.writeBool(value)
        case .integer(let value): writer.writeInteger(value)
        case .real(let value): writer.writeDouble(value)
        case .text(let value): writer.writeText(value)
        case .other(let value): writer.writeValue(value)
        }
    }

    /// Reads one value.
    ///
    /// - Throws: `CBORError` when the bytes are no deterministic CBOR.
    public init(from reader: inout CBORReader) throws(CBORError) {
        switch try reader.peekType() {
        case .null:
            try reader.readNull()
            self = .null
        case .bool: self = .bool(try reader.readBool())
        case .text: self = .text(try reader.readText())
        case .float: self = .real(try reader.readDouble())
        case .unsigned, .negative:
            let start = reader
            do {
                self = .integer(try reader.readInteger())
            } catch {
                // Beyond Int64: nothing of ours, but it must survive a round trip.
                reader = start
                self = .other(try reader.readValue())
            }
        default: self = .other(try reader.readValue())
        }
    }
}

/// The name of a field, as it stands in changes, rows and on the command line: ASCII, which makes
/// the order of strings that of their bytes.
public struct FieldName: Hashable, Comparable, Sendable {
    /// The name's text.
    public let rawValue: String

    /// Wraps a name.
    public init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    /// Canonical order: that of the encoded CBOR keys, so shorter names come first.
    public static func < (left: FieldName, right: FieldName) -> Bool {
        let (a, b) = (left.rawValue.utf8.count, right.rawValue.utf8.count)
        return a == b ? left.rawValue < right.rawValue : a < b
    }
}

extension FieldName {
    /// Reads a name.
    ///
    /// - Throws: `CBORError`; `FormatError.member` for a name that is not ASCII.
    init(from reader: inout CBORReader) throws {
        let text = try reader.readText()
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { throw FormatError.member }
        self.init(text)
    }
}

extension FieldName: ExpressibleByStringLiteral, CustomStringConvertible {
    /// A name written out.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The name's text.
    public var description: String { rawValue }
}
