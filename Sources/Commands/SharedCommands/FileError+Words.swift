public import Files
internal import Glibc
public import Text

extension FileError {
    /// What happened, as part of a sentence, for a person: the system's words in English, and in Vietnamese
    /// for what offices meet.
    public var message: Message {
        let cause =
            switch self {
            case .notRegular: "không phải là tệp"
            case .isLocked: "tiến trình khác đang giữ"
            case .lineTooLong(let line, let bytesMax): "dòng \(line) dài hơn \(bytesMax) byte"
            case .tooLarge(let bytesMax): "dài hơn \(bytesMax) byte"
            case .notUTF8: "không phải văn bản UTF-8"
            default: code.map { Self.causes[$0] ?? "mã lỗi \($0)" } ?? ""
            }
        return Message(description, vi: cause)
    }

    private static let causes: [Int32: String] = [
        ENOENT: "không có tệp này", EACCES: "không có quyền", EPERM: "không có quyền",
        EISDIR: "đó là thư mục", ENOTDIR: "đường dẫn không phải thư mục", EEXIST: "đã có tệp này",
        ENOSPC: "ổ đĩa đầy", EDQUOT: "hết hạn mức ổ đĩa", EIO: "ổ đĩa lỗi",
        EROFS: "ổ đĩa chỉ cho đọc", EMFILE: "mở quá nhiều tệp", ENFILE: "mở quá nhiều tệp",
        ENAMETOOLONG: "tên tệp quá dài",
    ]
}
