internal import Causality
internal import CommandLine
internal import SharedCommands
internal import Text

enum ReportCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "report",
            summary: Message(
                "count a period of this office, from what this replica has",
                vi: "báo cáo một kỳ của cơ quan, theo dữ liệu tại máy này"),
            discussion: ReportRun.discussion,
            options: ReportRun.options.filter { $0.name != "--cut" }
        ) { invocation in
            try ReportRun(invocation).run(
                databasePath: CounterHome(invocation, context.environment).databasePath,
                now: context.clock.now().milliseconds)
        }
    }
}
