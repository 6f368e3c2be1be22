internal import Language
internal import CommandLineTool
internal import JSON
internal import Reports
internal import SQLite

enum ReportCommand {
    static let command = Command(
        "report", summary: "count a period: citizens guided, dossiers received and finished",
        discussion: """
            Days are those of the offices' time (+07:00); both are included. The published half-years
            run from 16 December to 15 June and from 16 June to 15 December.
            """,
        options: [
            Option("--from", valueName: "DAY", help: "the first day, as in 2020-12-16"),
            Option("--to", valueName: "DAY", help: "the last day, as in 2021-06-15"),
            Option("--office", valueName: "CODE", help: "only this office"),
            Option("--json", help: "answer in JSON"),
            Option("--csv", help: "answer in CSV"),
        ]
    ) { invocation in
        guard !invocation.has("--json") || !invocation.has("--csv") else {
            throw UsageError("--json and --csv exclude each other")
        }
        let (from, to) = (try day("--from", invocation), try day("--to", invocation))
        let report: PeriodReport
        do throws(ReportError) {
            report = try PeriodReport(
                databasePath: CentralHome(invocation).databasePath, from: from, to: to,
                office: invocation.value("--office"))
        } catch {
            throw CommandFailure(
                exitCode(of: error), "\(error)", hint: Message(untranslated: error.hint))
        }
        if invocation.has("--json") {
            try invocation.printOut(report.json.serialized())
        } else if invocation.has("--csv") {
            try print(report.csv, invocation)
        } else {
            try print(report.text(width: 80), invocation)
        }
        return .ok
    }

    private static func day(
        _ option: String, _ invocation: Invocation
    ) throws(UsageError) -> CalendarDate {
        let text = try invocation.required(option)
        guard let day = CalendarDate(parsing: text) else {
            throw UsageError("\(option) is no day", hint: "write YYYY-MM-DD, as in 2021-06-15")
        }
        return day
    }

    private static func print(_ text: String, _ invocation: Invocation) throws(CommandFailure) {
        // By scalars: the line ends of CSV, CR and LF, are one character.
        for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        {
            try invocation.printOut(String(line))
        }
    }

    private static func exitCode(of error: ReportError) -> ExitCode {
        switch error {
        case .emptyPeriod: .usage
        case .missing, .notADossierDatabase: .configuration
        case .unknownOffice: .dataError
        case .sqlite(let error) where error.isBusy: .temporaryFailure
        case .sqlite: .ioError
        }
    }
}
