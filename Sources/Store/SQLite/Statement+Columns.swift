import CSQLite

/// How SQLite stores a value, <https://sqlite.org/datatype3.html>.
public enum ColumnType: Sendable {
    /// A signed integer of 64 bits.
    case integer
    /// An IEEE 754 number of 64 bits.
    case real
    /// A text in UTF-8.
    case text
    /// Bytes.
    case blob
    /// Nothing.
    case null
}

/// The columns of the row that `step()` moved to. Without a row, or for a column that is not in the
/// result, every value is NULL.
extension Statement {
    /// How the value is stored.
    public func columnType(_ column: Int) -> ColumnType {
        switch sqlite3_column_type(handle, Int32(clamping: column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    /// Whether the value is NULL.
    public func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(clamping: column)) == SQLITE_NULL
    }

    /// The integer; 0 for NULL.
    public func int64(_ column: Int) -> Int64 {
        sqlite3_column_int64(handle, Int32(clamping: column))
    }

    /// The integer, or nil for NULL.
    public func int64OrNil(_ column: Int) -> Int64? {
        isNull(column) ? nil : int64(column)
    }

    /// The number; 0 for NULL.
    public func double(_ column: Int) -> Double {
        sqlite3_column_double(handle, Int32(clamping: column))
    }

    /// The text; empty for NULL. Bytes that are not UTF-8 become U+FFFD.
    public func text(_ column: Int) -> String {
        textOrNil(column) ?? ""
    }

    /// The text, or nil for NULL. Bytes that are not UTF-8 become U+FFFD.
    public func textOrNil(_ column: Int) -> String? {
        let column = Int32(clamping: column)
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The blob; empty for NULL.
    public func bytes(_ column: Int) -> [UInt8] {
        withBytes(column) { bytes in
            [UInt8](bytes.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// The blob, or nil for NULL.
    public func bytesOrNil(_ column: Int) -> [UInt8]? {
        isNull(column) ? nil : bytes(column)
    }

    /// Lends the blob without a copy; empty for NULL. The bytes are valid inside `body` only, which
    /// must not step or reset the statement.
    /// - Throws: what `body` throws.
    public func withBytes<R, E: Error>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        let column = Int32(clamping: column)
        let start = sqlite3_column_blob(handle, column)
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }
}
