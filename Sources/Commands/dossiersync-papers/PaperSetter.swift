// How a page is filled, as a typist would: a paragraph is not parted so that one line stands alone, a heading of a table
// comes again on each page, a row stays whole where a page holds it, and signatures never stand alone.

internal import CPango
internal import Papers

/// Fills pages with papers.
struct PaperSetter {
    private static let gap = 2.5
    private static let padding = 2.5
    /// A table of more columns has smaller letters.
    private static let columnsOfText = 10

    let typesetter: Typesetter
    let pages: PageWriter

    /// Sets one paper.
    ///
    /// - Throws: `PaperFault`.
    func set(_ paper: Paper) throws(PaperFault) {
        typesetter.checkLetters(of: paper.reference)
        pages.begin(paper)
        if let mark = paper.mark { frame(mark) }
        for (place, block) in paper.blocks.enumerated() {
            let next = paper.blocks.indices.contains(place + 1) ? paper.blocks[place + 1] : nil
            try set(block, keeping: heightToKeep(of: next))
        }
    }

    /// The height that has to stand on the same page as the end of what comes before it.
    private func heightToKeep(of next: PaperBlock?) -> Double {
        switch next {
        case .signatures(let signatures): height(of: signatures)
        case .table(let table): headingHeight(of: table) + 30
        default: 0
        }
    }

    private func set(_ block: PaperBlock, keeping rest: Double) throws(PaperFault) {
        switch block {
        case .heading(let left, let right): heading(left, right)
        case .symbols(let code, let qr): try symbols(code, qr)
        case .line(let line):
            let isTitle = line.styles.contains(.title)
            if isTitle { pages.y += 8 }
            flow(text(of: line, width: pages.width), keeping: rest)
            if isTitle { pages.y += 2 }
        case .field(let label, let value):
            flow(
                typesetter.set("\(label): \(value)", width: pages.width), keeping: rest)
        case .table(let table): set(table, keeping: rest)
        case .signatures(let signatures): set(signatures)
        }
    }

    private func text(of line: PaperLine, width: Double) -> TextBlock {
        let size: Typesetter.Size =
            line.styles.contains(.title) ? .title : line.styles.contains(.small) ? .small : .text
        return typesetter.set(line.text, width: width, size, line.styles, line.alignment)
    }

    /// Sets a paragraph: at its parting two lines stand on either side.
    private func flow(_ text: TextBlock, keeping rest: Double) {
        let lines = text.lines
        for (place, line) in lines.enumerated() {
            let left = lines.count - place
            // What must follow on the same page: the next line after the first, the last one after the last but one.
            let isStart = place == 0 && left > 1
            let isEnd = left == 2 && lines.count > 2
            var needed = line.height
            if isStart || isEnd { needed += lines[place + 1].height }
            if lines.count == 3, place == 0 { needed += lines[2].height }
            if left == 1 || left == 2 && (isStart || isEnd) { needed += Self.gap + rest }
            if needed > pages.room, !pages.isAtTop { pages.nextPage() }
            pages.draw(line, of: text, x: pages.x)
        }
        pages.y += Self.gap
    }

    private func frame(_ mark: String) {
        let text = typesetter.set(mark, width: pages.width - 8, .small, [.bold])
        let (top, width) = (pages.y, (text.lines.map(\.width).max() ?? 0) + 8)
        pages.y += 2
        pages.draw(text, x: pages.x + 4, width: width)
        pages.y += 2
        cairo_set_line_width(pages.cairo, 0.8)
        cairo_rectangle(pages.cairo, pages.x, top, width, pages.y - top)
        cairo_stroke(pages.cairo)
        pages.y += 4
    }
}

// MARK: - The head of a paper

extension PaperSetter {
    /// The columns are parted so that the national heading stands on one line, and the number of a paper too.
    private func heading(_ left: [PaperLine], _ right: [PaperLine]) {
        let top = pages.y
        let part = pages.width * 0.45
        let ends = [(left, pages.x, part - 4), (right, pages.x + part, pages.width - part)].map {
            lines, x, width in
            pages.y = top
            for line in lines {
                var line = line
                let isRuled = line.styles.remove(.ruled) != nil
                let text = text(of: line, width: width)
                pages.draw(text, x: x, width: width)
                if isRuled {
                    let length = min(width, text.lines.last?.width ?? 0) * 0.6
                    let middle = x + width / 2
                    pages.y += 2.5
                    pages.rule(middle - length / 2, pages.y, middle + length / 2, pages.y)
                    pages.y += 3
                }
            }
            return pages.y
        }
        pages.y = (ends.max() ?? top) + 6
    }

    /// Code 128 at the left with its text beneath, QR at the right.
    ///
    /// - Throws: `PaperFault`.
    private func symbols(_ code: String?, _ qr: String?) throws(PaperFault) {
        guard code != nil || qr != nil else { return }
        let (top, side) = (pages.y + 2, 68.0)
        if let code {
            let symbol = try Symbol.code128(code)
            let width = min(
                Double(symbol.width) * 0.75, pages.width - (qr == nil ? 0 : side + 20))
            pages.draw(symbol, x: pages.x + 8, y: top + 8, width: width, height: 36)
            pages.y = top + 46
            pages.draw(
                typesetter.set(code, width: width, .small, [], .center), x: pages.x + 8,
                width: width)
        }
        if let qr {
            let symbol = try Symbol.qr(qr)
            pages.draw(
                symbol, x: pages.x + pages.width - side - 4, y: top, width: side, height: side)
        }
        pages.y = max(pages.y, top + (qr == nil ? 0 : side)) + 4
    }
}

