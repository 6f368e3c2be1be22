import CSQLite
internal import Files

/// One connection to one SQLite database file.
///
/// It is not `Sendable` and SQLite's own locking is off: it never leaves its owner.
public final class Connection {
    /// What a connection may do with its file.
    public enum Access: Sendable {
        /// Read a database that exists.
        case readOnly
        /// Read and write a database that exists.
        case readWrite
        /// Read and write; an absent file is created, readable by its owner only.
        case create
    }

    /// Why a connection may not run statements now.
    enum Condition {
        case open
        /// SQLite gave up the transaction (disk full, I/O error) while its body still runs: a
        /// statement that ran now would be committed on its own.
        case transactionLost
        case closed
    }

    /// Nil once closed.
    private(set) var handle: OpaquePointer?
    var condition = Condition.open
    /// Whether the body of `transaction(_:_:)` is running.
    var isBodyRunning = false
    let busyTimeoutMilliseconds: Int32
    private var cache = StatementCache()
    /// Settings of the process, made once. Where something else opened a database first, SQLite leaves
    /// all as it was.
    private static let processSettings: Void = { _ = shim_stop_counting_memory() }()
    /// The write-ahead log that was there when it was first looked for.
    var logFile: FileIdentity?

    /// Opens the database at `path`, or a private one in memory for `":memory:"`.
    ///
    /// A path is always a file name, never a URI. The file's header is read, so that something
    /// else than a database is refused here and not at the first query.
    /// - Parameter busyTimeout: how long a statement waits for another connection's lock.
    /// - Throws: `cannotOpen`, `isNotADatabase`, `isBusy`, `isIOFailure`.
    public init(
        path: String, access: Access, busyTimeout: Duration = .seconds(5)
    ) throws(SQLiteError) {
        Self.processSettings
        busyTimeoutMilliseconds = Self.milliseconds(busyTimeout)
        handle = try Self.open(path: path, access: access)
        sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
        // "text" in double quotes is an identifier, never by mistake a string.
        try check(shim_db_config_flag(handle, SQLITE_DBCONFIG_DQS_DML, 0))
        try check(shim_db_config_flag(handle, SQLITE_DBCONFIG_DQS_DDL, 0))
        // Who only looks at a file leaves it the log that it has.
        if WholeFile.exists(path: path + "-wal") { try keepLogFiles() }
        _ = try pragmaInteger("schema_version")
    }

    deinit {
        close()
    }

    /// Closes the connection, rolling back an open transaction. Closing twice does nothing.
    ///
    /// Statements still held elsewhere throw from then on; the file stays open, without locks,
    /// until the last of them is gone.
    public func close() {
        guard let database = handle else { return }
        condition = .closed
        cache.removeAll()
        var live = sqlite3_next_stmt(database, nil)
        while let statement = live {
            sqlite3_reset(statement)
            live = sqlite3_next_stmt(database, statement)
        }
        if sqlite3_get_autocommit(database) == 0 {
            sqlite3_exec(database, "ROLLBACK", nil, nil, nil)
        }
        handle = nil
        sqlite3_close_v2(database)
    }

