// What text may contain. Everything that people write is allowed, in any normal form. Forbidden are
// the control characters C0, DEL and C1 but for line feed and tab, which hide text or drive
// terminals, and the marks that embed, override or isolate a direction (U+202A–202E, U+2066–2069):
// with them a text reads differently from what it says (Unicode Technical Report 36, section 3).

enum TextRules {
    /// The first code point that no text may contain.
    static func forbiddenCodePoint(in text: String) -> UInt32? {
        let fast: UInt32?? = text.utf8.withContiguousStorageIfAvailable(forbiddenCodePoint(in:))
        if let found = fast { return found }
        return Array(text.utf8).withUnsafeBufferPointer(forbiddenCodePoint(in:))
    }

    /// Looks at the UTF-8: this runs for every text of every change.
    private static func forbiddenCodePoint(in bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x7F || byte == 0xC2 || byte == 0xE2,
                let found = forbiddenCodePoint(in: bytes, at: index)
            {
                return found
            }
            index += 1
        }
        return nil
    }

    /// The code point that starts here, when it is forbidden.
    private static func forbiddenCodePoint(
        in bytes: UnsafeBufferPointer<UInt8>, at index: Int
    ) -> UInt32? {
        switch bytes[index] {
        case UInt8(ascii: "\n"), UInt8(ascii: "\t"): return nil
        case 0xC2:
            return index + 1 < bytes.count && bytes[index + 1] < 0xA0
                ? UInt32(bytes[index + 1]) : nil
        case 0xE2:
            guard index + 2 < bytes.count else { return nil }
            switch (bytes[index + 1], bytes[index + 2]) {
            case (0x80, 0xAA...0xAE), (0x81, 0xA6...0xA9):
                return 0x2000 | UInt32(bytes[index + 1] & 0x3F) << 6
                    | UInt32(bytes[index + 2] & 0x3F)
            default: return nil
            }
        case let byte: return UInt32(byte)
        }
    }

    /// Whether an identity number that people enter has the length of one: 9 digits (CMND), 12 (CCCD), or
    /// the 10 or 13 of a tax code. Passports have letters. What other desks have written is taken as it is.
    static func mayBeIdentity(_ text: String) -> Bool {
        let isDigits = text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        return !isDigits || [9, 10, 12, 13].contains(text.utf8.count)
    }

    /// Whether the text has more code points than `charactersMax`.
    static func isLonger(_ text: String, than charactersMax: Int) -> Bool {
        // A code point takes 1 to 4 bytes, so most texts need no counting.
        let byteCount = text.utf8.count
        if byteCount <= charactersMax { return false }
        return byteCount > charactersMax * 4 || text.unicodeScalars.count > charactersMax
    }

    /// Whether the text can be a code: not empty, no white space, nothing invisible.
    static func isCode(_ text: String) -> Bool {
        guard !text.isEmpty else { return false }
        if text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return true }
        return text.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0.properties.generalCategory != .format
        }
    }

    /// Whether the text is an identity or passport number: letters, digits and hyphens.
    ///
    /// Vietnamese numbers have 9 or 12 digits; foreigners' passports and old papers have others.
    static func isIdentityNumber(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || isDigit(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
    }

    /// Whether the text is a telephone number: at least one digit, spaces and `+ ( ) . -`.
    static func isPhone(_ text: String) -> Bool {
        text.utf8.contains(where: isDigit)
            && text.utf8.allSatisfy { isDigit($0) || " +().-".utf8.contains($0) }
    }

    /// Whether the text is an address of electronic mail: something, `@`, and a domain with a dot.
    static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, isCode(text) else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count > 1 && labels.allSatisfy { !$0.isEmpty }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
