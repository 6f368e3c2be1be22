// A recursive-descent parser for RFC 8259 over a raw buffer.
//
// Why not Foundation's JSONDecoder or JSONSerialization: on Linux they lose the order of members,
// let the last of two members with one name win without a word (RFC 8259 section 4 leaves that
// open, and two programs that choose differently disagree about a dossier), do not tell `1` from
// `1.0`, and are many times slower than importing 100,000 lines asks for. So:
//
// - Order is kept; a second member of the same name is refused. Names are compared as Swift
//   compares strings, so a composed and a decomposed spelling of one Vietnamese name are the same.
// - A number without fraction and exponent is an integer and must fit Int64 (`-0` is 0); others
//   are reals and must be finite. A real too small for a double is rounded to zero.
// - Strings must be valid UTF-8, and escaped surrogates must come in pairs.
// - Recursion ends at the budget's depth, so a hostile text cannot exhaust the stack, and the number
//   of values is taken from the budget, so that `[0,0,0,…` cannot become forty times its length.
//
// The parser never reads outside `base[0..<end]`: each read is preceded by a comparison with `end`.

/// What one JSON text may cost its reader.
public struct JSONBudget: Hashable, Sendable {
    /// Levels of nesting, at most 512 (more is taken as 512): the depth of the stack.
    public var depthMax: Int
    /// Elements of arrays and members of objects, of all together. A catalog of all procedures of the
    /// country has a tenth of it.
    public var elementsMax: Int

    /// A budget; what is not named is as usual.
    public init(depthMax: Int = 32, elementsMax: Int = 1 << 20) {
        self.depthMax = depthMax
        self.elementsMax = elementsMax
    }

    /// The usual one.
    public static let standard = JSONBudget()
}

extension JSONValue {
    /// Parses one JSON text.
    /// - Throws: `JSONError`, with the byte offset of what is wrong.
    public init(
        parsing bytes: UnsafeRawBufferPointer, within budget: JSONBudget = .standard
    ) throws(JSONError) {
        self = try bytes.withMemoryRebound(to: UInt8.self) { buffer throws(JSONError) in
            var parser = JSONParser(buffer, within: budget)
            return try parser.parseText()
        }
    }

    /// Parses one JSON text.
    /// - Throws: `JSONError`, with the byte offset of what is wrong.
    public init(
        parsing bytes: [UInt8], within budget: JSONBudget = .standard
    ) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            try JSONValue(parsing: UnsafeRawBufferPointer(buffer), within: budget)
        }
    }

    /// Parses one JSON text; offsets in errors count from the start of the slice.
    /// - Throws: `JSONError`, with the byte offset of what is wrong.
    public init(
        parsing bytes: ArraySlice<UInt8>, within budget: JSONBudget = .standard
    ) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            try JSONValue(parsing: UnsafeRawBufferPointer(buffer), within: budget)
        }
    }

    /// Parses one JSON text.
    /// - Throws: `JSONError`, with the byte offset of what is wrong.
    public init(
        parsing text: String, within budget: JSONBudget = .standard
    ) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), within: budget)
    }
}

struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let end: Int
    let depthMax: Int
    /// Elements and members that the budget still allows.
    var elementsLeft: Int
    var index = 0
    /// Collects strings that hold escapes; kept to save allocations.
    var scratch: [UInt8] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, within budget: JSONBudget) {
        self.bytes = bytes
        self.end = bytes.count
        depthMax = min(budget.depthMax, 512)
        elementsLeft = budget.elementsMax
    }

    mutating func parseText() throws(JSONError) -> JSONValue {
        if end >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw .byteOrderMark
        }
        skipWhitespace()
        let value = try parseValue(depth: 0)
        skipWhitespace()
        guard index == end else { throw .trailingBytes(offset: index) }
        return value
    }

    private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
        guard index < end else { throw malformed("the text ends where a value is expected") }
        switch bytes[index] {
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "{"): return try parseObject(depth: depth)
        case UInt8(ascii: "["): return try parseArray(depth: depth)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        default: throw malformed("a value is expected")
        }
    }

    private mutating func parseWord(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        let length = word.utf8CodeUnitCount
        guard end - index >= length else { throw malformed("a value is expected") }
        for offset in 0..<length where bytes[index + offset] != word.utf8Start[offset] {
            throw malformed("a value is expected")
        }
        index += length
        return value
    }

    private mutating func parseArray(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < depthMax else { throw .tooDeep(offset: index, depthMax: depthMax) }
        index += 1
        skipWhitespace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        var elements: [JSONValue] = []
        while true {
            try countElement()
            elements.append(try parseValue(depth: depth + 1))
            skipWhitespace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw malformed("a comma or ] is expected") }
            skipWhitespace()
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < depthMax else { throw .tooDeep(offset: index, depthMax: depthMax) }
        index += 1
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        var members: [JSONMember] = []
        members.reserveCapacity(8)
        var names = NamesSeen()
        while true {
            guard index < end, bytes[index] == UInt8(ascii: "\"") else {
                throw malformed("a member name is expected")
            }
            try countElement()
            let nameOffset = index
            let name = try parseString()
            guard names.insert(name, after: members) else {
                throw .duplicateName(offset: nameOffset)
            }
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else { throw malformed("a colon is expected") }
            skipWhitespace()
            members.append(JSONMember(name: name, value: try parseValue(depth: depth + 1)))
            skipWhitespace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw malformed("a comma or } is expected") }
            skipWhitespace()
        }
    }

    private mutating func countElement() throws(JSONError) {
        guard elementsLeft > 0 else { throw .tooManyElements(offset: index) }
        elementsLeft -= 1
    }

    @inline(__always)
    mutating func skipWhitespace() {
        while index < end {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard index < end, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    func malformed(_ reason: String) -> JSONError {
        .malformed(offset: index, reason: reason)
    }
}

/// Finds a name's second appearance: few names are compared one by one, many by a set.
private struct NamesSeen {
    private static let linearMax = 16
    private var set: Set<String> = []

    /// Whether `name` is none of the members' names.
    @inline(__always)
    mutating func insert(_ name: String, after members: [JSONMember]) -> Bool {
        if members.count < Self.linearMax {
            return !members.contains { $0.name == name }
        }
        if set.isEmpty { set = Set(members.map(\.name)) }
        return set.insert(name).inserted
    }
}
