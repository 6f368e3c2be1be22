/// Spans of time as people type them.
public enum TimeSpan {
    /// Units in the order in which they are written, with their milliseconds.
    private static let units: [(name: Character, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ]
    /// No span is longer: 300 years, in milliseconds.
    private static let millisecondsEnd: Int64 = 300 * 366 * 86_400_000

    /// Reads `9829d2h30m`, `90s` or `-7h`; `nil` for anything else, and for more than 300 years.
    public static func milliseconds(parsing text: String) -> Int64? {
        var rest = text[...]
        let sign: Int64 = rest.hasPrefix("-") ? -1 : 1
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest.removeFirst() }
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        for (unit, milliseconds) in units {
            guard let end = rest.firstIndex(of: unit) else { continue }
            guard rest[..<end].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int64(rest[..<end]), number <= 10_000_000_000 / milliseconds * 1000
            else { return nil }
            total += number * milliseconds
            rest = rest[rest.index(after: end)...]
        }
        return rest.isEmpty && total < millisecondsEnd ? sign * total : nil
    }

    /// The span as `milliseconds(parsing:)` reads it, in whole seconds: `1d12h`; `0s` for none.
    public static func text(milliseconds: Int64) -> String {
        var rest = milliseconds.magnitude
        var text = ""
        for (unit, length) in units {
            let (count, left) = rest.quotientAndRemainder(dividingBy: length.magnitude)
            if count > 0 { text += "\(count)\(unit)" }
            rest = left
        }
        return text.isEmpty ? "0s" : (milliseconds < 0 ? "-" : "") + text
    }
}
