/// What clerks write and what citizens ask, in the words of a one-stop counter.
enum NoteText {
    /// Remarks on a dossier; each under 80 bytes.
    static let remarks = [
        "Đã đối chiếu bản chính với căn cước công dân.",
        "Người nộp là con, có giấy ủy quyền.",
        "Hẹn trả kết quả vào buổi chiều.",
        "Người dân đề nghị nhắn tin khi có kết quả.",
        "Địa chỉ cũ ghi theo tên xã trước khi sáp nhập.",
        "Bản sao giấy chứng nhận bị mờ trang 3.",
        "Đã thu lệ phí, biên lai giao người nộp.",
        "Thửa đất số 112, tờ bản đồ số 14.",
        "Chữ ký ở mục 5 đã được ký lại tại quầy.",
        "Số điện thoại liên hệ là của người thân.",
        "Hồ sơ có 2 bộ, lưu 1 bộ tại bộ phận.",
        "Đã chuyển phòng chuyên môn kiểm tra.",
        "Cần gọi lại nếu trễ hẹn.",
        "Người cao tuổi, ưu tiên giải quyết.",
        "Có kèm trích đo địa chính.",
        "Đề nghị trả kết quả qua bưu chính.",
        "Tên đệm trên sổ hộ khẩu khác giấy khai sinh.",
        "Đã giải thích thời hạn giải quyết.",
    ]
    /// Why papers are asked for.
    static let missingPapers = [
        "Yêu cầu bổ sung bản sao căn cước công dân của người được ủy quyền.",
        "Yêu cầu bổ sung giấy xác nhận tình trạng hôn nhân.",
        "Yêu cầu bổ sung trích lục bản đồ địa chính.",
        "Tờ khai thiếu chữ ký ở mục 5, đề nghị ký lại.",
    ]
    /// Why a dossier ends before its time.
    static let endings = [
        "Người dân đề nghị rút hồ sơ, đã ký nhận lại giấy tờ.",
        "Hồ sơ không thuộc thẩm quyền của huyện, đã hướng dẫn nơi nộp.",
        "Tạm dừng do đất đang có tranh chấp.",
    ]
    /// Notes of two desks that know nothing of each other.
    static let apart = [
        "Người dân gọi hỏi kết quả, đã hẹn lại.", "Đã nhận bản gốc giấy ủy quyền tại quầy.",
        "Bổ sung ảnh 4x6 vào hồ sơ.", "Người nộp báo đổi người nhận kết quả.",
    ]
    /// What citizens come or call for, and are called for.
    static let topics = [
        "Hỏi thành phần hồ sơ cấp đổi giấy chứng nhận quyền sử dụng đất",
        "Hỏi tiến độ giải quyết hồ sơ", "Hướng dẫn nộp hồ sơ trực tuyến trên cổng dịch vụ công",
        "Hỏi mức thu lệ phí và cách nộp", "Hướng dẫn đăng ký tài khoản dịch vụ công",
        "Hỏi thủ tục thành lập hộ kinh doanh", "Hỏi thời hạn cấp giấy phép xây dựng nhà ở",
        "Đề nghị trả kết quả qua bưu chính công ích", "Hỏi hồ sơ hưởng trợ cấp xã hội hàng tháng",
        "Hướng dẫn chứng thực bản sao điện tử", "Nhắc bổ sung giấy tờ còn thiếu",
        "Thông báo đã có kết quả", "Hỏi thủ tục chuyển trường cho con",
        "Phản ánh về thời gian chờ tại bộ phận một cửa",
    ]
}
