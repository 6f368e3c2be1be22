internal import Causality
internal import CommandLine
internal import Reports
internal import SharedCommands
internal import Text

enum ReportCommand {
    static let command = Command(
        "report",
        summary: Message(
            "count a period: citizens guided, dossiers received and finished",
            vi: "báo cáo một kỳ: lượt hướng dẫn, hồ sơ tiếp nhận và giải quyết"),
        discussion: ReportRun.discussion, options: ReportRun.options
    ) { invocation in
        try ReportRun(invocation).run(
            databasePath: try CentralHome(invocation).databasePath,
            now: SystemClock().now().milliseconds)
    }
}
