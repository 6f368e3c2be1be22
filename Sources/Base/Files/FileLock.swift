internal import Glibc

/// A lock that one process at a time has on a file. The system gives it back when the process ends,
/// however it ends. It is a lock of the open file (fcntl(2), F_OFD_SETLK): unlike one of flock(2),
/// others can look whether it is taken without taking it themselves.
public final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock; makes its file, empty and private, where there is none.
    ///
    /// - Throws: `FileError.isLocked` when another process has it; `cannotOpen`, `cannotLock`.
    public init(path: String) throws(FileError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(code: errno) }
        var lock = Self.wholeFile
        guard fcntl(descriptor, Self.setLock, &lock) == 0 else {
            let cause = errno
            close(descriptor)
            throw cause == EAGAIN || cause == EACCES ? .isLocked : .cannotLock(code: cause)
        }
        self.descriptor = descriptor
    }

    /// Gives the lock back; to be called once.
    ///
    /// It is undone and not only closed: a child that another thread is about to start shares the open file
    /// until it runs its own program, and the lock with it.
    public func release() {
        var lock = Self.wholeFile
        lock.l_type = Int16(F_UNLCK)
        _ = fcntl(descriptor, Self.setLock, &lock)
        close(descriptor)
    }

    /// Whether somebody has the lock now. Looking takes nothing: who wants the lock in this moment gets
    /// it.
    public static func isTaken(path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
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
}
