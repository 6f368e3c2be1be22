// The rows of the log that stand in the table `changes`, one by one.

internal import Crypto
internal import Editing
internal import Replication
internal import SQLite
internal import Store

extension ChangeLog {
    private static func selection(_ parts: LogParts) -> String {
        """
        SELECT position, form, replica, seq, kind, record, made, arrived, hash IS NOT NULL,
            bytes IS NOT NULL, \(parts.contains(.hash) ? "hash" : "NULL"),
            \(parts.contains(.bytes) ? "bytes" : "NULL")
        FROM changes
        """
    }

    /// Calls `body` with rows, until it says `false`.
    ///
    /// - Parameter clause: which, and in which order.
    func forEachRawRow(
        _ clause: String, _ parts: LogParts, bind: (Statement) throws -> Void,
        _ body: (LogRow) throws -> Bool
    ) throws {
        try insertWaiting()
        try forEachTableRow(clause, parts, bind: bind, body)
    }

    /// As `forEachRawRow`, but for those that wait.
    func forEachTableRow(
        _ clause: String, _ parts: LogParts, bind: (Statement) throws -> Void,
        _ body: (LogRow) throws -> Bool
    ) throws {
        let statement = try connection.statement("\(Self.selection(parts)) \(clause)")
        try bind(statement)
        defer { statement.reset() }
        while try statement.step() {
            guard try body(Self.row(in: statement, parts)) else { return }
        }
    }

    /// The row that a statement finds by what was bound to it, but for those that wait.
    func rawRow(
        _ look: HeldStatement, _ parts: LogParts, bind: (Statement) throws -> Void
    ) throws -> LogRow? {
        let statement = try look.prepared(on: connection)
        try bind(statement)
        defer { statement.reset() }
        return try statement.step() ? Self.row(in: statement, parts) : nil
    }

    /// Statements that look for one row, by which parts of it they read.
    static func looks(_ clause: String) -> [HeldStatement] {
        (0..<LogParts.count).map { parts in
            HeldStatement("\(selection(LogParts(rawValue: parts))) \(clause)")
        }
    }

    func firstRawRow(
        _ clause: String, _ parts: LogParts, bind: (Statement) throws -> Void
    ) throws -> LogRow? {
        var found: LogRow?
        try forEachRawRow(clause, parts, bind: bind) {
            found = $0
            return false
        }
        return found
    }

    private static func row(in statement: Statement, _ parts: LogParts) throws -> LogRow {
        let position = statement.int64(0)
        guard let form = LogForm(rawValue: statement.int64(1)) else {
            throw StoreError.damaged(table: "changes", key: position)
        }
        let kind = RecordKind(rawValue: UInt8(clamping: statement.int64(4)))
        var row = LogRow(
            position: position, form: form, replica: statement.int64(2),
            seq: UInt64(clamping: statement.int64(3)),
            place: LogPlace(kind: kind, record: statement.int64(5)),
            isMaking: statement.int64(6) == 1, arrived: statement.int64(7),
            isHashed: statement.int64(8) != 0, hasBytes: statement.int64(9) != 0)
        if parts.contains(.hash), row.isHashed { row.hash = Hash256(bytes: statement.bytes(10)) }
        if parts.contains(.bytes) { row.bytes = statement.bytesOrNil(11) }
        return row
    }
}
