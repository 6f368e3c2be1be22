internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import RecordArguments
internal import SQLiteStore
internal import Replication
internal import SharedCommands
internal import Text

/// Contacts by two keys each: the way, then the topic.
struct ContactKeys {
    /// As many topics as there are digits but 0, which is for none.
    private static let topicsMax = 9
    /// How many of the latest contacts are looked at for topics.
    private static let looksBack = 2_000
    /// Takes the last contact back.
    private static let undoKey: Character = "u"

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
        let latest = try context.read(invocation) { try Self.latestTopics($0) }
        let given = invocation.values("--topic")
        topics = Array((given + latest.filter { !given.contains($0) }).prefix(Self.topicsMax))
    }

    /// Enters contacts until `q` or the end of the input; each is on disk when it is said.
    func run() throws -> ExitCode {
        // Keys that are pressed answer no question.
        try context.withDatabase(invocation) { try context.heedClock(invocation, $0) }
        try sayKeys()
        let input = KeyInput()
        defer { input.close() }
        var counts: [String: Int] = [:]
        // Those of this run, the last one last.
        var entered: [(id: RecordID, way: String, words: Message)] = []
        while let key = input.next(), key != "q" {
            if key == Self.undoKey {
                guard let last = entered.popLast() else {
                    try invocation.say(
                        Message(
                            "nothing was entered that could be taken back",
                            vi: "chưa ghi lượt nào để rút lại"))
                    continue
                }
                try takeBack(last.id)
                counts[last.way, default: 0] -= 1
                try invocation.say(Message("taken back: ", vi: "đã rút lại: ") + last.words)
                continue
            }
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
            let id = try enter(way, topic)
            counts[way, default: 0] += 1
            let words = title + Message(verbatim: ": \(topic.map { TerminalSafe.text($0) } ?? "–")")
            entered.append((id, way, words))
            try invocation.say(words)
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
            .joined(
                keys + [
                    Message("u take the last back", vi: "u rút lại lượt vừa ghi"),
                    Message("q end", vi: "q kết thúc"),
                ], separator: "   "))
        for (place, topic) in topics.enumerated() {
            try invocation.printOut("  \(place + 1) \(TerminalSafe.text(topic))")
        }
        try invocation.say(Message("  0 no topic", vi: "  0 không có nội dung"))
    }

    private func takeBack(_ id: RecordID) throws {
        let by = try invocation.writer(context)
        let reason = invocation.text(
            Message("taken back at once", vi: "rút lại ngay sau khi ghi"))
        _ = try context.edit(invocation) { edit, _ in
            try edit.void(.id(id), note: nil, reason: reason, at: nil, by: by)
        }
    }

    private func enter(_ way: String, _ topic: String?) throws -> RecordID {
        var words = ["way=\(way)"]
        if let topic { words.append("topic=\(topic)") }
        let fields = try CommandFailure.translating {
            try FieldArguments(typed: words, kind: .contact, today: context.today)
        }
        return try NewCommand.make(.contact, nil, fields, invocation, context).result.record
    }

    /// The topics of the latest contacts, the latest first: those of this desk before those of others.
    private static func latestTopics(_ database: CounterDatabase) throws -> [String] {
        let own = try database.identity()?.replica
        var filter = RecordFilter()
        filter.kind = .contact
        filter.isVoided = false
        var (mine, others): ([String], [String]) = ([], [])
        var looked = 0
        try database.forEachRecord(filter) { state in
            looked += 1
            if let topic = state.shownValue("topic")?.text, !topic.isEmpty {
                let isMine = own.map { state.vv[$0] > 0 } ?? false
                if isMine, !mine.contains(topic) { mine.append(topic) }
                if !isMine, others.count < topicsMax, !others.contains(topic) {
                    others.append(topic)
                }
            }
            return looked < looksBack && mine.count < topicsMax
        }
        return Array((mine + others.filter { !mine.contains($0) }).prefix(topicsMax))
    }
}
