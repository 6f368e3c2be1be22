public import Causality
public import CommandLine
internal import Dossiers
internal import Files
internal import Imports
internal import JSON
public import SQLiteStore
internal import Text

/// The import of rows as both programs offer it: options, files, progress and what is said at the end.
public struct ImportRun {
    /// Lines with faults that are said; the rest stands in the files.
    private static let faultsShownMax = 20

    /// The options of the command.
    public static let options = [
        Option(
            "--map", valueName: "FILE",
            help: Message(
                "which column is which field (JSON)", vi: "cột nào là trường nào (JSON)")),
        Option(
            "--suggest",
            help: Message(
                "print a mapping guessed from the file's headings, and import nothing",
                vi: "in tệp ánh xạ đoán từ tiêu đề cột, không nhập gì")),
        Option(
            "--delimiter", valueName: "CHARACTER",
            help: Message(
                "what stands between cells (default: the commonest of , ; and tab)",
                vi: "ký tự ngăn ô (mặc định: dấu hay gặp nhất trong , ; và tab)")),
        Option(
            "--heading-line", valueName: "N",
            help: Message(
                "the line on which the heading stands (default: it is looked for)",
                vi: "dòng có tiêu đề cột (mặc định: tự tìm)")),
        Option(
            "--fonts", valueName: "convert|keep",
            help: Message(
                "what becomes of text of old fonts, TCVN3 and VNI (default: its rows are refused)",
                vi:
                    "chữ của phông cũ TCVN3, VNI: chuyển (convert) hoặc giữ (keep); mặc định: không nhận"
            )),
        Option(
            "--dry-run",
            help: Message("check everything, write nothing", vi: "kiểm tra tất cả, không ghi gì")),
        Option(
            "--update",
            help: Message(
                "write what a row says otherwise than its dossier",
                vi: "ghi những gì dòng nói khác với hồ sơ")),
        Option(
            "--report", valueName: "FILE",
            help: Message(
                "write the outcome of each line (CSV), without personal data",
                vi: "ghi kết quả từng dòng (CSV), không có dữ liệu cá nhân")),
        Option(
            "--errors", valueName: "FILE",
            help: Message(
                "write the lines that were not taken as they are, to be mended and imported again",
                vi: "ghi nguyên các dòng không nhận được để sửa và nhập lại")),
    ]

    private let invocation: Invocation
    private let path: String
    private let fileReading: ImportReading

    /// Reads the options.
    ///
    /// - Throws: `UsageError`.
    public init(_ invocation: Invocation, path: String) throws {
        self.invocation = invocation
        self.path = path
        let delimiter: Character? = try invocation.value(
            "--delimiter", expected: Message("one character", vi: "một ký tự")
        ) { text in
            let character = text == "\\t" || text == "tab" ? "\t" : text.first
            return text.count == 1 || character == "\t" ? character : nil
        }
        fileReading = ImportReading(
            delimiter: delimiter,
            headingLine: try invocation.integer("--heading-line", in: 1 ... .max),
            convertsLegacyFonts: try invocation.choice("--fonts", of: ["convert", "keep"])
                .map { $0 == "convert" })
    }

    /// Prints a mapping for a person to correct, and says what was left out of it.
    ///
    /// - Throws: `CommandFailure`; a mapping without a code is of no use.
    public func suggest() throws {
        let headings = try reading { try ImportRows.headings(path: path, reading: fileReading) }
        let suggestion = MappingSuggestion(of: headings)
        for doubt in suggestion.doubts {
            let (heading, field) = (Folding.squeezed(doubt.heading), doubt.field)
            let instead = doubt.instead.map { Folding.squeezed($0) }
            let words =
                instead.map {
                    Message(
                        "left out: “\(heading)”; \(field) is taken from “\($0)”",
                        vi: "bỏ qua: “\(heading)”; \(field) lấy từ “\($0)”")
                }
                ?? Message(
                    "left out: “\(heading)”; it may be \(field)",
                    vi: "bỏ qua: “\(heading)”; có thể là \(field)")
            try invocation.printErr(TerminalSafe.text(invocation.text(words)))
        }
        guard suggestion.hasCode else {
            throw CommandFailure(
                .dataError,
                Message(
                    "no column is recognised as the dossier's code, by which a row is known again",
                    vi: "không nhận ra cột nào là mã hồ sơ, để nhận biết từng dòng"),
                hint: Message(
                    "write the mapping by hand, or say where the heading stands: --heading-line N",
                    vi: "hãy tự viết tệp ánh xạ, hoặc chỉ dòng tiêu đề: --heading-line N"))
        }
        try invocation.printOut(suggestion.mapping.serialized())
    }

