internal import Language
internal import CommandLineTool
internal import JSON
internal import ReplicaStore

enum VerifyCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "verify", summary: "recompute everything in this replica, and say what is wrong",
            discussion:
                "Reads the whole file and changes nothing. Ends with 65 when it is damaged.",
            options: [.json]
        ) { invocation in
            let found = try context.withDatabase(invocation) { try $0.verify() }
            if invocation.has("--json") {
                try invocation.printJSON(found.json)
            } else {
                for line in found.lines { try invocation.printOut(line) }
            }
            guard found.faults.isEmpty else {
                throw CommandFailure(
                    .dataError, Message(untranslated: found.summary),
                    hint: "keep a copy of the file; a fresh enrolment brings back what central has")
            }
            return .ok
        }
    }
}
