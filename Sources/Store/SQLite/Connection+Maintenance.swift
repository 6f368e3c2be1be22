import CSQLite
internal import Files
import Glibc

extension Connection {
    /// Copies the whole database, as of one moment and without its free pages, into a new file that only
    /// its owner may read, and that needs no log beside it.
    ///
    /// Other connections may go on writing; the log grows meanwhile, since it is being read. VACUUM INTO
    /// and not SQLite's stepwise backup, which begins anew whenever somebody writes
    /// (<https://sqlite.org/lang_vacuum.html#vacuuminto>). The file is not yet brought to the medium. On
    /// failure the new file is removed.
    /// - Throws: `cannotOpen` when `path` holds something already; `isFull`; `isBusy`; `isCorrupt`; misuse
    ///   inside a transaction, whose unfinished writes would be copied.
    public func backup(to path: String) throws(SQLiteError) {
        try checkUsable()
        guard !isInTransaction else { throw .misuse("a backup inside a transaction") }
        guard !PrivateFile.hasContent(path: path) else {
            throw SQLiteError(code: SQLITE_CANTOPEN, message: "\(path) holds something already")
        }
        do {
            try PrivateFile.create(path: path)
        } catch {
            throw SQLiteError(making: path, error)
        }
        do throws(SQLiteError) {
            let copying = try statement("VACUUM main INTO ?1")
            // A build of SQLite may have URIs switched on for good.
            try copying.bind(1, path.hasPrefix("file:") ? "./" + path : path)
            try copying.run()
        } catch {
            unlink(path)
            throw error
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
