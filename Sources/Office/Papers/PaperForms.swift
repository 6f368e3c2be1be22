// The forms as data: which papers there are, what each is called, and by which law. A set holds for dossiers that were
// received from its day on, until the next one's.

public import Time

/// A paper of the one-stop service, by the number that clerks call it by: that of the set in force.
public enum PaperKind: String, CaseIterable, Hashable, Sendable {
    /// The receipt with the promised day.
    case receipt = "01"
    /// The request for what is missing.
    case supplement = "02"
    /// The refusal to take it in.
    case refusal = "03"
    /// The apology with the new day.
    case apology = "04"
    /// The notice that the work is stopped.
    case stop = "05"
    /// The sheet that goes with the dossier from hand to hand.
    case control = "06"
    /// The register of a period.
    case register = "07"
}

/// One form of a set.
public struct PaperForm: Hashable, Sendable {
    /// Its number in the set.
    public var number: String
    /// What stands over it.
    public var title: String
    /// What the numbers of its papers end with; `nil` where they have none.
    public var mark: String?
}

/// The forms of one circular.
public struct PaperFormSet: Hashable, Sendable {
    /// The circular.
    public var law: String
    /// The first day of receipt for which they hold.
    public var from: CalendarDate
    /// What the desk is called that receives and hands out.
    public var desk: String
    /// The forms.
    public var forms: [PaperKind: PaperForm]

    /// The sets, the latest first.
    public static let all = [inForce, before]

    /// The set for a dossier that was received on a day; `nil` for one of before the first set.
    public static func set(receivedOn day: CalendarDate) -> PaperFormSet? {
        all.first { $0.from <= day }
    }

    /// Circular 03/2025/TT-VPCP, under Decree 118/2025/NĐ-CP, which applies from 1 July 2025.
    public static let inForce = PaperFormSet(
        law: "Thông tư số 03/2025/TT-VPCP", from: .of(2025, 7, 1), desk: "Bộ phận Một cửa",
        forms: [
            .receipt: PaperForm(
                number: "01", title: "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", mark: "TNHS"),
            .supplement: PaperForm(
                number: "02", title: "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", mark: "HDHS"),
            .refusal: PaperForm(
                number: "03", title: "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ", mark: "TCHS"),
            .apology: PaperForm(
                number: "04", title: "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT",
                mark: "XLGH"),
            .stop: PaperForm(
                number: "05", title: "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ", mark: "DGQ"),
            .control: PaperForm(
                number: "06", title: "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ", mark: "KSHS"),
            .register: PaperForm(number: "07", title: "SỔ THEO DÕI HỒ SƠ"),
        ])

    /// Circular 01/2018/TT-VPCP, under Decree 61/2018/NĐ-CP: it has no notice that the work is stopped.
    public static let before = PaperFormSet(
        law: "Thông tư số 01/2018/TT-VPCP", from: .of(2018, 6, 21),
        desk: "Bộ phận Tiếp nhận và Trả kết quả",
        forms: [
            .receipt: PaperForm(
                number: "01", title: "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", mark: "TNHS"),
            .supplement: PaperForm(
                number: "02", title: "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", mark: "HDHS"),
            .refusal: PaperForm(
                number: "03", title: "PHIẾU TỪ CHỐI GIẢI QUYẾT HỒ SƠ", mark: "TCHS"),
            .apology: PaperForm(
                number: "04", title: "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", mark: "XLHL"),
            .control: PaperForm(
                number: "05", title: "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ", mark: "KSHS"),
            .register: PaperForm(number: "06", title: "SỔ THEO DÕI HỒ SƠ"),
        ])
}

extension CalendarDate {
    fileprivate static func of(_ year: Int, _ month: Int, _ day: Int) -> CalendarDate {
        guard let date = CalendarDate(year: year, month: month, day: day) else {
            preconditionFailure("a day of the table is one")
        }
        return date
    }
}
