internal import CommandLine
internal import RecordArguments
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text

enum ContactCommand {
    private static let ways = ["in_person", "incoming_call", "outgoing_call"]

    static func command(_ context: CounterContext) -> Command {
        Command(
            "contact",
            summary: Message(
                "enter a guidance contact: a visit or a call",
                vi: "ghi nhận một lượt hướng dẫn: trực tiếp hoặc qua điện thoại"),
            discussion: Message(
                """
                With --keys it goes on until q: each contact is two keys, the way (v visit, i incoming
                call, o outgoing call) and a topic's digit; u takes the last one back. The topics are those
                given with --topic, then those of the latest contacts, this desk's first.
                """,
                vi: """
                    Với --keys: nhập liên tục đến khi bấm q; mỗi lượt hai phím: hình thức (v trực tiếp,
                    i gọi đến, o gọi đi) và số của nội dung; u rút lại lượt vừa ghi. Nội dung lấy từ --topic,
                    rồi đến nội dung của các lượt gần đây, của quầy này trước.
                    """),
            arguments: [
                Positional(
                    "FIELD=VALUE", help: Message("a field and its value", vi: "trường và giá trị"),
                    optional: true, repeats: true)
            ],
            options: [
                Option(
                    "--way", valueName: "WAY", help: Message(verbatim: ways.joined(separator: ", "))
                ),
                Option(
                    "--topic", valueName: "TEXT",
                    help: Message("what it was about", vi: "nội dung hướng dẫn"), repeats: true),
                Option(
                    "--keys",
                    help: Message(
                        "enter one after the other, with two keys each",
                        vi: "nhập liên tục, mỗi lượt hai phím")),
                .at, .by, .json,
            ]
        ) { try run($0, context) }
    }

    private static func run(_ invocation: Invocation, _ context: CounterContext) throws -> ExitCode
    {
        if invocation.has("--keys") { return try ContactKeys(invocation, context).run() }
        var words = invocation.positionals("FIELD=VALUE")
        guard let way = try invocation.word("--way", of: "way") else {
            let words = ways.joined(separator: ", ")
            throw UsageError(
                Message("--way is missing: one of \(words)", vi: "thiếu --way: một trong \(words)"))
        }
        words.append("way=\(way)")
        let topics = invocation.values("--topic")
        guard topics.count <= 1 else {
            throw UsageError(
                Message("one contact has one --topic", vi: "mỗi lượt chỉ có một --topic"))
        }
        if let topic = topics.first { words.append("topic=\(topic)") }
        let fields = try CommandFailure.translating {
            try FieldArguments(typed: words, kind: .contact, today: context.today)
        }
        let answer = try NewCommand.make(.contact, nil, fields, invocation, context)
        try answer.print([Message(verbatim: "id    \(answer.result.record)")], invocation)
        return .ok
    }
}
