internal import Foundation

/// Text as people compare it: without case, marks, width and normal form.
public enum Folding {
    /// Small letters without marks: “nguyen” for “Nguyễn”, “duc” for “Đức”. `đ` has no decomposition
    /// in Unicode, so it is named.
    public static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        return text.folding(
            options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil
        ).replacing("đ", with: "d").replacing("Đ", with: "d")
    }

    /// What of a text stands before its first character beyond ASCII; the same of texts that are canonically
    /// equivalent, and the beginning of it of a text's beginning.
    public static func asciiStart(of text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        let scalars = text.decomposedStringWithCanonicalMapping.unicodeScalars
        return String(String.UnicodeScalarView(scalars.prefix { $0.isASCII }))
    }

    /// The folded words of a text, at each side of what is neither letter nor digit, and where
    /// a small letter meets a capital: `maHoSo` and `Mã hồ sơ` have the same.
    public static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var last: Character?
        for character in text {
            let isPart = character.isLetter || character.isNumber
            let isSplit = last.map { $0.isLowercase && character.isUppercase } ?? false
            if !isPart || isSplit, !word.isEmpty {
                words.append(folded(word))
                word = ""
            }
            if isPart { word.append(character) }
            last = character
        }
        if !word.isEmpty { words.append(folded(word)) }
        return words
    }

    /// One blank for each run of blanks, none at the ends and none beside a line feed. Other marks,
    /// control characters among them, stay: they are for others to judge.
    public static func squeezed(_ text: String) -> String {
        if isSqueezed(text) { return text }
        var squeezed = String.UnicodeScalarView()
        var pending: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                pending = squeezed.isEmpty ? nil : "\n"
            } else if isBlank(scalar) {
                if !squeezed.isEmpty, pending == nil { pending = " " }
            } else {
                if let blank = pending { squeezed.append(blank) }
                pending = nil
                squeezed.append(scalar)
            }
        }
        return String(squeezed)
    }

    /// The text without blanks and line feeds at its ends.
    public static func trimmed(_ text: String) -> String {
        func isEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || isBlank(scalar) }
        let scalars = text.unicodeScalars
        guard scalars.first.map(isEnd) == true || scalars.last.map(isEnd) == true else {
            return text
        }
        let rest = scalars.drop(while: isEnd)
        guard let last = rest.lastIndex(where: { !isEnd($0) }) else { return "" }
        return String(String.UnicodeScalarView(rest[...last]))
    }

    /// Whether a scalar is a space of any width, or a tab.
    public static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t"
            || scalar.value >= 0xA0 && scalar.properties.generalCategory == .spaceSeparator
    }

    /// Most texts are as they should be: spaces alone, between what is none.
    private static func isSqueezed(_ text: String) -> Bool {
        // The last bytes of a space of another width: what came before them tells.
        var (before, last) = (UInt8(0), UInt8(0x20))
        for byte in text.utf8 {
            if byte == 0x09 || byte == 0x0A || byte == 0x20 && last == 0x20 { return false }
            switch (before, last, byte) {
            case (_, 0xC2, 0xA0), (0xE1, 0x9A, 0x80), (0xE2, 0x80, _), (0xE2, 0x81, 0x9F),
                (0xE3, 0x80, 0x80):
                return false
            default: (before, last) = (last, byte)
            }
        }
        return last != 0x20
    }
}
