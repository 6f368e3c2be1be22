import CSQLite
import Glibc

/// Creation of files that only their owner may read.
///
/// SQLite gives its `-wal`, `-shm` and `-journal` files the mode of the database file, so it is
/// enough to create that one with the right mode.
enum PrivateFile {
    /// Creates an empty file of mode 0600, whatever the umask, unless there is a file already.
    ///
    /// A file system without modes (a FAT stick) keeps what it was mounted with. `mknod` and not
    /// `open`: closing any descriptor of a file drops all locks that the process has on it, also
    /// those of a connection that another thread opened meanwhile,
    /// <https://sqlite.org/howtocorrupt.html> §2.2.
    /// - Throws: `cannotOpen` with the system's reason.
    static func create(path: String) throws(SQLiteError) {
        guard mknod(path, S_IFREG | 0o600, 0) == 0 else {
            if errno == EEXIST { return }
            throw failure("cannot create \(path)", cause: errno)
        }
        guard chmod(path, 0o600) == 0 || errno == EPERM else {
            throw failure("cannot set the mode of \(path)", cause: errno)
        }
        try syncFolder(of: path)
    }

    /// Whether there is a file at `path`.
    static func exists(path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Whether a file exists at `path` and holds at least one byte.
    static func hasContent(path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size > 0
    }

    /// Makes the new name itself survive a power cut.
    private static func syncFolder(of path: String) throws(SQLiteError) {
        let folder =
            path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot open \(folder)", cause: errno) }
        defer { close(descriptor) }
        // Some file systems cannot sync a folder and say EINVAL: nothing more can be done there.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw failure("cannot sync \(folder)", cause: errno)
        }
    }

    private static func failure(_ message: String, cause: Int32) -> SQLiteError {
        SQLiteError(
            code: SQLITE_CANTOPEN, message: "\(message): \(String(cString: strerror(cause)))",
            systemErrorNumber: cause)
    }
}
