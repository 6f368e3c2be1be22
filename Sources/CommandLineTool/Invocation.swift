/// What a command was called with, and where it writes.
public struct Invocation: Sendable {
    /// The words that called the command, as in `["office", "add"]`.
    public let commandPath: [String]
    /// Where results go.
    public let output: OutputSink
    /// Where messages and progress go.
    public let errorOutput: OutputSink
    private let options: [String: [String]]
    private let positionals: [String: [String]]

    /// Makes an invocation; tests of a command's action can do without a command line.
    /// - Parameters:
    ///   - options: Values by option name (`--from`); a flag has one empty value per mention.
    ///   - positionals: Values by argument name.
    public init(
        commandPath: [String] = [], options: [String: [String]] = [:],
        positionals: [String: [String]] = [:], output: OutputSink = .standardOutput,
        errorOutput: OutputSink = .standardError
    ) {
        self.commandPath = commandPath
        self.options = options
        self.positionals = positionals
        self.output = output
        self.errorOutput = errorOutput
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
        guard let value = value(option) else { throw UsageError("\(option) is missing") }
        return value
    }

    /// The option's value as an integer; nil if it was not given.
    /// - Throws: `UsageError` if it is no integer or outside `range`.
    public func integer(
        _ option: String, in range: ClosedRange<Int> = .min ... .max
    ) throws(UsageError) -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text) else {
            throw UsageError("\(option) needs a whole number, not “\(text)”")
        }
        guard range.contains(number) else {
            throw UsageError("\(option) must be \(describe(range)), not \(number)")
        }
        return number
    }

    /// The option's value as a number; nil if it was not given.
    /// - Throws: `UsageError` if it is no finite number.
    public func number(_ option: String) throws(UsageError) -> Double? {
        guard let text = value(option) else { return nil }
        guard let number = Double(text), number.isFinite else {
            throw UsageError("\(option) needs a number, not “\(text)”")
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
                "\(option) must be one of \(words.joined(separator: ", ")), not “\(text)”",
                hint: nearest.map { "did you mean \(option) \($0)?" })
        }
        return text
    }

    /// The option's value turned into a type by `transform`; nil if it was not given.
    /// - Parameter expected: What the value should be, as in `a date such as 2026-03-02`.
    /// - Throws: `UsageError` if `transform` returns nil.
    public func value<Value>(
        _ option: String, expected: String, transform: (String) -> Value?
    ) throws(UsageError) -> Value? {
        guard let text = value(option) else { return nil }
        guard let value = transform(text) else {
            throw UsageError("\(option) needs \(expected), not “\(text)”")
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

    /// Writes a line to `output`.
    /// - Throws: `CommandFailure` with `ExitCode.ioError`, but not when the reader is gone.
    public func printOut(_ line: String) throws(CommandFailure) {
        try output.write(line: line)
    }

    /// Writes a line to `errorOutput`.
    /// - Throws: `CommandFailure` with `ExitCode.ioError`, but not when the reader is gone.
    public func printErr(_ line: String) throws(CommandFailure) {
        try errorOutput.write(line: line)
    }

    private func describe(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (let lower, .max): "at least \(lower)"
        case (.min, let upper): "at most \(upper)"
        case (let lower, let upper): "\(lower) to \(upper)"
        }
    }
}
