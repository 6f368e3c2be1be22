internal import Glibc

extension Folder {
    /// The names in a folder, in their order, without `.` and `..`.
    ///
    /// - Throws: `FileError.cannotOpenFolder`.
    public static func names(in path: String) throws(FileError) -> [String] {
        guard let stream = opendir(path) else { throw .cannotOpenFolder(code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a folder and the files in it; folders in it stay, and so does it then.
    ///
    /// - Throws: `FileError.cannotWrite`; not where there is none.
    public static func remove(_ path: String) throws(FileError) {
        guard WholeFile.exists(path: path) else { return }
        for name in try names(in: path) {
            guard unlink(path + "/" + name) == 0 || errno == ENOENT else {
                throw .cannotWrite(code: errno)
            }
        }
        guard rmdir(path) == 0 || errno == ENOENT else { throw .cannotWrite(code: errno) }
    }

    /// Gives a file or folder another name, and brings both folders' names to the medium. What has the new
    /// name is replaced where it is a file.
    ///
    /// - Throws: `FileError.cannotWrite`.
    public static func move(_ path: String, to target: String) throws(FileError) {
        guard rename(path, target) == 0 else { throw .cannotWrite(code: errno) }
        try sync(of: target)
        if self.path(of: path) != self.path(of: target) { try sync(of: path) }
    }

    /// Bytes that are free, for those who are not root, where a path is; `nil` where that cannot be told.
    public static func freeByteCount(at path: String) -> UInt64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (free, isHuge) = UInt64(status.f_bavail)
            .multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return isHuge ? .max : free
    }
}
