internal import CommandLine
internal import Files
internal import JSON
internal import Text

/// What a counter remembers for its clerks, in `settings.json` beside the replica.
struct CounterSettings {
    /// Who writes, where a command does not say it.
    var by: String?

    private static func path(_ home: CounterHome) -> String { home.path + "/settings.json" }

    /// Reads them; what is no document of settings counts as none.
    init(_ home: CounterHome) {
        guard let bytes = try? WholeFile.read(path: Self.path(home), bytesMax: 1 << 16),
            let json = try? JSONValue(parsing: bytes[...])
        else { return }
        by = json["by"]?.stringValue
    }

    /// Writes them.
    ///
    /// - Throws: `FileError`.
    func save(_ home: CounterHome) throws {
        let json = JSONValue.object([("by", by.map(JSONValue.string) ?? .null)])
        try WholeFile.replace(
            path: Self.path(home), with: Array(json.serialized().utf8), isSynced: true)
    }
}

enum SettingsCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "settings",
            summary: Message(
                "show or change what this counter remembers",
                vi: "xem hoặc đổi những gì quầy này ghi nhớ"),
            discussion: Message(
                """
                The name that --by gives is remembered with: counter settings --by "Lê Thị Hoa"
                A command's own --by counts before it, and so does DOSSIER_BY. --by "" forgets it.
                """,
                vi: """
                    Ghi nhớ người thực hiện bằng: counter settings --by "Lê Thị Hoa"
                    --by của từng lệnh, rồi đến DOSSIER_BY, được ưu tiên hơn. --by "" để quên.
                    """),
            options: [.by, .json]
        ) { invocation in
            let home = try CounterHome(invocation, context.environment)
            var settings = CounterSettings(home)
            if let name = invocation.value("--by").map(Folding.squeezed) {
                // Where there is no replica there is nothing to remember.
                try context.withDatabase(invocation) { _ in }
                settings.by = name.isEmpty ? nil : name
                do {
                    try settings.save(home)
                } catch {
                    throw CommandFailure(
                        .ioError,
                        Message("the settings cannot be written", vi: "không ghi được cài đặt"))
                }
            }
            if invocation.has("--json") {
                try invocation.printJSON(
                    .object([("by", settings.by.map(JSONValue.string) ?? .null)]))
            } else {
                let by = settings.by.map { Message(verbatim: TerminalSafe.text($0)) }
                try invocation.say(
                    Message("by  ", vi: "người thực hiện  ")
                        + (by ?? Message("nobody", vi: "không ghi nhớ")))
            }
            return .ok
        }
    }
}
