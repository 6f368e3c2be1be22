// What SQLite's errors are to people.

public import SQLite
@_exported public import Store
public import Text

extension StoreError {
    /// SQLite failed.
    public static func sqlite(_ error: SQLiteError) -> StoreError { .engine(error) }

    /// SQLite's error, when it was SQLite that failed.
    public var sqliteError: SQLiteError? {
        if case .engine(let fault) = self { fault as? SQLiteError } else { nil }
    }
}

extension SQLiteError: EngineFault {
    /// What happened, in one sentence for a person.
    public var message: Message {
        let code = extendedCode
        if isOutOfFiles {
            return Message("too many files are open", vi: "quá nhiều tệp đang mở")
        }
        if isFull { return Message("the disk is full", vi: "ổ đĩa đã đầy") }
        if isBusy {
            return Message(
                "the database is locked by another program",
                vi: "cơ sở dữ liệu đang bị chương trình khác khóa")
        }
        if isReadOnly {
            return Message(
                "the database cannot be written to", vi: "không ghi được vào cơ sở dữ liệu")
        }
        if isNotADatabase {
            return Message("the file is no database", vi: "tệp không phải cơ sở dữ liệu")
        }
        if isCorrupt {
            // SQLite itself calls it damage when the system cannot read a page (EIO).
            return Message(
                "the database is damaged, or the disk cannot be read (SQLite \(code))",
                vi: "cơ sở dữ liệu bị hỏng, hoặc không đọc được ổ đĩa (SQLite \(code))")
        }
        if isIOFailure {
            return Message("the disk failed (SQLite \(code))", vi: "ổ đĩa lỗi (SQLite \(code))")
        }
        if cannotOpen {
            return Message("the database cannot be opened", vi: "không mở được cơ sở dữ liệu")
        }
        return Message(
            "the database failed (SQLite \(code))", vi: "cơ sở dữ liệu lỗi (SQLite \(code))")
    }

    /// What the person can do about it.
    public var hint: Message? {
        if isFull {
            return Message(
                "make room on the disk; nothing was lost", vi: "giải phóng ổ đĩa; không mất gì")
        }
        if isOutOfFiles {
            return Message(
                "raise the limit of open files (ulimit -n), or end other programs; nothing was lost",
                vi: "tăng giới hạn số tệp mở (ulimit -n), hoặc tắt chương trình khác; không mất gì")
        }
        if isBusy {
            return Message(
                "another program is writing; try again, or end that program",
                vi: "chương trình khác đang ghi; thử lại, hoặc tắt chương trình đó")
        }
        guard isReadOnly else { return nil }
        return Message(
            "check who owns the file and the directory", vi: "kiểm tra chủ của tệp và thư mục")
    }
}
