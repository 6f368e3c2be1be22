internal import Language
internal import CommandLineTool
internal import JSON
internal import ReplicaStore

enum VerifyCommand {
    static let command = Command(
        "verify", summary: "recompute everything in central's store, and say what is wrong",
        discussion: "Reads the whole file and changes nothing. Ends with 65 when it is damaged.",
        options: [Option("--json", help: "answer in JSON")]
    ) { invocation in
        let found = try CentralHome(invocation).withDatabase { try $0.verify() }
        if invocation.has("--json") {
            try invocation.printOut(found.json.serialized())
        } else {
            for line in found.lines { try invocation.printOut(line) }
        }
        guard found.faults.isEmpty else {
            throw CommandFailure(
                .dataError, Message(untranslated: found.summary),
                hint: "keep a copy of the file, restore a backup, and let the counters sync")
        }
        return .ok
    }
}
