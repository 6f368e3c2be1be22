// The reader accepts one encoding of every value and refuses the rest (RFC 8949 §4.2.1): what it
// reads, written again, gives the same bytes. So bytes may be hashed, signed and compared in place
// of values. Reads check a claimed length or count against the bytes that remain before anything is
// reserved, and no arithmetic can overflow: an offset never exceeds the length of the buffer. What a
// count claims is also taken from a budget, before the first item is looked at.

/// Reads deterministic CBOR, item after item, from memory that it does not own.
///
/// The buffer, and every slice that is handed out, is valid only while the caller keeps the memory
/// alive and unchanged: use `withReader(over:_:)`, or stay inside the `withUnsafeBytes` that gave it.
/// A reader that has thrown stands at an unspecified place and is not to be used further.
public struct CBORReader {
    /// What the input may cost.
    public let budget: CBORBudget

    /// How many items and pairs the budget still allows.
    public private(set) var elementsLeft: Int

    /// The whole input.
    public let buffer: UnsafeRawBufferPointer

    /// Where the next item begins, in bytes from the start of the input.
    public private(set) var offset = 0

    /// Makes a reader at the start of a buffer, which has to outlive it.
    public init(_ buffer: UnsafeRawBufferPointer, within budget: CBORBudget = .standard) {
        self.buffer = buffer
        self.budget = budget
        elementsLeft = budget.elementsMax
    }

    /// Lends a reader over an array; neither it nor its slices may leave `body`.
    /// - Throws: what `body` throws.
    public static func withReader<Result, Failure: Error>(
        over bytes: [UInt8], within budget: CBORBudget = .standard,
        _ body: (inout CBORReader) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withUnsafeBufferPointer { (pointer) throws(Failure) -> Result in
            var reader = CBORReader(UnsafeRawBufferPointer(pointer), within: budget)
            return try body(&reader)
        }
    }

    /// Whether everything has been read.
    public var isAtEnd: Bool { offset == buffer.count }

    /// How many bytes have not been read.
    public var remainingBytes: Int { buffer.count - offset }

    /// Checks that everything has been read.
    /// - Throws: `CBORError` with `trailingBytes`.
    public func requireEnd() throws(CBORError) {
        if !isAtEnd { throw CBORError(.trailingBytes, at: offset) }
    }

    /// The kind of the next item, by its first byte alone; the reader does not move.
    /// - Throws: `CBORError`: `truncated` at the end, `reserved`, `indefiniteLength`.
    public func peekType() throws(CBORError) -> CBORType {
        guard offset < buffer.count else { throw CBORError(.truncated, at: offset) }
        let initial = buffer[offset]
        let info = initial & 0x1f
        if initial >= 0xe0 { return try simpleOrFloatType(info) }
        if info > 27 { throw CBORError(lengthFault(initial), at: offset) }
        switch initial >> 5 {
        case MajorType.unsigned: return .unsigned
        case MajorType.negative: return .negative
        case MajorType.bytes: return .bytes
        case MajorType.text: return .text
        case MajorType.array: return .array
        case MajorType.map: return .map
        default: return .tag
        }
    }

    /// Reads 0 to 2^64-1.
    /// - Throws: `CBORError`.
    public mutating func readUnsigned() throws(CBORError) -> UInt64 {
        try readArgument(MajorType.unsigned, .unsigned)
    }

    /// Reads the negative integer -1 - n, and returns n.
    /// - Throws: `CBORError`.
    public mutating func readNegative() throws(CBORError) -> UInt64 {
        try readArgument(MajorType.negative, .negative)
    }

    /// Reads an integer of either sign.
    /// - Throws: `CBORError`: `integerOutOfRange` when it exceeds Int64.
    public mutating func readInteger() throws(CBORError) -> Int64 {
        let start = offset
        let isNegative = start < buffer.count && buffer[start] >> 5 == MajorType.negative
        let argument = isNegative ? try readNegative() : try readUnsigned()
        guard let magnitude = Int64(exactly: argument) else {
            throw CBORError(.integerOutOfRange, at: start)
        }
        return isNegative ? ~magnitude : magnitude
    }

