extension PeriodReport {
    /// The report as a table: a heading and lines of `scope,key,name,figure,value`, UTF-8, RFC 4180.
    ///
    /// The scope is `total`, `office` (the key is its code, the name that of the catalog) or `month`
    /// (the key is `YYYY-MM`). Figures are named as in JSON, `finished.late` for example.
    public var csv: String {
        var lines = ["scope,key,name,figure,value"]
        func add(_ scope: String, _ key: String, _ name: String, _ figure: String, _ value: Int) {
            let cells = [scope, key, name, figure, String(value)].map(Self.cell)
            lines.append(cells.joined(separator: ","))
        }
        for (figure, value) in total.flat { add("total", "", "", figure, value) }
        for row in offices {
            for (figure, value) in row.figures.flat {
                add("office", row.code ?? "", row.name ?? "", figure, value)
            }
        }
        for row in months {
            let figures = [
                ("guided.total", row.guided), ("received.total", row.received),
                ("received.online", row.online), ("finished.total", row.finished),
                ("finished.late", row.late),
            ]
            for (figure, value) in figures {
                add("month", row.month.description, "", figure, value)
            }
        }
        return lines.map { $0 + "\r\n" }.joined()
    }

    /// Quotes a cell where needed. Spreadsheets take what begins like a formula for one: a quote
    /// mark before it keeps it text.
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

extension PeriodFigures {
    fileprivate var flat: [(String, Int)] {
        named.map { group, name, value in (name.map { "\(group).\($0)" } ?? group, value) }
    }
}
