import CSQLite
internal import Files

extension Connection {
    /// Whether the file that is open, and its write-ahead log, are still those at their paths.
    ///
    /// What is written into a file that was deleted, moved away or replaced is gone with it. A database in
    /// memory is in its place. Two look-ups in the file system.
    /// <https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlhasmoved>
    /// - Throws: `SQLiteError` when the connection is closed.
    public func isInPlace() throws(SQLiteError) -> Bool {
        try checkUsable()
        guard let name = sqlite3_db_filename(handle, "main"), name.pointee != 0 else {
            return true
        }
        var hasMoved: Int32 = 0
        try check(sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved))
        guard hasMoved == 0 else { return false }
        // It is made with the first transaction, and stays from then on.
        let log = FileIdentity(path: String(cString: name) + "-wal")
        guard let known = logFile else {
            logFile = log
            return true
        }
        return log == known
    }
}
