/// A table of aligned columns for a terminal.
///
/// Cells are made harmless by `TerminalSafe`; widths count display cells.
public struct TextTable: Sendable {
    /// A column's heading and side.
    public struct Column: Sendable, Hashable {
        /// The heading.
        public var title: String
        /// Whether cells stand at the right, as numbers should.
        public var alignsRight: Bool

        /// Declares a column.
        public init(_ title: String, alignsRight: Bool = false) {
            self.title = title
            self.alignsRight = alignsRight
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    /// Makes an empty table; without any title it has no heading.
    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Whether no row was added.
    public var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; missing cells are blank.
    /// - Precondition: There are not more cells than columns.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count <= columns.count, "a row has more cells than the table columns")
        let blanks = repeatElement("", count: columns.count - cells.count)
        rows.append(cells.map { TerminalSafe.text($0) } + blanks)
    }

    /// The heading and the rows, without spaces at the ends of lines.
    public var lines: [String] {
        let titles = columns.map(\.title)
        let all = titles.allSatisfy(\.isEmpty) ? rows : [titles] + rows
        let widths = columns.indices.map { column in
            all.map { DisplayWidth.of($0[column]) }.max() ?? 0
        }
        return all.map { row in
            let cells = columns.indices.map { column in
                DisplayWidth.padded(
                    row[column], to: widths[column], toRight: columns[column].alignsRight)
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
