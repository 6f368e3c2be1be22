internal import CommandLineTool
internal import Glibc
internal import ReplicaStore

/// The lock that lets one sync at a time run on a replica. The system gives it back when the
/// process ends, however it ends.
final class SyncLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Throws: `CommandFailure`, 75 when another process has it.
    init(_ home: CounterHome) throws(CommandFailure) {
        descriptor = open(home.lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(errno, home) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            close(descriptor)
            guard cause == EWOULDBLOCK else { throw Self.failure(cause, home) }
            throw CommandFailure(
                .temporaryFailure, "another sync of this replica is running",
                hint: "wait until it has ended; everything written here is kept")
        }
    }

    /// Gives the lock back; to be called once.
    func release() {
        close(descriptor)
    }

    private static func failure(_ cause: Int32, _ home: CounterHome) -> CommandFailure {
        if cause == ENOENT || cause == ENOTDIR {
            return CommandFailure(StoreError.missing(path: home.databasePath, expected: .counter))
        }
        let code: ExitCode =
            switch cause {
            case ENOSPC, EIO: .ioError
            case EMFILE, ENFILE: .osError
            default: .noPermission
            }
        return CommandFailure(
            code, "the lock \(home.lockPath) cannot be opened: \(String(cString: strerror(cause)))",
            hint: code == .osError
                ? "raise the limit of open files (ulimit -n)"
                : "check who may write in the home directory, and whether the disk is full")
    }
}
