internal import CommandLine
internal import Dossiers
internal import SQLiteStore
internal import Replication
internal import Text

enum RecordsCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "records",
            summary: Message(
                "print every record as one JSON line", vi: "in mỗi bản ghi thành một dòng JSON"),
            options: [
                Option(
                    "--ndjson",
                    help: Message(
                        "one JSON document a line (the only form)",
                        vi: "mỗi dòng một tài liệu JSON (dạng duy nhất)")),
                Option(
                    "--kind", valueName: "KIND", help: Message("only this kind", vi: "chỉ loại này")
                ),
            ]
        ) { invocation in
            var filter = RecordFilter()
            filter.kind = try invocation.value(
                "--kind", expected: Message("a kind of record", vi: "một loại bản ghi")
            ) {
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
