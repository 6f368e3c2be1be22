/// Makes text from outside harmless on a terminal.
///
/// A control character in a name could otherwise move the cursor, rename the window, forge lines
/// or (bidirectional controls, CVE-2021-42574) show text in another order than it has.
public enum TerminalSafe {
    /// The text with control characters as visible escapes such as `\n` and `\u{1B}`.
    /// - Parameter keepingLines: Leave line feeds as they are.
    public static func text(_ text: String, keepingLines: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isControl(scalar), !(keepingLines && scalar == "\n") {
                safe.append(contentsOf: escape(scalar).unicodeScalars)
            } else {
                safe.append(scalar)
            }
        }
        return String(safe)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F: true  // C0, DEL, C1
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true  // bidirectional
        case 0x2028, 0x2029: true  // line and paragraph separator
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }
}
