// One document for the paper maker: what stands on the papers, in order, and nothing of how a page is filled.
// It is a value: the same document gives the same bytes. Its form in JSON is `Protocol/papers.md`.

/// Papers that are made at once, each beginning on a page of its own.
public struct PaperDocument: Hashable, Sendable {
    /// The number of this form of documents.
    public static let version: Int64 = 1

    /// What the file is called by who looks at it.
    public var title: String
    /// When it was made, in milliseconds since the epoch: the file says so, and knows no other time.
    public var made: Int64
    /// The papers.
    public var papers: [Paper]

    /// Makes a document.
    public init(title: String, made: Int64, papers: [Paper]) {
        (self.title, self.made, self.papers) = (title, made, papers)
    }
}

/// One paper.
public struct Paper: Hashable, Sendable {
    /// How the sheet lies.
    public enum Orientation: String, Hashable, Sendable {
        /// 210 mm wide.
        case portrait
        /// 297 mm wide.
        case landscape
    }

    /// How the sheet lies.
    public var orientation = Orientation.portrait
    /// What stands at the head of each page but the first, beside its number: which paper it belongs to.
    public var reference: String
    /// What stands in a frame at the top, as that it is a copy; `nil` for none.
    public var mark: String?
    /// What stands on it, in order.
    public var blocks: [PaperBlock]

    /// Makes a paper.
    public init(
        _ orientation: Orientation = .portrait, reference: String, mark: String? = nil,
        blocks: [PaperBlock] = []
    ) {
        self.orientation = orientation
        (self.reference, self.mark, self.blocks) = (reference, mark, blocks)
    }
}

/// A piece of a paper.
public enum PaperBlock: Hashable, Sendable {
    /// The issuing body at the left, the national heading at the right.
    case heading(left: [PaperLine], right: [PaperLine])
    /// What machines read: Code 128 at the left, a QR code at the right.
    case symbols(code128: String?, qr: String?)
    /// A paragraph.
    case line(PaperLine)
    /// A name and what stands there.
    case field(label: String, value: String)
    /// A table.
    case table(PaperTable)
    /// Who signs, side by side; they never stand alone on a page.
    case signatures([PaperSignature])
}

/// A paragraph in one style.
public struct PaperLine: Hashable, Sendable {
    /// Where its lines stand.
    public enum Alignment: String, Hashable, Sendable {
        /// At the left margin.
        case left
        /// In the middle.
        case center
        /// At the right margin.
        case right
    }

    /// How its letters look.
    public enum Style: String, CaseIterable, Hashable, Sendable {
        /// As they are.
        case bold
        /// Slanted.
        case italic
        /// The heading of a paper.
        case title
        /// For remarks.
        case small
        /// With a short rule beneath.
        case ruled
    }

    /// What it says.
    public var text: String
    /// How it looks.
    public var styles: Set<Style>
    /// Where it stands.
    public var alignment: Alignment

    /// Makes a line.
    public init(_ text: String, _ styles: Set<Style> = [], _ alignment: Alignment = .left) {
        (self.text, self.styles, self.alignment) = (text, styles, alignment)
    }
}

/// A table whose heading stands on each page that it comes to.
public struct PaperTable: Hashable, Sendable {
    /// A column.
    public struct Column: Hashable, Sendable {
        /// Its heading.
        public var title: String
        /// Its part of the width, in parts of all columns' sum.
        public var width: Int64
        /// Where its cells' lines stand.
        public var alignment: PaperLine.Alignment

        /// Makes a column.
        public init(_ title: String, _ width: Int64, _ alignment: PaperLine.Alignment = .left) {
            (self.title, self.width, self.alignment) = (title, width, alignment)
        }
    }

    /// The columns.
    public var columns: [Column]
    /// The rows, each of as many cells.
    public var rows: [[String]]

    /// Makes a table.
    public init(_ columns: [Column], rows: [[String]]) {
        (self.columns, self.rows) = (columns, rows)
    }
}

/// A place for a signature.
public struct PaperSignature: Hashable, Sendable {
    /// As what the person signs.
    public var role: String
    /// How.
    public var note: String
    /// The name that is known already; empty for none.
    public var name: String

    /// Makes a place.
    public init(_ role: String, note: String = "(Ký và ghi rõ họ tên)", name: String = "") {
        (self.role, self.note, self.name) = (role, note, name)
    }
}
