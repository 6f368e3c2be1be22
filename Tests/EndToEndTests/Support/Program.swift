// The built programs, run as a person or a script runs them. Every wait is bounded.

import Foundation
import Host
import JSON
import Testing

/// A program of the package, started with files for its output.
final class Program {
    /// How a program ended.
    struct Ending {
        /// The exit code; the negative signal number when a signal ended it.
        var code: Int32
        var output: String
        var errors: String
    }

    struct TimeOut: Error {}

    /// Far more than any run takes on a busy machine; a run that takes it has hung.
    private static let patienceSeconds = 1_200

    /// Where the package's programs were built: beside the tests.
    private static let directory = URL(
        fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    ).deletingLastPathComponent()

    private let process: ChildProcess
    private let outputFile: URL
    private let errorFile: URL

    /// Starts a program of the package, or one of the system by its path.
    init(
        _ name: String, _ arguments: [String], in directory: TemporaryDirectory,
        environment: [String: String] = [:], input: String? = nil, stdout: Pipe? = nil
    ) throws {
        outputFile = try directory.newFile("output")
        errorFile = try directory.newFile("errors")
        var files: [FileHandle] = []
        defer { for file in files { try? file.close() } }  // they are the program's by now
        func own(_ file: FileHandle) -> Int32 {
            files.append(file)
            return file.fileDescriptor
        }
        let output =
            try stdout.map { own($0.fileHandleForWriting) }
            ?? own(FileHandle(forWritingTo: outputFile))
        let errors = own(try FileHandle(forWritingTo: errorFile))
        let source = try input.map { text in
            own(try FileHandle(forReadingFrom: directory.newFile("input", text)))
        }
        // Nothing of the machine's own settings reaches the programs.
        process = try ChildProcess(
            name.hasPrefix("/") ? name : Self.path(name), arguments,
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": directory.path]
                .merging(environment) { $1 },
            input: source, output: output, errors: errors)
    }

    /// The path of a built program.
    static func path(_ name: String) -> String {
        directory.appendingPathComponent(name).path
    }

    /// The arguments of a shell that becomes a built program which may open so many files.
    static func limitedArguments(
        _ name: String, _ arguments: [String], _ openFilesMax: Int
    ) -> [String] {
        ["-c", #"ulimit -n \#(openFilesMax) && exec "$0" "$@""#, path(name)] + arguments
    }

    /// The arguments of a shell that becomes a built program which writes its errors to a file.
    static func arguments(
        _ name: String, _ arguments: [String], errorsTo file: String
    ) -> [String] {
        ["-c", #"exec "$0" "$@" 2>'\#(file)'"#, path(name)] + arguments
    }

    /// Runs a program to its end.
    static func run(
        _ name: String, _ arguments: [String], in directory: TemporaryDirectory,
        environment: [String: String] = [:], input: String? = nil
    ) throws -> Ending {
        try Program(name, arguments, in: directory, environment: environment, input: input)
            .ending()
    }

    /// What it has written to standard error up to now.
    var errors: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }

    var isRunning: Bool { process.isRunning }

    /// The number of its process.
    var identifier: Int32 { process.identifier }

    func signal(_ number: Int32) {
        process.signal(number)
    }

    /// Waits for the end; a program that does not come to one is killed.
    func ending() throws -> Ending {
        guard let ending = process.waitForEnd(seconds: Self.patienceSeconds) else {
            signal(SIGKILL)
            throw TimeOut()
        }
        let code =
            switch ending {
            case .exited(let code): code
            case .signalled(let number): -number
            }
        return Ending(
            code: code, output: try String(contentsOf: outputFile, encoding: .utf8), errors: errors)
    }
}

extension Program.Ending {
    /// Standard output as one JSON document.
    var json: JSONValue {
        get throws { try JSONValue(parsing: output) }
    }

    /// Standard output as one JSON document a line.
    var jsonLines: [JSONValue] {
        get throws { try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) } }
    }
}

extension JSONValue {
    /// The names of an object's members, in their order.
    var names: [String] { objectValue?.map(\.name) ?? [] }

    /// A member that has to be there.
    func at(_ name: String) throws -> JSONValue {
        try #require(self[name], "no member \(name)")
    }
}

/// A directory that goes when its owner does.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/dossiersync-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A new file with a name of its own.
    func newFile(_ name: String, _ content: String = "") throws -> URL {
        let url = URL(fileURLWithPath: "\(path)/\(name)-\(UUID().uuidString)")
        try Data(content.utf8).write(to: url)
        return url
    }
}