    /// Runs a script of any number of statements; rows are dropped.
    ///
    /// Without a transaction around it, what ran before a failing statement stays.
    /// - Throws: `SQLiteError` with the text of the failing statement.
    public func execute(_ sql: String) throws(SQLiteError) {
        var script = sql
        let failure: SQLiteError? = script.withUTF8 { text in
            do throws(SQLiteError) {
                try run(script: UnsafeRawBufferPointer(text))
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// The statement `sql`, compiled once per connection and then reused.
    ///
    /// It comes reset and without bindings, and belongs to the caller alone until released.
    /// Loops should hold on to it: the look-up hashes the text.
    /// - Throws: `SQLiteError` when `sql` does not compile or is not exactly one statement.
    public func statement(_ sql: String) throws(SQLiteError) -> Statement {
        try checkUsable(sql: sql)
        let known = cache.slot(for: sql)
        if let known, let idle = known.take() {
            return Statement(handle: idle, slot: known, connection: self)
        }
        let handle = try compile(sql, isPersistent: true)
        let slot = known ?? cache.makeSlot(for: sql)
        return Statement(handle: handle, slot: slot, connection: self)
    }

    /// Whether a transaction is open, also one begun with SQL.
    public var isInTransaction: Bool {
        handle.map { sqlite3_get_autocommit($0) == 0 } ?? false
    }

    /// The row id of the last inserted row, 0 before the first.
    public var lastInsertedRowID: Int64 {
        handle.map(sqlite3_last_insert_rowid) ?? 0
    }

    /// Rows changed by the last INSERT, UPDATE or DELETE, those of triggers not counted.
    public var changedRowCount: Int {
        handle.map { Int(sqlite3_changes64($0)) } ?? 0
    }

    /// Whether the file may not be written through this connection.
    public var isReadOnly: Bool {
        handle.map { sqlite3_db_readonly($0, "main") == 1 } ?? true
    }
}

// MARK: - Errors

extension Connection {
    func check(_ code: Int32, sql: String? = nil) throws(SQLiteError) {
        if code != SQLITE_OK { throw SQLiteError(code: code, database: handle, sql: sql) }
    }

    /// The error of a statement that just failed; notes whether SQLite gave up the transaction.
    func failure(_ code: Int32, sql: String?) -> SQLiteError {
        if isBodyRunning, condition == .open, !isInTransaction { condition = .transactionLost }
        return SQLiteError(code: code, database: handle, sql: sql)
    }

    func checkUsable(sql: String? = nil) throws(SQLiteError) {
        switch condition {
        case .open: return
        case .closed: throw .misuse("the connection is closed", sql: sql)
        case .transactionLost: throw .transactionLost(sql: sql)
        }
    }
}

extension SQLiteError {
    /// `SQLITE_ABORT_ROLLBACK`, a macro that Swift does not import.
    static func transactionLost(sql: String? = nil) -> SQLiteError {
        let code = SQLITE_ABORT | (2 << 8)
        return SQLiteError(code: code, message: "the transaction was rolled back", sql: sql)
    }
}

// MARK: - Opening and compiling

extension Connection {
    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        let whole = min(max(seconds, 0), Int64(Int32.max) / 1000)
        return Int32(clamping: whole * 1000 + max(attoseconds, 0) / 1_000_000_000_000_000)
    }

    private static func open(path: String, access: Access) throws(SQLiteError) -> OpaquePointer {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SQLiteError(code: SQLITE_CANTOPEN, message: "a path is empty or contains NUL")
        }
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let isInMemory = path == ":memory:"
        switch access {
        case .readOnly: flags |= SQLITE_OPEN_READONLY
        case .readWrite: flags |= SQLITE_OPEN_READWRITE
        case .create:
            flags |= SQLITE_OPEN_READWRITE
            if isInMemory {
                flags |= SQLITE_OPEN_CREATE
            } else {
                do {
                    try PrivateFile.create(path: path)
                } catch {
                    throw SQLiteError(making: path, error)
                }
            }
        }
        // A build of SQLite may have URIs switched on for good.
        let name = path.hasPrefix("file:") ? "./" + path : path
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(name, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let error = SQLiteError(code: code, database: handle)
            sqlite3_close_v2(handle)
            throw error
        }
        return handle
    }

    /// Compiles exactly one statement.
    func compile(_ sql: String, isPersistent: Bool) throws(SQLiteError) -> OpaquePointer {
        var copy = sql
        var first: OpaquePointer?
        var second: OpaquePointer?
        var hasNUL = false
        let flags = isPersistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        let code = copy.withUTF8 { text in
            hasNUL = text.contains(0)
            var rest = UnsafeRawBufferPointer(text)
            var consumed = 0
            var code = shim_prepare(handle, rest.baseAddress, rest.count, flags, &first, &consumed)
            while code == SQLITE_OK, second == nil, consumed > 0, consumed < rest.count {
                rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
                code = shim_prepare(handle, rest.baseAddress, rest.count, 0, &second, &consumed)
            }
            return code
        }
        if code == SQLITE_OK, !hasNUL, second == nil, let first { return first }
        let error =
            code != SQLITE_OK
            ? failure(code, sql: sql) : SQLiteError.misuse("not exactly one statement", sql: sql)
        sqlite3_finalize(first)
        sqlite3_finalize(second)
        throw error
    }

    private func run(script: UnsafeRawBufferPointer) throws(SQLiteError) {
        var rest = script
        guard !script.contains(0) else {
            throw .misuse("a script contains NUL", sql: String(decoding: script, as: UTF8.self))
        }
        while !rest.isEmpty {
            try checkUsable()
            var compiled: OpaquePointer?
            var consumed = 0
            let code = shim_prepare(handle, rest.baseAddress, rest.count, 0, &compiled, &consumed)
            guard code == SQLITE_OK else {
                throw failure(code, sql: String(decoding: rest, as: UTF8.self))
            }
            defer { sqlite3_finalize(compiled) }
            if let compiled { try runToEnd(compiled) }
            guard consumed > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
        }
    }

    private func runToEnd(_ compiled: OpaquePointer) throws(SQLiteError) {
        while true {
            switch sqlite3_step(compiled) {
            case SQLITE_ROW: continue
            case SQLITE_DONE: return
            case let code: throw failure(code, sql: String(cString: sqlite3_sql(compiled)))
            }
        }
    }
}
