internal import CommandLine
internal import Glibc
internal import Text
internal import ReplicaStore

/// A lock that one program at a time has on a replica. The system gives it back when the process
/// ends, however it ends. It is a lock of the open file (fcntl(2), F_OFD_SETLK): unlike one of flock(2),
/// others can look whether it is taken without taking it themselves.
final class FileLock: Sendable {
    /// What the lock is for.
    enum Purpose {
        /// One sync at a time.
        case sync
        /// One agent at a time.
        case agent
    }

    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Throws: `CommandFailure`, 75 when another process has it.
    init(_ purpose: Purpose, _ home: CounterHome) throws(CommandFailure) {
        let path = home.lockPath(purpose)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(errno, path, home) }
        var lock = Self.wholeFile
        guard fcntl(descriptor, Self.setLock, &lock) == 0 else {
            let cause = errno
            close(descriptor)
            guard cause == EAGAIN || cause == EACCES else { throw Self.failure(cause, path, home) }
            throw purpose.busy
        }
    }

    /// Gives the lock back; to be called once.
    func release() {
        close(descriptor)
    }

    /// Whether somebody has the lock now. Looking takes nothing: who wants the lock in this moment gets
    /// it.
    static func isTaken(_ purpose: Purpose, _ home: CounterHome) -> Bool {
        let descriptor = open(home.lockPath(purpose), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var lock = Self.wholeFile
        return fcntl(descriptor, getLock, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }

    /// F_OFD_GETLK and F_OFD_SETLK of Linux (fcntl.h), which the C library shows only on request.
    private static let getLock: Int32 = 36
    private static let setLock: Int32 = 37

    /// A lock on all of the file, for one alone.
    private static var wholeFile: flock {
        flock(
            l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }

    private static func failure(
        _ cause: Int32, _ path: String, _ home: CounterHome
    ) -> CommandFailure {
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
            code,
            Message(
                "the lock \(path) cannot be opened: \(String(cString: strerror(cause)))",
                vi: "không mở được khóa \(path): \(String(cString: strerror(cause)))"),
            hint: code == .osError
                ? Message(
                    "raise the limit of open files (ulimit -n)",
                    vi: "tăng giới hạn số tệp mở (ulimit -n)")
                : Message(
                    "check who may write in the home directory, and whether the disk is full",
                    vi: "kiểm tra quyền ghi trong thư mục dữ liệu, và ổ đĩa có đầy không"))
    }
}

extension FileLock.Purpose {
    /// What is said when another process has the lock.
    var busy: CommandFailure {
        switch self {
        case .sync:
            CommandFailure(
                .temporaryFailure,
                Message(
                    "another sync of this replica is running",
                    vi: "đang có một lần đồng bộ khác của máy này"),
                hint: Message(
                    "wait until it has ended; everything written here is kept",
                    vi: "chờ đến khi xong; mọi thứ đã ghi ở đây vẫn được giữ"))
        case .agent:
            CommandFailure(
                .temporaryFailure,
                Message(
                    "an agent of this replica is running already",
                    vi: "tiến trình nền của máy này đang chạy"),
                hint: Message(
                    "counter status says what it does", vi: "counter status cho biết nó đang làm gì"
                ))
        }
    }
}
