// What SQLite itself counts of its work over one file, through whichever connection.
// <https://sqlite.org/c3ref/c_stmtstatus_counter.html>

internal import CSQLite
internal import Synchronization

/// The work that SQLite does over a file: no clock and no other file has a part in it.
public struct SQLiteWork: Hashable, Sendable {
    /// Times that it ran.
    public var runs = 0
    /// Instructions of its virtual machine: a few for each row looked at.
    public var steps = 0
    /// Rows that were passed over in a scan of a whole table.
    public var scannedRows = 0

    /// No work.
    public init() {}

    /// Counts, from now on, for the connections to a file that are opened from now on.
    public static func watch(_ path: String) {
        _ = isInstalled
        watched.withLock { $0[path] = [:] }
    }

    /// What was counted since the last time, by statement.
    public static func take(_ path: String) -> [String: SQLiteWork] {
        watched.withLock { watched in
            defer { watched[path]? = [:] }
            return watched[path] ?? [:]
        }
    }

    private static let watched = Mutex<[String: [String: SQLiteWork]]>([:])

    /// SQLite calls this for every connection that it opens in this process.
    private static let isInstalled: Bool = {
        typealias Opened =
            @convention(c) (
                OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, OpaquePointer?
            ) -> Int32
        let opened: Opened = { connection, _, _ in
            guard let path = SQLiteWork.path(of: connection),
                watched.withLock({ $0[path] != nil })
            else { return SQLITE_OK }
            let mask = UInt32(SQLITE_TRACE_PROFILE)
            return sqlite3_trace_v2(
                connection, mask, { _, _, statement, _ in SQLiteWork.note(statement) }, nil)
        }
        return sqlite3_auto_extension(
            unsafeBitCast(opened, to: (@convention(c) () -> Void).self)) == SQLITE_OK
    }()

    private static func path(of connection: OpaquePointer?) -> String? {
        sqlite3_db_filename(connection, "main").map { String(cString: $0) }
    }

    /// Adds what a statement did that ends now. It is called for each run of each.
    private static func note(_ statement: UnsafeMutableRawPointer?) -> Int32 {
        let statement = OpaquePointer(statement)
        guard let path = path(of: sqlite3_db_handle(statement)) else { return 0 }
        let sql = sqlite3_sql(statement).map { String(cString: $0) } ?? ""
        let steps = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1)
        let rows = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1)
        watched.withLock {
            $0[path]?[sql, default: SQLiteWork()].add(steps: Int(steps), scannedRows: Int(rows))
        }
        return 0
    }

    private mutating func add(steps: Int, scannedRows: Int) {
        runs += 1
        self.steps += steps
        self.scannedRows += scannedRows
    }
}
