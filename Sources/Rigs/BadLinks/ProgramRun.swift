// Programs in a namespace. Every wait is bounded, and whatever still runs can be ended at once.

internal import CLinux
internal import Foundation
internal import Host
internal import Synchronization

/// A program that was started.
final class ProgramRun: Sendable {
    /// How a program ended.
    struct Ending: Sendable {
        /// The exit code; the negative signal number when a signal ended it.
        var code: Int32
        var output: String
        var errors: String
    }

    /// Programs that have not ended yet.
    private static let running = Mutex<[ObjectIdentifier: ProgramRun]>([:])

    private let process: ChildProcess
    private let output: MemoryFile
    private let errors: MemoryFile
    private let name: String

    /// Starts a program by its path, in a namespace when one is given.
    init(
        _ path: String, _ arguments: [String], in namespace: NetworkNamespace? = nil,
        environment: [String: String] = [:]
    ) throws {
        name = ([path] + arguments.prefix(1)).joined(separator: " ")
        (output, errors) = (try MemoryFile(), try MemoryFile())
        // nsenter becomes the program.
        let words = (namespace?.enteringWords ?? []) + [path] + arguments
        // Nothing of the machine's own settings, such as a proxy, reaches the programs.
        let settings = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"]
            .merging(environment) { $1 }
        do {
            process = try ChildProcess(
                words[0], Array(words.dropFirst()), environment: settings,
                output: output.descriptor, errors: errors.descriptor)
        } catch {
            throw RigError("\(path) does not start: \(error)")
        }
        Self.running.withLock { running in
            running = running.filter { $0.value.isRunning }
            running[ObjectIdentifier(self)] = self
        }
    }

    /// What it has printed up to now.
    var printed: String { output.text }

    /// What it has said on standard error up to now.
    var said: String { errors.text }

    var isRunning: Bool { process.isRunning }

    /// Sends a signal, unless it has ended.
    func signal(_ number: Int32) {
        process.signal(number)
    }

    /// Waits for the end.
    ///
    /// - Throws: `RigError` when it takes longer; the program is then killed.
    @discardableResult
    func ending(within seconds: Int) throws -> Ending {
        guard let ending = process.waitForEnd(seconds: seconds) else {
            signal(SIGKILL)
            throw RigError("\(name) has not ended after \(seconds) s: \(errors.text.suffix(400))")
        }
        let code =
            switch ending {
            case .exited(let code): code
            case .signalled(let number): -number
            }
        return Ending(code: code, output: output.text, errors: errors.text)
    }

    /// Kills what still runs.
    static func endAll() {
        for run in running.withLock({ Array($0.values) }) { run.signal(SIGKILL) }
    }
}

/// A file without a name that a program writes and this process reads.
private final class MemoryFile: Sendable {
    let descriptor: Int32

    init() throws {
        descriptor = shim_memory_file("output")
        guard descriptor >= 0 else { throw RigError(failed: "memfd_create") }
    }

    deinit {
        close(descriptor)
    }

    var text: String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}
