internal import Foundation
import Glibc
public import Text

/// A program made of commands: reads the command line, runs a command, reports what went wrong.
public struct Tool: Sendable {
    /// The program's name, as typed.
    public let name: String
    /// The version that `--version` prints.
    public let version: String
    /// One line about the program.
    public let summary: Message
    private let listedCommands: [Command]
    /// The commands and groups, in the order the help lists them.
    public var commands: [Command] {
        isDocumented ? listedCommands + metaCommands : listedCommands
    }
    /// Options every command understands.
    public let globalOptions: [Option]
    /// Whether it writes manual pages and completions of itself.
    private let isDocumented: Bool
    private let surrounding: Surrounding
    private let output: OutputSink
    private let errorOutput: OutputSink

    /// Runs a command that was read, or something in its place.
    public typealias Surrounding = @Sendable (Command, Invocation) async throws -> ExitCode

    /// Declares a program.
    /// - Parameters:
    ///   - isDocumented: Whether it writes manual pages and completions of itself.
    ///   - surrounding: What stands around each command.
    ///   - output: Where results and help go.
    ///   - errorOutput: Where messages go.
    public init(
        name: String, version: String, summary: Message, commands: [Command],
        globalOptions: [Option] = [], isDocumented: Bool = false,
        output: OutputSink = .standardOutput,
        errorOutput: OutputSink = .standardError,
        surrounding: @escaping Surrounding = { try await $0($1) }
    ) {
        self.surrounding = surrounding
        self.name = name
        self.version = version
        self.summary = summary
        listedCommands = commands
        self.globalOptions = globalOptions
        self.isDocumented = isDocumented
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
                .osError,
                Message(
                    "this program may open fewer than \(Self.filesMin) files",
                    vi: "chương trình này được mở ít hơn \(Self.filesMin) tệp"),
                hint: Message(
                    "raise the limit of open files (ulimit -n)",
                    vi: "tăng giới hạn số tệp mở (ulimit -n)")),
            .english)
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
        let language = language(arguments)
        let implied = arguments == ["--version"] ? nil : onlyCommand?.name
        var parser = CommandLineParser(
            tool: self, words: [implied].compactMap(\.self) + arguments)
        do {
            switch try parser.parse() {
            case .version:
                try output.write(line: "\(name) \(version)")
                return .ok
            case .help(let path):
                try output.write(line: HelpText(tool: self, language: language).text(for: path))
                return .ok
            case .run(let command, let path, let options, let positionals):
                let options = try configured(options, of: command)
                let named = options[Self.languageOption.name]?.last
                return await run(
                    command,
                    with: Invocation(
                        commandPath: path, options: options, positionals: positionals,
                        language: named.flatMap(Language.init(rawValue:)) ?? language,
                        output: output, errorOutput: errorOutput))
            }
        } catch let failure as ParsingFailure {
            return report(failure.error, path: failure.path, language)
        } catch {
            return report(error, language)
        }
    }

    /// The options of a command line, and those of the file that it names: of what stands in both, the command
    /// line's count.
    private func configured(
        _ options: [String: [String]], of command: Command
    ) throws -> [String: [String]] {
        guard let path = options[Option.configuration.name]?.last,
            command.options.contains(.configuration)
        else { return options }
        guard let bytes = FileManager.default.contents(atPath: path),
            let text = String(validating: bytes, as: UTF8.self)
        else {
            throw CommandFailure(
                .configuration, Message("\(path) cannot be read", vi: "không đọc được \(path)"))
        }
        let file = try Configuration(
            text, path: path, known: command.options + globalOptions)
        return options.merging(file.options) { given, _ in given }
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
            return try await surrounding(command, invocation)
        } catch let error as UsageError {
            return report(error, path: invocation.commandPath, invocation.language)
        } catch {
            return report(error, invocation.language)
        }
    }

    private func report(_ error: UsageError, path: [String], _ language: Language) -> ExitCode {
        let call = ([name] + (onlyCommand == nil ? path : []) + ["--help"]).joined(separator: " ")
        let hint = [error.hint, Message("see \(call)", vi: "xem \(call)")].compactMap(\.self)
        return report(
            CommandFailure(.usage, error.message, hint: .joined(hint, separator: "\n")), language)
    }

    private func report(_ error: any Error, _ language: Language) -> ExitCode {
        let failure =
            error as? CommandFailure
            ?? CommandFailure(
                .software,
                Message(
                    "unexpected error of type \(type(of: error))",
                    vi: "lỗi không lường trước, loại \(type(of: error))"))
        let message = failure.message.text(in: language)
        var lines = ["\(name): \(TerminalSafe.text(message, keepingLines: true))"]
        let label = Message("hint", vi: "gợi ý").text(in: language)
        for hint in (failure.hint?.text(in: language) ?? "").split(separator: "\n") {
            lines.append("\(label): \(TerminalSafe.text(String(hint)))")
        }
        // If the messages cannot be written either, the exit code is all that is left to say.
        try? errorOutput.write(line: lines.joined(separator: "\n"))
        return failure.exitCode
    }

    /// The option by which a person chooses the language; programs for developers do without.
    public static let languageOption = Option(
        "--lang", valueName: "en|vi",
        help: Message(
            "the language of messages (default: LC_ALL, LC_MESSAGES, LANG)",
            vi: "ngôn ngữ của thông báo (mặc định: LC_ALL, LC_MESSAGES, LANG)"))

    /// The language of all that is said, also of what is wrong with the command line itself.
    private func language(_ arguments: [String]) -> Language {
        guard globalOptions.contains(Self.languageOption) else { return .english }
        let option = Self.languageOption.name
        let attached = arguments.last { $0.hasPrefix(option + "=") }?.dropFirst(option.count + 1)
        let next = arguments.lastIndex(of: option).flatMap { place in
            arguments.dropFirst(place + 1).first
        }
        return (attached.map(String.init) ?? next).flatMap(Language.init(rawValue:))
            ?? Language(environment: ProcessInfo.processInfo.environment)
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
