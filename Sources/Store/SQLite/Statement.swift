import CSQLite

/// A compiled statement, lent by its connection's cache until it is released.
///
/// Bind indexes count from 1, columns from 0, as in SQLite. It keeps its connection alive.
public final class Statement {
    let handle: OpaquePointer
    private let slot: StatementCache.Slot
    private let connection: Connection

    init(handle: OpaquePointer, slot: StatementCache.Slot, connection: Connection) {
        self.handle = handle
        self.slot = slot
        self.connection = connection
    }

    deinit {
        if connection.condition == .closed {
            sqlite3_finalize(handle)
        } else {
            slot.giveBack(handle)
        }
    }

    /// The text it was compiled from, without bound values.
    public var sql: String { slot.sql }

    /// Moves to the next row; true when there is one.
    ///
    /// At the end, and on an error, the statement is reset: it can be bound and run again.
    /// - Throws: `SQLiteError`; `isBusy` when a lock could not be had in the connection's time.
    public func step() throws(SQLiteError) -> Bool {
        guard connection.condition == .open else {
            try connection.checkUsable(sql: slot.sql)
            return false
        }
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE {
            sqlite3_reset(handle)
            return false
        }
        let error = connection.failure(code, sql: slot.sql)
        sqlite3_reset(handle)
        throw error
    }

    /// Runs to the end, dropping rows, and resets; the bindings stay.
    /// - Throws: as `step()`.
    public func run() throws(SQLiteError) {
        while try step() {}
    }

    /// Goes back to before the first row; the bindings stay.
    ///
    /// Rows of a write that were not read are dropped; to learn of its failure, `run()` it.
    public func reset() {
        sqlite3_reset(handle)
    }
}

// MARK: - Binding

extension Statement {
    /// Binds an integer.
    /// - Throws: `SQLiteError` for an index that is not in the statement, or between rows.
    public func bind(_ index: Int, _ value: Int64) throws(SQLiteError) {
        try check(sqlite3_bind_int64(handle, Int32(clamping: index), value))
    }

    /// Binds an integer, or NULL.
    /// - Throws: as `bind(_:_:)` of an integer.
    public func bind(_ index: Int, _ value: Int64?) throws(SQLiteError) {
        guard let value else { return try bindNull(index) }
        try bind(index, value)
    }

    /// Binds an integer.
    /// - Throws: as `bind(_:_:)` of an `Int64`.
    public func bind(_ index: Int, _ value: Int) throws(SQLiteError) {
        try bind(index, Int64(value))
    }

    /// Binds an integer, or NULL.
    /// - Throws: as `bind(_:_:)` of an `Int64`.
    public func bind(_ index: Int, _ value: Int?) throws(SQLiteError) {
        guard let value else { return try bindNull(index) }
        try bind(index, Int64(value))
    }

    /// Binds a floating-point number; SQLite stores NaN as NULL.
    /// - Throws: as `bind(_:_:)` of an integer.
    public func bind(_ index: Int, _ value: Double) throws(SQLiteError) {
        try check(sqlite3_bind_double(handle, Int32(clamping: index), value))
    }

    /// Binds a text, embedded NUL characters included; an empty one is not NULL.
    /// - Throws: as `bind(_:_:)` of an integer, and over 10^9 bytes.
    public func bind(_ index: Int, _ value: String) throws(SQLiteError) {
        var value = value
        try check(
            value.withUTF8 { text in
                let byteCount = UInt64(text.count)
                return shim_bind_text(handle, Int32(clamping: index), text.baseAddress, byteCount)
            })
    }

    /// Binds a text, or NULL.
    /// - Throws: as `bind(_:_:)` of a text.
    public func bind(_ index: Int, _ value: String?) throws(SQLiteError) {
        guard let value else { return try bindNull(index) }
        try bind(index, value)
    }

    /// Binds a blob; an empty one is not NULL.
    /// - Throws: as `bind(_:_:)` of a text.
    public func bind(_ index: Int, _ value: [UInt8]) throws(SQLiteError) {
        try check(
            value.withUnsafeBufferPointer { bytes in
                let byteCount = UInt64(bytes.count)
                return shim_bind_blob(handle, Int32(clamping: index), bytes.baseAddress, byteCount)
            })
    }

    /// Binds a blob, or NULL.
    /// - Throws: as `bind(_:_:)` of a text.
    public func bind(_ index: Int, _ value: [UInt8]?) throws(SQLiteError) {
        guard let value else { return try bindNull(index) }
        try bind(index, value)
    }

    /// Binds a blob that SQLite copies before this returns; an empty one is not NULL.
    /// - Throws: as `bind(_:_:)` of a text.
    public func bind(_ index: Int, bytes: UnsafeRawBufferPointer) throws(SQLiteError) {
        let byteCount = UInt64(bytes.count)
        try check(shim_bind_blob(handle, Int32(clamping: index), bytes.baseAddress, byteCount))
    }

    /// Binds NULL.
    /// - Throws: as `bind(_:_:)` of an integer.
    public func bindNull(_ index: Int) throws(SQLiteError) {
        try check(sqlite3_bind_null(handle, Int32(clamping: index)))
    }

    @inline(__always)
    private func check(_ code: Int32) throws(SQLiteError) {
        if code != SQLITE_OK { throw bindFailure(code) }
    }

    @inline(never)
    private func bindFailure(_ code: Int32) -> SQLiteError {
        SQLiteError(code: code, database: connection.handle, sql: slot.sql)
    }
}
