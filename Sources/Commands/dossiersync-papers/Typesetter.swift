// Text in lines: Pango over the one face of papers. No other face is ever taken: what it lacks is said, and nothing drawn.

internal import CPango
internal import Papers

/// Makes lines of text. All measures are points of 1/72 inch.
final class Typesetter {
    /// The face: the twin, in its measures, of the one that the rules on official papers ask for.
    static let face = "Tinos"
    /// Sizes of letters.
    enum Size: Double {
        case denseTable = 9
        case small = 10
        case table = 10.5
        case text = 12
        case title = 14
    }

    private let fonts: UnsafeMutablePointer<PangoFontMap>
    private let context: OpaquePointer
    private let font: UnsafeMutablePointer<PangoFont>
    private var missing = Set<UInt32>()

    /// - Throws: `PaperFault` when the face is not installed.
    init() throws(PaperFault) {
        guard let fonts = pango_cairo_font_map_new(),
            let context = pango_font_map_create_context(fonts)
        else { throw PaperFault(.drawing) }
        pango_cairo_context_set_resolution(context, 72)
        let options = cairo_font_options_create()
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        pango_cairo_context_set_font_options(context, options)
        cairo_font_options_destroy(options)
        pango_context_set_round_glyph_positions(context, 0)
        pango_context_set_language(context, pango_language_from_string("vi"))
        let description = Self.description(.text, [])
        defer { pango_font_description_free(description) }
        guard let font = pango_font_map_load_font(fonts, context, description) else {
            throw PaperFault(.face)
        }
        // What stands in for a face that is not there says so by its name.
        let loaded = pango_font_describe(font)
        defer { pango_font_description_free(loaded) }
        guard let name = pango_font_description_get_family(loaded).map(String.init(cString:)),
            name == Self.face
        else { throw PaperFault(.face) }
        (self.fonts, self.context, self.font) = (fonts, context, font)
    }

    deinit {
        shim_release(font)
        shim_release(UnsafeMutableRawPointer(context))
        shim_release(fonts)
    }

    private static func description(
        _ size: Size, _ styles: Set<PaperLine.Style>
    ) -> OpaquePointer? {
        let description = pango_font_description_new()
        pango_font_description_set_family(description, face)
        pango_font_description_set_absolute_size(description, size.rawValue * Double(PANGO_SCALE))
        if !styles.isDisjoint(with: [.bold, .title]) {
            pango_font_description_set_weight(description, PANGO_WEIGHT_BOLD)
        }
        if styles.contains(.italic) {
            pango_font_description_set_style(description, PANGO_STYLE_ITALIC)
        }
        return description
    }

    /// Notes the letters of a text that the face lacks.
    func checkLetters(of text: String) {
        for scalar in text.unicodeScalars where scalar.value >= 0x80 {
            if missing.contains(scalar.value) { continue }
            if pango_font_has_char(font, scalar.value) == 0 { missing.insert(scalar.value) }
        }
    }

    /// - Throws: `PaperFault` when the face lacks letters of what was set.
    func finishCheck() throws(PaperFault) {
        if !missing.isEmpty { throw PaperFault(.letters, letters: missing.sorted()) }
    }

    /// Sets a text in lines of a width.
    func set(
        _ text: String, width: Double, _ size: Size = .text, _ styles: Set<PaperLine.Style> = [],
        _ alignment: PaperLine.Alignment = .left
    ) -> TextBlock {
        checkLetters(of: text)
        let layout = pango_layout_new(context)
        let description = Self.description(size, styles)
        defer { pango_font_description_free(description) }
        pango_layout_set_font_description(layout, description)
        let attributes = pango_attr_list_new()
        pango_attr_list_insert(attributes, pango_attr_fallback_new(0))
        // A number that is parted for want of room has no hyphen of its own.
        pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(0))
        pango_layout_set_attributes(layout, attributes)
        pango_attr_list_unref(attributes)
        pango_layout_set_width(layout, Int32(width * Double(PANGO_SCALE)))
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        switch alignment {
        case .left: pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT)
        case .center: pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
        case .right: pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT)
        }
        pango_layout_set_text(layout, text, Int32(text.utf8.count))
        return TextBlock(layout)
    }
}

/// A text in lines, each of which can stand on another page.
final class TextBlock {
    /// One line: its height, and where it stands within the width.
    struct Line {
        fileprivate let line: UnsafeMutablePointer<PangoLayoutLine>
        fileprivate let left: Double
        fileprivate let ascent: Double
        /// From the line's top to the next one's.
        let height: Double
        /// How wide its text is.
        let width: Double
    }

    private let layout: OpaquePointer?
    /// The lines.
    let lines: [Line]

    fileprivate init(_ layout: OpaquePointer?) {
        self.layout = layout
        let scale = Double(PANGO_SCALE)
        var lines: [Line] = []
        let iterator = pango_layout_get_iter(layout)
        repeat {
            guard let line = pango_layout_iter_get_line_readonly(iterator) else { break }
            var box = PangoRectangle()
            pango_layout_iter_get_line_extents(iterator, nil, &box)
            let baseline = Double(pango_layout_iter_get_baseline(iterator)) / scale
            lines.append(
                Line(
                    line: line, left: Double(box.x) / scale,
                    ascent: baseline - Double(box.y) / scale,
                    height: Double(box.height) / scale, width: Double(box.width) / scale))
        } while pango_layout_iter_next_line(iterator) != 0
        pango_layout_iter_free(iterator)
        self.lines = lines
    }

    deinit {
        if let layout { shim_release(UnsafeMutableRawPointer(layout)) }
    }

    /// The height of all lines.
    var height: Double { lines.reduce(0) { $0 + $1.height } }

    /// Draws a line with its top at a place.
    func draw(_ line: Line, on cairo: OpaquePointer?, x: Double, y: Double) {
        cairo_move_to(cairo, x + line.left, y + line.ascent)
        pango_cairo_show_layout_line(cairo, line.line)
    }
}
