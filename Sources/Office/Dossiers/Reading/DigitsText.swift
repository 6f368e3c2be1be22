internal import Text

/// Numbers that are kept as text: of persons and of telephones.
enum DigitsText {
    /// An identity number or tax code: digits alone when blanks, dots and dashes are all that stands
    /// between them, otherwise without its blanks.
    static func identity(_ text: String) -> String {
        let plain = CodeText.plain(text)
        var digits = ""
        for scalar in plain.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .decimalNumber where scalar.value < 0x80: digits.unicodeScalars.append(scalar)
            case .dashPunctuation: continue
            case _ where scalar == "." || scalar == "\u{2212}": continue
            default: return plain
            }
        }
        return digits.isEmpty ? plain : digits
    }

    /// A telephone number as it was written, with single blanks and plain dashes.
    static func phone(_ text: String) -> String {
        let seen = text.unicodeScalars.compactMap { scalar -> Unicode.Scalar? in
            switch scalar.properties.generalCategory {
            case .format: nil
            case .dashPunctuation: "-"
            default: scalar
            }
        }
        var phone = Folding.squeezed(String(String.UnicodeScalarView(seen)))
        if let first = phone.first, "'’‘".contains(first) { phone.removeFirst() }
        return phone
    }
}
