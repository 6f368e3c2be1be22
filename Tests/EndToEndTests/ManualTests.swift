// Manual pages and completions as the programs write them, looked at by mandoc and by real shells.

import Foundation
import JSON
import Testing

@Suite("Manuals and completions", .ownThreads)
struct ManualTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Whether a tool is there; in CI it has to be.
    private static func has(_ tool: String) -> Bool {
        ProcessInfo.processInfo.environment["CI"] == "true"
            || FileManager.default.isExecutableFile(atPath: tool)
    }

    @Test(
        "every page of both programs is sound to mandoc, in both languages",
        arguments: ["central", "counter"])
    func pages(program: String) throws {
        let names = try Program.run(program, ["manual"], in: directory).output
            .split(separator: "\n").map(String.init)
        #expect(names.first == program && names.count > 30)
        #expect(names.contains(program == "central" ? "central-tls-show" : "counter-run"))
        #expect(!names.contains("\(program)-manual"))
        for language in ["en", "vi"] {
            let folder = directory.path + "/\(language)"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            for name in names {
                let page = try Program.run(
                    program, ["manual", name, "--lang", language], in: directory)
                #expect(page.code == 0 && page.output.contains(".Nm \(name)"))
                try page.output.write(
                    toFile: "\(folder)/\(name).1", atomically: true, encoding: .utf8)
            }
            guard Self.has("/usr/bin/mandoc") else { continue }
            // Pages that are not installed yet cannot be found; mandoc knows the titles of sections in English.
            let words =
                ["referenced manual not found"]
                + (language == "vi" ? ["first section is not", "outside NAME section"] : [])
            let passedOver = words.map { "-e '\($0)'" }.joined(separator: " ")
            let checked = try Program.run(
                "/bin/sh",
                [
                    "-c",
                    "mandoc -T lint -W warning \(folder)/*.1 | grep -v \(passedOver) || true",
                ], in: directory)
            #expect(checked.output.isEmpty, "\(checked.output)")
            let shown = try Program.run(
                "/usr/bin/mandoc", ["-T", "utf8", "\(folder)/\(program).1"], in: directory)
            #expect(shown.output.contains(language == "en" ? "central" : "trung tâm"))
        }
        #expect(try Program.run(program, ["manual", "x"], in: directory).code == 64)
    }

    /// What bash offers behind a command line.
    private func completions(_ program: String, _ line: [String]) throws -> [String] {
        let script = directory.path + "/\(program).bash"
        try Program.run(program, ["completion", "bash"], in: directory).output
            .write(toFile: script, atomically: true, encoding: .utf8)
        let words = line.map { "'\($0)'" }.joined(separator: " ")
        let asked = try Program.run(
            "/bin/bash",
            [
                "-c",
                """
                set -u; compopt() { :; }; . '\(script)'; COMP_WORDS=(\(words)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _\(program); printf '%s\\n' "${COMPREPLY[@]}"
                """,
            ], in: directory)
        #expect(asked.code == 0 && asked.errors.isEmpty, "\(asked.errors)")
        return asked.output.split(separator: "\n").map(String.init)
    }

    @Test("bash offers commands, those within a group, options, languages and files")
    func bash() throws {
        #expect(try completions("central", ["central", "ba"]) == ["backup"])
        #expect(try completions("central", ["central", "tls", ""]) == ["self-signed", "show"])
        #expect(try completions("central", ["central", "--home", "/x", "tls", "sh"]) == ["show"])
        #expect(
            try completions("central", ["central", "serve", "--tls-"]) == [
                "--tls-cert", "--tls-key",
            ])
        #expect(try completions("counter", ["counter", "list", "--lang", ""]) == ["en", "vi"])
        let file = directory.path + "/some file"
        try Data().write(to: URL(fileURLWithPath: file))
        #expect(
            try completions("counter", ["counter", "apply", directory.path + "/some"]) == [file])
        #expect(
            try completions("central", ["central", "serve", "--tls-key", directory.path + "/some"])
                == [file])
        #expect(try completions("counter", ["counter", "contact", "--way", ""]).isEmpty)
        #expect(try completions("central", ["central", "manu"]).isEmpty)
    }

    @Test("zsh and fish take their scripts", arguments: [("zsh", "-n"), ("fish", "--no-execute")])
    func others(shell: String, check: String) throws {
        for program in ["central", "counter"] {
            for language in ["en", "vi"] {
                let script = directory.path + "/\(program).\(shell)"
                let written = try Program.run(
                    program, ["completion", shell, "--lang", language], in: directory)
                #expect(written.code == 0 && written.output.contains("backup"))
                try written.output.write(toFile: script, atomically: true, encoding: .utf8)
                guard Self.has("/usr/bin/\(shell)") else { continue }
                let checked = try Program.run(
                    "/usr/bin/\(shell)", [check, script], in: directory)
                #expect(checked.code == 0 && checked.errors.isEmpty, "\(checked.errors)")
            }
        }
        #expect(try Program.run("central", ["completion", "tcsh"], in: directory).code == 64)
    }

    @Test("the version says the protocol's and the schema's, and sync.md the same revision")
    func version() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let sync = try String(
            contentsOf: root.appendingPathComponent("Protocol/sync.md"), encoding: .utf8)
        let revision = try #require(sync.firstMatch(of: #/Revision (\d+) /#)?.output.1)
        for program in ["central", "counter"] {
            let said = try Program.run(program, ["--version"], in: directory).output
            let pattern = try Regex(
                #"^\#(program) \d+\.\d+\.\d+ \(protocol 2\.\#(revision), schema \d+\)\n$"#)
            #expect(said.contains(pattern), "\(said)")
        }
    }
}
