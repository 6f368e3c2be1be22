public import Causality

/// Why bytes are no batch of columns. The texts hold no content: it is citizens' data.
public enum ColumnError: Error, Hashable, Sendable {
    /// The bytes end inside a column, or a count claims more than they can hold.
    case truncated
    /// A number, an index or a flag is outside its range.
    case range
    /// The batch is of a form that is not known here.
    case unknownForm(UInt8)
    /// What is rebuilt would take more bytes than allowed.
    case tooLarge(limitBytes: Int)
    /// The batch has more rows, parts or columns than are read.
    case tooMany
    /// A record is named by a change that is not known here: the sender has to send it plainly.
    case unknownChange(Dot)
    /// A text is not UTF-8.
    case invalidUTF8
    /// A value that stands by itself is no deterministic CBOR.
    case value
    /// Bytes follow the last column.
    case trailingBytes
}

extension ColumnError: CustomStringConvertible {
    /// What is wrong, without the content.
    public var description: String {
        switch self {
        case .truncated: "columns: the bytes end inside a column"
        case .range: "columns: a number is outside its range"
        case .unknownForm(let form): "columns: form \(form) is not known here"
        case .tooLarge(let limit): "columns: more than \(limit) bytes would come out"
        case .tooMany: "columns: more rows, parts or columns than are read"
        case .unknownChange(let dot): "columns: the change \(dot) is not known here"
        case .invalidUTF8: "columns: a text is not valid UTF-8"
        case .value: "columns: a value is no deterministic CBOR"
        case .trailingBytes: "columns: bytes follow the end"
        }
    }
}
