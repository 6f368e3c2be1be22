internal import Glibc

/// Creation of files that only their owner may read, for whoever opens them by himself.
///
/// SQLite gives its `-wal`, `-shm` and `-journal` files the mode of the database file, so it is
/// enough to create that one with the right mode.
public enum PrivateFile {
    /// Creates an empty file of mode 0600, whatever the umask, unless there is a file already.
    ///
    /// A file system without modes (a FAT stick) keeps what it was mounted with. `mknod` and not
    /// `open`: closing any descriptor of a file drops all locks that the process has on it, also
    /// those of a connection that another thread opened meanwhile,
    /// <https://sqlite.org/howtocorrupt.html> §2.2.
    /// - Throws: `FileError.cannotCreate`, `cannotSetMode`, `cannotOpenFolder`, `cannotSyncFolder`.
    public static func create(path: String) throws(FileError) {
        guard mknod(path, S_IFREG | 0o600, 0) == 0 else {
            if errno == EEXIST { return }
            throw .cannotCreate(code: errno)
        }
        guard chmod(path, 0o600) == 0 || errno == EPERM else {
            throw .cannotSetMode(code: errno)
        }
        try Folder.sync(of: path)
    }

    /// Whether a file exists at `path` and holds at least one byte.
    public static func hasContent(path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size > 0
    }

    /// Whether others than its owner may read or write what is at `path`; not where there is nothing.
    public static func isOpenToOthers(path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o077 != 0
    }
}
