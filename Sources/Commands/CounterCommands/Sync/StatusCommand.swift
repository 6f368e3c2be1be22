internal import Causality
internal import CommandLine
internal import ReplicaStore
internal import Text

enum StatusCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "status",
            summary: Message(
                "say what central has, what it has not, and since when",
                vi: "cho biết trung tâm có gì, chưa có gì, và từ khi nào"),
            discussion: Message(
                "Also what the agent (counter run) of this replica does, if one runs.",
                vi: "Kèm việc tiến trình nền (counter run) đang làm, nếu có."),
            options: [.json]
        ) { invocation in
            var status = try context.read(invocation) {
                try ReplicaStatus($0, now: context.clock.now())
            }
            status.agent = AgentStatus(runningIn: try CounterHome(invocation, context.environment))
            if invocation.has("--json") {
                try invocation.printJSON(status.json)
            } else {
                for line in status.lines(
                    now: context.clock.now(), invocation.language,
                    width: invocation.output.columns)
                {
                    try invocation.printProse(line)
                }
            }
            return .ok
        }
    }
}