    /// Imports the rows.
    ///
    /// - Throws: `CommandFailure`, `StoreError`.
    public func run<Database: RoleDatabase>(
        _ database: Database, clock: any WallClock, terminal: ProgressTerminal,
        writer: String? = nil,
        door: @escaping (Database.Writing) throws -> RecordEdit<Database.Writing>
    ) throws -> ExitCode {
        var rows = try reading {
            try ImportRows(path: path, mapping: try mapping(), reading: fileReading)
        }
        let files = try ReportFiles(invocation, heading: rows.heading, hasMark: rows.hasMark)
        var importer = RowImporter(
            database, clock: clock,
            options: .init(
                isDryRun: invocation.has("--dry-run"), updates: invocation.has("--update"),
                writer: writer ?? invocation.value("--by")), door: door)
        let began = ContinuousClock.now
        let bar = ProgressBar(
            label: invocation.text(Message("rows", vi: "dòng")), total: rowCount,
            terminal: terminal, now: { ContinuousClock.now - began })
        var shown: [RowFault] = []
        try reading {
            try importer.run(&rows) { row, outcome, fault in
                try files.note(row, outcome, fault)
                if let fault, shown.count < Self.faultsShownMax { shown.append(fault) }
            } progress: {
                bar.update(done: $0.total)
            }
        }
        bar.finish()
        try files.finish()
        try say(importer.counts, shown)
        return importer.counts[.failed] == 0 ? .ok : .dataError
    }

    private func mapping() throws -> ImportMapping {
        guard let path = invocation.value("--map") else {
            throw UsageError(
                Message("--map FILE is missing", vi: "thiếu --map TỆP"),
                hint: Message("--suggest prints one", vi: "--suggest in ra một tệp"))
        }
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(path: path)
        } catch {
            throw CommandFailure(
                .noInput,
                Message(
                    "the mapping \(path) cannot be read", vi: "không đọc được tệp ánh xạ \(path)"))
        }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes[...])
        } catch {
            throw CommandFailure(
                .dataError,
                Message(
                    "the mapping is no JSON: ", vi: "tệp ánh xạ không phải JSON: ") + error.message)
        }
        return try ImportMapping(json)
    }

    /// About as many rows as a file has, by its lines; `nil` for what is no file.
    private var rowCount: Int? {
        guard path != "-" else { return nil }
        return LineReader.lineCount(path: path).map { max(0, $0 - 1) }
    }

    private func reading<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as ImportError {
            throw CommandFailure(.dataError, error.message, hint: error.hint)
        } catch let error as FileError {
            throw CommandFailure(
                .noInput,
                Message("the file cannot be read: ", vi: "không đọc được tệp: ") + error.message)
        }
    }

    private func say(_ counts: ImportCounts, _ faults: [RowFault]) throws {
        if invocation.has("--json") {
            try invocation.printOut(json(counts, faults).serialized())
            return
        }
        for fault in faults {
            try invocation.printErr(
                invocation.text(
                    Message("line \(fault.line): ", vi: "dòng \(fault.line): ") + fault.message))
        }
        let rest = counts[.failed] - faults.count
        if rest > 0 {
            try invocation.printErr(
                invocation.text(Message("and \(rest) more", vi: "và \(rest) dòng nữa")))
        }
        func words(_ outcome: RowOutcome, _ english: String, _ vietnamese: String) -> Message {
            let number = counts[outcome]
            return Message(
                "\(Language.english.number(number)) \(english)",
                vi: "\(Language.vietnamese.number(number)) \(vietnamese)")
        }
        var parts = [
            words(.made, "made", "hồ sơ mới"), words(.known, "here already", "đã có"),
            words(.failed, "refused", "không nhận"),
        ]
        if counts[.differs] > 0 {
            parts.append(
                words(
                    .differs, "here and different: see --update", "đã có nhưng khác: xem --update"))
        }
        if counts[.updated] > 0 { parts.append(words(.updated, "updated", "đã cập nhật")) }
        let dry = Message("would be: ", vi: "nếu nhập: ")
        try invocation.say(
            (invocation.has("--dry-run") ? dry : Message(verbatim: ""))
                + .joined(parts, separator: ", "))
    }

    private func json(_ counts: ImportCounts, _ faults: [RowFault]) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("dryRun", .bool(invocation.has("--dry-run"))),
            ("rows", .integer(Int64(counts.total))),
        ]
        for outcome in RowOutcome.allCases {
            members.append((outcome.rawValue, .integer(Int64(counts[outcome]))))
        }
        members.append(
            (
                "errors",
                .array(
                    faults.map {
                        .object([
                            ("line", .integer(Int64($0.line))), ("code", .string($0.code)),
                            ("message", .string($0.message.english)),
                        ])
                    })
            ))
        return .object(members)
    }
}
