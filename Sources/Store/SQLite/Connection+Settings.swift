import CSQLite

extension Connection {
    /// Sets what every database of ours needs: an acknowledged write survives a power cut, foreign
    /// keys hold, and a file made by someone else cannot run code through its schema.
    ///
    /// Write-ahead log with `synchronous=FULL`, checkpoint every 1000 pages, page cache of 8 MB, no
    /// memory mapping (an I/O error would be a signal), temporary tables in memory, zeros in the place
    /// of what is deleted. The log and its index stay when the last connection closes, emptied: who
    /// only reads need not make them, which a full disk or one that may not be written to would refuse.
    /// <https://sqlite.org/pragma.html>, <https://sqlite.org/security.html>,
    /// <https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlpersistwal>
    /// - Throws: `isBusy` when another connection holds its lock for too long; `SQLiteError` when
    ///   the file system cannot carry a write-ahead log.
    public func configureForDurability() throws(SQLiteError) {
        if !isReadOnly {
            try enterWALMode()
            try keepLogFiles()
        }
        try execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA trusted_schema = OFF;
            PRAGMA temp_store = MEMORY;
            PRAGMA mmap_size = 0;
            PRAGMA wal_autocheckpoint = 1000;
            PRAGMA journal_size_limit = 16777216;
            PRAGMA cache_size = -8000;
            PRAGMA secure_delete = ON;
            """)
        try check(shim_db_config_flag(handle, SQLITE_DBCONFIG_DEFENSIVE, 1))
    }

    /// Keeps the log and its index when the last connection closes.
    func keepLogFiles() throws(SQLiteError) {
        var isOn: Int32 = 1
        try check(sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &isOn))
    }

    /// The integer that `PRAGMA name` gives.
    /// - Throws: `SQLiteError`; also when there is no such pragma.
    public func pragmaInteger(_ name: String) throws(SQLiteError) -> Int64 {
        try withPragma(name) { sqlite3_column_int64($0, 0) }
    }

    /// A number that differs from the last one read here once another connection has committed.
    /// - Throws: `SQLiteError`.
    public var dataVersion: Int64 {
        get throws(SQLiteError) {
            let query = try statement("PRAGMA data_version")
            guard try query.step() else { throw .misuse("no data version", sql: query.sql) }
            return query.int64(0)
        }
    }

    /// Many pragmas read their value when they are compiled: they are never kept.
    private func withPragma<R>(
        _ name: String, _ read: (OpaquePointer) -> R
    ) throws(SQLiteError) -> R {
        let isName = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
        guard isName else { throw .misuse("not the name of a pragma", sql: name) }
        return try withFirstRow(of: "PRAGMA \(name)", read)
    }

    private func withFirstRow<R>(
        of sql: String, _ read: (OpaquePointer) -> R
    ) throws(SQLiteError) -> R {
        try checkUsable(sql: sql)
        let query = try compile(sql, isPersistent: false)
        defer { sqlite3_finalize(query) }
        switch sqlite3_step(query) {
        case SQLITE_ROW: return read(query)
        case SQLITE_DONE: throw .misuse("there is no such pragma", sql: sql)
        case let code: throw failure(code, sql: sql)
        }
    }

    private static func text(ofFirstColumn query: OpaquePointer) -> String {
        sqlite3_column_text(query, 0).map { String(cString: $0) } ?? ""
    }

    /// Runs `body` so that what meets another connection's lock fails at once.
    func withoutWaiting(_ body: () throws -> Void) rethrows {
        sqlite3_busy_timeout(handle, 0)
        defer { sqlite3_busy_timeout(handle, busyTimeoutMilliseconds) }
        try body()
    }

    /// Connections that open a new file at once compete for the switch, and SQLite does not wait
    /// for this lock by itself: we do, within the connection's busy time-out.
    private func enterWALMode() throws(SQLiteError) {
        let sql = "PRAGMA journal_mode = WAL"
        let pauseMilliseconds: Int32 = 5
        var waitedMilliseconds: Int32 = 0
        sqlite3_busy_timeout(handle, 0)
        defer { sqlite3_busy_timeout(handle, busyTimeoutMilliseconds) }
        while true {
            do throws(SQLiteError) {
                let mode = try withFirstRow(of: sql) { Self.text(ofFirstColumn: $0) }
                // A database in memory has no log to write.
                if mode == "wal" || mode == "memory" { return }
                throw SQLiteError(code: SQLITE_ERROR, message: "journal mode is \(mode)", sql: sql)
            } catch {
                guard error.isBusy, waitedMilliseconds < busyTimeoutMilliseconds else {
                    throw error
                }
                sqlite3_sleep(pauseMilliseconds)
                waitedMilliseconds += pauseMilliseconds
            }
        }
    }
}
