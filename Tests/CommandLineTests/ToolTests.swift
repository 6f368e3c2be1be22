import CommandLine
import Synchronization
import Testing
import Text

@Suite("Reading command lines")
struct ToolTests {
    @Test(
        "Options are understood in every form and place",
        arguments: [
            (["list", "new"], "list new"),
            (["list", "--from", "2026-01-01", "new"], "list --from=2026-01-01 new"),
            (["list", "new", "--from=2026-01-01"], "list --from=2026-01-01 new"),
            (["list", "-f", "x", "new"], "list --from=x new"),
            (["list", "-fx", "new"], "list --from=x new"),
            (["list", "-f=x", "new"], "list --from=x new"),
            (["list", "--from=", "new"], "list --from= new"),
            (["list", "--from=--help", "new"], "list --from=--help new"),
            (["list", "--from=a=b", "new"], "list --from=a=b new"),
            (["list", "--from", "-", "new"], "list --from=- new"),
            (["list", "--limit", "-5", "new"], "list limit=-5 new"),
            (["list", "-n-5", "new"], "list limit=-5 new"),
            (["list", "new", "-5", "-.5", "-"], "list new -5 -.5 -"),
            (["list", "--", "--from", "-x"], "list --from -x"),
            (["list", "new", "--", "--", "a"], "list new -- a"),
            (["list", "--field", "a", "new", "--field", "b"], "list --field=a|b new"),
            (["list", "-vqv", "new"], "list --quiet×1 --verbose×2 new"),
            (["-q", "list", "new"], "list --quiet×1 new"),
            (["--replica", "a.db", "list", "new"], "list --replica=a.db new"),
            (["office", "--replica=a.db", "add", "H29"], "office add --replica=a.db H29"),
            (["office", "list"], "office list"),
        ])
    func forms(arguments: [String], expected: String) async {
        let result = await SampleTool().run(arguments)
        #expect(result.errors == "")
        #expect(result.output == expected + "\n")
        #expect(result.exitCode == .ok)
    }

    @Test(
        "What is wrong with a command line is said with the way out",
        arguments: [
            ([], "a command is missing", "see counter --help"),
            (["office"], "office needs a command", "see counter office --help"),
            (["lsit", "x"], "there is no command “lsit”", "did you mean “list”?"),
            (["off"], "there is no command “off”", "did you mean “office”?"),
            (["office", "ad"], "there is no command “office ad”", "did you mean “office add”?"),
            (["zzzzz"], "there is no command “zzzzz”", "see counter --help"),
            (["secre"], "there is no command “secre”", "see counter --help"),
            (["help", "lst"], "there is no command “lst”", "did you mean “list”?"),
            (
                ["list", "--form", "x"], "there is no option --form for “list”",
                "did you mean --from?"
            ),
            (["--quite", "list"], "there is no option --quite", "did you mean --quiet?"),
            (
                ["list", "--zzzzzz"], "there is no option --zzzzzz for “list”",
                "see counter list --help"
            ),
            (["list", "-x", "a"], "there is no option -x", "see counter list --help"),
            (["--from", "x", "list"], "there is no option --from", "see counter --help"),
            (
                ["list", "a", "--from"], "--from needs a value: --from DATE",
                "see counter list --help"
            ),
            (
                ["list", "--from", "--quiet", "a"], "--from needs a value: --from DATE",
                "see counter list --help"
            ),
            (["list", "-q=1", "a"], "there is no option -=", "see counter list --help"),
            (
                ["list", "--quiet=1", "a"], "--quiet is a flag and takes no value",
                "see counter list --help"
            ),
            (
                ["list", "--from=a", "--from=b", "x"], "--from is given more than once",
                "see counter list --help"
            ),
            (["list"], "the argument STATUS is missing", "see counter list --help"),
            (
                ["office", "add", "a", "b"], "there is an argument too many: “b”",
                "see counter office add --help"
            ),
            (
                ["list", "a", "--limit", "ten"], "--limit needs a whole number, not “ten”",
                "see counter list --help"
            ),
            (
                ["list", "a", "--limit", "101"], "--limit must be -10 to 100, not 101",
                "see counter list --help"
            ),
            (["fail", "usage"], "--a and --b exclude each other", "see counter fail --help"),
        ] as [([String], String, String)])
    func wrong(arguments: [String], message: String, hint: String) async {
        let result = await SampleTool().run(arguments)
        #expect(result.exitCode == .usage)
        #expect(result.output == "")
        #expect(result.errors.hasPrefix("counter: \(message)\nhint: \(hint)\n"), "\(result.errors)")
    }

