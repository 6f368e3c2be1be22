public import Text

extension DossierStatus {
    /// What people call it; the Vietnamese names are those of the national portal.
    public var title: Message {
        switch self {
        case .new: Message("new", vi: "mới đăng ký")
        case .accepted: Message("accepted", vi: "được tiếp nhận")
        case .notAccepted: Message("not accepted", vi: "không được tiếp nhận")
        case .processing: Message("processing", vi: "đang xử lý")
        case .supplementRequired:
            Message("supplement required", vi: "yêu cầu bổ sung giấy tờ")
        case .paymentRequired:
            Message("payment required", vi: "yêu cầu thực hiện nghĩa vụ tài chính")
        case .withdrawn: Message("withdrawn", vi: "công dân yêu cầu rút hồ sơ")
        case .stopped: Message("stopped", vi: "dừng xử lý")
        case .finished: Message("finished", vi: "đã xử lý xong")
        case .returned: Message("returned", vi: "đã trả kết quả")
        }
    }
}
