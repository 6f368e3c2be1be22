import CommandLine
import Foundation
import SQLiteStore
import SharedCommands
import Testing
import Text

@Suite("The home of a program")
struct ProgramHomeTests {
    private struct Home: ProgramHome {
        typealias Database = CounterDatabase
        var path: String
    }

    private func path(_ given: String?, _ environment: [String: String]) throws -> String {
        let options = given.map { ["--home": [$0]] } ?? [:]
        return try Home.path(Invocation(options: options, positionals: [:]), environment)
    }

    @Test("the option goes before the environment, and the program names its default")
    func order() throws {
        #expect(try path("/o", ["DOSSIER_HOME": "/d"]) == "/o")
        #expect(try path(nil, ["XDG_DATA_HOME": "/x"]) == "/x/dossiersync/counter")
        #expect(Home(path: "/o").databasePath == "/o/replica.db")
    }

    @Test("an empty option is a mistake, and without a home there is none")
    func none() {
        let error = #expect(throws: UsageError.self) { try path("", ["DOSSIER_HOME": "/d"]) }
        #expect(error?.message.english == "--home needs a directory")
        let failure = #expect(throws: CommandFailure.self) { try path(nil, [:]) }
        #expect(failure?.exitCode == .configuration)
        #expect(failure?.message.english == "no home directory is known")
    }

    @Test("a folder that cannot be made is said in the words that are given")
    func folder() {
        let failure = #expect(throws: CommandFailure.self) {
            try Home(path: "/dev/null/home").makeFolder(
                orSay: Message(verbatim: "it cannot be made"), hint: Message(verbatim: "look"))
        }
        #expect(failure?.exitCode == .cantCreate)
        #expect(failure?.message.english == "it cannot be made")
    }
}

@Suite("Files that a command leaves")
struct OutputFileTests {
    @Test("what is there already, and a folder that is not, are told apart")
    func refusals() throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("output-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }  // cleanup only
        let file = try OutputFile(creating: path)
        try file.write(line: "one".utf8)
        try file.finish()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\n")
        let again = #expect(throws: CommandFailure.self) { _ = try OutputFile(creating: path) }
        #expect(again?.exitCode == .cantCreate)
        #expect(again?.message.english == "cannot make \(path): File exists")
        #expect(again?.hint?.english == "give the name of a file that is not there yet")
        let nowhere = #expect(throws: CommandFailure.self) {
            _ = try OutputFile(creating: path + "/x/y")
        }
        #expect(nowhere?.hint?.english == "give a folder that is there and that you may write to")
    }
}
