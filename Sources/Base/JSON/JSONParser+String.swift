import Glibc

extension JSONParser {
    /// Parses a string; `index` stands at its opening quote.
    mutating func parseString() throws(JSONError) -> String {
        let opening = index
        index += 1
        let start = index
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let content = UnsafeBufferPointer(rebasing: bytes[start..<index])
                index += 1
                return try makeString(content, opening: opening)
            }
            if byte == UInt8(ascii: "\\") {
                return try parseEscapedString(opening: opening)
            }
            guard byte >= 0x20 else { throw malformed("a control character in a string") }
            index += 1
        }
        throw malformed("the text ends inside a string")
    }

    /// Parses the rest of a string whose first escape stands at `index`.
    private mutating func parseEscapedString(opening: Int) throws(JSONError) -> String {
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: bytes[(opening + 1)..<index])
        while index < end {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return try scratch.withUnsafeBufferPointer { content throws(JSONError) in
                    try makeString(content, opening: opening)
                }
            case UInt8(ascii: "\\"):
                try parseEscape()
            default:
                guard byte >= 0x20 else { throw malformed("a control character in a string") }
                scratch.append(byte)
                index += 1
            }
        }
        throw malformed("the text ends inside a string")
    }

    /// Appends what the escape at `index` stands for to `scratch`.
    private mutating func parseEscape() throws(JSONError) {
        guard index + 1 < end else { throw malformed("the text ends inside a string") }
        let plain: UInt8
        switch bytes[index + 1] {
        case UInt8(ascii: "\""): plain = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): plain = UInt8(ascii: "\\")
        case UInt8(ascii: "/"): plain = UInt8(ascii: "/")
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"): return try parseUnicodeEscape()
        default: throw malformed("an unknown escape")
        }
        scratch.append(plain)
        index += 2
    }

    private mutating func parseUnicodeEscape() throws(JSONError) {
        let first = try hexadecimalUnit(at: index + 2)
        var code = first
        var length = 6
        if (0xD800...0xDBFF).contains(first) {
            guard index + 7 < end, bytes[index + 6] == UInt8(ascii: "\\"),
                bytes[index + 7] == UInt8(ascii: "u")
            else { throw malformed("a lone surrogate") }
            let second = try hexadecimalUnit(at: index + 8)
            guard (0xDC00...0xDFFF).contains(second) else { throw malformed("a lone surrogate") }
            code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
            length = 12
        }
        guard let scalar = Unicode.Scalar(code) else { throw malformed("a lone surrogate") }
        scratch.append(contentsOf: UTF8.encode(scalar) ?? .init())
        index += length
    }

    private func hexadecimalUnit(at position: Int) throws(JSONError) -> UInt32 {
        guard position + 4 <= end else { throw malformed("\\u needs four hexadecimal digits") }
        var unit: UInt32 = 0
        for offset in position..<(position + 4) {
            let digit: UInt8
            switch bytes[offset] {
            case let byte where byte >= 0x30 && byte <= 0x39: digit = byte - 0x30
            case let byte where byte >= 0x41 && byte <= 0x46: digit = byte - 0x41 + 10
            case let byte where byte >= 0x61 && byte <= 0x66: digit = byte - 0x61 + 10
            default: throw malformed("\\u needs four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// Decodes and checks at once: decoding repairs what is not UTF-8, so that exactly then the
    /// result differs from the content. (`String(validating:as:)` takes twice the time.)
    @inline(__always)
    private func makeString(
        _ content: UnsafeBufferPointer<UInt8>, opening: Int
    ) throws(JSONError) -> String {
        var string = String(decoding: content, as: UTF8.self)
        let isUnchanged = string.withUTF8 { decoded in
            guard let left = decoded.baseAddress, let right = content.baseAddress else {
                return content.isEmpty
            }
            return decoded.count == content.count && memcmp(left, right, content.count) == 0
        }
        guard isUnchanged else { throw .invalidUTF8(offset: opening) }
        return string
    }
}
