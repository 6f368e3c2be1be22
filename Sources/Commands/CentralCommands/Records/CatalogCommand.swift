internal import Administration
internal import Bundles
internal import Causality
internal import CommandLine
internal import Dossiers
internal import Files
internal import Imports
internal import JSON
internal import RecordArguments
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Store
internal import Text
internal import Time

/// The catalog: procedures, holidays and offices, which every counter reads.
enum CatalogCommand {
    static let command = Command(
        group: "catalog",
        summary: Message(
            "procedures, holidays and offices", vi: "danh mục thủ tục, ngày nghỉ, cơ quan"),
        commands: [importFile, list, add, set])

    private static let kinds = ["procedure", "holiday", "office"]
    private static let kindsHelp = Message.joined(
        kinds.map { name in
            Message(
                name, vi: RecordKind(name: name).map { "\($0.title.vietnamese) (\(name))" } ?? name)
        }, separator: ", ")

    private static let importFile = Command(
        "import",
        summary: Message(
            "take in procedures (JSON) or holidays (CSV)",
            vi: "nhập thủ tục (JSON) hoặc ngày nghỉ (CSV)"),
        discussion: Message(
            """
            A file may be imported again: only what is different is written, and every counter has it
            after its next sync. Deadlines follow at once, since they are computed when they are read.
            Holidays are lines of date,name; a day off “(substituted from 05/04/2024)” makes 4 May
            2024 a day that is worked. With --effective-from procedures become new editions, and what
            was received before keeps the old ones.
            """,
            vi: """
                Có thể nhập lại cùng một tệp: chỉ phần khác mới được ghi, các quầy nhận được ở lần
                đồng bộ kế tiếp. Thời hạn hồ sơ thay đổi ngay vì được tính khi đọc. Ngày nghỉ là các
                dòng date,name; dòng “(substituted from 05/04/2024)” làm cho ngày 04/05/2024 là ngày làm
                bù. Với --effective-from, thủ tục thành bản mới; hồ sơ nhận trước đó giữ bản cũ.
                """),
        arguments: [Positional("FILE", help: Message("the file", vi: "tệp"))],
        options: [
            Option(
                "--effective-from", valueName: "DATE",
                help: Message(
                    "the day from which these procedures hold",
                    vi: "ngày các thủ tục này có hiệu lực")),
            Option(
                "--replace",
                help: Message(
                    "holidays: those of the file's years that it does not have are none",
                    vi: "ngày nghỉ: bỏ những ngày của các năm đó mà tệp không có")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { try runImport($0) }

    private struct File {
        var kind: RecordKind
        var keys: [FieldName]
        var entries: [CatalogEntry]
        var faults: [RowFault]
        var years: Set<Int> = []
    }

    private static func read(_ path: String, _ invocation: Invocation) throws -> File {
        let from = try invocation.day("--effective-from")
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(path: path)
        } catch {
            throw CommandFailure(
                .noInput, Message("the file cannot be read", vi: "không đọc được tệp"))
        }
        let start = bytes.first { ![0x20, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        guard start == UInt8(ascii: "[") else {
            let file = try HolidayFile(path: path)
            return File(
                kind: .holiday, keys: ["date"], entries: file.entries, faults: file.faults,
                years: file.years)
        }
        do {
            let file = try ProcedureFile(try JSONValue(parsing: bytes[...]), effectiveFrom: from)
            return File(
                kind: .procedure, keys: ["code", "effective_from"], entries: file.entries,
                faults: file.faults)
        } catch let error as JSONError {
            throw CommandFailure(
                .dataError,
                Message("the file is no JSON: ", vi: "tệp không phải JSON: ") + error.message)
        } catch let error as ImportError {
            throw CommandFailure(.dataError, error.message, hint: error.hint)
        }
    }

    private static func runImport(_ invocation: Invocation) throws -> ExitCode {
        let file = try read(invocation.positional("FILE"), invocation)
        let misplaced = file.kind == .holiday ? "--effective-from" : "--replace"
        guard !invocation.has(misplaced) else {
            let kind = file.kind == .holiday ? "procedure" : "holiday"
            throw UsageError(
                Message(
                    "\(misplaced) is for a file of \(kind)s",
                    vi: "\(misplaced) chỉ dùng cho \(kind)"))
        }
        let home = try CentralHome(invocation)
        let (counts, repeated) = try home.withDatabase(isMaking: true) { database in
            try home.write(database) { edit, transaction in
                var importer = try CatalogImporter(
                    database, edit, kind: file.kind, keys: file.keys)
                for entry in file.entries { try importer.take(entry) }
                if invocation.has("--replace") { try importer.withdrawRest(of: file.years) }
                try transaction.note(
                    "import-catalog", file.kind.name, by: home.actor,
                    count: importer.counts.made + importer.counts.changed)
                return (importer.counts, importer.repeated)
            }
        }
        let remarks =
            file.entries.flatMap(\.remarks)
            + repeated.map { key in
                Message(
                    "\(key) stands in the file once more; the first counts",
                    vi: "\(key) ghi nhiều lần trong tệp; lấy lần đầu")
            }
        let failed = file.faults.count + repeated.count
        if invocation.has("--json") {
            try invocation.printOut(
                JSONValue.object([
                    ("kind", .string(file.kind.name)), ("made", .integer(Int64(counts.made))),
                    ("changed", .integer(Int64(counts.changed))),
                    ("same", .integer(Int64(counts.same))),
                    ("withdrawn", .integer(Int64(counts.withdrawn))),
                    ("failed", .integer(Int64(failed))),
                    ("remarks", .array(remarks.map { .string($0.english) })),
                ]).serialized())
        } else {
            for fault in file.faults {
                try invocation.printErr(
                    invocation.text(
                        Message("line \(fault.line): ", vi: "dòng \(fault.line): ") + fault.message)
                )
            }
            for remark in remarks {
                try invocation.printErr(TerminalSafe.text(invocation.text(remark)))
            }
            try invocation.say(
                Message(
                    "\(counts.made) made, \(counts.changed) changed, \(counts.same) as they were, "
                        + "\(counts.withdrawn) withdrawn, \(failed) refused",
                    vi:
                        "\(counts.made) mới, \(counts.changed) thay đổi, \(counts.same) giữ nguyên, "
                        + "\(counts.withdrawn) bỏ, \(failed) không nhận"))
        }
        return failed == 0 ? .ok : .dataError
    }

    private static let list = Command(
        "list",
        summary: Message("list entries of the catalog", vi: "liệt kê danh mục"),
        arguments: [
            Positional("KIND", help: kindsHelp)
        ],
        options: [
            Option(
                "--json",
                help: Message("one JSON document a line", vi: "mỗi dòng một tài liệu JSON"))
        ]
    ) { invocation in
        var filter = RecordFilter()
        filter.kind = try kind(invocation)
        let columns = columns(of: filter.kind ?? .procedure)
        try CentralHome(invocation).withDatabase { database in
            var table = TextTable(columns.map { .init(invocation.text($0.title)) })
            try database.forEachRecord(filter) { state in
                let record = ShownRecord(state: state)
                if invocation.has("--json") {
                    try invocation.printOut(record.json.serialized())
                } else {
                    table.add(
                        columns.map { column in
                            let field = RecordSchema.definition(of: column.field, in: state.kind)
                            let words = FieldWords.text(of: record[column.field], for: field)
                            return record[column.field] == .null
                                ? "" : invocation.text(words).replacing("\n", with: "; ")
                        })
                }
                return !invocation.output.isClosed
            }
            if !invocation.has("--json") { try invocation.printOut(table) }
        }
        return .ok
    }

    private static func columns(of kind: RecordKind) -> [(title: Message, field: FieldName)] {
        let code = (Message("code", vi: "mã"), "code" as FieldName)
        let name = (Message("name", vi: "tên"), "name" as FieldName)
        switch kind {
        case .procedure:
            return [
                code, name, (Message("limit", vi: "thời hạn"), "limit"),
                (Message("days", vi: "số ngày"), "processing_days"),
                (Message("fee", vi: "phí"), "fee_vnd"),
                (Message("from", vi: "hiệu lực từ"), "effective_from"),
            ]
        case .holiday:
            return [
                (Message("date", vi: "ngày"), "date"), name,
                (Message("kind", vi: "loại"), "day_kind"),
            ]
        default: return [code, name, (Message("hours", vi: "giờ làm việc"), "hours")]
        }
    }

    private static func kind(_ invocation: Invocation) throws -> RecordKind {
        let name = invocation.positional("KIND")
        guard let kind = RecordKind(typed: name), kinds.contains(kind.name) else {
            let words = kinds.joined(separator: ", ")
            let titles = kindsHelp.vietnamese
            throw UsageError(
                Message(
                    "KIND must be one of \(words)", vi: "LOẠI phải là một trong: \(titles)"))
        }
        return kind
    }

    private static let add = Command(
        "add",
        summary: Message("add a procedure or a holiday", vi: "thêm thủ tục hoặc ngày nghỉ"),
        discussion: Message(
            """
            A procedure has a code and a name, and its limit if it has one; with effective_from it is a new
            edition of its code. Offices are added with: central office add
              central catalog add procedure 1.004199 name="Cấp đổi giấy chứng nhận" limit=7wd@15:00
              central catalog add holiday 2027-01-01 name="Tết Dương lịch"
            """,
            vi: """
                Thủ tục có mã, tên, và thời hạn nếu có; ghi effective_from thì thành bản mới của mã đó. Thêm cơ
                quan bằng: central office add
                  central catalog add procedure 1.004199 name="Cấp đổi giấy chứng nhận" limit=7wd@15:00
                  central catalog add holiday 2027-01-01 name="Tết Dương lịch"
                """),
        arguments: [
            Positional("KIND", help: Message(verbatim: "procedure, holiday")),
            Positional("CODE", help: Message("its code or date", vi: "mã hoặc ngày")),
            Positional(
                "FIELD=VALUE", help: Message("a field and its value", vi: "trường và giá trị"),
                repeats: true),
        ]
    ) { invocation in
        let kind = try kind(invocation)
        guard kind != .office else {
            throw UsageError(
                Message("an office is added otherwise", vi: "thêm cơ quan bằng lệnh khác"),
                hint: Message(verbatim: "central office add CODE NAME"))
        }
        let key = kind == .holiday ? "date" : "code"
        let home = try CentralHome(invocation)
        try home.withDatabase(isMaking: true) { database in
            let fields = try FieldArguments(
                typed: ["\(key)=\(invocation.positional("CODE"))"]
                    + invocation.positionals("FIELD=VALUE"), kind: kind)
            guard fields.names("name") else {
                throw UsageError(Message("name=… is missing", vi: "thiếu name=…"))
            }
            if kind == .holiday,
                (try? database.catalogEntry(kind, named: invocation.positional("CODE"))) != nil
            {
                throw CommandFailure(
                    .dataError,
                    Message(
                        "this day is in the catalog already", vi: "ngày này đã có trong danh mục"),
                    hint: Message(verbatim: "central catalog set holiday DATE name=…"))
            }
            _ = try home.perform(AddCatalogEntry(kind, writes: fields.writes), database)
        }
        let code = TerminalSafe.text(invocation.positional("CODE"))
        try invocation.say(Message("added \(code)", vi: "đã thêm \(code)"))
        return .ok
    }

    private static let set = Command(
        "set",
        summary: Message(
            "write fields of an entry of the catalog", vi: "sửa trường của một mục trong danh mục"),
        discussion: Message(
            """
            An office or a procedure is named by its code, a holiday by its date, each also by its id:
              central catalog set office 000.17.01.H56 hours="mon-fri 07:30-11:30 13:30-17:00"
              central catalog set procedure 1.004199 limit=7wd@15:00
            A code, or a holiday's day, is what others refer to, and is not changed.
            """,
            vi: """
                Mã, hoặc ngày nghỉ, là cái nơi khác dùng nên không đổi được.
                Cơ quan hoặc thủ tục ghi bằng mã, ngày nghỉ ghi bằng ngày, hoặc ghi id:
                  central catalog set office 000.17.01.H56 hours="thứ 2 đến thứ 6 07:30-11:30 13:30-17:00"
                  central catalog set procedure 1.004199 limit=7wd@15:00
                """),
        arguments: [
            Positional("KIND", help: kindsHelp),
            Positional("CODE", help: Message("its code, date or id", vi: "mã, ngày hoặc id")),
            Positional(
                "FIELD=VALUE", help: Message("a field and its value", vi: "trường và giá trị"),
                repeats: true),
        ]
    ) { invocation in
        let kind = try kind(invocation)
        let name = invocation.positional("CODE")
        let home = try CentralHome(invocation)
        let count = try home.withDatabase { database in
            let fields = try FieldArguments(
                typed: invocation.positionals("FIELD=VALUE"), kind: kind)
            let act = SetCatalogEntry(
                try database.catalogEntry(kind, named: name), writes: fields.writes,
                additions: fields.additions)
            _ = try home.perform(act, database)
            return fields.writes.count
        }
        try invocation.say(
            Message(
                "wrote \(GroupedNumber.counted(count, "field"))", vi: "đã ghi \(count) trường"))
        return .ok
    }
}
