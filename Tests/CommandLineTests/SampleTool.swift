import CommandLine
import Text

/// A small tool whose commands print what they were called with, and what it wrote.
struct SampleTool {
    let output = OutputSink()
    let errorOutput = OutputSink()
    var surrounding: Tool.Surrounding = { try await $0($1) }

    struct Result: Equatable {
        var exitCode: ExitCode
        var output: String
        var errors: String
    }

    struct OddError: Error {
        var secret = "0912345678"
    }

    func run(_ arguments: String...) async -> Result {
        await run(arguments)
    }

    func run(_ arguments: [String]) async -> Result {
        let exitCode = await tool.main(arguments: arguments)
        return Result(exitCode: exitCode, output: output.text, errors: errorOutput.text)
    }

    private var tool: Tool {
        Tool(
            name: "counter", version: "1.2.3", summary: "keeps an office's dossiers in sync",
            commands: [list, office, fail, secret],
            globalOptions: [
                Option("--replica", short: "r", valueName: "FILE", help: "the replica's file"),
                Option("--quiet", short: "q", help: "show no progress"),
            ],
            output: output, errorOutput: errorOutput, surrounding: surrounding)
    }

    private var list: Command {
        Command(
            "list", summary: "List dossiers",
            discussion: """
                Lists the newest first.

                example:
                  counter list --from 2026-01-01 pending
                """,
            arguments: [
                Positional("STATUS", help: "only dossiers in this status"),
                Positional("WORD", help: "words to look for", optional: true, repeats: true),
            ],
            options: [
                Option("--from", short: "f", valueName: "DATE", help: "only from this day on"),
                Option("--limit", short: "n", valueName: "COUNT", help: "how many at most"),
                Option(
                    "--field", valueName: "NAME", help: "a field to show", repeats: true),
                Option("--verbose", short: "v", help: "say more", repeats: true),
            ],
            run: describe)
    }

    private var office: Command {
        let code = Positional("CODE", help: "the agency code")
        return Command(
            group: "office", summary: "Manage offices",
            commands: [
                Command("add", summary: "Add an office", arguments: [code], run: describe),
                Command("list", summary: "List offices", run: describe),
            ])
    }

    private var fail: Command {
        Command(
            "fail", summary: "Fail in a way",
            arguments: [Positional("HOW", help: "the way", optional: true)]
        ) { invocation in
            switch invocation.positional("HOW") {
            case "usage": throw UsageError("--a and --b exclude each other")
            case "odd": throw OddError()
            case "code": return .temporaryFailure
            default:
                throw CommandFailure(
                    .noInput, "cannot read a\u{1B}[2J.ndjson", hint: "check the path\nor the stick")
            }
        }
    }

    private var secret: Command {
        Command("secret", summary: "Not for lists", hidden: true) { _ in .ok }
    }
}

@Sendable private func describe(_ invocation: Invocation) throws -> ExitCode {
    var parts = [invocation.commandPath.joined(separator: " ")]
    for option in ["--replica", "--from", "--field"] where invocation.has(option) {
        parts.append("\(option)=\(invocation.values(option).joined(separator: "|"))")
    }
    if let limit = try invocation.integer("--limit", in: -10...100) {
        parts.append("limit=\(limit)")
    }
    for flag in ["--quiet", "--verbose"] where invocation.has(flag) {
        parts.append("\(flag)×\(invocation.count(flag))")
    }
    parts += ["STATUS", "CODE"].compactMap { invocation.optionalPositional($0) }
    parts += invocation.positionals("WORD")
    try invocation.printOut(parts.joined(separator: " "))
    return .ok
}
