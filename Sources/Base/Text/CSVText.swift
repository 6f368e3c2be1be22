/// Rows of CSV (RFC 4180), as programs give them out.
public enum CSVText {
    /// The byte order mark, by which spreadsheets know a table for Unicode.
    public static let mark = "\u{FEFF}"

    /// A row without its end.
    public static func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",")
    }

    /// Quotes a cell where needed. Spreadsheets take what begins like a formula for one (OWASP, CSV
    /// Injection): a quote mark before it keeps it text.
    private static func cell(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first),
            Int(text) == nil
        {
            text = "'" + text
        }
        let needsQuotes = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        guard needsQuotes else { return text }
        // By scalars: a quotation mark with a combining mark behind it is another character.
        var quoted = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.append(scalar) }
            quoted.append(scalar)
        }
        return "\"" + String(quoted) + "\""
    }
}
