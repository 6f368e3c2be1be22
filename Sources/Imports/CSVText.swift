/// Rows of CSV (RFC 4180) as programs give them out.
public enum CSVText {
    /// A row without its end. A cell that a spreadsheet would take for a formula gets an apostrophe
    /// before it, which spreadsheets read as “this is text” (OWASP, CSV Injection).
    public static func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",")
    }

    private static func cell(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        guard safe.contains(where: { ",\"\n\r".contains($0) || $0 == "\r\n" }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
