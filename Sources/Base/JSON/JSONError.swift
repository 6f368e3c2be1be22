/// Why bytes are not a JSON value we accept.
///
/// Offsets count bytes from the start of the text, beginning with 0. Neither the cases nor their
/// description hold anything of the text itself: it may be citizens' data.
public enum JSONError: Error, Sendable, Hashable {
    /// The grammar of RFC 8259 is broken; `reason` is one of our own fixed phrases.
    case malformed(offset: Int, reason: String)
    /// An object names the member whose name starts at `offset` a second time.
    case duplicateName(offset: Int)
    /// Arrays and objects are nested deeper than `depthMax` levels.
    case tooDeep(offset: Int, depthMax: Int)
    /// More elements and members, in all arrays and objects together, than the budget allows.
    case tooManyElements(offset: Int)
    /// An integer outside Int64, or a real that is too large for a double.
    case numberOutOfRange(offset: Int)
    /// The string that starts at `offset` is not valid UTF-8.
    case invalidUTF8(offset: Int)
    /// The value is followed by something other than white space.
    case trailingBytes(offset: Int)
    /// The text starts with a byte order mark, which RFC 8259 section 8.1 forbids to senders.
    case byteOrderMark
}

extension JSONError: CustomStringConvertible {
    /// One sentence part without a full stop, free of the text's content.
    public var description: String {
        switch self {
        case .malformed(let offset, let reason):
            "not valid JSON at byte \(offset): \(reason)"
        case .duplicateName(let offset):
            "the member name at byte \(offset) appears twice in its object"
        case .tooManyElements(let offset): "more values than are read, at byte \(offset)"
        case .tooDeep(let offset, let depthMax):
            "nested deeper than \(depthMax) levels at byte \(offset)"
        case .numberOutOfRange(let offset):
            "the number at byte \(offset) is out of range"
        case .invalidUTF8(let offset):
            "the string at byte \(offset) is not valid UTF-8"
        case .trailingBytes(let offset):
            "something follows the JSON value at byte \(offset)"
        case .byteOrderMark:
            "the JSON text starts with a byte order mark; save it as UTF-8 without BOM"
        }
    }
}
