// When an office is open, as people write and read it: `thứ 2 đến thứ 6 07:30-11:30 13:30-17:00; thứ 7 07:30-11:30`.
// What the catalog keeps (`OfficeHours`) has the English names of days, which stand in no Vietnamese text.

internal import Replication
internal import Text
internal import Time

/// Reads and says the hours of an office.
enum HoursReader {
    private static let days:
        [(name: String, english: String, vietnamese: String, others: [String])] =
            [
                ("mon", "monday", "thứ 2", ["thu hai", "t2"]),
                ("tue", "tuesday", "thứ 3", ["thu ba", "t3"]),
                ("wed", "wednesday", "thứ 4", ["thu tu", "t4"]),
                ("thu", "thursday", "thứ 5", ["thu nam", "t5"]),
                ("fri", "friday", "thứ 6", ["thu sau", "t6"]),
                ("sat", "saturday", "thứ 7", ["thu bay", "t7"]),
                ("sun", "sunday", "chủ nhật", ["cn"]),
            ]

    /// The text as the catalog keeps it; `nil` for what is no hours.
    static func canonical(_ text: String) -> String? {
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard let line = canonicalLine(String(line)) else { return nil }
            lines.append(line)
        }
        let canonical = lines.joined(separator: "\n")
        return OfficeHours(parsing: canonical) == nil ? nil : canonical
    }

    private static func canonicalLine(_ typed: String) -> String? {
        var line = Folding.folded(Folding.trimmed(typed))
        for dash in ["–", "—", "−", "‑"] { line = line.replacing(dash, with: "-") }
        var from = ""
        if let match = line.prefixMatch(
            of: /(?:(?:tu|from)\s+)?(?:ngay\s+)?([0-9][0-9.\/-]*[0-9])\s*:\s+/)
        {
            guard let day = try? TimeReader.day(String(match.1)) else { return nil }
            from = "\(day): "
            line = String(line[match.range.upperBound...])
        }
        // `thu` alone is Thursday; with a number or its word behind it any day.
        for day in days {
            for name in [Folding.folded(day.vietnamese)] + day.others {
                line = replaced(name, in: line, with: day.name)
            }
            line = replaced(day.english, in: line, with: day.name)
        }
        line = line.replacing(/([0-9]{1,2})\s?(?:h|g|gio)\s?([0-9]{2})?(?![0-9a-z])/) { match in
            "\(match.1):\(match.2 ?? "00")"
        }
        line = line.replacing(/\b([0-9]):([0-9]{2})/) { "0\($0.1):\($0.2)" }
        line = line.replacing(/\s*(?:-|\bden\b|\bto\b)\s*/, with: "-")
        line = line.replacing(/,|\bva\b|\band\b/, with: " ")
        line = line.replacing(/([a-z]):\s/) { "\($0.1) " }
        let groups = line.split(separator: ";").map { group in
            group.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return from + groups.filter { !$0.isEmpty }.joined(separator: "; ")
    }

    /// A text with a name in the place of another, where that stands as words of its own.
    private static func replaced(_ name: String, in text: String, with other: String) -> String {
        var result = ""
        var rest = text[...]
        while let range = rest.firstRange(of: name) {
            let before = rest[..<range.lowerBound].last ?? result.last
            let after = rest[range.upperBound...].first
            let isWord =
                !(before.map { $0.isLetter || $0.isNumber } ?? false)
                && !(after.map { $0.isLetter || $0.isNumber } ?? false)
            result += rest[..<range.lowerBound] + (isWord ? other[...] : rest[range])
            rest = rest[range.upperBound...]
        }
        return result + rest
    }

    /// What is said of the text that the catalog keeps.
    static func words(_ text: String) -> Message {
        var vietnamese = text
        for day in days {
            vietnamese = replaced(day.name, in: vietnamese, with: day.vietnamese)
        }
        vietnamese = vietnamese.replacing(
            /(thứ [2-7])-(thứ [2-7]|chủ nhật)/
        ) { "\($0.1) đến \($0.2)" }
        vietnamese = vietnamese.replacing(/(?m)^([0-9]{4}-[0-9]{2}-[0-9]{2}):/) {
            "từ \(Language.vietnamese.day(String($0.1))):"
        }
        return Message(text, vi: vietnamese)
    }
}
