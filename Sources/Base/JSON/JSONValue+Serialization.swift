extension JSONValue {
    /// This value as JSON text: the same text for the same value, always.
    ///
    /// Members keep their order. `/` and non-ASCII stay as they are; `"`, `\`, control characters
    /// and U+2028, U+2029 (line ends to JavaScript) are escaped. A double is written with the
    /// fewest digits that read back as the same double; NaN and infinities, which JSON cannot
    /// say, become `null`.
    /// - Parameter pretty: Indent by two spaces, one member or element per line.
    public func serialized(pretty: Bool = false) -> String {
        String(decoding: serializedBytes(pretty: pretty), as: UTF8.self)
    }

    /// The UTF-8 bytes of `serialized(pretty:)`.
    public func serializedBytes(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self, level: 0)
        return writer.output
    }
}

private struct JSONWriter {
    let pretty: Bool
    var output: [UInt8] = []

    init(pretty: Bool) {
        self.pretty = pretty
    }

    mutating func write(_ value: JSONValue, level: Int) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .integer(let number): output.append(contentsOf: String(number).utf8)
        case .real(let number):
            if number.isFinite {
                output.append(contentsOf: number.description.utf8)
            } else {
                append("null")
            }
        case .string(let text): write(text)
        case .array(let elements): writeArray(elements, level: level)
        case .object(let members): writeObject(members, level: level)
        }
    }

    private mutating func writeArray(_ elements: [JSONValue], level: Int) {
        output.append(UInt8(ascii: "["))
        for (position, element) in elements.enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            breakLine(level: level + 1)
            write(element, level: level + 1)
        }
        if !elements.isEmpty { breakLine(level: level) }
        output.append(UInt8(ascii: "]"))
    }

    private mutating func writeObject(_ members: [JSONMember], level: Int) {
        output.append(UInt8(ascii: "{"))
        for (position, member) in members.enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            breakLine(level: level + 1)
            write(member.name)
            append(pretty ? ": " : ":")
            write(member.value, level: level + 1)
        }
        if !members.isEmpty { breakLine(level: level) }
        output.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ text: String) {
        var text = text
        output.append(UInt8(ascii: "\""))
        text.withUTF8 { writeEscaped($0) }
        output.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscaped(_ bytes: UnsafeBufferPointer<UInt8>) {
        var copied = 0
        var index = 0
        while index < bytes.count {
            let length = escapedLength(bytes, at: index)
            if length > 0 {
                output.append(contentsOf: bytes[copied..<index])
                writeEscape(bytes, at: index, length: length)
                copied = index + length
                index = copied
            } else {
                index += 1
            }
        }
        output.append(contentsOf: bytes[copied...])
    }

    /// How many bytes from here must be replaced by an escape; 0 if none.
    @inline(__always)
    private func escapedLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let byte = bytes[index]
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return 1 }
        guard byte == 0xE2, index + 2 < bytes.count, bytes[index + 1] == 0x80 else { return 0 }
        return bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9 ? 3 : 0
    }

    private mutating func writeEscape(
        _ bytes: UnsafeBufferPointer<UInt8>, at index: Int, length: Int
    ) {
        if length == 3 {
            append(bytes[index + 2] == 0xA8 ? "\\u2028" : "\\u2029")
            return
        }
        switch bytes[index] {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        case let byte:
            append(byte < 0x10 ? "\\u000" : "\\u001")
            output.append(contentsOf: String(byte & 0x0F, radix: 16).utf8)
        }
    }

    private mutating func breakLine(level: Int) {
        guard pretty else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }

    private mutating func append(_ text: StaticString) {
        output.append(
            contentsOf: UnsafeBufferPointer(
                start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
