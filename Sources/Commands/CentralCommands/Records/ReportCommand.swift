internal import AdminDocuments
internal import Causality
internal import CommandLine
internal import JSON
internal import SQLiteStore
internal import Reports
internal import SharedCommands
internal import Store
internal import Text
internal import Time

enum ReportCommand {
    private static let issue = Option(
        "--issue",
        help: Message(
            "keep it as it is sent, signed; it says what it corrects of the one issued before",
            vi: "lưu đúng bản gửi đi, có ký; nêu phần điều chỉnh so với báo cáo kỳ trước đã gửi"))

    static let command = Command(
        "report",
        summary: Message(
            "count a period: citizens guided, dossiers received and finished",
            vi: "báo cáo một kỳ: lượt hướng dẫn, hồ sơ tiếp nhận và giải quyết"),
        discussion: ReportRun.discussion, options: ReportRun.options + [issue]
    ) { invocation in
        let home = try CentralHome(invocation)
        let now = SystemClock().now()
        guard invocation.has("--issue") else {
            return try ReportRun(invocation).run(
                databasePath: home.databasePath, now: now.milliseconds)
        }
        guard !invocation.has("--cut") else {
            throw UsageError(
                Message("--issue and --cut exclude each other", vi: "chỉ --issue hoặc --cut"))
        }
        return try ReportRun(invocation).run(
            databasePath: home.databasePath, now: now.milliseconds
        ) { report, cut, form, text in
            let issued = IssuedReport(
                from: report.period.from, to: report.period.to, office: report.office,
                open: report.total.inProcess.total + report.total.suspended.total,
                position: cut.position, cut: cut.json.serialized(), form: form,
                bytes: Array(text.utf8), by: home.actor)
            let number = try home.withDatabase { database in
                try database.write(now: now) { transaction in
                    let number = try transaction.issue(issued)
                    try transaction.note("issue-report", String(number), by: home.actor)
                    return number
                }
            }
            try invocation.printErr(
                invocation.text(
                    Message("issued as report \(number)", vi: "đã lưu là báo cáo số \(number)")))
        }
    }

    static let issued = Command(
        "reports",
        summary: Message(
            "list the reports that were issued, or print one as it was sent",
            vi: "liệt kê báo cáo đã gửi, hoặc in lại đúng bản đã gửi"),
        discussion: Message(
            """
            With a NUMBER its very bytes; ends with 65 when they are not what central signed. The list
            says of each whether its signature holds.
            """,
            vi: """
                Ghi NUMBER thì in lại đúng từng byte; kết thúc với 65 nếu không đúng bản trung tâm đã ký. Danh
                sách cho biết chữ ký của từng báo cáo còn đúng không.
                """),
        arguments: [
            Positional(
                "NUMBER", help: Message("the number of one", vi: "số của một báo cáo"),
                optional: true)
        ],
        options: [
            Option(
                "--json",
                help: Message("one JSON document a line", vi: "mỗi dòng một tài liệu JSON"))
        ]
    ) { invocation in
        try CentralHome(invocation).withDatabase { database in
            guard let text = invocation.optionalPositional("NUMBER") else {
                try list(try database.issuedReports(), database, invocation)
                return .ok
            }
            guard let number = Int64(text), let report = try database.issuedReport(number) else {
                throw CommandFailure(
                    .dataError,
                    Message("no report of this number was issued", vi: "không có báo cáo số này"),
                    hint: Message("see: central reports", vi: "xem: central reports"))
            }
            guard try database.isSignedHere(report) else {
                throw CommandFailure(
                    .dataError,
                    Message(
                        "the report is not what central signed",
                        vi: "báo cáo không đúng bản trung tâm đã ký"))
            }
            try write(String(decoding: report.bytes, as: UTF8.self), invocation)
            return .ok
        }
    }

    private static func write(_ text: String, _ invocation: Invocation) throws {
        do {
            try invocation.output.write(text)
        } catch {
            throw CommandFailure(.ioError, error.message)
        }
    }

    private static func list(
        _ reports: [IssuedReport], _ database: CentralDatabase, _ invocation: Invocation
    ) throws {
        if reports.isEmpty, !invocation.has("--json") {
            try invocation.say(Message("no report was issued", vi: "chưa gửi báo cáo nào"))
            return
        }
        var table = TextTable(
            [
                Message("NUMBER", vi: "SỐ"), Message("PERIOD", vi: "KỲ"),
                Message("OFFICE", vi: "CƠ QUAN"), Message("ISSUED", vi: "GỬI LÚC"),
                Message("BY", vi: "NGƯỜI GỬI"), Message("FORM", vi: "DẠNG"),
                Message("SIGNATURE", vi: "CHỮ KÝ"),
            ].map { .init(invocation.text($0)) })
        let all = invocation.text(Message("all", vi: "tất cả"))
        for report in reports {
            let isSigned = try database.isSignedHere(report)
            if invocation.has("--json") {
                try invocation.printOut(json(report, isSigned: isSigned).serialized())
                continue
            }
            let holds = isSigned ? Message("right", vi: "đúng") : Message("WRONG", vi: "SAI")
            table.add([
                String(report.number),
                invocation.language.day(report.from.description) + " – "
                    + invocation.language.day(report.to.description),
                TerminalSafe.text(report.office ?? all),
                invocation.text(ShownTime.text(report.issuedAt)),
                TerminalSafe.text(invocation.text(Places.person(report.issuedBy))),
                invocation.text(
                    Message(report.form, vi: report.form == "text" ? "văn bản" : report.form)),
                invocation.text(holds),
            ])
        }
        if !invocation.has("--json") { try invocation.printOut(table) }
    }

    /// `{number, from, to, office, open, position, form, bytes, issuedAt, issuedBy, signed}`.
    private static func json(_ report: IssuedReport, isSigned: Bool) -> JSONValue {
        .object([
            ("number", .integer(report.number)), ("from", .string(report.from.description)),
            ("to", .string(report.to.description)),
            ("office", report.office.map(JSONValue.string) ?? .null),
            ("open", .integer(Int64(report.open))),
            ("position", .integer(Int64(clamping: report.position))),
            ("form", .string(report.form)), ("bytes", .integer(Int64(report.bytes.count))),
            ("issuedAt", ShownTime.json(report.issuedAt)),
            ("issuedBy", .string(report.issuedBy)), ("signed", .bool(isSigned)),
        ])
    }
}
