public import Text
public import Time

/// Why a paper cannot be made.
public enum PaperProblem: Error, Hashable, Sendable {
    /// It is not a dossier.
    case noDossier
    /// It was entered by mistake.
    case voided
    /// It has no code by which papers are numbered.
    case noCode
    /// Nobody is named for whom it is.
    case noName
    /// Nobody wrote when it was received.
    case notReceived
    /// No set of forms is known for its day.
    case unknownDay(CalendarDate)
    /// The forms of its day have no such paper.
    case unknownForm(PaperKind, law: String)
    /// What the paper tells of has not happened.
    case nothingToTell(PaperKind)
    /// The register has more rows than one paper holds.
    case tooManyRows(Int)
}

extension PaperProblem {
    /// What is wrong, for a person.
    public var message: Message {
        switch self {
        case .noDossier: Message("it is no dossier", vi: "không phải là hồ sơ")
        case .voided: Message("it was entered by mistake and is void", vi: "hồ sơ đã hủy")
        case .noCode: Message("the dossier has no code", vi: "hồ sơ chưa có mã")
        case .noName:
            Message("the dossier has no applicant's name", vi: "hồ sơ chưa có tên người nộp")
        case .notReceived:
            Message("the dossier has no day of receipt", vi: "hồ sơ chưa có ngày tiếp nhận")
        case .unknownDay(let day):
            Message(
                "no forms are known for what was received on \(day)",
                vi: "chưa có bộ mẫu cho hồ sơ tiếp nhận ngày \(PaperText.day(day))")
        case .unknownForm(let kind, let law):
            Message(
                "the forms of its day of receipt (\(law)) have no paper \(kind.rawValue)",
                vi: "bộ mẫu theo ngày tiếp nhận (\(law)) không có mẫu \(kind.rawValue)")
        case .nothingToTell(let kind):
            switch kind {
            case .receipt, .control:
                Message("the dossier was not taken in", vi: "hồ sơ chưa được tiếp nhận")
            case .supplement:
                Message("nobody asked for papers", vi: "chưa có yêu cầu bổ sung giấy tờ")
            case .refusal: Message("the dossier was not refused", vi: "hồ sơ không bị từ chối")
            case .apology: Message("the limit was not extended", vi: "hồ sơ chưa được gia hạn")
            default: Message("the work was not stopped", vi: "hồ sơ chưa dừng giải quyết")
            }
        case .tooManyRows(let count):
            Message(
                "\(count) dossiers were received in the period: more than a register holds",
                vi: "kỳ này tiếp nhận \(count) hồ sơ: quá một sổ")
        }
    }

    /// What a person can do about it.
    public var hint: Message? {
        switch self {
        case .noDossier, .voided, .unknownDay, .unknownForm: nil
        case .noCode: Message("give it one with: counter recode", vi: "cấp mã bằng: counter recode")
        case .noName:
            Message(
                "write it with: counter set CODE applicant_name=…",
                vi: "ghi bằng: counter set MÃ applicant_name=…")
        case .notReceived:
            Message(
                "write it with: counter set CODE received_at=…",
                vi: "ghi bằng: counter set MÃ received_at=…")
        case .nothingToTell(let kind):
            switch kind {
            case .receipt, .control:
                Message(
                    "take it in with: counter receive CODE",
                    vi: "tiếp nhận bằng: counter receive MÃ")
            case .supplement:
                Message(
                    "ask with: counter request-supplement CODE \"what is missing\"",
                    vi: "yêu cầu bằng: counter request-supplement MÃ \"giấy tờ còn thiếu\"")
            case .refusal:
                Message(
                    "refuse with: counter refuse CODE \"why\"",
                    vi: "từ chối bằng: counter refuse MÃ \"lý do\"")
            case .apology:
                Message(
                    "extend it with: counter extend CODE DAY \"why\"",
                    vi: "gia hạn bằng: counter extend MÃ NGÀY \"lý do\"")
            default:
                Message(
                    "stop it with: counter stop CODE \"why\"",
                    vi: "dừng bằng: counter stop MÃ \"lý do\"")
            }
        case .tooManyRows: Message("give a shorter period", vi: "chọn kỳ ngắn hơn")
        }
    }
}
