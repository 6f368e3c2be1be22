internal import Language
internal import CommandLineTool
internal import Dossiers
internal import ReplicaStore
internal import Replication

enum RecordsCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "records", summary: "print every record as one JSON line",
            options: [
                Option("--ndjson", help: "one JSON document a line (the only form)"),
                Option("--kind", valueName: "KIND", help: "only this kind"),
            ]
        ) { invocation in
            var filter = RecordFilter()
            filter.kind = try invocation.value("--kind", expected: "a kind of record") {
                RecordKind(name: $0)
            }
            try context.read(invocation) { database in
                try database.forEachRecord(filter) { state in
                    try invocation.printJSON(ShownRecord(state: state).json)
                    return !invocation.output.isClosed
                }
            }
            return .ok
        }
    }
}
