internal import Language
internal import CommandLineTool
internal import Dossiers
internal import ReplicaStore
internal import Replication

enum NoteCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "note", summary: "add a note to a record",
            discussion: "Notes are kept, all of them, whoever else writes at the same time.",
            arguments: [.record, Positional("TEXT", help: "the note, in quotes")],
            options: [.at, .by, .json]
        ) { invocation in
            let text = invocation.positional("TEXT")
            guard !text.isEmpty else { throw UsageError("the note is empty") }
            let note = FieldWrite(RecordSchema.notesField, .text(text))
            let answer = try SetCommand.write([], [note], invocation, context)
            try answer.print(["noted at \(ShownText.name(of: answer.record))"], invocation)
            return .ok
        }
    }
}
