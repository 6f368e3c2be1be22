// What `counter sync` says, whoever has synced: this program itself, or the agent that runs beside it and
// has a connection open already. The words are made where the sync was, in both languages.

internal import CommandLine
internal import CounterEngine
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Text

/// What a sync is answered with.
struct SyncAnswer {
    /// The document of `sync --json`; `nil` when no sync began.
    var report: JSONValue?
    /// What a person is told.
    var sentences: [Message] = []
    /// What a person is warned of.
    var warning: Message?
    /// That some codes were given twice; names nobody.
    var doubleCodesSentence: Message?
    /// Why the program ends with another code than 0.
    var failure: CommandFailure?

    init(_ report: SyncReport) {
        self.report = report.json
        sentences = report.sentences
        warning = report.clockWarning
        doubleCodesSentence = report.doubleCodesSentence
        failure = report.commandFailure
    }

    /// The answer of a sync that could not begin.
    init(_ failure: CommandFailure) {
        self.failure = failure
    }

    /// The codes that were given twice, by the report.
    var doubleCodes: [SharedCode] {
        (report?["doubleCodes"]?.arrayValue ?? []).compactMap { shared in
            guard let code = shared["code"]?.stringValue else { return nil }
            let records = shared["records"]?.arrayValue ?? []
            return SharedCode(
                code: code,
                records: records.compactMap { id in id.stringValue.flatMap { RecordID($0) } })
        }
    }

    /// Names what was asked, as central's log does.
    private func printRequests(_ invocation: Invocation) throws {
        for name in report?["requests"]?.arrayValue ?? [] {
            let (device, request) = (name["device"]?.stringValue, name["request"]?.stringValue)
            guard let device, let request else { continue }
            try invocation.say(
                Message(
                    "  device \(device), request \(request)",
                    vi: "  thiết bị \(device), yêu cầu \(request)"))
        }
    }

    /// Prints it as the options want it, but for its failure.
    func print(_ invocation: Invocation) throws {
        if let report, invocation.has("--json") {
            try invocation.printJSON(report)
        } else if !invocation.has("--quiet") {
            for sentence in sentences { try invocation.say(sentence) }
            if invocation.has("--verbose") { try printRequests(invocation) }
        }
        if !invocation.has("--quiet"), let warning { try invocation.warn(warning) }
    }
}

extension SyncAnswer {
    /// How an agent writes it: one line.
    var json: JSONValue {
        let failure: JSONValue =
            self.failure.map { failure in
                .object([
                    ("exitCode", .integer(Int64(failure.exitCode.rawValue))),
                    ("message", Self.json(failure.message)),
                    ("hint", failure.hint.map(Self.json) ?? .null),
                ])
            } ?? .null
        return .object([
            ("report", report ?? .null), ("sentences", .array(sentences.map(Self.json))),
            ("warning", warning.map(Self.json) ?? .null),
            ("doubleCodes", doubleCodesSentence.map(Self.json) ?? .null), ("failure", failure),
        ])
    }

    /// Reads what an agent has written; `nil` when it is something else.
    init?(_ json: JSONValue) {
        guard let report = json["report"], let sentences = json["sentences"]?.arrayValue,
            let failure = json["failure"]
        else { return nil }
        self.report = report == .null ? nil : report
        self.sentences = sentences.compactMap(Self.message)
        warning = json["warning"].flatMap(Self.message)
        doubleCodesSentence = json["doubleCodes"].flatMap(Self.message)
        guard failure != .null else { return }
        guard let code = failure["exitCode"]?.integerValue,
            let exitCode = ExitCode(rawValue: Int32(clamping: code)),
            let message = failure["message"].flatMap(Self.message)
        else { return nil }
        self.failure = CommandFailure(
            exitCode, message, hint: failure["hint"].flatMap(Self.message))
    }

    private static func json(_ message: Message) -> JSONValue {
        .object([("en", .string(message.english)), ("vi", .string(message.vietnamese))])
    }

    private static func message(_ json: JSONValue) -> Message? {
        guard let english = json["en"]?.stringValue, let vietnamese = json["vi"]?.stringValue
        else { return nil }
        return Message(english, vi: vietnamese)
    }
}
