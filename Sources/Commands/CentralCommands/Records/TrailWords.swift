internal import Administration
internal import Text

/// What the trail's words are called.
enum TrailWords {
    /// What a person calls an act of an admin; the word itself for one of a newer version.
    static func title(of action: String) -> Message {
        Message(action, vi: titles[action] ?? action)
    }

    private static let titles = [
        "add-catalog": "thêm vào danh mục", "import": "nhập bảng", "export": "xuất tiến độ",
        "issue-report": "lưu báo cáo đã gửi", "void": "hủy bản ghi", "reopen": "mở lại hồ sơ",
        "add-admin": "thêm tài khoản", "add-office": "thêm cơ quan",
        "allow-identity": "cho phép danh tính", "assign": "giao mâu thuẫn",
        "enrol": "cấp mã đăng ký",
        "enrolled": "thiết bị đăng ký", "erase": "xóa theo luật", "login": "đăng nhập",
        "login-failed": "đăng nhập sai", "logout": "đăng xuất", "remove-admin": "xóa tài khoản",
        "request-sync": "yêu cầu đồng bộ", "resolve": "xử lý mâu thuẫn", "returned": "trở lại",
        "set-catalog": "sửa danh mục", "import-catalog": "nhập danh mục", "settle": "cấp id riêng",
        "revoke": "thu hồi",
        "read": "xem từ máy khác", "revoked": "thu hồi", "undo-revoke": "hủy thu hồi",
        "recover": "phục hồi",
    ]
}

extension EpochStanding.Word {
    /// What a person calls it.
    var title: Message {
        switch self {
        case .active: Message(rawValue, vi: "đang dùng")
        case .replaced: Message(rawValue, vi: "đã thay thế")
        case .revoked: Message(rawValue, vi: "đã thu hồi")
        }
    }
}
