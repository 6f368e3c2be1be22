internal import CommandLine
internal import Dossiers
internal import SQLiteStore
internal import Replication
internal import Text

enum NoteCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "note", summary: Message("add a note to a record", vi: "thêm ghi chú vào bản ghi"),
            discussion: Message(
                "Notes are kept, all of them, whoever else writes at the same time.",
                vi: "Mọi ghi chú đều được giữ, dù người khác ghi cùng lúc."),
            arguments: [
                .records,
                Positional(
                    "TEXT", help: Message("the note, in quotes", vi: "ghi chú, đặt trong nháy")),
            ],
            options: [.at, .by, .json]
        ) { invocation in
            let text = Folding.trimmed(invocation.positional("TEXT"))
            guard !text.isEmpty else {
                throw UsageError(Message("the note is empty", vi: "ghi chú trống"))
            }
            let note = FieldWrite(RecordSchema.notesField, .text(text))
            return try context.each(of: try invocation.references(), invocation) { reference in
                let answer = try SetCommand.write(reference, [], [note], invocation, context)
                let name = ShownText.name(of: answer.record)
                try answer.print(
                    [Message("noted at \(name)", vi: "đã ghi chú vào \(name)")], invocation)
            }
        }
    }
}
