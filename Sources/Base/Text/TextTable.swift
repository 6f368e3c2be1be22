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

    /// The heading and the rows, without spaces at the ends of lines, each row one line.
    public var lines: [String] { lines(width: nil) }

    /// The heading and the rows, without spaces at the ends of lines. Nothing is ever cut off.
    ///
    /// - Parameter width: the cells that a line may take. Cells then go on in the next lines, parted between words;
    ///   where not even that is narrow enough, each row becomes a paragraph in which headings stand before values. `nil`
    ///   for one line a row, however long.
    public func lines(width: Int?) -> [String] {
        let titles = columns.map(\.title)
        let hasTitles = titles.contains { !$0.isEmpty }
        let all = hasTitles ? [titles] + rows : rows
        let natural = columns.indices.map { column in
            all.map { DisplayWidth.of($0[column]) }.max() ?? 0
        }
        guard let width, Self.total(natural) > width else {
            return all.map { Self.line($0, natural, columns) }
        }
        guard let fitting = fitted(natural, all, to: width) else { return paragraphs(width) }
        return all.flatMap { wrapped($0, fitting) }
    }

    private static let gap = 2

    private static func total(_ widths: [Int]) -> Int {
        // An empty column at the end takes nothing.
        let last = widths.lastIndex { $0 > 0 } ?? -1
        return widths.reduce(0, +) + gap * max(last, 0)
    }

    private static func line(_ row: [String], _ widths: [Int], _ columns: [Column]) -> String {
        let cells = row.indices.map { column in
            DisplayWidth.padded(
                row[column], to: widths[column], toRight: columns[column].alignsRight)
        }
        let line = cells.joined(separator: String(repeating: " ", count: gap))
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// Widths within which each row takes few lines: of the widest column is taken, as long as its words fit.
    private func fitted(_ natural: [Int], _ rows: [[String]], to width: Int) -> [Int]? {
        let least = columns.indices.map { column in
            rows.map { row in
                TextWrap.widestWord(of: row[column]) + Self.indent(of: row[column]).count
            }.max() ?? 0
        }
        guard Self.total(least) <= width else { return nil }
        var widths = natural
        while Self.total(widths) > width {
            let widest = widths.indices.filter { widths[$0] > least[$0] }.max {
                widths[$0] < widths[$1]
            }
            guard let widest else { return nil }
            widths[widest] -= 1
        }
        return widths
    }

    private func wrapped(_ row: [String], _ widths: [Int]) -> [String] {
        let cells = row.indices.map { column in
            Self.wrapped(row[column], width: widths[column])
        }
        return (0..<max(cells.map(\.count).max() ?? 1, 1)).map { place in
            Self.line(
                cells.map { $0.indices.contains(place) ? $0[place] : "" }, widths, columns)
        }
    }

    /// A row as a paragraph: its first cell, then the others with their headings, as many in a line as there is room for.
    private func paragraphs(_ width: Int) -> [String] {
        rows.flatMap { row in
            let cells = columns.indices.filter { !row[$0].isEmpty }.map { column in
                let title = column == 0 ? "" : columns[column].title
                return title.isEmpty ? row[column] : "\(title): \(row[column])"
            }
            var lines: [String] = []
            for cell in cells {
                let joined = lines.last.map { $0 + String(repeating: " ", count: Self.gap) + cell }
                if let joined, DisplayWidth.of(joined) <= width {
                    lines[lines.count - 1] = joined
                } else {
                    lines += Self.wrapped((lines.isEmpty ? "" : "    ") + cell, width: width)
                }
            }
            return lines
        }
    }

    private static func indent(of text: String) -> String {
        String(text.prefix { $0 == " " })
    }

    /// The lines of a cell, each as far in as the first.
    private static func wrapped(_ text: String, width: Int) -> [String] {
        guard DisplayWidth.of(text) > width else { return [text] }
        let indent = indent(of: text)
        return TextWrap.lines(text, width: width - indent.count).map { indent + $0 }
    }
}
