import CSQLite
internal import Files
import Glibc

extension Connection {
    /// Copies the whole database, as of one moment, into a new file that only its owner may read.
    ///
    /// Other connections may go on writing. On failure the new file is removed.
    /// - Throws: `cannotOpen` when `path` holds something already; `isFull`; `isBusy`; misuse
    ///   inside a transaction, whose unfinished writes would be copied.
    public func backup(to path: String) throws(SQLiteError) {
        try checkUsable()
        guard !isInTransaction else { throw .misuse("a backup inside a transaction") }
        guard !PrivateFile.hasContent(path: path) else {
            throw SQLiteError(code: SQLITE_CANTOPEN, message: "\(path) holds something already")
        }
        let destination = try Connection(path: path, access: .create)
        do throws(SQLiteError) {
            try copy(to: destination)
            destination.close()
        } catch {
            destination.close()
            unlink(path)
            throw error
        }
    }

    private func copy(to destination: Connection) throws(SQLiteError) {
        guard let copy = sqlite3_backup_init(destination.handle, "main", handle, "main") else {
            let code = sqlite3_extended_errcode(destination.handle)
            throw SQLiteError(code: code, database: destination.handle)
        }
        let stepped = sqlite3_backup_step(copy, -1)
        let finished = sqlite3_backup_finish(copy)
        guard stepped == SQLITE_DONE, finished == SQLITE_OK else {
            let code = finished != SQLITE_OK ? finished : stepped
            throw SQLiteError(code: code, message: String(cString: sqlite3_errstr(code)))
        }
    }

    /// Moves the write-ahead log into the database file, as much as readers allow.
    /// - Parameter truncating: wait for readers, move everything, and empty the log's file.
    /// - Throws: `isBusy` when truncating and a reader stays too long; `isFull`; `isIOFailure`.
    public func checkpoint(truncating: Bool) throws(SQLiteError) {
        try checkUsable()
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        let code = sqlite3_wal_checkpoint_v2(handle, "main", mode, nil, nil)
        if code == SQLITE_BUSY && !truncating { return }
        try check(code)
    }

    /// Moves the write-ahead log into the database file without waiting for anybody; whether all of it
    /// is there now.
    ///
    /// The log's file keeps its length: the next writer begins it anew.
    /// - Throws: `isFull`; `isIOFailure`.
    public func checkpointWithoutWaiting() throws(SQLiteError) -> Bool {
        try checkUsable()
        var (frames, moved): (Int32, Int32) = (0, 0)
        let code = sqlite3_wal_checkpoint_v2(
            handle, "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &moved)
        if code == SQLITE_BUSY { return false }
        try check(code)
        return frames == moved
    }

    /// Looks for damage in the file, index contents aside; an empty result is a sound file.
    ///
    /// Reads every page. Problems name tables and pages, not values.
    /// - Throws: `SQLiteError`; damage that stops the check is a problem like any other.
    public func quickCheck() throws(SQLiteError) -> [String] {
        let query = try statement("PRAGMA quick_check")
        var problems: [String] = []
        do throws(SQLiteError) {
            while try query.step() { problems.append(query.text(0)) }
        } catch {
            guard error.isCorrupt else { throw error }
            problems.append(error.message)
        }
        return problems == ["ok"] ? [] : problems
    }
}
