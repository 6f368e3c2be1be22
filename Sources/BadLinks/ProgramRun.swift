// Programs in a namespace. Every wait is bounded, and whatever still runs can be ended at once.

internal import CLinux
internal import Foundation
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

    private let process = Process()
    private let exited = DispatchSemaphore(value: 0)
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
        // nsenter becomes the program. A thread that is in the namespace itself could start it as
        // well, were it not that Foundation then makes its own sockets there.
        let words = (namespace?.enteringWords ?? []) + [path] + arguments
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        // Nothing of the machine's own settings, such as a proxy, reaches the programs.
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"]
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output.handle
        process.standardError = errors.handle
        let (exited, key) = (exited, ObjectIdentifier(self))
        process.terminationHandler = { _ in
            Self.running.withLock { $0[key] = nil }
            exited.signal()
        }
        Self.running.withLock { $0[key] = self }
        do {
            try process.run()
        } catch {
            Self.running.withLock { $0[key] = nil }
            throw RigError("\(path) does not start: \(error)")
        }
    }

    /// What it has printed up to now.
    var printed: String { output.text }

    /// What it has said on standard error up to now.
    var said: String { errors.text }

    var isRunning: Bool { process.isRunning }

    /// Sends a signal, unless it has ended.
    func signal(_ number: Int32) {
        if process.isRunning { kill(process.processIdentifier, number) }
    }

    /// Waits for the end.
    ///
    /// - Throws: `RigError` when it takes longer; the program is then killed.
    @discardableResult
    func ending(within seconds: Int) throws -> Ending {
        guard exited.wait(timeout: .now() + .seconds(seconds)) == .success else {
            signal(SIGKILL)
            throw RigError("\(name) has not ended after \(seconds) s: \(errors.text.suffix(400))")
        }
        exited.signal()
        let status = process.terminationStatus
        return Ending(
            code: process.terminationReason == .exit ? status : -status, output: output.text,
            errors: errors.text)
    }

    /// Kills what still runs.
    static func endAll() {
        for run in running.withLock({ Array($0.values) }) { run.signal(SIGKILL) }
    }
}

/// A file without a name that a program writes and this process reads.
private final class MemoryFile: Sendable {
    let handle: FileHandle
    private let descriptor: Int32

    init() throws {
        descriptor = shim_memory_file("output")
        guard descriptor >= 0 else { throw RigError(failed: "memfd_create") }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    var text: String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}
