internal import CSQLite
internal import Files

extension SQLiteError {
    /// `cannotOpen` with the system's reason, for a database file that cannot be made.
    init(making path: String, _ error: FileError) {
        let what =
            switch error {
            case .cannotSetMode: "cannot set the mode of \(path)"
            case .cannotOpenFolder: "cannot open \(Folder.path(of: path))"
            case .cannotSyncFolder: "cannot sync \(Folder.path(of: path))"
            default: "cannot create \(path)"
            }
        self.init(
            code: SQLITE_CANTOPEN, message: "\(what): \(error.reason)",
            systemErrorNumber: error.code ?? 0)
    }
}
