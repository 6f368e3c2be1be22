internal import Glibc

/// The folders that files are in.
public enum Folder {
    /// The folder that a file is in; `.` for a bare name.
    public static func path(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    /// Makes the names in a file's folder survive a power cut.
    ///
    /// Some file systems cannot sync a folder and say EINVAL: nothing more can be done there.
    /// - Throws: `FileError.cannotOpenFolder`, `cannotSyncFolder`.
    public static func sync(of file: String) throws(FileError) {
        let descriptor = open(path(of: file), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpenFolder(code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw .cannotSyncFolder(code: errno)
        }
    }

    /// Makes a folder that only its owner may enter, and those above it that are missing. One that is
    /// there stays as it is.
    ///
    /// - Throws: `FileError.cannotMakeFolder`.
    public static func makePrivate(_ path: String) throws(FileError) {
        if isFolder(path) { return }
        let above = self.path(of: path.last == "/" ? String(path.dropLast()) : path)
        if above != path, !isFolder(above) { try makePrivate(above) }
        guard mkdir(path, 0o700) == 0 else {
            // Another process may have made it meanwhile.
            if errno == EEXIST, isFolder(path) { return }
            throw .cannotMakeFolder(code: errno)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
