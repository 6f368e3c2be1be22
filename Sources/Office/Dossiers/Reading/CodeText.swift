internal import Text

/// Codes as people write them, and what two ways of writing one code have in common.
public enum CodeText {
    /// The code without what is not of it: the blanks and invisible marks within and around it, the
    /// apostrophe or `="…"` by which spreadsheets keep a text. Otherwise as it was written.
    public static func plain(_ text: String) -> String {
        if isPlainASCII(text) { return text }
        var code = String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter {
                    !Folding.isBlank($0) && $0 != "\n" && $0 != "\r"
                        && $0.properties.generalCategory != .format
                }))
        while let first = code.first {
            if code.hasPrefix("=\""), code.hasSuffix("\""), code.count > 3 {
                code = String(code.dropFirst(2).dropLast())
            } else if "'’‘".contains(first) {
                code.removeFirst()
            } else {
                break
            }
        }
        return code
    }

    /// The same text for all ways of writing a code: its plain form with small letters and with `-`
    /// for every dash. Stored codes are compared by it (`RecordTable`).
    public static func key(_ text: String) -> String {
        if isPlainASCII(text) { return text.lowercased() }
        let narrow = String(String.UnicodeScalarView(text.unicodeScalars.map(narrow)))
        return plain(narrow).unicodeScalars.reduce(into: "") { key, scalar in
            key += isDash(scalar) ? "-" : scalar.properties.lowercaseMapping
        }
    }

    /// The keys by which a procedure is looked for, the exact one first: exports write the number of the
    /// national catalog with the authority behind it, `1.004199.000.00.00.H56`.
    public static func procedureKeys(_ text: String) -> [String] {
        let key = key(text)
        let parts = key.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 6, parts.map(\.count).starts(with: [1, 6, 3, 2, 2]),
            parts.prefix(5).allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }),
            parts[5].first == "h", parts[5].dropFirst().allSatisfy({ ("0"..."9").contains($0) })
        else { return [key] }
        return [key, parts.prefix(2).joined(separator: ".")]
    }

    /// A full-width letter or sign as that of ASCII.
    private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }

    /// Whether a key is the number of a procedure in the national catalog: `1.004199`.
    public static func isProcedureNumber(_ key: String) -> Bool {
        let parts = key.split(separator: ".", omittingEmptySubsequences: false)
        return parts.map(\.count) == [1, 6]
            && parts.allSatisfy { $0.allSatisfy { ("0"..."9").contains($0) } }
    }

    /// Whether a code is as most are: nothing of it is taken out, and its only dashes are `-`.
    private static func isPlainASCII(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x22 && $0 != 0x27 && $0 < 0x7F && $0 != 0x3D }
    }

    private static func isDash(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "-" || scalar == "\u{2212}"
            || scalar.value > 0x7F && scalar.properties.generalCategory == .dashPunctuation
    }
}
