internal import Foundation
internal import Synchronization

/// What a finished run of a program used.
struct ProgramRun {
    var seconds: Double
    var peakMegabytes: Double
    var output: [String: Any]
}

struct BenchError: Error, CustomStringConvertible {
    var description: String
}

/// Runs the programs that were built beside this one.
struct Programs: Sendable {
    private let directory: URL

    init() throws {
        directory = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for name in ["central", "counter"]
        where !FileManager.default.isExecutableFile(atPath: path(name)) {
            throw BenchError(
                description: "\(path(name)) is missing; build it: swift build -c release")
        }
    }

    func path(_ name: String) -> String {
        directory.appendingPathComponent(name).path
    }

    /// Runs a program to its end; its standard output is one JSON document.
    func run(_ name: String, _ arguments: [String], codes: Set<Int32> = [0]) throws -> ProgramRun {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path(name))
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        let start = ContinuousClock.now
        try process.run()
        let watched = process.processIdentifier
        let watch = PeakWatch()
        Thread.detachNewThread {
            while !watch.isOver {
                watch.note(Self.peakMegabytes(of: watched) ?? 0)
                Thread.sleep(forTimeInterval: 0.005)
            }
        }
        // The end of its output is the end of the program: `waitUntilExit` notices up to 0.1 s later.
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        let seconds = start.duration(to: .now) / .seconds(1)
        process.waitUntilExit()
        watch.end()
        guard codes.contains(process.terminationStatus) else {
            throw BenchError(
                description: "\(name) \(arguments[0]) ended with \(process.terminationStatus)")
        }
        let json = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        return ProgramRun(seconds: seconds, peakMegabytes: watch.peak, output: json ?? [:])
    }

    /// The highest resident size that a process has had, from Linux's /proc.
    static func peakMegabytes(of process: Int32) -> Double? { megabytes(of: process, "VmHWM:") }

    /// A size of a process, from Linux's /proc.
    static func megabytes(of process: Int32, _ name: String) -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
            let kilobytes = line.split(separator: " ").compactMap({ Double($0) }).first
        else { return nil }
        return kilobytes / 1024
    }
}

/// `central serve` in the background.
final class ServingCentral {
    let url: String
    private let process: Process

    init(_ programs: Programs, home: String, options: [String] = []) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: programs.path("central"))
        process.arguments =
            [
                "serve", "--home", home, "--listen", "127.0.0.1:0", "--quiet",
            ] + options
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let data = pipe.fileHandleForReading.availableData
            guard !data.isEmpty else { throw BenchError(description: "central did not start") }
            line += String(decoding: data, as: UTF8.self)
        }
        url =
            line.split(separator: " ").last.map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            } ?? ""
    }

    var peakMegabytes: Double { Programs.peakMegabytes(of: process.processIdentifier) ?? 0 }

    /// The resident size now.
    var megabytes: Double {
        Programs.megabytes(of: process.processIdentifier, "VmRSS:") ?? 0
    }

    /// The port that it listens on.
    var port: UInt16 { url.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

    /// Processor time that it has used, in user and system mode (proc_pid_stat(5)).
    var cpuSeconds: Double {
        let path = "/proc/\(process.processIdentifier)/stat"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return 0 }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13])
        else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}

/// The highest memory that a watched process has had so far.
private final class PeakWatch: Sendable {
    private let state = Mutex((peak: 0.0, isOver: false))

    var peak: Double { state.withLock(\.peak) }
    var isOver: Bool { state.withLock(\.isOver) }

    func note(_ megabytes: Double) {
        state.withLock { $0.peak = max($0.peak, megabytes) }
    }

    func end() {
        state.withLock { $0.isOver = true }
    }
}
