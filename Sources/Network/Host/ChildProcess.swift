// Programs that this one starts: posix_spawn(3), a thread that waits, and nothing else. Foundation's
// Process (Swift 6.3) looks for open descriptors in /proc/self/fd and copies 256 bytes of every name,
// also past the end of the directory's buffer: AddressSanitizer stops it, and a busy test run crashed.

internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization

/// A program that this one has started.
public final class ChildProcess: Sendable {
    /// How a program ended.
    public enum Ending: Sendable, Hashable {
        /// By itself, with this code.
        case exited(Int32)
        /// By a signal.
        case signalled(Int32)
    }

    /// The system's number for what went wrong when a program could not be started.
    public struct StartFailure: Error, Sendable, CustomStringConvertible {
        /// The errno.
        public let number: Int32
        /// The system's words.
        public var description: String { String(cString: strerror(number)) }
    }

    private enum State {
        case running
        case ended(Ending)
    }

    /// The number of its process.
    public let identifier: Int32
    private let state = Mutex(State.running)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts a program by its path, in a process group of its own.
    ///
    /// - Parameters:
    ///   - environment: all of it.
    ///   - input: what it reads; nothing when `nil`.
    ///   - output, errors: what it writes to; they stay the caller's.
    /// - Throws: `StartFailure`.
    public init(
        _ path: String, _ arguments: [String], environment: [String: String],
        input: Int32? = nil, output: Int32, errors: Int32
    ) throws(StartFailure) {
        identifier = try Self.start(path, arguments, environment, input, output, errors)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<ChildProcess>.fromOpaque(context).takeRetainedValue().waitForEnd()
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            kill(identifier, SIGKILL)
            waitpid(identifier, nil, 0)
            throw StartFailure(number: result)
        }
        pthread_detach(thread)
    }

    /// Whether it has not ended.
    public var isRunning: Bool {
        state.withLock { if case .running = $0 { true } else { false } }
    }

    /// Sends a signal, unless it has ended: its number may be another's by then.
    public func signal(_ number: Int32) {
        state.withLock { if case .running = $0 { kill(identifier, number) } }
    }

    /// Waits for the end; `nil` when it has not come within so many seconds.
    public func waitForEnd(seconds: Int) -> Ending? {
        guard ended.wait(timeout: .now() + .seconds(seconds)) == .success else { return nil }
        ended.signal()
        return state.withLock { if case .ended(let ending) = $0 { ending } else { nil } }
    }

    private func waitForEnd() {
        var information = siginfo_t()
        // Its number stays its own until it is reaped, under the lock.
        while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR
        {}
        state.withLock { state in
            var status: Int32 = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            state = .ended(signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal))
        }
        ended.signal()
    }

    private static func start(
        _ path: String, _ arguments: [String], _ environment: [String: String], _ input: Int32?,
        _ output: Int32, _ errors: Int32
    ) throws(StartFailure) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        shim_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let words = ([path] + arguments).map { strdup($0) }
        let settings = environment.map { strdup("\($0)=\($1)") }
        defer { for text in words + settings { free(text) } }
        var identifier: pid_t = 0
        let result = posix_spawn(
            &identifier, path, &actions, &attributes, words + [nil], settings + [nil])
        guard result == 0 else { throw StartFailure(number: result) }
        return identifier
    }
}
