extension JSONParser {
    /// Powers of ten that a double holds exactly.
    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// Parses a number; `index` stands at its sign or first digit.
    mutating func parseNumber() throws(JSONError) -> JSONValue {
        let start = index
        let isNegative = take(UInt8(ascii: "-"))
        var digits = DigitRun()
        if !take(UInt8(ascii: "0")) {
            takeDigits(into: &digits)
            guard digits.count > 0 else { throw malformed("a digit is expected") }
        } else if index < end, isDigit(bytes[index]) {
            throw malformed("a number starts with a superfluous zero")
        }
        guard index < end, isRealMark(bytes[index]) else {
            return .integer(try integer(digits, isNegative: isNegative, start: start))
        }

        var fractionCount = 0
        if take(UInt8(ascii: ".")) {
            let before = digits.count
            takeDigits(into: &digits)
            fractionCount = digits.count - before
            guard fractionCount > 0 else { throw malformed("a digit is expected") }
        }
        var exponent = DigitRun()
        var exponentIsNegative = false
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            exponentIsNegative = take(UInt8(ascii: "-"))
            if !exponentIsNegative { _ = take(UInt8(ascii: "+")) }
            takeDigits(into: &exponent)
            guard exponent.count > 0 else { throw malformed("a digit is expected") }
        }

        // Clinger 1990: both factors are exact, so one operation rounds correctly.
        if !digits.overflowed, digits.value <= 1 << 53, exponent.value <= 1000 {
            let power = (exponentIsNegative ? -1 : 1) * Int(exponent.value) - fractionCount
            if let magnitude = exact(Double(digits.value), tenToThe: power) {
                return .real(isNegative ? -magnitude : magnitude)
            }
        }
        let text = String(
            decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw .numberOutOfRange(offset: start)
        }
        return .real(value)
    }

    private func integer(
        _ digits: DigitRun, isNegative: Bool, start: Int
    ) throws(JSONError) -> Int64 {
        guard !digits.overflowed else { throw .numberOutOfRange(offset: start) }
        if isNegative {
            guard digits.value <= Int64.min.magnitude else {
                throw .numberOutOfRange(offset: start)
            }
            return Int64(truncatingIfNeeded: 0 &- digits.value)
        }
        guard let value = Int64(exactly: digits.value) else {
            throw .numberOutOfRange(offset: start)
        }
        return value
    }

    private func exact(_ value: Double, tenToThe power: Int) -> Double? {
        switch power {
        case 0...22: value * Self.exactPowers[power]
        case -22..<0: value / Self.exactPowers[-power]
        default: nil
        }
    }

    private mutating func takeDigits(into run: inout DigitRun) {
        while index < end, isDigit(bytes[index]) {
            run.append(bytes[index] - UInt8(ascii: "0"))
            index += 1
        }
    }

    private func isRealMark(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}

/// The value of consecutive decimal digits, as far as it fits 64 bits.
private struct DigitRun {
    var value: UInt64 = 0
    var count = 0
    var overflowed = false

    @inline(__always)
    mutating func append(_ digit: UInt8) {
        let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, sumOverflow) = product.addingReportingOverflow(UInt64(digit))
        value = sum
        overflowed = overflowed || productOverflow || sumOverflow
        count += 1
    }
}
