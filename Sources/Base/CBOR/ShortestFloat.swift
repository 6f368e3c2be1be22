// Half precision by its bits (RFC 8949 Appendix D; IEEE 754 binary16): 1 sign, 5 exponent and 10
// mantissa bits. The standard library's Float16 does not exist on every platform.

/// Exact conversions between half, single and double precision.
enum ShortestFloat {
    /// The one NaN that is written and read.
    static let canonicalNaN: UInt16 = 0x7e00

    /// The half with exactly this value; nil when there is none or when the value is NaN.
    static func half(exactly value: Float) -> UInt16? {
        let bits = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
        let exponent = Int((bits >> 23) & 0xff) - 127
        let mantissa = bits & 0x7f_ffff
        switch exponent {
        case -127:
            return mantissa == 0 ? sign : nil
        case -24 ... -15:
            let significand = mantissa | 0x80_0000
            let shift = UInt32(-1 - exponent)
            guard significand & ((1 << shift) - 1) == 0 else { return nil }
            return sign | UInt16(truncatingIfNeeded: significand >> shift)
        case -14...15:
            guard mantissa & 0x1fff == 0 else { return nil }
            let biased = UInt16(truncatingIfNeeded: exponent + 15)
            return sign | biased << 10 | UInt16(truncatingIfNeeded: mantissa >> 13)
        case 128:
            return mantissa == 0 ? sign | 0x7c00 : nil
        default:
            return nil
        }
    }

    /// The single with exactly this value; nil when there is none or when the value is NaN.
    static func single(exactly value: Double) -> Float? {
        let single = Float(value)
        return Double(single) == value ? single : nil
    }

    /// The value of a half.
    static func double(half bits: UInt16) -> Double {
        let sign = UInt64(bits & 0x8000) << 48
        let exponent = UInt64(bits >> 10) & 0x1f
        let mantissa = UInt64(bits & 0x3ff)
        switch exponent {
        case 0:
            let magnitude = Double(mantissa) * 0x1p-24
            return Double(bitPattern: magnitude.bitPattern | sign)
        case 31:
            return mantissa == 0 ? Double(bitPattern: sign | 0x7ff0_0000_0000_0000) : .nan
        default:
            return Double(bitPattern: sign | (exponent + 1008) << 52 | mantissa << 42)
        }
    }
}
