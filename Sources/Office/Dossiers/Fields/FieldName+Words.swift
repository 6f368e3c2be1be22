public import Replication
public import Text

extension RecordSchema {
    /// What a person calls a field: its name, by which it is written, and in Vietnamese its title too.
    public static func title(of name: FieldName) -> Message {
        let word = name.rawValue
        return Message(word, vi: titles[word].map { "\($0) (\(word))" } ?? word)
    }

    /// What a person calls a field, where it is not to be written.
    public static func label(of name: FieldName) -> Message {
        Message(name.rawValue, vi: titles[name.rawValue] ?? name.rawValue)
    }

    private static let titles = [
        "code": "mã", "procedure": "thủ tục", "applicant_name": "người nộp",
        "applicant_id": "số định danh", "applicant_phone": "điện thoại",
        "applicant_address": "địa chỉ", "channel": "kênh nộp", "office": "cơ quan",
        "status": "trạng thái", "received_at": "tiếp nhận", "due_at": "hẹn trả",
        "finished_at": "xử lý xong", "returned_at": "trả kết quả",
        "return_method": "hình thức trả", "fee_vnd": "phí, lệ phí", "officer": "cán bộ",
        "notes": "ghi chú", "papers": "giấy tờ", "pauses": "tạm dừng",
        "returned_to": "người nhận kết quả", "tracking_number": "mã bưu gửi",
        "delivery": "tình trạng phát", "delivered_at": "đã phát",
        "assigned": "người xử lý mâu thuẫn", "erased": "đã xóa theo luật",
        "clock_off": "đồng hồ sai", "times_fixed": "đã sửa thời gian",
        "events": "diễn biến",
        "applicant_email": "thư điện tử", "applicant_kind": "loại người nộp",
        "agent_name": "người được ủy quyền", "agent_id": "số định danh người được ủy quyền",
        "agent_phone": "điện thoại người được ủy quyền", "result_wish": "cách nhận kết quả",
        "result_address": "nơi nhận kết quả", "fee_paid_at": "nộp phí lúc",
        "fee_way": "cách nộp phí", "receipt_number": "số biên lai", "extensions": "gia hạn",
        "steps": "luân chuyển nội bộ", "book": "quyển số", "serial": "số thứ tự",
        "level": "cấp thực hiện", "paper_list": "thành phần hồ sơ",
        "way": "hình thức", "topic": "nội dung", "occurred_at": "thời điểm",
        "caller_name": "người được hướng dẫn", "caller_phone": "điện thoại", "dossier": "hồ sơ",
        "name": "tên", "address": "địa chỉ", "phone": "điện thoại",
        "time_zone_offset_minutes": "múi giờ (phút)", "hours": "giờ làm việc",
        "desks": "các quầy",
        "field": "lĩnh vực", "processing_days": "số ngày làm việc", "details": "chi tiết",
        "limit": "thời hạn", "effective_from": "hiệu lực từ", "transitions": "các bước",
        "date": "ngày", "day_kind": "loại ngày",
    ]
}
