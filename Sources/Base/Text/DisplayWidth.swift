// Terminals lay text out in cells. A grapheme cluster takes the cells of its base: two for East
// Asian wide and full-width characters (UAX #11) and for emoji, none for a mark or a format
// character that stands alone, otherwise one. So `á` takes one cell composed or decomposed.

/// How many terminal cells text takes.
public enum DisplayWidth {
    /// The cells of a text without control characters.
    public static func of(_ text: some StringProtocol) -> Int {
        var utf8 = text.utf8.makeIterator()
        var count = 0
        while let byte = utf8.next() {
            guard byte < 0x80 else { return text.reduce(0) { $0 + cells(of: $1) } }
            count += 1
        }
        return count
    }

    /// The text with spaces after it (before it, if `toRight`) up to `width` cells.
    public static func padded(_ text: String, to width: Int, toRight: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - of(text)))
        return toRight ? spaces + text : text + spaces
    }

    /// The start of the text that fits into `width` cells, ending in `…` if something is cut off.
    public static func truncated(_ text: String, to width: Int) -> String {
        guard of(text) > width else { return text }
        var kept = ""
        var used = 0
        for character in text {
            let next = used + cells(of: character)
            if next > width - 1 { break }
            kept.append(character)
            used = next
        }
        return width > 0 ? kept + "…" : ""
    }

    private static func cells(of character: Character) -> Int {
        guard let base = character.unicodeScalars.first else { return 0 }
        if character.unicodeScalars.contains("\u{FE0F}") || isWide(base) { return 2 }
        switch base.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x1100: false
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
            0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F1E6...0x1F1FF,
            0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
