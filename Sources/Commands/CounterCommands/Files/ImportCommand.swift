internal import CommandLine
internal import SQLiteStore
internal import SharedCommands
internal import Text

enum ImportCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "import",
            summary: Message(
                "take in dossiers from a table that the office has (CSV or NDJSON)",
                vi: "nhập hồ sơ từ bảng có sẵn của cơ quan (CSV hoặc NDJSON)"),
            discussion: Message(
                """
                Each row is a dossier, known again by its code: an import that was interrupted is begun
                anew and goes on where it was. A row that cannot be taken is named by its line; the
                others go on.
                  counter import dossiers.csv --suggest > map.json      (then correct map.json)
                  counter import dossiers.csv --map map.json --dry-run
                  counter import dossiers.csv --map map.json --errors mend.csv
                """,
                vi: """
                    Mỗi dòng là một hồ sơ, nhận biết bằng mã: nhập dở dang thì chạy lại, sẽ tiếp tục từ
                    chỗ dừng. Dòng không nhận được sẽ nêu số dòng; các dòng khác vẫn được nhập.
                      counter import ho-so.csv --suggest > map.json      (rồi sửa map.json)
                      counter import ho-so.csv --map map.json --dry-run
                      counter import ho-so.csv --map map.json --errors sua.csv
                    """),
            arguments: [
                Positional(
                    "FILE",
                    help: Message(
                        "a CSV or NDJSON file, or - for standard input",
                        vi: "tệp CSV hoặc NDJSON, hoặc - là đầu vào chuẩn"))
            ],
            options: ImportRun.options + [.by, .json]
        ) { invocation in
            let run = try ImportRun(invocation, path: invocation.positional("FILE"))
            if invocation.has("--suggest") {
                try run.suggest()
                return .ok
            }
            return try context.withDatabase(invocation) { database in
                if !invocation.has("--dry-run") { try context.heedClock(invocation, database) }
                return try run.run(
                    database, clock: context.clock, terminal: context.terminal,
                    writer: try invocation.writer(context),
                    door: { try CounterEdit($0) })
            }
        }
    }
}
