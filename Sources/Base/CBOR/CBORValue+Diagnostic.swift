// Diagnostic notation (RFC 8949 §8) in the spelling of the RFC's Appendix A: bignums as integers,
// floats always with a point and in positional notation from 1e-6 to 1e21.

/// Bignums of more bytes are shown as tags: turning them to decimals takes quadratic time.
private let bignumBytesMax = 64

extension CBORValue {
    /// The value in diagnostic notation, for people: it shows the content.
    public var diagnosticNotation: String {
        switch self {
        case .unsigned(let value): String(value)
        case .negative(let n): "-" + decimal(n.bigEndianBytes, plusOne: true)
        case .bytes(let value): "h'" + hexadecimal(value) + "'"
        case .text(let value): quoted(value)
        case .array(let elements):
            "[" + elements.map(\.diagnosticNotation).joined(separator: ", ") + "]"
        case .map(let pairs):
            "{"
                + pairs.map { "\($0.key.diagnosticNotation): \($0.value.diagnosticNotation)" }
                .joined(separator: ", ") + "}"
        case .tag(2, .bytes(let magnitude)) where magnitude.count <= bignumBytesMax:
            decimal(magnitude, plusOne: false)
        case .tag(3, .bytes(let n)) where n.count <= bignumBytesMax:
            "-" + decimal(n, plusOne: true)
        case .tag(let number, let content): "\(number)(\(content.diagnosticNotation))"
        case .bool(let value): value ? "true" : "false"
        case .null: "null"
        case .undefined: "undefined"
        case .double(let value): positional(value)
        case .simple(let value): "simple(\(value))"
        }
    }
}

extension UInt64 {
    fileprivate var bigEndianBytes: [UInt8] {
        Swift.withUnsafeBytes(of: bigEndian) { [UInt8]($0) }
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
        if byte < 16 { text += "0" }
        text += String(byte, radix: 16)
    }
    return text
}

private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case "\u{0}"..<" ", "\u{7f}":
            result += "\\u00" + hexadecimal([UInt8(truncatingIfNeeded: scalar.value)])
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

/// The number whose big-endian bytes are given, or the one after it, in decimal digits.
private func decimal(_ bytes: [UInt8], plusOne: Bool) -> String {
    var digits: [UInt8] = []  // the least significant first
    for (index, byte) in bytes.enumerated() {
        var carry = Int(byte) + (plusOne && index == bytes.count - 1 ? 1 : 0)
        for place in digits.indices {
            carry += Int(digits[place]) * 256
            digits[place] = UInt8(carry % 10)
            carry /= 10
        }
        while carry > 0 {
            digits.append(UInt8(carry % 10))
            carry /= 10
        }
    }
    if digits.isEmpty { return bytes.isEmpty && plusOne ? "1" : "0" }
    return String(decoding: digits.reversed().map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
}

private func positional(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    let sign = value.sign == .minus ? "-" : ""
    if value.isInfinite { return sign + "Infinity" }
    // Swift gives the shortest digits that read back to the value, as "12.5" or "1.25e-07".
    let parts = value.magnitude.description.split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".")
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? mantissa[1] : ""
    let written = mantissa[0] + fraction
    let digits = String(written.drop { $0 == "0" })
    if digits.isEmpty { return sign + "0.0" }
    // The value is 0.digits times ten to the power of `point`.
    let point = mantissa[0].count + exponent - (written.count - digits.count)
    return sign + layOut(digits, point: point)
}

private func layOut(_ digits: String, point: Int) -> String {
    let count = digits.count
    if (-5...0).contains(point) { return "0." + String(repeating: "0", count: -point) + digits }
    if (1...21).contains(point) {
        if point < count { return "\(digits.prefix(point)).\(digits.dropFirst(point))" }
        return digits + String(repeating: "0", count: point - count) + ".0"
    }
    let rest = count > 1 ? String(digits.dropFirst()) : "0"
    return "\(digits.prefix(1)).\(rest)e\(point > 0 ? "+" : "-")\(abs(point - 1))"
}
