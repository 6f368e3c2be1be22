// Before Unicode, Vietnamese was written with fonts that drew its letters in the places of others. Copied
// out of such a document, a text shows those others: “NguyÔn ThÞ MÉu” (TCVN 5712, the fonts .Vn…) and
// “Nguyeãn Thò Maãu” (VNI) for “Nguyễn Thị Mẫu”. Whether a text is of that kind is judged by its words: one
// that no Vietnamese writes so, and that is a Vietnamese syllable when it is read in the old way.

internal import Foundation

/// A way of writing Vietnamese before Unicode.
public enum LegacyFont: String, CaseIterable, Sendable {
    /// TCVN 5712:1993, the fonts .VnTime and the like.
    case tcvn3
    /// VNI: a vowel, and its marks in a sign of their own.
    case vni

    /// How a text was written; `nil` for one that reads as it stands.
    public static func of(_ text: String) -> LegacyFont? {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return nil }
        let text = text.precomposedStringWithCanonicalMapping
        // Letters and marks that only Unicode has: nobody wrote them in an old font.
        if text.unicodeScalars.contains(where: isOfUnicode) { return nil }
        let words = words(of: text)
        let counts = allCases.map { font in words.count { font.isOnlyThere($0) } }
        guard let most = counts.max(), most > 0 else { return nil }
        return counts[0] == counts[1] ? nil : counts[0] == most ? .tcvn3 : .vni
    }

    /// The text in Unicode, composed.
    public func converted(_ text: String) -> String {
        let text = text.precomposedStringWithCanonicalMapping
        return switch self {
        case .tcvn3: String(text.unicodeScalars.map { Self.tcvn3Letters[$0] ?? Character($0) })
        case .vni: Self.fromVNI(text)
        }
    }

    private static func isOfUnicode(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x100...0x24F, 0x300...0x36F, 0x1EA0...0x1EFF: true
        default: false
        }
    }

    private static func words(of text: String) -> [String] {
        text.split(whereSeparator: { $0.isWhitespace || $0.isASCII && !$0.isLetter })
            .map(String.init)
    }

    /// Whether a word is Vietnamese when it is read in this way, and none as it stands.
    private func isOnlyThere(_ word: String) -> Bool {
        switch self {
        case .tcvn3 where !Self.hasStrangeTCVN3(word), .vni where !Self.hasStrangeVNI(word):
            return false
        default: return Self.isSyllable(Folding.folded(converted(word)))
        }
    }

    // MARK: Syllables

    private static let nuclei: Set<String> = [
        "a", "e", "i", "o", "u", "y", "ai", "ao", "au", "ay", "eo", "eu", "ia", "ie", "iu", "oa",
        "oe", "oi", "ua", "ue", "ui", "uo", "uu", "uy", "ye", "ieu", "oai", "oao", "oay", "oeo",
        "uay", "uoi", "uou", "uya", "uye", "uyu", "yeu", "ueo",
    ]
    private static let onsets = [
        "ngh", "ng", "nh", "ch", "gh", "gi", "kh", "ph", "qu", "th", "tr", "b", "c", "d", "g", "h",
        "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
    ]
    private static let codas: Set<String> = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"]

    private static func isSyllable(_ folded: String) -> Bool {
        onsets.contains { onset in
            guard folded.hasPrefix(onset) else { return false }
            let rest = folded.dropFirst(onset.count)
            let nucleus = rest.prefix { "aeiouy".contains($0) }
            return nuclei.contains(String(nucleus))
                && codas.contains(String(rest.dropFirst(nucleus.count)))
        }
    }

    // MARK: TCVN 5712

    private static let tcvn3Letters: [Unicode.Scalar: Character] = {
        let old = "¡¢£¤¥¦§¨©ª«¬\u{AD}®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ"
        let new = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
        return Dictionary(zip(old.unicodeScalars, new)) { first, _ in first }
    }()
    /// Letters that stand in Vietnamese words of Unicode, too.
    private static let plainVietnamese = Set("âãèéêìíòóôõùúýàáÂÃÈÉÊÌÍÒÓÔÕÙÚÝÀÁ".unicodeScalars)

    /// Whether a word has a sign of the font that no Vietnamese word has there.
    private static func hasStrangeTCVN3(_ word: String) -> Bool {
        var last: Unicode.Scalar?
        for scalar in word.unicodeScalars {
            defer { last = scalar }
            guard tcvn3Letters[scalar] != nil else { continue }
            if !plainVietnamese.contains(scalar) { return true }
            // A capital within small letters.
            if scalar.properties.isUppercase, last?.properties.isLowercase == true { return true }
        }
        return false
    }

    // MARK: VNI

    private static let tones: [Character: [Character: Character]] = [
        "a": table("øùûõïâàáåãäêèéúüë", "àáảãạâầấẩẫậăằắẳẵặ"),
        "e": table("øùûõïâàáåãä", "èéẻẽẹêềếểễệ"), "o": table("øùûõïâàáåãä", "òóỏõọôồốổỗộ"),
        "u": table("øùûõï", "ùúủũụ"), "y": table("øùûõ", "ỳýỷỹ"),
        "ô": table("øùûõï", "ờớởỡợ"), "ö": table("øùûõï", "ừứửữự"),
    ]
    private static let alone: [Character: Character] = [
        "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ", "ô": "ơ", "ö": "ư",
    ]

    private static func table(_ old: String, _ new: String) -> [Character: Character] {
        Dictionary(zip(old, new)) { first, _ in first }
    }

    private static func fromVNI(_ text: String) -> String {
        var converted = ""
        var rest = Array(text)[...]
        while let letter = rest.popFirst() {
            let small = Character(letter.lowercased())
            if let mark = rest.first, let vowel = tones[small]?[Character(mark.lowercased())] {
                converted += letter.isUppercase ? vowel.uppercased() : String(vowel)
                rest = rest.dropFirst()
            } else if let other = alone[small] {
                converted += letter.isUppercase ? other.uppercased() : String(other)
            } else {
                converted.append(letter)
            }
        }
        return converted
    }

    /// Whether a word has a vowel with a mark of the font behind it that no Vietnamese word has, or one
    /// of its own letters.
    private static func hasStrangeVNI(_ word: String) -> Bool {
        let letters = word.map { Character($0.lowercased()) }
        return letters.indices.contains { index in
            if "ñîæ".contains(letters[index]) { return true }
            guard index + 1 < letters.count, tones[letters[index]]?[letters[index + 1]] != nil
            else { return false }
            // `hoà`, `toá`, `hoã` are Vietnamese, too.
            return !(letters[index] == "o" && "àáã".contains(letters[index + 1]))
        }
    }
}