    /// Reads a text.
    /// - Throws: `CBORError`: `invalidUTF8` among others.
    public mutating func readText() throws(CBORError) -> String {
        let start = offset
        let content = try readString(MajorType.text, .text)
        do {
            let utf8 = try UTF8Span(validating: content.assumingMemoryBound(to: UInt8.self).span)
            return String(copying: utf8)
        } catch {
            throw CBORError(.invalidUTF8, at: start)
        }
    }

    /// Reads a text as its UTF-8 in place, validated.
    /// - Throws: `CBORError`: `invalidUTF8` among others.
    public mutating func readTextBytes() throws(CBORError) -> UnsafeRawBufferPointer {
        let start = offset
        let content = try readString(MajorType.text, .text)
        guard isValidUTF8(content) else { throw CBORError(.invalidUTF8, at: start) }
        return content
    }

    /// Reads a byte string.
    /// - Throws: `CBORError`.
    public mutating func readBytes() throws(CBORError) -> [UInt8] {
        [UInt8](try readString(MajorType.bytes, .bytes))
    }

    /// Reads a byte string in place.
    /// - Throws: `CBORError`.
    public mutating func readBytesSlice() throws(CBORError) -> UnsafeRawBufferPointer {
        try readString(MajorType.bytes, .bytes)
    }

    /// Reads the head of an array: that many items follow. At most as many as bytes remain.
    /// - Throws: `CBORError`.
    public mutating func readArrayHeader() throws(CBORError) -> Int {
        try readCount(MajorType.array, .array, itemBytesMin: 1)
    }

    /// Reads the head of a map: that many keys follow, each with its value. At most half as many as
    /// bytes remain. The caller checks the keys' order, see `MapKeyOrder`.
    /// - Throws: `CBORError`.
    public mutating func readMapHeader() throws(CBORError) -> Int {
        try readCount(MajorType.map, .map, itemBytesMin: 2)
    }

    /// Reads a tag's number: the item that it is about follows.
    /// - Throws: `CBORError`: for a bignum also `notShortest`, `unexpectedType` by its content.
    public mutating func readTag() throws(CBORError) -> UInt64 {
        let start = offset
        let number = try readArgument(MajorType.tag, .tag)
        if number == 2 || number == 3 { try checkBignum(taggedAt: start) }
        return number
    }

    /// Reads true or false.
    /// - Throws: `CBORError`.
    public mutating func readBool() throws(CBORError) -> Bool {
        try expect(.bool)
        offset += 1
        return buffer[offset - 1] == 0xf5
    }

    /// Reads null.
    /// - Throws: `CBORError`.
    public mutating func readNull() throws(CBORError) {
        try expect(.null)
        offset += 1
    }

    /// Reads undefined.
    /// - Throws: `CBORError`.
    public mutating func readUndefined() throws(CBORError) {
        try expect(.undefined)
        offset += 1
    }

    /// Reads a simple value that is not bool, null or undefined: 0 to 19, 32 to 255.
    /// - Throws: `CBORError`.
    public mutating func readSimple() throws(CBORError) -> UInt8 {
        try expect(.simple)
        let start = offset
        let info = buffer[start] & 0x1f
        if info < 24 {
            offset += 1
            return info
        }
        let value = UInt8(truncatingIfNeeded: try readBigEndian(bytes: 1))
        if value < 32 { throw CBORError(.reserved, at: start) }
        return value
    }

    /// Reads a float, which must stand in its shortest form; an integer is not a float here.
    /// - Throws: `CBORError`: `notShortest`, `nonCanonicalNaN` among others.
    public mutating func readDouble() throws(CBORError) -> Double {
        try expect(.float)
        let start = offset
        let value: Double
        let isShortest: Bool
        switch buffer[start] {
        case 0xf9:
            let half = UInt16(truncatingIfNeeded: try readBigEndian(bytes: 2))
            value = ShortestFloat.double(half: half)
            isShortest = !value.isNaN || half == ShortestFloat.canonicalNaN
        case 0xfa:
            let single = Float(bitPattern: UInt32(truncatingIfNeeded: try readBigEndian(bytes: 4)))
            value = Double(single)
            isShortest = !value.isNaN && ShortestFloat.half(exactly: single) == nil
        default:
            value = Double(bitPattern: try readBigEndian(bytes: 8))
            isShortest = !value.isNaN && ShortestFloat.single(exactly: value) == nil
        }
        if isShortest { return value }
        throw CBORError(value.isNaN ? .nonCanonicalNaN : .notShortest, at: start)
    }
}

