import Foundation
import Testing

/// A fault in the system calls that a program makes for its database, put in by strace.
struct Fault: CustomTestStringConvertible {
    /// How a program ended, and how often it met the fault.
    struct Outcome {
        var ending: Program.Ending
        var count: Int
    }

    private static let tracer = "/usr/bin/strace"

    /// Whether tests that need strace run: in CI they do, and fail where it may not trace.
    static let isWanted = ProcessInfo.processInfo.environment["CI"] == "true" || mayTrace()
    /// What a run says that leaves them out.
    static let isWantedWords: Comment = "this machine lets the tests trace no program"

    /// The calls, with commas between them.
    var calls: String
    /// What happens instead: `error=EIO`; or at that moment: `signal=KILL`.
    var effect: String

    var testDescription: String { "\(calls) \(effect)" }

    /// Runs a program of the package that meets the fault in calls for a database: at the third call
    /// when `when` is `3`, at all from the third on when it is `3+`.
    func run(
        _ name: String, _ commandLine: [String], database: String, when: String,
        in directory: TemporaryDirectory
    ) throws -> Outcome {
        let log = try directory.newFile("trace")
        let ending = try Program.run(
            Self.tracer,
            ["-qq"] + arguments(database: database, when: when, log: log)
                + [Program.path(name)] + commandLine, in: directory)
        let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
        return Outcome(ending: ending, count: lines.count { $0.hasSuffix("(INJECTED)") })
    }

    /// Puts the fault into all threads of a program that runs, does something, and takes it away.
    func with(
        _ program: Program, database: String, when: String = "1+", in directory: TemporaryDirectory,
        _ body: () throws -> Void
    ) throws {
        let log = try directory.newFile("trace")
        let tracer = try Program(
            Self.tracer,
            arguments(database: database, when: when, log: log) + ["-p", "\(program.identifier)"],
            in: directory)
        defer {
            // It inherits a mask that blocks all other signals; the kernel lets the program go on.
            tracer.signal(SIGKILL)
            _ = try? tracer.ending()
        }
        try waitUntil("strace is attached") {
            tracer.errors.contains("attached") || !tracer.isRunning
        }
        try #require(tracer.isRunning, "\(tracer.errors)")
        try body()
    }

    private func arguments(database: String, when: String, log: URL) -> [String] {
        // Not the log's index: it is memory, and SQLite takes any failure there for a full disk.
        let files = ["", "-wal"].flatMap { ["-P", database + $0] }
        return ["-f", "-o", log.path] + files
            + ["-e", "trace=\(calls)", "-e", "inject=\(calls):\(effect):when=\(when)"]
    }

    private static func mayTrace() -> Bool {
        guard let directory = try? TemporaryDirectory(),
            let ending = try? Program.run(
                tracer, ["-o", "/dev/null", "/bin/true"], in: directory)
        else { return false }
        return ending.code == 0
    }
}
