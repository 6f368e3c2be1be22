internal import Causality
public import Dossiers
public import Replication
internal import Time

/// What the catalog says for papers: offices and procedures.
public struct PaperCatalog: Sendable {
    private var offices: [String: RecordState] = [:]
    private var procedures: [String: [RecordState]] = [:]

    /// Reads the entries of the catalog; records of other kinds are passed over.
    public init(_ entries: some Sequence<RecordState>) {
        for entry in entries {
            guard let code = entry.text("code") else { continue }
            switch entry.kind {
            case .office: offices[CodeText.key(code)] = entry
            case .procedure: procedures[CodeText.key(code), default: []].append(entry)
            default: break
            }
        }
        for key in procedures.keys {
            procedures[key]?.sort {
                ($0.text("effective_from") ?? "") < ($1.text("effective_from") ?? "")
            }
        }
    }

    /// An office by its code.
    func office(_ code: String?) -> RecordState? { code.flatMap { offices[CodeText.key($0)] } }

    /// The edition of a procedure that holds for what is received at a time.
    func procedure(_ code: String?, receivedAt time: Int64) -> RecordState? {
        guard let code else { return nil }
        let day = OfficeTime.day(ofMilliseconds: time).description
        let editions = CodeText.procedureKeys(code).lazy.compactMap { procedures[$0] }.first
        return editions?.last { ($0.text("effective_from") ?? "") <= day } ?? editions?.first
    }
}

/// What a desk knows of itself.
public struct PaperDesk: Sendable {
    /// The body above the office: the first of the two lines of the issuing body.
    public var body: String?
    /// Where papers are made, as in “Thanh Hóa”.
    public var place: String?
    /// What the QR code of a dossier's code holds.
    public var symbol: @Sendable (String) -> String = { $0 }

    /// A desk that knows nothing.
    public init() {}
}

/// What a paper is made of.
public struct PaperSource: Sendable {
    /// The dossier.
    public var dossier: RecordState
    /// What the catalog says of offices and procedures.
    public var catalog: PaperCatalog
    /// What it says of time.
    public var book: DeadlineBook
    /// Where it is made.
    public var desk: PaperDesk
    /// Now, in milliseconds since the epoch.
    public var now: Int64

    /// Puts them together.
    public init(
        dossier: RecordState, catalog: PaperCatalog, book: DeadlineBook, desk: PaperDesk, now: Int64
    ) {
        self.dossier = dossier
        (self.catalog, self.book) = (catalog, book)
        (self.desk, self.now) = (desk, now)
    }
}

/// A paper, and what is noted of it.
public struct MadePaper: Hashable, Sendable {
    /// What it is.
    public var kind: PaperKind
    /// The paper.
    public var paper: Paper
    /// Its number: the same whenever and wherever it is made.
    public var number: String
    /// Which paper of its kind it is of the dossier, from 1.
    public var occasion: Int
    /// How often it was made before.
    public var copies: Int
    /// When it was made first, in milliseconds since the epoch.
    public var made: Int64
    /// The event that says that it was printed.
    public var event: DossierEvent {
        DossierEvent(.printed, from: kind.rawValue, to: String(occasion))
    }
}

extension RecordState {
    /// What a field of text shows; `nil` when it is empty.
    func text(_ name: FieldName) -> String? {
        guard let text = shownValue(name)?.text, !text.isEmpty else { return nil }
        return text
    }

    /// What a field of time shows.
    func time(_ name: FieldName) -> Int64? { shownValue(name)?.integer }

    /// Who wrote what a field shows.
    func writer(of name: FieldName) -> String? {
        let shown = shownValue(name)
        return self[name].first { $0.value == shown }.flatMap { stamp(of: $0.dot)?.by }
    }
}
