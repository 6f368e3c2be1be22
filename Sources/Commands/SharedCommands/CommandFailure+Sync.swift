public import CommandLine
public import Wire

extension CommandFailure {
    /// A failure of central, or of the way to it.
    public init(_ failure: SyncFailure) {
        self.init(ExitCode(failure), failure.message, hint: failure.hint)
    }
}
