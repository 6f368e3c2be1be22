import Foundation
import Testing
import Text

@testable import CommandLine

@Suite("Configuration")
struct ConfigurationTests {
    private static let known = [
        Option("--listen", valueName: "ADDRESS", help: Message(verbatim: "where")),
        Option("--trusted", valueName: "CIDR", help: Message(verbatim: "whom"), repeats: true),
        Option("--tls", help: Message(verbatim: "flag")),
        Option("--quiet", help: Message(verbatim: "flag")), .configuration,
    ]

    private func read(_ text: String) throws(CommandFailure) -> [String: [String]] {
        try Configuration(text, path: "f.conf", known: Self.known).options
    }

    @Test("Options stand by their names, flags alone or with yes or no, comments are passed over")
    func options() throws {
        let text = """
            # where
            listen = 0.0.0.0:8443

              tls
            quiet = no
            trusted=10.0.0.0/8
            trusted = 127.0.0.1
            """
        #expect(
            try read(text) == [
                "--listen": ["0.0.0.0:8443"], "--tls": [""],
                "--trusted": ["10.0.0.0/8", "127.0.0.1"],
            ])
        #expect(try read("") == [:])
    }

    @Test(
        "What cannot be is named with its line, and the nearest name",
        arguments: [
            ("a\nlistn = x", "f.conf:1: there is no option a"),
            ("listen = x\nlisten = y", "f.conf:2: listen is given more than once"),
            ("tls = perhaps", "f.conf:1: tls takes yes or no"),
            ("listen =", "f.conf:1: listen needs a value"),
            ("config = other.conf", "f.conf:1: there is no option config"),
        ])
    func faults(text: String, message: String) {
        let failure = #expect(throws: CommandFailure.self) { try read(text) }
        #expect(failure?.exitCode == .configuration && failure?.message.english == message)
    }

    private func tool(_ output: OutputSink) -> Tool {
        Tool(
            name: "sample", version: "1", summary: Message(verbatim: "sample"),
            commands: [
                Command(
                    "serve", summary: Message(verbatim: "serves"), options: Self.known
                ) { invocation in
                    try invocation.printOut(
                        "\(invocation.value("--listen") ?? "-") \(invocation.has("--tls")) \(invocation.language)"
                    )
                    return .ok
                }
            ], globalOptions: [Tool.languageOption], output: output, errorOutput: output)
    }

    @Test("What the command line says stands above the file; the language may stand there too")
    func commandLineFirst() async throws {
        let path = NSTemporaryDirectory() + "configuration-\(UUID())"
        try "listen = 1\ntls\nlang = vi\n".write(toFile: path, atomically: true, encoding: .utf8)
        let (first, second, third) = (OutputSink(), OutputSink(), OutputSink())
        #expect(await tool(first).main(arguments: ["serve", "--config", path]) == .ok)
        #expect(first.text == "1 true vietnamese\n")
        #expect(
            await tool(second).main(arguments: ["serve", "--config", path, "--listen", "2"]) == .ok)
        #expect(second.text == "2 true vietnamese\n")
        #expect(
            await tool(third).main(arguments: ["serve", "--config", path + "x"]) == .configuration)
    }
}
