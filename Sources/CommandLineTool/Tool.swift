import Glibc

/// A program made of commands: reads the command line, runs a command, reports what went wrong.
public struct Tool: Sendable {
    /// The program's name, as typed.
    public let name: String
    /// The version that `--version` prints.
    public let version: String
    /// One line about the program.
    public let summary: String
    /// The commands and groups, in the order the help lists them.
    public let commands: [Command]
    /// Options every command understands.
    public let globalOptions: [Option]
    private let output: OutputSink
    private let errorOutput: OutputSink

    /// Declares a program.
    /// - Parameters:
    ///   - output: Where results and help go.
    ///   - errorOutput: Where messages go.
    public init(
        name: String, version: String, summary: String, commands: [Command],
        globalOptions: [Option] = [], output: OutputSink = .standardOutput,
        errorOutput: OutputSink = .standardError
    ) {
        self.name = name
        self.version = version
        self.summary = summary
        self.commands = commands
        self.globalOptions = globalOptions
        self.output = output
        self.errorOutput = errorOutput
    }

    /// Says so when this process may open too few files for any command; to be called first of all.
    ///
    /// The Swift runtime's queues, made when the first asynchronous function is called, do not fail
    /// without descriptors: they crash.
    /// - Returns: What to end the process with; nil when all is well.
    public func refusalToStart() -> ExitCode? {
        if Self.mayOpen(files: Self.filesMin) { return nil }
        return report(
            CommandFailure(
                .osError, "this program may open fewer than \(Self.filesMin) files",
                hint: "raise the limit of open files (ulimit -n)"))
    }

    /// The one command of a program that is that command: a hidden one, whose name is not typed.
    var onlyCommand: Command? {
        guard let command = commands.first, commands.count == 1, command.hidden else { return nil }
        return command
    }

    /// Runs the program with these arguments, without the program's own name.
    ///
    /// SIGPIPE is ignored from here on: a reader that went away must not kill a command in the
    /// middle of its work, and `OutputSink` then drops what is written.
    /// - Returns: What to end the process with.
    public func main(arguments: [String]) async -> ExitCode {
        signal(SIGPIPE, SIG_IGN)
        let implied = arguments == ["--version"] ? nil : onlyCommand?.name
        var parser = CommandLineParser(
            tool: self, words: [implied].compactMap(\.self) + arguments)
        do {
            switch try parser.parse() {
            case .version:
                try output.write(line: "\(name) \(version)")
                return .ok
            case .help(let path):
                try output.write(line: HelpText(tool: self).text(for: path))
                return .ok
            case .run(let command, let path, let options, let positionals):
                return await run(
                    command,
                    with: Invocation(
                        commandPath: path, options: options, positionals: positionals,
                        output: output, errorOutput: errorOutput))
            }
        } catch let failure as ParsingFailure {
            return report(failure.error, path: failure.path)
        } catch {
            return report(error)
        }
    }

    /// What any command opens at once, the runtime's queues included.
    private static let filesMin = 12

    /// Whether so many files may still be opened.
    private static func mayOpen(files count: Int) -> Bool {
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        while opened.count < count {
            let descriptor = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { return false }
            opened.append(descriptor)
        }
        return true
    }

    private func run(_ command: Command, with invocation: Invocation) async -> ExitCode {
        do {
            return try await command.run?(invocation) ?? .ok
        } catch let error as UsageError {
            return report(error, path: invocation.commandPath)
        } catch {
            return report(error)
        }
    }

    private func report(_ error: UsageError, path: [String]) -> ExitCode {
        let call = ([name] + (onlyCommand == nil ? path : []) + ["--help"]).joined(separator: " ")
        let hint = [error.hint, "see \(call)"].compactMap(\.self).joined(separator: "\n")
        return report(CommandFailure(.usage, error.message, hint: hint))
    }

    private func report(_ error: any Error) -> ExitCode {
        let failure =
            error as? CommandFailure
            ?? CommandFailure(.software, "unexpected error of type \(type(of: error))")
        var lines = ["\(name): \(TerminalSafe.text(failure.message, keepingLines: true))"]
        for hint in (failure.hint ?? "").split(separator: "\n") {
            lines.append("hint: \(TerminalSafe.text(String(hint)))")
        }
        // If the messages cannot be written either, the exit code is all that is left to say.
        try? errorOutput.write(line: lines.joined(separator: "\n"))
        return failure.exitCode
    }

    /// The command or group that these words name.
    func command(at path: [String]) -> Command? {
        var found: Command?
        for word in path {
            guard let next = (found?.commands ?? commands).first(where: { $0.name == word }) else {
                return nil
            }
            found = next
        }
        return found
    }
}
