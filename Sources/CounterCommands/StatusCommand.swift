internal import CommandLineTool
internal import ReplicaStore

enum StatusCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "status", summary: "say what central has, what it has not, and since when",
            options: [.json]
        ) { invocation in
            let status = try context.read(invocation) { try ReplicaStatus($0) }
            if invocation.has("--json") {
                try invocation.printJSON(status.json)
            } else {
                for line in status.lines { try invocation.printOut(line) }
            }
            return .ok
        }
    }
}
