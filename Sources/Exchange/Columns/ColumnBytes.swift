// Numbers are LEB128: seven bits a byte, the lowest first, the high bit set on all but the last.
// Signed numbers are folded first: 0, -1, 1, -2 become 0, 1, 2, 3.

/// Writes the bytes of columns.
struct ColumnWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    mutating func number(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func count(_ value: Int) {
        number(UInt64(value))
    }

    mutating func raw(_ content: some Collection<UInt8>) {
        bytes.append(contentsOf: content)
    }
}

/// Reads the bytes of columns; the buffer outlives it.
struct ColumnReader {
    let buffer: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ buffer: UnsafeRawBufferPointer) {
        self.buffer = buffer
    }

    var bytesLeft: Int { buffer.count - offset }

    mutating func byte() throws(ColumnError) -> UInt8 {
        guard offset < buffer.count else { throw .truncated }
        offset += 1
        return buffer[offset - 1]
    }

    mutating func number() throws(ColumnError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            let bits = UInt64(byte & 0x7F)
            guard shift < 63 || bits <= 1 else { throw .range }
            value |= bits << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift <= 63 else { throw .range }
        }
    }

    /// A number of things of which there are at most `max`.
    mutating func count(max: Int) throws(ColumnError) -> Int {
        guard let count = Int(exactly: try number()), count <= max else { throw .range }
        return count
    }

    mutating func slice(_ count: Int) throws(ColumnError) -> UnsafeRawBufferPointer {
        guard count <= bytesLeft else { throw .truncated }
        offset += count
        return UnsafeRawBufferPointer(rebasing: buffer[offset - count..<offset])
    }
}

extension Int64 {
    /// The number folded to one without a sign.
    var folded: UInt64 { UInt64(bitPattern: self &<< 1 ^ self &>> 63) }

    /// The number that was folded.
    init(unfolding number: UInt64) {
        self = Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }
}

extension UInt64 {
    /// How many bits the number has.
    var bitCount: Int { UInt64.bitWidth - leadingZeroBitCount }
}
