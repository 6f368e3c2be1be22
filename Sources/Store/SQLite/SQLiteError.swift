import CSQLite
import Glibc

/// What SQLite refused to do, and why.
///
/// The bound values are citizens' data and are never part of it. SQLite's own messages name
/// tables and columns, not values; the one exception is the full-text query parser (FTS5), which
/// quotes a malformed query.
public struct SQLiteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// SQLite's extended result code, <https://sqlite.org/rescode.html>.
    public let extendedCode: Int32
    /// SQLite's message, or ours where SQLite was not asked.
    public let message: String
    /// The statement that failed, placeholders and all; nil where there was none.
    public let sql: String?
    /// The operating system's error number behind it, <https://man7.org/linux/man-pages/man3/errno.3.html>;
    /// 0 where there was none.
    public let systemErrorNumber: Int32

    /// Makes an error of the wrapper's own.
    init(code: Int32, message: String, sql: String? = nil, systemErrorNumber: Int32 = 0) {
        extendedCode = code
        self.message = message
        self.sql = sql
        self.systemErrorNumber = systemErrorNumber
    }

    /// Reads the last error of `database`, which may be nil when even opening it failed.
    init(code: Int32, database: OpaquePointer?, sql: String? = nil) {
        let text = database == nil ? sqlite3_errstr(code) : sqlite3_errmsg(database)
        var message = text.map { String(cString: $0) } ?? "unknown error"
        let primary = code & 0xff
        var cause: Int32 = 0
        if let database, primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR {
            cause = sqlite3_system_errno(database)
            if cause != 0 { message += ": " + String(cString: strerror(cause)) }
        }
        self.init(code: code, message: message, sql: sql, systemErrorNumber: cause)
    }

    /// The low byte of the extended code: the class of the error.
    public var primaryCode: Int32 { extendedCode & 0xff }
    /// Another connection holds the lock; the same call may succeed later.
    public var isBusy: Bool { primaryCode == SQLITE_BUSY }
    /// The disk, or the page limit of the file, is full. So it is, in all likelihood, when the index
    /// of the write-ahead log cannot grow: <https://sqlite.org/rescode.html#ioerr_shmsize>.
    public var isFull: Bool {
        primaryCode == SQLITE_FULL || extendedCode == Self.ioErrorEnlargingIndex
    }
    /// The connection, the file or its folder may not be written.
    public var isReadOnly: Bool { primaryCode == SQLITE_READONLY }
    /// The file is damaged.
    public var isCorrupt: Bool { primaryCode == SQLITE_CORRUPT }
    /// The file is something else than a SQLite database.
    public var isNotADatabase: Bool { primaryCode == SQLITE_NOTADB }
    /// A UNIQUE, CHECK, NOT NULL, foreign key, type or trigger constraint failed.
    public var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }
    /// The operating system failed to read or write the file.
    public var isIOFailure: Bool { primaryCode == SQLITE_IOERR }
    /// The process, or the system, has as many files open as it may.
    public var isOutOfFiles: Bool { systemErrorNumber == EMFILE || systemErrorNumber == ENFILE }
    /// The file does not exist, or may not be opened.
    public var cannotOpen: Bool { primaryCode == SQLITE_CANTOPEN }

    /// One line: the message, the code, and the statement, cut after 300 characters.
    public var description: String {
        let reason = "SQLite: \(message) (code \(extendedCode))"
        guard let sql else { return reason }
        let shown = sql.prefix(300)
        return "\(reason) in: \(shown)\(shown.endIndex < sql.endIndex ? "…" : "")"
    }

    /// `SQLITE_IOERR_SHMSIZE`, a macro that Swift does not see.
    private static let ioErrorEnlargingIndex = SQLITE_IOERR | 19 << 8

    static func misuse(_ message: String, sql: String? = nil) -> SQLiteError {
        SQLiteError(code: SQLITE_MISUSE, message: message, sql: sql)
    }
}
