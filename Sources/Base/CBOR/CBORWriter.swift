// Deterministic CBOR (RFC 8949 §4.2.1) is written in one pass into one array: every head is the
// shortest, every length is stated, floats take the shortest form that keeps their value. The order
// of map keys is the one thing that the writer cannot know: it is the caller's duty.

/// Writes deterministic CBOR into a growing array of bytes.
public struct CBORWriter: Sendable {
    /// What has been written so far.
    public private(set) var bytes: [UInt8]

    /// Makes an empty writer with room for `capacity` bytes.
    public init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Forgets what was written, so that the storage serves the next document.
    public mutating func removeAll(keepingCapacity: Bool = true) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
    }

    /// Writes 0 to 2^64-1.
    public mutating func writeUnsigned(_ value: UInt64) {
        writeHead(MajorType.unsigned, value)
    }

    /// Writes an integer of either sign.
    public mutating func writeInteger(_ value: Int64) {
        if value >= 0 {
            writeHead(MajorType.unsigned, UInt64(value))
        } else {
            writeHead(MajorType.negative, UInt64(bitPattern: ~value))
        }
    }

    /// Writes the negative integer -1 - n.
    public mutating func writeNegative(n: UInt64) {
        writeHead(MajorType.negative, n)
    }

    /// Writes a text as its UTF-8, not normalised.
    public mutating func writeText(_ text: String) {
        text.utf8.span.withUnsafeBytes { writeString(MajorType.text, $0) }
    }

    /// Writes a text from bytes that the caller knows to be valid UTF-8.
    public mutating func writeText(utf8: UnsafeRawBufferPointer) {
        assert(isValidUTF8(utf8), "writeText(utf8:) needs valid UTF-8")
        writeString(MajorType.text, utf8)
    }

    /// Writes a byte string.
    public mutating func writeBytes(_ value: [UInt8]) {
        value.withUnsafeBytes { writeString(MajorType.bytes, $0) }
    }

    /// Writes a byte string.
    public mutating func writeBytes(_ value: ArraySlice<UInt8>) {
        value.withUnsafeBytes { writeString(MajorType.bytes, $0) }
    }

    /// Writes a byte string.
    public mutating func writeBytes(_ value: UnsafeRawBufferPointer) {
        writeString(MajorType.bytes, value)
    }

    /// Begins an array: the caller writes `count` items next. `count` is not negative.
    public mutating func writeArrayHeader(count: Int) {
        writeHead(MajorType.array, UInt64(count))
    }

    /// Begins a map: the caller writes `count` keys, each followed by its value, in the bytewise
    /// order of the encoded keys and none twice. `count` is not negative.
    public mutating func writeMapHeader(count: Int) {
        writeHead(MajorType.map, UInt64(count))
    }

    /// Writes a tag's number: the caller writes the item that it is about next.
    public mutating func writeTag(_ number: UInt64) {
        writeHead(MajorType.tag, number)
    }

    /// Writes true or false.
    public mutating func writeBool(_ value: Bool) {
        bytes.append(value ? 0xf5 : 0xf4)
    }

    /// Writes null.
    public mutating func writeNull() {
        bytes.append(0xf6)
    }

    /// Writes undefined.
    public mutating func writeUndefined() {
        bytes.append(0xf7)
    }

    /// Writes a simple value; 24 to 31 do not exist (RFC 8949 §3.3) and trap.
    public mutating func writeSimple(_ value: UInt8) {
        precondition(!(24...31).contains(value), "simple values 24 to 31 are reserved")
        writeHead(MajorType.simpleOrFloat, UInt64(value))
    }

    /// Writes a float in the shortest form that keeps its value; every NaN becomes `f97e00`.
    public mutating func writeDouble(_ value: Double) {
        if value.isNaN {
            bytes.append(0xf9)
            append(ShortestFloat.canonicalNaN)
        } else if let single = ShortestFloat.single(exactly: value) {
            if let half = ShortestFloat.half(exactly: single) {
                bytes.append(0xf9)
                append(half)
            } else {
                bytes.append(0xfa)
                append(single.bitPattern)
            }
        } else {
            bytes.append(0xfb)
            append(value.bitPattern)
        }
    }

    /// Copies items that are already deterministic CBOR.
    public mutating func writeRaw(_ encoded: [UInt8]) {
        bytes.append(contentsOf: encoded)
    }

    /// Copies items that are already deterministic CBOR.
    public mutating func writeRaw(_ encoded: ArraySlice<UInt8>) {
        bytes.append(contentsOf: encoded)
    }

    /// Copies items that are already deterministic CBOR.
    public mutating func writeRaw(_ encoded: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: encoded)
    }

    private mutating func writeString(_ major: UInt8, _ content: UnsafeRawBufferPointer) {
        writeHead(major, UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    private mutating func writeHead(_ major: UInt8, _ argument: UInt64) {
        let type = major << 5
        if argument < 24 {
            bytes.append(type | UInt8(truncatingIfNeeded: argument))
        } else if argument <= 0xff {
            bytes.append(type | 24)
            bytes.append(UInt8(truncatingIfNeeded: argument))
        } else if argument <= 0xffff {
            bytes.append(type | 25)
            append(UInt16(truncatingIfNeeded: argument))
        } else if argument <= 0xffff_ffff {
            bytes.append(type | 26)
            append(UInt32(truncatingIfNeeded: argument))
        } else {
            bytes.append(type | 27)
            append(argument)
        }
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