// MARK: - Heads

extension CBORReader {
    /// Reads a head of the given major type, and returns its argument.
    private mutating func readArgument(
        _ major: UInt8, _ type: CBORType
    ) throws(CBORError) -> UInt64 {
        let start = offset
        guard start < buffer.count else { throw CBORError(.truncated, at: start) }
        let initial = buffer[start]
        guard initial >> 5 == major else { throw mismatch(type) }
        let info = initial & 0x1f
        if info < 24 {
            offset = start + 1
            return UInt64(info)
        }
        let argument: UInt64
        let longestShorter: UInt64
        switch info {
        case 24: (argument, longestShorter) = (try readBigEndian(bytes: 1), 23)
        case 25: (argument, longestShorter) = (try readBigEndian(bytes: 2), 0xff)
        case 26: (argument, longestShorter) = (try readBigEndian(bytes: 4), 0xffff)
        case 27: (argument, longestShorter) = (try readBigEndian(bytes: 8), 0xffff_ffff)
        default: throw CBORError(lengthFault(initial), at: start)
        }
        if argument <= longestShorter { throw CBORError(.notShortest, at: start) }
        return argument
    }

    /// Reads a string's head and passes over its content.
    private mutating func readString(
        _ major: UInt8, _ type: CBORType
    ) throws(CBORError) -> UnsafeRawBufferPointer {
        let start = offset
        let length = try readArgument(major, type)
        guard length <= UInt64(remainingBytes) else { throw CBORError(.truncated, at: start) }
        let begin = offset
        offset = begin + Int(length)
        return UnsafeRawBufferPointer(rebasing: buffer[begin..<offset])
    }

    private mutating func readCount(
        _ major: UInt8, _ type: CBORType, itemBytesMin: Int
    ) throws(CBORError) -> Int {
        let start = offset
        let count = try readArgument(major, type)
        guard count <= UInt64(remainingBytes / itemBytesMin) else {
            throw CBORError(.truncated, at: start)
        }
        guard count <= UInt64(elementsLeft) else {
            throw CBORError(.tooManyElements, at: start)
        }
        elementsLeft -= Int(count)
        return Int(count)
    }

    /// Passes the first byte, and reads the number after it.
    private mutating func readBigEndian(bytes count: Int) throws(CBORError) -> UInt64 {
        guard remainingBytes > count else { throw CBORError(.truncated, at: offset) }
        var value: UInt64 = 0
        for index in offset + 1...offset + count {
            value = value << 8 | UInt64(buffer[index])
        }
        offset += 1 + count
        return value
    }

    /// RFC 8949 §3.4.3: a bignum has no leading zeros and is no integer of major type 0 or 1.
    private func checkBignum(taggedAt start: Int) throws(CBORError) {
        var content = self
        let magnitude = try content.readBytesSlice()
        if magnitude.count <= 8 || magnitude[0] == 0 { throw CBORError(.notShortest, at: start) }
    }

    private func simpleOrFloatType(_ info: UInt8) throws(CBORError) -> CBORType {
        switch info {
        case 20, 21: return .bool
        case 22: return .null
        case 23: return .undefined
        case 25...27: return .float
        case 28...30: throw CBORError(.reserved, at: offset)
        case 31: throw CBORError(.indefiniteLength, at: offset)
        default: return .simple
        }
    }

    /// What is wrong with a first byte whose low five bits exceed 27.
    private func lengthFault(_ initial: UInt8) -> CBORError.Reason {
        let hasLength = (MajorType.bytes...MajorType.map).contains(initial >> 5)
        return hasLength && initial & 0x1f == 31 ? .indefiniteLength : .reserved
    }

    private func expect(_ type: CBORType) throws(CBORError) {
        let found = try peekType()
        if found != type {
            throw CBORError(.unexpectedType(expected: type, found: found), at: offset)
        }
    }

    private func mismatch(_ expected: CBORType) -> CBORError {
        do {
            let found = try peekType()
            return CBORError(.unexpectedType(expected: expected, found: found), at: offset)
        } catch {
            return error
        }
    }
}

/// Whether the bytes are well-formed UTF-8.
func isValidUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do {
        _ = try UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span)
        return true
    } catch {
        return false
    }
}