    @Test("A failure is printed with its hint, made harmless, and gives its exit code")
    func failure() async {
        let result = await SampleTool().run("fail")
        #expect(result.exitCode == .noInput)
        #expect(
            result.errors == """
                counter: cannot read a\\u{1B}[2J.ndjson
                hint: check the path
                hint: or the stick

                """)
    }

    @Test("An unexpected error is named by its type only")
    func unexpectedError() async {
        let result = await SampleTool().run("fail", "odd")
        #expect(result.exitCode == .software)
        #expect(result.errors == "counter: unexpected error of type OddError\n")
    }

    @Test("A command's own exit code is the program's")
    func exitCode() async {
        let result = await SampleTool().run("fail", "code")
        #expect(result == .init(exitCode: .temporaryFailure, output: "", errors: ""))
    }

    @Test("A hidden command runs")
    func hidden() async {
        #expect(await SampleTool().run("secret").exitCode == .ok)
    }

    @Test("a program that is one command is called, helped and reported without its name")
    func onlyCommand() async {
        let output = OutputSink()
        let errors = OutputSink()
        let tool = Tool(
            name: "solo", version: "1.0.0", summary: "does one thing",
            commands: [
                Command(
                    "run", summary: "do it", options: [Option("--fast", help: "at once")],
                    hidden: true
                ) {
                    try $0.printOut($0.has("--fast") ? "fast" : "slow"); return .ok
                }
            ], output: output, errorOutput: errors)
        #expect(await tool.main(arguments: []) == .ok)
        #expect(await tool.main(arguments: ["--fast"]) == .ok)
        #expect(await tool.main(arguments: ["--help"]) == .ok)
        #expect(await tool.main(arguments: ["--version"]) == .ok)
        #expect(await tool.main(arguments: ["--odd"]) == .usage)
        #expect(output.text.hasPrefix("slow\nfast\ndo it\n\nusage: solo [options]\n"))
        #expect(output.text.hasSuffix("solo 1.0.0\n"))
        #expect(errors.text.contains("see solo --help"))
    }

    @Test("Output that cannot be written ends with an I/O error")
    func fullDisk() async {
        let full = OutputSink(descriptor: -1, name: "standard output")
        let errors = OutputSink()
        let tool = Tool(
            name: "counter", version: "1", summary: "", commands: [], output: full,
            errorOutput: errors)
        #expect(await tool.main(arguments: ["--version"]) == .ioError)
        #expect(errors.text == "counter: cannot write to standard output: Bad file descriptor\n")
    }

    @Test("Exit codes are those of sysexits.h")
    func sysexits() {
        let codes = ExitCode.allCases.map(\.rawValue)
        #expect(codes == [0, 64, 65, 66, 67, 69, 70, 71, 73, 74, 75, 76, 77, 78])
    }

    @Test(
        "The words of a call are read as the same call again",
        arguments: [
            ["list", "pending"], ["list", "-v", "--from=-x", "pending", "-v", "a", "--", "--b"],
            ["list", "--field", "a b", "--field=", "-n-5", "--", "-"], ["office", "add", "-1"],
            ["office", "list"],
        ])
    func words(_ arguments: [String]) async {
        let words = Mutex<[String]>([])
        var first = SampleTool()
        first.surrounding = { command, invocation in
            words.withLock { $0 = invocation.words(for: command) }
            return try await command(invocation)
        }
        let said = await first.run(arguments)
        #expect(said.exitCode == .ok, "\(said.errors)")
        #expect(await SampleTool().run(words.withLock { $0 }) == said)
    }

    @Test("--lang chooses the language of everything, mistakes in the command line too")
    func languages() async {
        let (output, errors) = (OutputSink(), OutputSink())
        let tool = Tool(
            name: "t", version: "1", summary: Message("a tool", vi: "một công cụ"),
            commands: [
                Command("greet", summary: Message("greets", vi: "chào")) { invocation in
                    try invocation.say(Message("hello", vi: "xin chào"))
                    throw CommandFailure(
                        .dataError, Message("bad", vi: "sai"), hint: Message("mend", vi: "sửa"))
                }
            ], globalOptions: [Tool.languageOption], output: output, errorOutput: errors)
        #expect(await tool.main(arguments: ["greet", "--lang", "vi"]) == .dataError)
        #expect(output.text == "xin chào\n" && errors.text == "t: sai\ngợi ý: sửa\n")
        #expect(await tool.main(arguments: ["--lang=vi", "gret"]) == .usage)
        #expect(errors.text.contains("t: không có lệnh “gret”\ngợi ý: có phải ý bạn là “greet”?"))
        #expect(await tool.main(arguments: ["--lang=en", "gret"]) == .usage)
        #expect(errors.text.contains("t: there is no command “gret”"))
        #expect(await tool.main(arguments: ["--lang", "vi", "--help"]) == .ok)
        #expect(output.text.contains("các lệnh:\n  greet  chào"))
    }
}
