internal import Text

/// Parts of a whole.
enum Share {
    /// Thousandths, half rounded up; `nil` of nothing.
    static func perMille(_ part: Int, of whole: Int) -> Int? {
        whole > 0 ? (part * 1000 + whole / 2) / whole : nil
    }

    /// `59.7 %`, or a dash of nothing.
    static func text(_ part: Int, of whole: Int, _ language: Language) -> String {
        guard let share = perMille(part, of: whole) else { return "–" }
        return "\(share / 10)\(language == .vietnamese ? "," : ".")\(share % 10) %"
    }
}

/// Pieces of text for a terminal. One character takes one cell: Vietnamese has no wide ones.
enum ReportText {
    /// A bar of at most `width` cells, in eighths of a cell; what is not zero is seen.
    static func bar(_ part: Int, of whole: Int, width: Int, isASCII: Bool = false) -> String {
        guard whole > 0, part > 0, width > 0 else { return "" }
        if isASCII {
            let cells = max(1, (min(part, whole) * width + whole / 2) / whole)
            return String(repeating: "#", count: cells)
        }
        let eighths = max(1, (min(part, whole) * width * 8 + whole / 2) / whole)
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return String(repeating: "█", count: eighths / 8) + rest
    }

    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// The text in lines of at most `width` cells, harmless to terminals, parted between words; lines after the first
    /// stand four cells further in.
    static func lines(_ text: String, _ width: Int) -> [String] {
        let cell = cell(text)
        guard cell.count > width else { return [cell] }
        let indent = cell.prefix { $0 == " " }
        let lines = TextWrap.lines(cell, width: width - indent.count - 4)
        return lines.enumerated().map { $0 == 0 ? indent + $1 : indent + "    " + $1 }
    }

    /// The text harmless to terminals and in one line.
    static func cell(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: " "
                    default: scalar
                    }
                }))
    }

    /// `16 December 2020`.
    static func day(_ year: Int, _ month: Int, _ day: Int) -> String {
        let names = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September",
            "October", "November", "December",
        ]
        return "\(day) \(names[month - 1]) \(year)"
    }
}
