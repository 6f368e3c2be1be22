// What an agent says of itself: a small file in the replica's home, replaced as a whole with every
// change, so that `counter status` can tell at once. It holds nothing of any record.

internal import Causality
internal import CommandLine
internal import Files
internal import JSON
internal import Text

/// What an agent of a replica is doing.
struct AgentStatus: Equatable {
    /// Its state, in a word.
    enum Phase: String {
        /// A sync is under way.
        case syncing
        /// Online: all was exchanged, and it waits for something to do.
        case waiting
        /// The last try failed.
        case offline
        /// Another program syncs this replica, or its file cannot be used now.
        case hindered
        /// It was ended.
        case stopped
    }

    var phase: Phase
    /// The number of its process.
    var processID: Int32
    /// Since when it is in this phase.
    var since: Timestamp
    /// When it tries again by itself; `nil` while it syncs.
    var nextTry: Timestamp?
    /// What went wrong at the last try, and what to do about it.
    var error: String?
    var hint: String?

    /// Whether central answered at the last try; `nil` when that is not known.
    var isOnline: Bool? {
        switch phase {
        case .waiting: true
        case .offline: false
        case .syncing, .hindered, .stopped: nil
        }
    }

    var json: JSONValue {
        .object([
            ("phase", .string(phase.rawValue)),
            ("online", isOnline.map(JSONValue.bool) ?? .null),
            ("since", ShownText.json(since)),
            ("nextTry", ShownText.json(nextTry)),
            ("error", error.map(JSONValue.string) ?? .null),
            ("hint", hint.map(JSONValue.string) ?? .null),
            ("processID", .integer(Int64(processID))),
        ])
    }

    /// One sentence for a person. What went wrong is kept in English: the agent does not know who
    /// will ask.
    func sentence(now: Timestamp) -> Message {
        let since = ShownText.moment(since)
        func trouble(_ words: Message) -> Message {
            words + (error.map { Message(verbatim: $0) } ?? Message("not said", vi: "không rõ"))
                + Message("; it tries again ", vi: "; thử lại ") + due(now) + Message(verbatim: ".")
        }
        switch phase {
        case .syncing:
            return Message(
                "The agent is syncing, since \(since.english).",
                vi: "Tiến trình nền đang đồng bộ, từ \(since.vietnamese).")
        case .waiting:
            return Message(
                "The agent is online, since \(since.english); the next sync is due ",
                vi: "Tiến trình nền đang có mạng, từ \(since.vietnamese); đồng bộ tiếp ")
                + due(now) + Message(verbatim: ".")
        case .offline:
            return trouble(
                Message(
                    "The agent does not get through, since \(since.english): ",
                    vi: "Tiến trình nền không kết nối được, từ \(since.vietnamese): "))
        case .hindered:
            return trouble(
                Message(
                    "The agent is hindered, since \(since.english): ",
                    vi: "Tiến trình nền bị cản trở, từ \(since.vietnamese): "))
        case .stopped:
            return Message(
                "The agent was stopped at \(since.english).",
                vi: "Tiến trình nền đã dừng lúc \(since.vietnamese).")
        }
    }

    private func due(_ now: Timestamp) -> Message {
        guard let nextTry else { return Message("later", vi: "sau") }
        let seconds = Int(max(0, (nextTry.milliseconds - now.milliseconds + 999) / 1_000))
        return Message(
            "in \(GroupedNumber.counted(seconds, "second"))", vi: "sau \(seconds) giây")
    }
}

extension AgentStatus {
    /// What the agent of this home said last; `nil` when there is none.
    ///
    /// An agent that was killed says nothing any more: its lock is free, and it counts as none.
    init?(runningIn home: CounterHome) {
        guard ReplicaLock.isTaken(.agent, home),
            let bytes = try? WholeFile.read(path: home.agentStatusPath),
            let document = try? JSONValue(parsing: bytes),
            let phase = (document["phase"]?.stringValue).flatMap(Phase.init(rawValue:)),
            let since = document["sinceMilliseconds"]?.integerValue
        else { return nil }
        self.phase = phase
        self.since = Timestamp(milliseconds: since)
        nextTry = (document["nextTryMilliseconds"]?.integerValue).map(Timestamp.init(milliseconds:))
        processID = Int32(clamping: document["processID"]?.integerValue ?? 0)
        error = document["error"]?.stringValue
        hint = document["hint"]?.stringValue
    }

    /// Puts it in the place of what was said before. A disk that is full is no reason for an agent to
    /// end: then the file keeps what it had.
    func save(in home: CounterHome) {
        let document = JSONValue.object([
            ("phase", .string(phase.rawValue)),
            ("sinceMilliseconds", .integer(since.milliseconds)),
            ("nextTryMilliseconds", nextTry.map { .integer($0.milliseconds) } ?? .null),
            ("processID", .integer(Int64(processID))),
            ("error", error.map(JSONValue.string) ?? .null),
            ("hint", hint.map(JSONValue.string) ?? .null),
        ])
        try? WholeFile.replace(
            path: home.agentStatusPath, with: document.serializedBytes(), isSynced: false)
    }
}
