public import CommandLine
internal import Files
internal import JSON
public import Reports
internal import SQLite
public import Text
internal import Time

/// The report as both programs offer it: period, cut, form.
public struct ReportRun {
    /// What the help says.
    public static let discussion = Message(
        """
        Days are those of the offices' time (+07:00); both are included. The published half-years
        run from 16 December to 15 June and from 16 June to 15 December.

        A report ends with what it rests on: the position of the data, and each device from which
        something is missing.
        """,
        vi: """
            Ngày theo giờ của cơ quan (+07:00), tính cả hai đầu. Báo cáo sáu tháng công bố tính từ 16
            tháng 12 đến 15 tháng 6 và từ 16 tháng 6 đến 15 tháng 12.

            Cuối báo cáo nêu căn cứ: vị trí dữ liệu, và từng thiết bị còn thiếu dữ liệu.
            """)

    /// The options of the command.
    public static let options = [
        Option(
            "--from", valueName: "DAY",
            help: Message("the first day, as in 2020-12-16", vi: "ngày đầu, như 16/12/2020")),
        Option(
            "--to", valueName: "DAY",
            help: Message("the last day, as in 2021-06-15", vi: "ngày cuối, như 15/06/2021")),
        Option(
            "--period", valueName: "PERIOD",
            help: Message(
                "a month, quarter, half-year or year of the calendar: 2021-05, 2021-Q2, 2021-H1, 2021",
                vi: "tháng, quý, sáu tháng hoặc năm: 05/2021, quý 2/2021, 2021-H1, 2021")),
        Option(
            "--office", valueName: "CODE", help: Message("only this office", vi: "chỉ cơ quan này")),
        Option(
            "--cut", valueName: "FILE",
            help: Message(
                "on the cut of an earlier report (its --json): the same period gives the same bytes",
                vi: "trên căn cứ của báo cáo trước (bản --json): cùng kỳ thì cho đúng từng byte")),
        Option(
            "--width", valueName: "N",
            help: Message(
                "cells of a line, 72 to 160 (default: 80)",
                vi: "số ô một dòng, 72 đến 160 (mặc định: 80)")),
        Option("--ascii", help: Message("bars of #", vi: "biểu đồ bằng dấu #")),
        Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        Option("--csv", help: Message("answer in CSV", vi: "trả lời bằng CSV")),
    ]

    private let invocation: Invocation

    /// A run of this call.
    public init(_ invocation: Invocation) {
        self.invocation = invocation
    }

    /// Prints the report of a database file.
    ///
    /// - Parameters:
    ///   - now: The time, in milliseconds since the epoch.
    ///   - issue: keeps the report before it is printed, when it is issued.
    /// - Throws: `UsageError`, `CommandFailure`, and what `issue` throws.
    public func run(
        databasePath: String, now: Int64,
        issue: ((PeriodReport, ReportCut, _ form: String, _ text: String) throws -> Void)? = nil
    ) throws -> ExitCode {
        guard !invocation.has("--json") || !invocation.has("--csv") else {
            throw UsageError(
                Message("--json and --csv exclude each other", vi: "chỉ --json hoặc --csv"))
        }
        let width = try invocation.integer("--width", in: 72...160) ?? 80
        let earlier = try invocation.value("--cut").map(document)
        let drawn: (PeriodReport, ReportCut, String)
        do throws(ReportError) {
            let period = try period()
            let made = try ReportSource(path: databasePath).read { database throws(ReportError) in
                let cut: ReportCut
                if let earlier {
                    cut = try ReportCut(earlier)
                    try cut.check(in: database)
                } else {
                    cut = try ReportCut(database, now: now)
                }
                var report = try PeriodReport(
                    database, period,
                    office: PeriodReport.office(asked: invocation.value("--office"), in: database),
                    at: earlier == nil ? nil : cut.position, cutTime: cut.time)
                if issue != nil {
                    report.corrections = try ReportCorrections(
                        database, period, office: report.office)
                }
                return (report, cut)
            }
            drawn = (made.0, made.1, text(of: made.0, made.1, width))
        } catch {
            throw CommandFailure(
                Self.exitCode(of: error), error.message, hint: error.hint)
        }
        let form = invocation.has("--json") ? "json" : invocation.has("--csv") ? "csv" : "text"
        try issue?(drawn.0, drawn.1, form, drawn.2)
        do {
            try invocation.output.write(drawn.2)
        } catch {
            let failure = ReportError.output(error.message)
            throw CommandFailure(
                Self.exitCode(of: failure), failure.message, hint: failure.hint)
        }
        return .ok
    }

    private func text(of report: PeriodReport, _ cut: ReportCut, _ width: Int) -> String {
        if invocation.has("--json") { return report.json(cut: cut).serialized() + "\n" }
        if invocation.has("--csv") { return CSVText.mark + report.csv(cut: cut) }
        let style = ReportStyle(
            width: width, language: invocation.language, isASCII: invocation.has("--ascii"))
        return report.text(style, cut: cut)
    }

    private func period() throws(ReportError) -> ReportPeriod {
        if let text = invocation.value("--period") {
            guard !invocation.has("--from"), !invocation.has("--to") else { throw .badPeriod }
            do throws(Unread) {
                return try ReportPeriod(parsing: text)
            } catch {
                throw .unreadPeriod(error)
            }
        }
        func day(_ option: String) throws(ReportError) -> CalendarDate {
            guard let text = invocation.value(option) else { throw .badPeriod }
            do throws(Unread) {
                return try TimeReader.day(text)
            } catch {
                throw .unreadPeriod(error)
            }
        }
        return try ReportPeriod(from: try day("--from"), to: try day("--to"))
    }

    private func document(_ path: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: try WholeFile.read(path: path)[...])
        } catch {
            throw CommandFailure(
                .noInput,
                Message("the report \(path) cannot be read", vi: "không đọc được báo cáo \(path)"))
        }
    }

    private static func exitCode(of error: ReportError) -> ExitCode {
        switch error {
        case .emptyPeriod, .badPeriod, .unreadPeriod, .otherOffice: .usage
        case .missing, .notADossierDatabase: .configuration
        case .unknownOffice, .unknownCut, .cutNotKept, .noCut, .store: .dataError
        case .sqlite(let error) where error.isBusy: .temporaryFailure
        case .sqlite, .output: .ioError
        }
    }
}
