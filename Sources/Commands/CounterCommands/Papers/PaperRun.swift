internal import Causality
internal import CommandLine
internal import Dossiers
internal import Papers
internal import Replication
internal import SQLiteStore
internal import Text

/// One call of the command that makes papers: they are made in whole, brought to where they go, and noted in the
/// dossiers last.
struct PaperRun {
    enum Target {
        case file(String)
        case printer(String?)
        /// A file that is called after the paper.
        case named
    }

    let invocation: Invocation
    let context: CounterContext
    let settings: CounterSettings
    let target: Target

    init(_ invocation: Invocation, _ context: CounterContext) throws {
        self.invocation = invocation
        self.context = context
        settings = CounterSettings(try CounterHome(invocation, context.environment))
        switch (invocation.value("--out"), invocation.has("--print")) {
        case (let path?, false) where !path.isEmpty: target = .file(path)
        case (nil, true): target = .printer(invocation.value("--printer") ?? settings.printer)
        case (nil, false): target = .named
        default:
            throw UsageError(
                Message(
                    "either --out FILE or --print is needed", vi: "cần --out TỆP hoặc --print"))
        }
        if invocation.has("--printer"), !invocation.has("--print") {
            throw UsageError(Message("--printer needs --print", vi: "--printer cần --print"))
        }
    }

    /// A paper that was made of a dossier.
    struct Made {
        var word: String
        var state: RecordState
        var paper: MadePaper
    }

    func papers() throws -> ExitCode {
        let (words, kind) = try asked()
        let named = try invocation.references(words)
        let by = try invocation.writer(context)
        if named.count > 1, case .named = target {
            throw UsageError(
                Message("--out FILE or --print is needed", vi: "cần --out TỆP hoặc --print"))
        }
        var failures: [(word: String, failure: CommandFailure)] = []
        var all = try context.read(invocation) { database in
            let source = try source(database)
            return try named.compactMap { word, reference -> Made? in
                do {
                    return try CommandFailure.translating {
                        try made(word, reference, kind, source, database)
                    }
                } catch let failure as CommandFailure {
                    failures.append((word, failure))
                    return nil
                }
            }
        }
        let pdf = try draw(&all, &failures)
        if named.count == 1, let failure = failures.first?.failure { throw failure }
        for (word, failure) in failures {
            let name = TerminalSafe.text(word)
            try invocation.printErr("\(name): \(invocation.text(failure.message))")
        }
        guard let first = all.first else { return failures.first?.failure.exitCode ?? .ok }
        for made in all { try warn(of: made) }
        let name = "\(first.state.shownValue("code")?.text ?? "")-\(kind.rawValue).pdf"
        let place = try deliver(pdf, named: name, title: "dossiersync \(kind.rawValue)")
        do {
            try note(all, by)
        } catch {
            try withdraw(place)
            throw error
        }
        try say(all, place)
        return failures.first?.failure.exitCode ?? .ok
    }

    /// The words that name dossiers, and the form behind them.
    private func asked() throws(UsageError) -> (words: [String], kind: PaperKind) {
        let words = invocation.positionals("RECORD") + invocation.positionals("FORM")
        if invocation.has("--period") {
            throw UsageError(Message("--period needs --register", vi: "--period cần --register"))
        }
        let typed = words.last.map { $0.count == 1 ? "0" + $0 : $0 }
        guard words.count > 1, let kind = typed.flatMap(PaperKind.init(rawValue:)),
            kind != .register
        else {
            throw UsageError(
                Message(
                    "the number of the form comes last: 01 to 06",
                    vi: "sau cùng là số của mẫu: 01 đến 06"),
                hint: Message(
                    "07 is: counter paper --register --period 2026-11",
                    vi: "mẫu 07: counter paper --register --period 11/2026"))
        }
        return (words.dropLast(), kind)
    }

    private func source(
        _ database: CounterDatabase
    ) throws -> (RecordState) -> PaperSource {
        let (catalog, book) = try catalog(database)
        let (desk, now) = (settings.paperDesk, context.clock.now().milliseconds)
        return { PaperSource(dossier: $0, catalog: catalog, book: book, desk: desk, now: now) }
    }

