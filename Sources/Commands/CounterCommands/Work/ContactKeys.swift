internal import CommandLine
internal import Dossiers
internal import JSON
internal import RecordArguments
internal import ReplicaStore
internal import Replication
internal import SharedCommands
internal import Text

/// Contacts by two keys each: the way, then the topic.
struct ContactKeys {
    /// As many topics as there are digits but 0, which is for none.
    private static let topicsMax = 9
    /// How many of the latest contacts say which topics are usual.
    private static let looksBack = 2_000

    private static let ways: [(key: Character, way: String, title: Message)] = [
        ("v", "in_person", Message("visit", vi: "trực tiếp")),
        ("i", "incoming_call", Message("incoming call", vi: "gọi đến")),
        ("o", "outgoing_call", Message("outgoing call", vi: "gọi đi")),
    ]

    private let invocation: Invocation
    private let context: CounterContext
    private let topics: [String]

    init(_ invocation: Invocation, _ context: CounterContext) throws {
        self.invocation = invocation
        self.context = context
        let usual = try context.read(invocation) { try Self.usualTopics($0) }
        let given = invocation.values("--topic")
        topics = Array((given + usual.filter { !given.contains($0) }).prefix(Self.topicsMax))
    }

    /// Enters contacts until `q` or the end of the input; each is on disk when it is said.
    func run() throws -> ExitCode {
        // Keys that are pressed answer no question.
        try context.withDatabase(invocation) { try context.heedClock(invocation, $0) }
        try sayKeys()
        let input = KeyInput()
        defer { input.close() }
        var counts: [String: Int] = [:]
        while let key = input.next(), key != "q" {
            guard let (_, way, title) = Self.ways.first(where: { $0.key == key }) else {
                if !key.isWhitespace {
                    try sayWrong(key)
                    try sayKeys()
                }
                continue
            }
            guard let next = input.next() else { break }
            guard let number = next.wholeNumberValue, number <= topics.count else {
                try sayWrong(next)
                try sayKeys()
                continue
            }
            let topic = number == 0 ? nil : topics[number - 1]
            try enter(way, topic)
            counts[way, default: 0] += 1
            let words = topic.map { TerminalSafe.text($0) } ?? "–"
            try invocation.say(title + Message(verbatim: ": \(words)"))
        }
        let total = Self.ways.map { entry in
            entry.title + Message(verbatim: " \(counts[entry.way, default: 0])")
        }
        try invocation.say(.joined(total, separator: ", "))
        return .ok
    }

    /// Says which key was none; nothing was entered.
    private func sayWrong(_ key: Character) throws {
        let shown = TerminalSafe.text(String(key))
        try invocation.say(
            Message(
                "“\(shown)” is none of the keys; nothing was entered",
                vi: "“\(shown)” không phải phím nào; chưa ghi gì"))
    }

    private func sayKeys() throws {
        let keys = Self.ways.map { Message(verbatim: "\($0.key) ") + $0.title }
        try invocation.say(
            .joined(keys + [Message("q end", vi: "q kết thúc")], separator: "   "))
        for (place, topic) in topics.enumerated() {
            try invocation.printOut("  \(place + 1) \(TerminalSafe.text(topic))")
        }
        try invocation.say(Message("  0 no topic", vi: "  0 không có nội dung"))
    }

    private func enter(_ way: String, _ topic: String?) throws {
        var words = ["way=\(way)"]
        if let topic { words.append("topic=\(topic)") }
        let fields = try CommandFailure.translating {
            try FieldArguments(typed: words, kind: .contact, today: context.today)
        }
        _ = try NewCommand.make(.contact, nil, fields, invocation, context)
    }

    /// The topics of the latest contacts, the most frequent first.
    private static func usualTopics(_ database: ReplicaDatabase) throws -> [String] {
        var filter = RecordFilter()
        filter.kind = .contact
        var counts: [String: Int] = [:]
        var looked = 0
        try database.forEachRecord(filter) { state in
            if let topic = state.shownValue("topic")?.text { counts[topic, default: 0] += 1 }
            looked += 1
            return looked < looksBack
        }
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return sorted.prefix(topicsMax).map(\.key)
    }
}
