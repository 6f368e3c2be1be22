public import Backups
internal import CommandLine
internal import Files
internal import SQLiteStore
internal import Text

extension BackupError.Damage {
    var words: Message {
        switch self {
        case .missing: Message("is missing", vi: "bị thiếu")
        case .altered: Message("has been altered or damaged", vi: "đã bị sửa hoặc hỏng")
        case .unreadable: Message("cannot be read", vi: "không đọc được")
        }
    }
}

extension BackupError {
    /// What it means for the person and for the exit code; what SQLite said stays the store's.
    public var failure: any Error {
        switch self {
        case .sqlite(let error): StoreError.sqlite(error)
        case .file(let error, let path): Self.failure(error, path)
        case .unsound(let problems):
            CommandFailure(
                .dataError,
                Message(
                    "the database is damaged in \(problems) places; no backup was made of it",
                    vi: "cơ sở dữ liệu hỏng \(problems) chỗ; không tạo bản sao lưu"),
                hint: Message(
                    "run verify, keep all earlier backups, and look at the disk",
                    vi: "chạy verify, giữ mọi bản sao lưu trước, và kiểm tra ổ đĩa"))
        case .noSets:
            CommandFailure(
                .noInput,
                Message("there is no backup in this folder", vi: "thư mục này không có bản sao lưu")
            )
        case .noSuchSet(let set):
            CommandFailure(
                .noInput, Message("there is no backup \(set)", vi: "không có bản sao lưu \(set)"),
                hint: Message("see them with: backup DIR --list", vi: "xem: backup THƯ-MỤC --list"))
        case .damaged(let set, let file, let damage):
            CommandFailure(
                .dataError,
                Message("backup \(set): \(file) ", vi: "bản sao lưu \(set): \(file) ")
                    + damage.words,
                hint: Message(
                    "take another one with --set, and look at the disk",
                    vi: "dùng bản khác bằng --set, và kiểm tra ổ đĩa"))
        case .ofOtherProgram(let set):
            CommandFailure(
                .dataError,
                Message(
                    "backup \(set) is of the other program",
                    vi: "bản sao lưu \(set) của chương trình kia"),
                hint: Message(
                    "central restore takes central's, counter restore a counter's",
                    vi: "central restore nhận của trung tâm, counter restore nhận của quầy"))
        case .ofOtherHome(let set):
            CommandFailure(
                .cantCreate,
                Message(
                    "this folder holds the backups of another home (\(set))",
                    vi: "thư mục này chứa bản sao lưu của nơi khác (\(set))"),
                hint: Message(
                    "give each home a folder of its own",
                    vi: "mỗi nơi dùng một thư mục riêng"))
        case .newer(let set):
            CommandFailure(
                .configuration,
                Message(
                    "a newer program made backup \(set)",
                    vi: "chương trình mới hơn đã tạo bản sao lưu \(set)"),
                hint: Message("install that version first", vi: "cài phiên bản đó trước"))
        case .homeTaken:
            CommandFailure(
                .cantCreate,
                Message(
                    "there is a database in this home already; nothing was done",
                    vi: "thư mục này đã có cơ sở dữ liệu; chưa làm gì"),
                hint: Message(
                    "move the whole folder away, or name another one with --home",
                    vi: "chuyển cả thư mục đi chỗ khác, hoặc ghi thư mục khác bằng --home"))
        case .logRemains:
            CommandFailure(
                .ioError,
                Message(
                    "the restored database could not be written whole",
                    vi: "không ghi trọn được cơ sở dữ liệu đã khôi phục"),
                hint: Message("look at the disk, then try again", vi: "kiểm tra ổ đĩa, rồi thử lại")
            )
        case .busy:
            CommandFailure(
                .temporaryFailure,
                Message(
                    "another backup into this folder is running",
                    vi: "đang có lần sao lưu khác vào thư mục này"))
        }
    }

    private static func failure(_ error: FileError, _ path: String) -> CommandFailure {
        let code: ExitCode =
            switch error {
            case .cannotOpenFolder, .cannotOpen, .cannotRead, .notRegular: .noInput
            case .cannotCreate, .cannotMakeFolder: .cantCreate
            default: .ioError
            }
        return CommandFailure(
            code, Message(verbatim: "\(path): ") + error.message,
            hint: Message(
                "is the disk there, has it room, and may this login write to it?",
                vi: "ổ đĩa có ở đó không, còn chỗ không, tài khoản này có quyền ghi không?"))
    }
}

/// Runs `body`; what it throws of backups becomes a failure with an exit code.
func translatingBackups<R>(_ body: () throws -> R) throws -> R {
    do {
        return try body()
    } catch let error as BackupError {
        throw error.failure
    }
}