    func catalog(
        _ database: CounterDatabase
    ) throws -> (PaperCatalog, DeadlineBook) {
        var entries: [RecordState] = []
        for kind in [RecordKind.office, .procedure, .holiday] {
            try database.forEachState(of: kind, at: nil) { entries.append($0) }
        }
        return (PaperCatalog(entries), DeadlineBook(catalog: entries))
    }

    private func made(
        _ word: String, _ reference: RecordReference, _ kind: PaperKind,
        _ source: (RecordState) -> PaperSource, _ database: CounterDatabase
    ) throws -> Made {
        guard let state = try database.state(of: reference) else { throw StoreError.noSuchRecord }
        guard try !database.isCopy(state) else {
            throw CommandFailure(
                .dataError,
                Message(
                    "the dossier went to another office, which makes its papers",
                    vi: "hồ sơ đã chuyển cơ quan khác, nơi đó in giấy tờ"))
        }
        do throws(PaperProblem) {
            return Made(word: word, state: state, paper: try PaperMaker(source(state)).make(kind))
        } catch {
            throw CommandFailure(.dataError, error.message, hint: error.hint)
        }
    }

    /// Draws the papers; those with letters that no page shows fail by themselves, and the others are drawn.
    private func draw(
        _ all: inout [Made], _ failures: inout [(word: String, failure: CommandFailure)]
    ) throws -> [UInt8] {
        while let first = all.first {
            let document = PaperDocument(
                title: first.paper.number, made: first.paper.made, papers: all.map(\.paper.paper))
            do {
                return try PaperProgram(environment: context.environment).pdf(of: document)
            } catch let fault as PaperFault {
                let letters = Set(fault.letters)
                let bad = all.filter { !letters.isEmpty && $0.fields(with: letters) != [] }
                guard !bad.isEmpty else { throw fault.failure }
                for made in bad {
                    var failure = fault.failure
                    let fields = made.fields(with: letters).map(RecordSchema.title(of:))
                    failure.message =
                        failure.message + Message(" in ", vi: " ở ")
                        + .joined(fields, separator: ", ")
                    failures.append((made.word, failure))
                }
                all.removeAll { made in bad.contains { $0.state.id == made.state.id } }
            }
        }
        return []
    }

    /// Says what a person should know of a paper before it is handed out.
    private func warn(of made: Made) throws {
        let name = TerminalSafe.text(made.state.shownValue("code")?.text ?? made.word)
        let record = ShownRecord(state: made.state)
        if !record.conflicts.isEmpty {
            let fields = record.conflicts.map { RecordSchema.title(of: $0.name) }
            try invocation.warn(
                Message(
                    "\(name): in conflict, see that the paper is right: ",
                    vi: "\(name): đang mâu thuẫn, xem lại giấy tờ: ")
                    + .joined(fields, separator: ", "))
        }
        let unseen = made.state.textFields.filter { PaperText.hasControls($0.text) }
        if !unseen.isEmpty {
            try invocation.warn(
                Message(
                    "\(name): control characters were left out of ",
                    vi: "\(name): đã bỏ ký tự điều khiển ở ")
                    + .joined(
                        unseen.map { RecordSchema.title(of: $0.name) }, separator: ", "))
        }
    }

    private func note(_ all: [Made], _ by: String?) throws {
        try context.edit(invocation) { edit, _ in
            for made in all {
                let event = [DossierEvent.entry([made.paper.event])].compactMap(\.self)
                _ = try edit.edit(
                    .id(made.state.id), writes: [], additions: event, at: nil, by: by)
            }
        }
    }
}

extension PaperRun.Made {
    /// The fields whose text has some of these letters.
    func fields(with letters: Set<UInt32>) -> [FieldName] {
        state.textFields.filter { field in
            PaperText.clean(field.text).unicodeScalars.contains { letters.contains($0.value) }
        }.map(\.name)
    }
}

extension RecordState {
    /// The texts that it shows, by field.
    fileprivate var textFields: [(name: FieldName, text: String)] {
        fields.flatMap { field in
            field.entries.compactMap { $0.value.text }.map { (field.name, $0) }
        }
    }
}
