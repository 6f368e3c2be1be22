public import Text

/// An option or a flag of a command.
public struct Option: Sendable, Hashable {
    /// The long name with its dashes, as in `--from`.
    public let name: String
    /// The short form, as in `f` for `-f`.
    public let short: Character?
    /// What the help text calls the value, as in `DATE`; nil for a flag, which has none.
    public let valueName: String?
    /// One phrase for the help text.
    public let help: Message
    /// Whether it may be given more than once.
    public let repeats: Bool

    /// Declares an option with a value, or a flag if `valueName` is nil.
    public init(
        _ name: String, short: Character? = nil, valueName: String? = nil, help: Message,
        repeats: Bool = false
    ) {
        precondition(name.hasPrefix("--") && name.count > 2, "an option's name starts with --")
        self.name = name
        self.short = short
        self.valueName = valueName
        self.help = help
        self.repeats = repeats
    }

    /// Whether its value is a file or a folder.
    public var namesFile: Bool { ["FILE", "DIR"].contains(valueName) }

    /// `-f, --from DATE`, in the words of a language
    func synopsis(_ language: Language) -> String {
        let prefix = short.map { "-\($0), " } ?? "    "
        return prefix + name
            + (valueName.map { " " + Placeholder.title(of: $0).text(in: language) } ?? "")
    }
}

/// An argument that is told by its place.
public struct Positional: Sendable, Hashable {
    /// The name in help texts and for `Invocation`, as in `FILE`.
    public let name: String
    /// One phrase for the help text.
    public let help: Message
    /// Whether it may be left out; only the last ones may.
    public let optional: Bool
    /// Whether it takes all that is left but what has to stand behind it; only one may.
    public let repeats: Bool

    /// Declares an argument.
    public init(_ name: String, help: Message, optional: Bool = false, repeats: Bool = false) {
        self.name = name
        self.help = help
        self.optional = optional
        self.repeats = repeats
    }

    /// `FILE`, `[FILE]`, `FILE...` or `[FILE...]`, in the words of a language
    func synopsis(_ language: Language) -> String {
        let title = Placeholder.title(of: name).text(in: language)
        let text = repeats ? title + "..." : title
        return optional ? "[\(text)]" : text
    }
}

/// A command, or a group of commands such as `office` with `office add` and `office list`.
public struct Command: Sendable {
    /// What a command does.
    public typealias Action = @Sendable (Invocation) async throws -> ExitCode

    /// The word that calls it.
    public let name: String
    /// One line for lists of commands.
    public let summary: Message
    /// More lines for the command's own help: what it does, examples.
    public let discussion: Message
    /// The arguments told by their place.
    public let arguments: [Positional]
    /// The options, besides the tool's global ones.
    public let options: [Option]
    /// Whether lists of commands leave it out.
    public let hidden: Bool
    /// The commands of a group; empty for a command.
    public let commands: [Command]
    let run: Action?

    /// Declares a command.
    public init(
        _ name: String, summary: Message, discussion: Message = Message(verbatim: ""),
        arguments: [Positional] = [],
        options: [Option] = [], hidden: Bool = false, run: @escaping Action
    ) {
        let required = arguments.prefix { !$0.optional }
        precondition(
            arguments.dropFirst(required.count).allSatisfy(\.optional)
                && arguments.count(where: \.repeats) <= 1,
            "optional arguments come last, and only one repeats")
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.arguments = arguments
        self.options = options
        self.hidden = hidden
        self.commands = []
        self.run = run
    }

    /// Declares a group of commands.
    public init(
        group name: String, summary: Message, discussion: Message = Message(verbatim: ""),
        hidden: Bool = false,
        commands: [Command]
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.arguments = []
        self.options = []
        self.hidden = hidden
        self.commands = commands
        self.run = nil
    }

    var isGroup: Bool { run == nil }

    /// Does what the command does.
    ///
    /// - Throws: what its action throws.
    public func callAsFunction(_ invocation: Invocation) async throws -> ExitCode {
        try await run?(invocation) ?? .ok
    }
}