// MARK: - Tables

extension PaperSetter {
    private func widths(of table: PaperTable) -> [Double] {
        let sum = table.columns.reduce(0) { $0 + $1.width }
        return table.columns.map { Double($0.width) / Double(sum) * pages.width }
    }

    private func cells(
        _ texts: [String], _ widths: [Double], _ alignments: [PaperLine.Alignment],
        _ styles: Set<PaperLine.Style> = []
    ) -> [TextBlock] {
        zip(texts, zip(widths, alignments)).map { text, column in
            typesetter.set(
                text, width: column.0 - 2 * Self.padding,
                widths.count > Self.columnsOfText ? .denseTable : .table, styles, column.1)
        }
    }

    private func headingCells(of table: PaperTable, _ widths: [Double]) -> [TextBlock] {
        cells(
            table.columns.map(\.title), widths, table.columns.map { _ in .center }, [.bold])
    }

    private func headingHeight(of table: PaperTable) -> Double {
        height(of: headingCells(of: table, widths(of: table)))
    }

    private func height(of cells: [TextBlock]) -> Double {
        (cells.map(\.height).max() ?? 0) + 2 * Self.padding
    }

    private func set(_ table: PaperTable, keeping rest: Double) {
        let widths = widths(of: table)
        let heading = headingCells(of: table, widths)
        let headingHeight = height(of: heading)
        let alignments = table.columns.map(\.alignment)
        draw(heading, widths, from: 0)
        for (place, texts) in table.rows.enumerated() {
            let row = cells(texts, widths, alignments)
            let whole = height(of: row)
            let end = place == table.rows.count - 1 ? rest + Self.gap : 0
            let fits = whole + end <= pages.fullRoom - headingHeight
            if whole + end > pages.room, fits, !pages.isAtTop {
                pages.nextPage()
                draw(heading, widths, from: 0)
            }
            var taken = row.map { _ in 0 }
            // One that no page holds is parted between its lines.
            while true {
                let next = draw(row, widths, from: taken, keeping: fits ? 0 : end)
                if zip(next, row).allSatisfy({ $0 >= $1.lines.count }) { break }
                let isStuck = next == taken
                taken = next
                pages.nextPage()
                draw(heading, widths, from: 0)
                if isStuck, pages.room < 2 * headingHeight { break }
            }
        }
        pages.y += Self.gap + 2
    }

    private func draw(_ cells: [TextBlock], _ widths: [Double], from line: Int) {
        _ = draw(cells, widths, from: cells.map { _ in line }, keeping: 0)
    }

    /// Draws the lines of a row that the page has room for.
    ///
    /// - Returns: how many of each cell's lines are drawn.
    private func draw(
        _ cells: [TextBlock], _ widths: [Double], from taken: [Int], keeping rest: Double
    ) -> [Int] {
        let (top, bottom) = (pages.y, pages.y + pages.room - Self.padding)
        var (next, end, x) = (taken, top + Self.padding, pages.x)
        for (column, cell) in cells.enumerated() {
            pages.y = top + Self.padding
            while next[column] < cell.lines.count {
                let line = cell.lines[next[column]]
                guard pages.y + line.height <= bottom + 0.01 else { break }
                pages.draw(line, of: cell, x: x + Self.padding)
                next[column] += 1
            }
            end = max(end, pages.y)
            x += widths[column]
        }
        pages.y = end + Self.padding
        x = pages.x
        for width in widths + [0] {
            pages.rule(x, top, x, pages.y)
            x += width
        }
        for height in [top, pages.y] {
            pages.rule(pages.x, height, pages.x + pages.width, height)
        }
        return next
    }
}

// MARK: - Signatures

extension PaperSetter {
    /// Room for a hand and a stamp.
    private static let signatureRoom = 52.0

    private func parts(_ signature: PaperSignature, _ width: Double) -> [TextBlock] {
        [
            typesetter.set(signature.role, width: width, .text, [.bold], .center),
            typesetter.set(signature.note, width: width, .small, [.italic], .center),
            typesetter.set(signature.name, width: width, .text, [.bold], .center),
        ]
    }

    private func columnWidth(_ signatures: [PaperSignature]) -> Double {
        pages.width / Double(max(1, signatures.count)) - 10
    }

    private func height(of signatures: [PaperSignature]) -> Double {
        let width = columnWidth(signatures)
        let heights = signatures.map { signature in
            parts(signature, width).reduce(0) { $0 + $1.height }
        }
        return (heights.max() ?? 0) + Self.signatureRoom + 12
    }

    private func set(_ signatures: [PaperSignature]) {
        if height(of: signatures) > pages.room, !pages.isAtTop { pages.nextPage() }
        pages.y += 8
        let (top, width) = (pages.y, columnWidth(signatures))
        var end = top
        // Names stand on one height, whatever the roles above take.
        let heads = signatures.map { parts($0, width).prefix(2).reduce(0) { $0 + $1.height } }
        let nameTop = top + (heads.max() ?? 0) + Self.signatureRoom
        for (place, signature) in signatures.enumerated() {
            let x = pages.x + Double(place) * (width + 10) + 5
            let parts = parts(signature, width)
            pages.y = top
            for part in parts.prefix(2) { pages.draw(part, x: x, width: width) }
            pages.y = nameTop
            pages.draw(parts[2], x: x, width: width)
            end = max(end, pages.y)
        }
        pages.y = end + Self.gap
    }
}
