public import Text

/// What a command was called with, and where it writes.
public struct Invocation: Sendable {
    /// The words that called the command, as in `["office", "add"]`.
    public let commandPath: [String]
    /// The language of what it says.
    public let language: Language
    /// Where results go.
    public let output: OutputSink
    /// Where messages and progress go.
    public let errorOutput: OutputSink
    /// Who asks from another machine, in whose place the command runs; `nil` for whoever runs this program.
    public let account: String?
    private let options: [String: [String]]
    private let positionals: [String: [String]]

    /// Makes an invocation; tests of a command's action can do without a command line.
    /// - Parameters:
    ///   - options: Values by option name (`--from`); a flag has one empty value per mention.
    ///   - positionals: Values by argument name.
    ///   - account: Who asks from another machine.
    public init(
        commandPath: [String] = [], options: [String: [String]] = [:],
        positionals: [String: [String]] = [:], language: Language = .english,
        account: String? = nil,
        output: OutputSink = .standardOutput,
        errorOutput: OutputSink = .standardError
    ) {
        self.commandPath = commandPath
        self.options = options
        self.positionals = positionals
        self.language = language
        self.account = account
        self.output = output
        self.errorOutput = errorOutput
    }

    /// The same in the place of somebody at another machine, with these options instead of those given.
    public func asked(by account: String, with more: [String: [String]]) -> Invocation {
        Invocation(
            commandPath: commandPath, options: options.merging(more) { $1 },
            positionals: positionals, language: language, account: account, output: output,
            errorOutput: errorOutput)
    }

    /// Words of a command line that are read as this call of a command, without options of the whole tool.
    public func words(for command: Command) -> [String] {
        let options = command.options.flatMap { option in
            values(option.name).map {
                option.valueName == nil ? option.name : "\(option.name)=\($0)"
            }
        }
        let arguments = command.arguments.flatMap { positionals($0.name) }
        return commandPath + options + ["--"] + arguments
    }

    /// Whether a flag or an option was given.
    public func has(_ option: String) -> Bool {
        options[option] != nil
    }

    /// How often a flag or an option was given.
    public func count(_ option: String) -> Int {
        options[option]?.count ?? 0
    }

    /// The option's value, the last one if it repeats; nil if it was not given.
    public func value(_ option: String) -> String? {
        options[option]?.last
    }

    /// All values of an option in their order.
    public func values(_ option: String) -> [String] {
        options[option] ?? []
    }

    /// The option's value.
    /// - Throws: `UsageError` if it was not given.
    public func required(_ option: String) throws(UsageError) -> String {
        guard let value = value(option) else {
            throw UsageError(Message("\(option) is missing", vi: "thiếu \(option)"))
        }
        return value
    }

