internal import Language
internal import CommandLineTool
internal import Dossiers
internal import JSON
internal import ReplicaStore
internal import Replication

enum ConflictsCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "conflicts", summary: "list the conflicts that wait for a person",
            discussion: "Settle one with: counter resolve RECORD FIELD VALUE",
            options: [Option("--json", help: "one JSON document a line")]
        ) { invocation in
            var filter = RecordFilter()
            filter.isConflicted = true
            var count = 0
            try context.read(invocation) { database in
                let own = try database.identity()?.replica
                try database.forEachRecord(filter) { state in
                    let record = ShownRecord(state: state)
                    for conflict in record.conflicts {
                        count += 1
                        if invocation.has("--json") {
                            try invocation.printJSON(conflict.line(of: record))
                        } else {
                            let name = TerminalSafe.text(ShownText.name(of: record))
                            try invocation.printOut("\(name) \(conflict.name)")
                            for line in conflict.lines(own: own) { try invocation.printOut(line) }
                        }
                    }
                    return !invocation.output.isClosed
                }
            }
            if !invocation.has("--json") {
                try invocation.printOut(
                    count == 0
                        ? "no conflict waits"
                        : "\(GroupedNumber.counted(count, "conflict")); settle each with: "
                            + "counter resolve RECORD FIELD VALUE")
            }
            return .ok
        }
    }
}

extension ShownConflict {
    /// The line of `conflicts --json`.
    func line(of record: ShownRecord) -> JSONValue {
        .object([
            ("id", .string(record.id.description)), ("code", record["code"] ?? .null),
            ("field", .string(name.rawValue)), ("values", json),
        ])
    }
}
