internal import Language
internal import CommandLineTool
internal import ReplicaStore
internal import Replication

enum ContactCommand {
    private static let ways = ["in_person", "incoming_call", "outgoing_call"]

    static func command(_ context: CounterContext) -> Command {
        Command(
            "contact", summary: "enter a guidance contact: a visit or a call",
            arguments: [
                Positional(
                    "FIELD=VALUE", help: "a field and its value", optional: true, repeats: true)
            ],
            options: [
                Option(
                    "--way", valueName: "WAY", help: Message(verbatim: ways.joined(separator: ", "))
                ),
                Option("--topic", valueName: "TEXT", help: "what it was about"),
                .at, .by, .json,
            ]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        var words = invocation.positionals("FIELD=VALUE")
        guard let way = try invocation.choice("--way", of: ways) else {
            throw UsageError("--way is missing: one of \(ways.joined(separator: ", "))")
        }
        words.append("way=\(way)")
        if let topic = invocation.value("--topic") { words.append("topic=\(topic)") }
        let fields = try CommandFailure.translating { try FieldArguments(words, kind: .contact) }
        let answer = try NewCommand.make(.contact, nil, fields, invocation, context)
        try answer.print(["id    \(answer.result.record)"], invocation)
        return .ok
    }
}
