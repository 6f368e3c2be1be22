internal import CPango
internal import Papers

/// Pages of a PDF, and how far the one that is being filled is.
///
/// The file has one time, which is given, so that the same document gives the same bytes.
final class PageWriter {
    /// Margins: room at the left for the holes of a binder; less where a sheet lies and tables are wide.
    private static let (top, bottom) = (56.7, 51.0)
    private static let (left, right) = (79.4, 42.5)
    private static let (leftOfLying, rightOfLying) = (56.7, 28.3)
    private static let (short, long) = (595.28, 841.89)

    /// What was written.
    private(set) var bytes: [UInt8] = []
    private let keepsBytes: Bool
    private var surface: OpaquePointer?
    private(set) var cairo: OpaquePointer?
    private var size = (width: short, height: long)
    /// The height at which what follows stands.
    var y = 0.0
    /// Pages of the papers that are finished, and of the one that is being written.
    private(set) var pageCounts: [Int] = []
    private let typesetter: Typesetter
    private var reference = ""
    /// How many pages each paper has, where that is known from a first run.
    private let knownCounts: [Int]

    /// - Parameter knownCounts: how many pages each paper takes; without them the pages are counted, and no bytes kept.
    init(
        title: String, made: String, _ typesetter: Typesetter, knownCounts: [Int]?
    ) throws(PaperFault) {
        self.typesetter = typesetter
        self.knownCounts = knownCounts ?? []
        keepsBytes = knownCounts != nil
        surface = cairo_pdf_surface_create_for_stream(
            { writer, data, count in
                guard let writer, let data else { return CAIRO_STATUS_WRITE_ERROR }
                let pages = Unmanaged<PageWriter>.fromOpaque(writer).takeUnretainedValue()
                if pages.keepsBytes {
                    pages.bytes += UnsafeBufferPointer(start: data, count: Int(count))
                }
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(self).toOpaque(), Self.short, Self.long)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "DossierSync")
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made)
        cairo = cairo_create(surface)
        guard cairo_status(cairo) == CAIRO_STATUS_SUCCESS else { throw PaperFault(.drawing) }
    }

    /// Ends the file.
    ///
    /// - Throws: `PaperFault`.
    func finish() throws(PaperFault) {
        if !pageCounts.isEmpty { cairo_show_page(cairo) }
        let status = cairo_status(cairo)
        cairo_destroy(cairo)
        cairo_surface_finish(surface)
        let ended = cairo_surface_status(surface)
        cairo_surface_destroy(surface)
        (cairo, surface) = (nil, nil)
        guard status == CAIRO_STATUS_SUCCESS, ended == CAIRO_STATUS_SUCCESS else {
            throw PaperFault(.drawing)
        }
    }

    /// Begins a paper on a page of its own.
    func begin(_ paper: Paper) {
        if !pageCounts.isEmpty { cairo_show_page(cairo) }
        pageCounts.append(1)
        reference = paper.reference
        size =
            paper.orientation == .portrait
            ? (Self.short, Self.long) : (Self.long, Self.short)
        cairo_pdf_surface_set_size(surface, size.width, size.height)
        y = Self.top
    }

    /// Goes to the next page of the paper, whose head says which paper and which page it is.
    func nextPage() {
        cairo_show_page(cairo)
        pageCounts[pageCounts.count - 1] += 1
        let (paper, page) = (pageCounts.count - 1, pageCounts[pageCounts.count - 1])
        let count = knownCounts.indices.contains(paper) ? knownCounts[paper] : page
        let head = typesetter.set(
            "\(reference) – trang \(page)/\(count)", width: width, .small, [], .center)
        y = Self.top - head.height - 8
        draw(head, x: x, width: width)
        y = Self.top
    }

    /// The left margin.
    var x: Double { size.width > size.height ? Self.leftOfLying : Self.left }
    /// The width between the margins.
    var width: Double {
        size.width - x - (size.width > size.height ? Self.rightOfLying : Self.right)
    }
    /// The height that is left on the page.
    var room: Double { size.height - Self.bottom - y }
    /// The height of a page.
    var fullRoom: Double { size.height - Self.bottom - Self.top }
    /// Whether nothing stands on the page yet.
    var isAtTop: Bool { y <= Self.top }

    /// Draws all lines of a text, and goes down by them.
    func draw(_ text: TextBlock, x: Double, width: Double) {
        for line in text.lines { draw(line, of: text, x: x) }
    }

    /// Draws one line, and goes down by it.
    func draw(_ line: TextBlock.Line, of text: TextBlock, x: Double) {
        text.draw(line, on: cairo, x: x, y: y)
        y += line.height
    }

    /// Draws a line between two places.
    func rule(_ x: Double, _ y: Double, _ toX: Double, _ toY: Double, thickness: Double = 0.5) {
        cairo_set_line_width(cairo, thickness)
        cairo_move_to(cairo, x, y)
        cairo_line_to(cairo, toX, toY)
        cairo_stroke(cairo)
    }

    /// Draws a symbol into a box.
    func draw(_ symbol: Symbol, x: Double, y: Double, width: Double, height: Double) {
        let step = (x: width / Double(max(1, symbol.width)), y: height / Double(symbol.rows.count))
        for (row, modules) in symbol.rows.enumerated() {
            var column = 0
            while column < modules.count {
                guard modules[column] else {
                    column += 1
                    continue
                }
                let start = column
                while column < modules.count, modules[column] { column += 1 }
                cairo_rectangle(
                    cairo, x + Double(start) * step.x, y + Double(row) * step.y,
                    Double(column - start) * step.x, step.y)
            }
        }
        cairo_fill(cairo)
    }
}
