internal import Language
internal import Causality
internal import CommandLineTool
internal import ReplicaStore

enum StatusCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "status", summary: "say what central has, what it has not, and since when",
            discussion: "Also what the agent (counter run) of this replica does, if one runs.",
            options: [.json]
        ) { invocation in
            var status = try context.read(invocation) { try ReplicaStatus($0) }
            status.agent = AgentStatus(runningIn: try CounterHome(invocation, context.environment))
            if invocation.has("--json") {
                try invocation.printJSON(status.json)
            } else {
                for line in status.lines(now: context.clock.now()) { try invocation.printOut(line) }
            }
            return .ok
        }
    }
}
