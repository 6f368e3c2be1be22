public import Text

/// Why a command failed, for the person who gave it: `counter: message`, then `hint: …`.
///
/// Neither text may hold citizens' data.
public struct CommandFailure: Error, Sendable, Hashable {
    /// The number the program ends with.
    public var exitCode: ExitCode
    /// What went wrong, without a full stop.
    public var message: Message
    /// What the person can do about it.
    public var hint: Message?

    /// Makes a failure.
    public init(_ exitCode: ExitCode, _ message: Message, hint: Message? = nil) {
        self.exitCode = exitCode
        self.message = message
        self.hint = hint
    }
}

/// A command line that cannot be understood; the program ends with `ExitCode.usage`.
public struct UsageError: Error, Sendable, Hashable {
    /// What is wrong, without a full stop.
    public var message: Message
    /// What to write instead; without one, the command's `--help` is named.
    public var hint: Message?

    /// Makes an error.
    public init(_ message: Message, hint: Message? = nil) {
        self.message = message
        self.hint = hint
    }
}
