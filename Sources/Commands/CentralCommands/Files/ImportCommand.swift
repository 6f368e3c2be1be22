internal import Causality
internal import CommandLine
internal import Crypto
internal import Dossiers
internal import Files
internal import Imports
internal import JSON
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Store
internal import Text

enum ImportCommand {
    static let command = Command(
        "import",
        summary: Message(
            "take in online submissions and catalog entries",
            vi: "nhập hồ sơ trực tuyến và mục của danh mục"),
        discussion: Message(
            """
            Each line is as for `counter apply`: {"new":"dossier","fields":{"office":…,…}}. A dossier
            names its office and reaches that office's counters at their next sync. A code that is
            here already is left alone, so a file may be imported again.

            With --map the file is a table, CSV or one flat object a line, as a portal writes it; a
            dry run, a report of each line and the lines to mend are to be had (see counter import).
            """,
            vi: """
                Mỗi dòng như của `counter apply`: {"new":"dossier","fields":{"office":…,…}}. Hồ sơ ghi rõ
                cơ quan và đến các quầy của cơ quan đó ở lần đồng bộ kế tiếp. Mã đã có thì bỏ qua, nên có
                thể nhập lại cùng một tệp.

                Với --map, tệp là bảng CSV hoặc mỗi dòng một đối tượng, như cổng dịch vụ công xuất ra; có
                thể chạy thử, ghi kết quả từng dòng và các dòng cần sửa (xem counter import).
                """),
        arguments: [
            Positional(
                "FILE",
                help: Message(
                    "an NDJSON file, or - for standard input",
                    vi: "tệp NDJSON, hoặc - là đầu vào chuẩn"))
        ],
        options: ImportRun.options + [
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON"))
        ]
    ) { invocation in
        let run = try ImportRun(invocation, path: invocation.positional("FILE"))
        if invocation.has("--suggest") {
            try run.suggest()
            return .ok
        }
        if invocation.has("--map") {
            let session = ReplicaID(SystemRandomSource().number() >> 1)
            let home = try CentralHome(invocation)
            return try home.withDatabase(isMaking: true) { database in
                if !invocation.has("--dry-run") { try home.heedClock(database) }
                let code = try run.run(
                    database, clock: SystemClock(), terminal: .standardError,
                    door: { try CentralEdit(ofCentral: $0, session: session) })
                if !invocation.has("--dry-run") { try note(database, by: home.actor) }
                return code
            }
        }
        if let option = ["--dry-run", "--update", "--report", "--errors", "--delimiter"]
            .first(where: { invocation.has($0) })
        {
            throw UsageError(
                Message("\(option) needs --map", vi: "\(option) cần có --map"))
        }
        var lines: LineReader
        do throws(FileError) {
            lines = try LineReader(path: invocation.positional("FILE"))
        } catch {
            throw CommandFailure(
                .noInput,
                Message("the file cannot be read: ", vi: "không đọc được tệp: ") + error.message,
                hint: nil)
        }
        let home = try CentralHome(invocation)
        var outcome = ImportOutcome()
        try home.withDatabase(isMaking: true) { database in
            var importer = Importer(database: database)
            try importer.run(&lines, &outcome)
            try note(database, by: home.actor, count: outcome.applied)
        }
        try report(outcome, invocation)
        return outcome.errors.isEmpty ? .ok : .dataError
    }

    private static func note(
        _ database: CentralDatabase, by actor: String, count: Int? = nil
    ) throws {
        try database.write(now: SystemClock().now()) {
            try $0.note("import", by: actor, count: count)
        }
    }

    private static func report(_ outcome: ImportOutcome, _ invocation: Invocation) throws {
        if invocation.has("--json") {
            try invocation.printOut(outcome.json.serialized())
            return
        }
        for error in outcome.errors.prefix(20) {
            let line = Message("line \(error.line): ", vi: "dòng \(error.line): ")
            try invocation.printErr(invocation.text(line + error.message))
        }
        if outcome.errors.count > 20 {
            let rest = outcome.errors.count - 20
            try invocation.printErr(
                invocation.text(Message("and \(rest) more", vi: "và \(rest) dòng nữa")))
        }
        let (made, known, failed) = (outcome.applied, outcome.known, outcome.errors.count)
        try invocation.say(
            Message(
                "\(made) imported, \(known) here already, \(failed) refused",
                vi: "\(made) đã nhập, \(known) đã có, \(failed) không nhận"))
    }
}

struct ImportOutcome {
    var lines = 0
    var applied = 0
    var known = 0
    var errors: [(line: Int, message: Message)] = []

    var json: JSONValue {
        .object([
            ("lines", .integer(Int64(lines))), ("applied", .integer(Int64(applied))),
            ("known", .integer(Int64(known))), ("failed", .integer(Int64(errors.count))),
            (
                "errors",
                .array(
                    errors.map {
                        .object([
                            ("line", .integer(Int64($0.line))),
                            ("message", .string($0.message.english)),
                        ])
                    })
            ),
        ])
    }
}

/// Applies lines at central, a few hundred in each transaction, each all or nothing.
struct Importer {
    /// Lines in one transaction: few enough that counters do not wait long for the writer.
    private static let batchMax = 500

    let database: CentralDatabase
    private let session = ReplicaID(SystemRandomSource().number() >> 1)

    init(database: CentralDatabase) {
        self.database = database
    }

    mutating func run(_ lines: inout LineReader, _ outcome: inout ImportOutcome) throws {
        while true {
            var batch: [(number: Int, edit: EditLine)] = []
            let isEnd = try fill(&batch, &lines, &outcome)
            try apply(batch, &outcome)
            if isEnd { return }
        }
    }

    /// Applies edits in one transaction.
    func apply(
        _ batch: [(number: Int, edit: EditLine)], _ outcome: inout ImportOutcome
    ) throws {
        guard !batch.isEmpty else { return }
        var news = outcome
        try database.write(now: SystemClock().now()) { transaction in
            let edit = try CentralEdit(ofCentral: transaction, session: session)
            for line in batch {
                do {
                    try transaction.attempt { try line.edit.apply(with: edit) }
                    news.applied += 1
                } catch StoreError.duplicateCode, StoreError.duplicateID {
                    news.known += 1
                } catch let error as StoreError {
                    if case .engine = error { throw error }
                    news.errors.append((line.number, error.message))
                }
            }
        }
        outcome = news
    }

    private func fill(
        _ batch: inout [(number: Int, edit: EditLine)], _ lines: inout LineReader,
        _ outcome: inout ImportOutcome
    ) throws -> Bool {
        while batch.count < Self.batchMax {
            do {
                guard let line = try lines.next() else { return true }
                outcome.lines += 1
                do throws(DossierError) {
                    batch.append((line.number, try EditLine(parsing: line.bytes)))
                } catch {
                    outcome.errors.append((line.number, error.message))
                }
            } catch let error as FileError {
                guard case .lineTooLong(let number, _) = error else {
                    throw CommandFailure(
                        .ioError,
                        Message("the file cannot be read: ", vi: "không đọc được tệp: ")
                            + error.message,
                        hint: nil)
                }
                outcome.lines += 1
                outcome.errors.append((number, Message("\(error)", vi: "dòng quá dài")))
            }
        }
        return false
    }
}