    /// The option's value as an integer; nil if it was not given.
    /// - Throws: `UsageError` if it is no integer or outside `range`.
    public func integer(
        _ option: String, in range: ClosedRange<Int> = .min ... .max
    ) throws(UsageError) -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text) else {
            throw UsageError(
                Message(
                    "\(option) needs a whole number, not “\(text)”",
                    vi: "\(option) cần một số nguyên, không phải “\(text)”"))
        }
        guard range.contains(number) else {
            throw UsageError(
                Message("\(option) must be ", vi: "\(option) phải ") + describe(range)
                    + Message(", not \(number)", vi: ", không phải \(number)"))
        }
        return number
    }

    /// The option's value as a number; nil if it was not given.
    /// - Throws: `UsageError` if it is no finite number.
    public func number(_ option: String) throws(UsageError) -> Double? {
        guard let text = value(option) else { return nil }
        guard let number = Double(text), number.isFinite else {
            throw UsageError(
                Message(
                    "\(option) needs a number, not “\(text)”",
                    vi: "\(option) cần một số, không phải “\(text)”"))
        }
        return number
    }

    /// The option's value as one of these words; nil if it was not given.
    /// - Throws: `UsageError` that lists the words.
    public func choice(_ option: String, of words: [String]) throws(UsageError) -> String? {
        guard let text = value(option) else { return nil }
        guard words.contains(text) else {
            let nearest = Suggestion.nearest(to: text, among: words)
            throw UsageError(
                Message(
                    "\(option) must be one of \(words.joined(separator: ", ")), not “\(text)”",
                    vi: "\(option) phải là một trong: \(words.joined(separator: ", ")); "
                        + "không phải “\(text)”"),
                hint: nearest.map {
                    Message(
                        "did you mean \(option) \($0)?", vi: "có phải ý bạn là \(option) \($0)?")
                })
        }
        return text
    }

    /// The option's value turned into a type by `transform`; nil if it was not given. The error does
    /// not repeat the value: what slipped into the place of a time may be somebody's name.
    /// - Parameter expected: What the value should be, as in `a date such as 2026-03-02`.
    /// - Throws: `UsageError` if `transform` returns nil.
    public func value<Value>(
        _ option: String, expected: Message, transform: (String) -> Value?
    ) throws(UsageError) -> Value? {
        guard let text = value(option) else { return nil }
        guard let value = transform(text) else {
            throw UsageError(Message("\(option) needs ", vi: "\(option) cần ") + expected)
        }
        return value
    }

    /// The argument of this name; empty if it is optional and was left out.
    public func positional(_ name: String) -> String {
        positionals[name]?.first ?? ""
    }

    /// The argument of this name; nil if it was left out.
    public func optionalPositional(_ name: String) -> String? {
        positionals[name]?.first
    }

    /// All arguments of this name, for one that repeats.
    public func positionals(_ name: String) -> [String] {
        positionals[name] ?? []
    }

    /// A message's text in the language of this call.
    public func text(_ message: Message) -> String { message.text(in: language) }

    /// Says something on `output`.
    /// - Throws: `CommandFailure` with `ExitCode.ioError`, but not when the reader is gone.
    public func say(_ message: Message) throws(CommandFailure) {
        try printProse(text(message))
    }

    /// Writes a line for people to `output`: over several, parted between words, where somebody looks at it.
    /// - Throws: `CommandFailure` with `ExitCode.ioError`, but not when the reader is gone.
    public func printProse(_ line: String) throws(CommandFailure) {
        guard let columns = output.columns, DisplayWidth.of(line) > columns else {
            try output.write(line: line)
            return
        }
        let indent = String(line.prefix { $0 == " " })
        for part in TextWrap.lines(line, width: columns - indent.count) {
            try output.write(line: indent + part)
        }
    }

    /// Writes a line to `output`.
    /// - Throws: `CommandFailure` with `ExitCode.ioError`, but not when the reader is gone.
    public func printOut(_ line: String) throws(CommandFailure) {
        try output.write(line: line)
    }

    /// Writes a table to `output`, as wide as who looks at it can see.
    /// - Throws: `CommandFailure` with `ExitCode.ioError`, but not when the reader is gone.
    public func printOut(_ table: TextTable) throws(CommandFailure) {
        for line in table.lines(width: output.columns) { try output.write(line: line) }
    }

    /// Writes a line to `errorOutput`.
    /// - Throws: `CommandFailure` with `ExitCode.ioError`, but not when the reader is gone.
    public func printErr(_ line: String) throws(CommandFailure) {
        try errorOutput.write(line: line)
    }

    private func describe(_ range: ClosedRange<Int>) -> Message {
        switch (range.lowerBound, range.upperBound) {
        case (let lower, .max): Message("at least \(lower)", vi: "ít nhất là \(lower)")
        case (.min, let upper): Message("at most \(upper)", vi: "nhiều nhất là \(upper)")
        case (let lower, let upper):
            Message("\(lower) to \(upper)", vi: "từ \(lower) đến \(upper)")
        }
    }
}
