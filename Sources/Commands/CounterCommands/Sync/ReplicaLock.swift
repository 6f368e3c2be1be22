internal import CommandLine
internal import Files
internal import Glibc
internal import SQLiteStore
internal import SharedCommands
internal import Text

/// The lock that one program at a time has on a replica.
struct ReplicaLock {
    /// What the lock is for.
    enum Purpose {
        /// One sync at a time.
        case sync
        /// One agent at a time.
        case agent
    }

    private let lock: FileLock

    /// Takes the lock.
    ///
    /// - Throws: `CommandFailure`, 75 when another process has it.
    init(_ purpose: Purpose, _ home: CounterHome) throws(CommandFailure) {
        let path = home.lockPath(purpose)
        do {
            lock = try FileLock(path: path)
        } catch {
            throw error == .isLocked ? purpose.busy : Self.failure(error, path, home)
        }
    }

    /// Gives the lock back; to be called once.
    func release() { lock.release() }

    /// Whether somebody has the lock now. Looking takes nothing: who wants the lock in this moment gets
    /// it.
    static func isTaken(_ purpose: Purpose, _ home: CounterHome) -> Bool {
        FileLock.isTaken(path: home.lockPath(purpose))
    }

    private static func failure(
        _ error: FileError, _ path: String, _ home: CounterHome
    ) -> CommandFailure {
        if error.code == ENOENT || error.code == ENOTDIR {
            return CommandFailure(StoreError.missing(path: home.databasePath, expected: .counter))
        }
        let code: ExitCode =
            switch error.code {
            case ENOSPC, EIO: .ioError
            case EMFILE, ENFILE: .osError
            default: .noPermission
            }
        return CommandFailure(
            code,
            Message(
                "the lock \(path) cannot be opened: \(error.reason)",
                vi: "không mở được khóa \(path): \(error.reason)"),
            hint: code == .osError
                ? Message(
                    "raise the limit of open files (ulimit -n)",
                    vi: "tăng giới hạn số tệp mở (ulimit -n)")
                : Message(
                    "check who may write in the home directory, and whether the disk is full",
                    vi: "kiểm tra quyền ghi trong thư mục dữ liệu, và ổ đĩa có đầy không"))
    }
}

extension ReplicaLock.Purpose {
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
