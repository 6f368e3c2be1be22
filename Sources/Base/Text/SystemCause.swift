internal import Glibc

/// What the system says of a call that failed, for people: its own words in English, and in Vietnamese for what
/// offices meet.
public enum SystemCause {
    /// The words of an error number.
    public static func words(_ number: Int32) -> Message {
        Message(english(number), vi: vietnamese[number] ?? "mã lỗi \(number)")
    }

    /// The Vietnamese words of what the system says in English; the text itself where it is not the system's.
    public static func vietnamese(_ reason: String) -> String {
        vietnamese.first { english($0.key) == reason }?.value ?? reason
    }

    private static func english(_ number: Int32) -> String { String(cString: strerror(number)) }

    private static let vietnamese: [Int32: String] = [
        ENOENT: "không có tệp này", EACCES: "không có quyền", EPERM: "không có quyền",
        EISDIR: "đó là thư mục", ENOTDIR: "đường dẫn không phải thư mục", EEXIST: "đã có tệp này",
        ENOSPC: "ổ đĩa đầy", EDQUOT: "hết hạn mức ổ đĩa", EIO: "ổ đĩa lỗi",
        EROFS: "ổ đĩa chỉ cho đọc", EMFILE: "mở quá nhiều tệp", ENFILE: "mở quá nhiều tệp",
        ENAMETOOLONG: "tên tệp quá dài", EADDRINUSE: "địa chỉ đang được dùng",
        EADDRNOTAVAIL: "địa chỉ không thuộc máy này", ECONNREFUSED: "bị từ chối kết nối",
        EPIPE: "đầu kia đã đóng", EBADF: "đầu ra đã đóng", EFBIG: "tệp quá lớn",
        ETXTBSY: "tệp đang được dùng", EBUSY: "đang bận", ENOMEM: "hết bộ nhớ",
    ]
}
