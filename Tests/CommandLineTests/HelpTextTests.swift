import CommandLine
import Testing
import Text

@Suite("Help")
struct HelpTests {
    @Test(
        "The program's help lists commands and options", arguments: [["--help"], ["-h"], ["help"]])
    func toolHelp(arguments: [String]) async {
        let result = await SampleTool().run(arguments)
        #expect(result.exitCode == .ok)
        #expect(
            result.output == """
                counter: keeps an office's dossiers in sync

                usage: counter [options] COMMAND

                commands:
                  list    List dossiers
                  office  Manage offices
                  fail    Fail in a way

                options:
                  -r, --replica FILE  the replica's file
                  -q, --quiet         show no progress
                  -h, --help          show help for the program or a command
                      --version       show the version

                “counter help COMMAND” says more.

                """)
    }

    @Test(
        "A command's help shows how to call it",
        arguments: [
            ["list", "--help"], ["help", "list"], ["--help", "list"], ["list", "x", "y", "-h"],
        ])
    func commandHelp(arguments: [String]) async {
        let result = await SampleTool().run(arguments)
        #expect(result.exitCode == .ok)
        #expect(
            result.output == """
                List dossiers

                usage: counter list [options] STATUS [WORD...]

                Lists the newest first.

                example:
                  counter list --from 2026-01-01 pending

                arguments:
                  STATUS  only dossiers in this status
                  WORD    words to look for

                options:
                  -f, --from DATE    only from this day on
                  -n, --limit COUNT  how many at most
                      --field NAME   a field to show (may be repeated)
                  -v, --verbose      say more (may be repeated)

                global options:
                  -r, --replica FILE  the replica's file
                  -q, --quiet         show no progress

                """)
    }

    @Test("A group's help lists its commands", arguments: [["office", "-h"], ["help", "office"]])
    func groupHelp(arguments: [String]) async {
        let result = await SampleTool().run(arguments)
        #expect(result.output.contains("usage: counter office COMMAND\n"))
        #expect(result.output.contains("  add   Add an office\n  list  List offices\n"))
        #expect(
            await SampleTool().run("help", "office", "add").output.contains("counter office add"))
    }

    @Test("Long explanations are wrapped at 80 columns")
    func wrapping() async {
        let output = OutputSink()
        let words = Message(
            verbatim: Array(repeating: "word", count: 40).joined(separator: " "))
        let tool = Tool(
            name: "t", version: "1", summary: "s",
            commands: [Command("run", summary: words) { _ in .ok }],
            globalOptions: [
                Option("--an-option-with-a-very-long-name", valueName: "VALUE", help: words)
            ], output: output)
        #expect(await tool.main(arguments: ["--help"]) == .ok)
        let lines = output.text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.contains("      --an-option-with-a-very-long-name VALUE"))
        #expect(output.text.split { $0 == " " || $0 == "\n" }.filter { $0 == "word" }.count == 80)
    }

    @Test("The version is printed")
    func version() async {
        #expect(await SampleTool().run("--version").output == "counter 1.2.3\n")
    }
}
