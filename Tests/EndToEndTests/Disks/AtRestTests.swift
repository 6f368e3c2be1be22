// What lies on the disks of a counter and of central, whatever the umask.

import Foundation
import JSON
import Testing

@Suite("At rest", .ownThreads)
struct AtRestTests {
    private func modes(_ directory: String) throws -> [String: Int] {
        let manager = FileManager.default
        var modes: [String: Int] = [:]
        for name in try manager.subpathsOfDirectory(atPath: directory) + [""] {
            let attributes = try manager.attributesOfItem(atPath: directory + "/" + name)
            modes[name] = attributes[.posixPermissions] as? Int
        }
        return modes
    }

    @Test("files are their owner's alone, in directories that are, even under umask 000")
    func modes() throws {
        let office = try Office()
        let root = try office.root
        let code = try #require(
            office.central("enrol", Office.code, "--json").json["code"]?.stringValue)
        let home = root.path + "/open"
        func open(_ command: String) throws -> Program.Ending {
            try Program.run(
                "/bin/sh", ["-c", "umask 000; \(command) --home \(home)"], in: root,
                input: code + "\n")
        }
        let counter = Program.path("counter")
        let enrolled = try open("\(counter) enrol \(office.url) --code-file -")
        #expect(enrolled.code == 0, "\(enrolled.errors)")
        #expect(try open("\(counter) new applicant_name=A").code == 0)
        #expect(try open("\(counter) sync").code == 0)
        #expect(try open("\(counter) new applicant_name=B").code == 0)
        #expect(try open("\(counter) export \(home)/rescue").code == 0)
        #expect(try open("\(counter) bundle create \(home)/up").code == 0)
        for (name, mode) in try modes(home) {
            #expect(mode == (name.isEmpty ? 0o700 : 0o600), "\(name) has \(String(mode, radix: 8))")
        }
        for (name, mode) in try modes(office.home) {
            #expect(mode == (name.isEmpty ? 0o700 : 0o600), "\(name) has \(String(mode, radix: 8))")
        }
    }

    @Test("a code in a file, or typed wrong, is told apart")
    func codeFile() throws {
        let office = try Office()
        let root = try office.root
        func enrol(_ arguments: String..., input: String? = nil) throws -> Program.Ending {
            try Program.run(
                "counter", ["enrol", office.url] + arguments + ["--home", root.path + "/x"],
                in: root, input: input)
        }
        #expect(try enrol("--code-file", "/nonexistent").code == 66)
        #expect(try enrol("--code-file", "-", input: "").code == 77)
        #expect(try enrol("--code-file", "-", "--code", "7KQM-3XRT", input: "x").code == 64)
        #expect(try enrol().code == 64)
    }
}
