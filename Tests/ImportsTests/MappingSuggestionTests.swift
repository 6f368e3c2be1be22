import JSON
import Testing

@testable import Imports

@Suite("A mapping guessed from headings")
struct MappingSuggestionTests {
    private func columns(_ headings: [String]) -> [String: String] {
        let members = MappingSuggestion(of: headings).mapping["columns"]?.objectValue ?? []
        return Dictionary(members.map { ($0.name, $0.value.stringValue ?? "") }) { $1 }
    }

    @Test(
        "exact headings are taken before longer ones, whole words before none, and doubts are named"
    )
    func oneStopExport() {
        let headings = [
            "STT", "Số phiếu hẹn", "Mã hồ sơ", "Tên thủ tục", "Mã thủ tục", "Lĩnh vực", "Chủ hồ sơ",
            "Giấy tờ tùy thân", "Địa chỉ thửa đất", "Địa chỉ thường trú", "Điện thoại",
            "Tình trạng hôn nhân", "Ngày nhận kết quả", "Ngày tiếp nhận", "Ngày hẹn trả",
            "Ngày có kết quả", "Hình thức nhận hồ sơ", "Tình trạng xử lý", "Lệ phí",
            "Cơ quan thực hiện",
        ]
        #expect(
            columns(headings) == [
                "Mã hồ sơ": "code", "Mã thủ tục": "procedure", "Chủ hồ sơ": "applicant_name",
                "Giấy tờ tùy thân": "applicant_id", "Địa chỉ thường trú": "applicant_address",
                "Điện thoại": "applicant_phone", "Ngày nhận kết quả": "returned_at",
                "Ngày tiếp nhận": "received_at", "Ngày hẹn trả": "due_at",
                "Ngày có kết quả": "finished_at", "Hình thức nhận hồ sơ": "channel",
                "Tình trạng xử lý": "status", "Lệ phí": "fee_vnd", "Cơ quan thực hiện": "office",
            ])
        let doubts = MappingSuggestion(of: headings).doubts
        #expect(
            doubts == [
                .init(heading: "Tên thủ tục", field: "procedure", instead: "Mã thủ tục"),
                .init(
                    heading: "Địa chỉ thửa đất", field: "applicant_address",
                    instead: "Địa chỉ thường trú"),
                .init(
                    heading: "Tình trạng hôn nhân", field: "status", instead: "Tình trạng xử lý"),
            ])
    }

    @Test(
        "names of portals, fields' own names, labels, case, marks, blanks and units do not matter")
    func spellings() {
        for (heading, field) in [
            ("maHoSo", "code"), ("MaHoSo", "code"), ("ma_ho_so", "code"), ("MÃ HỒ SƠ", "code"),
            ("Mã\u{A0}hồ  sơ", "code"), ("Mã hồ\nsơ", "code"), ("tenNguoiNop", "applicant_name"),
            ("ngayTiepNhan", "received_at"), ("lePhi", "fee_vnd"), ("Lệ phí (đồng)", "fee_vnd"),
            ("LỆ PHÍ (VNĐ)", "fee_vnd"), ("Ngày hẹn trả (dd/mm/yyyy)", "due_at"),
            ("SoDienThoai", "applicant_phone"), ("MaTTHC", "procedure"),
            ("ChuHoSo", "applicant_name"),
            ("TrangThaiHoSo", "status"), ("applicant_id", "applicant_id"), ("due_at", "due_at"),
            ("người nộp", "applicant_name"), ("(3) Họ và tên", "applicant_name"),
            ("Số CMND/CCCD", "applicant_id"), ("Cơ quan tiếp nhận", "office"),
            ("Email", "applicant_email"), ("Thư điện tử", "applicant_email"),
            ("Địa chỉ email", "applicant_email"), ("applicant_email", "applicant_email"),
            ("Đối tượng nộp", "applicant_kind"), ("Loại người nộp", "applicant_kind"),
            ("Kind of applicant", "applicant_kind"), ("Người được ủy quyền", "agent_name"),
            ("Họ và tên người đại diện", "agent_name"), ("Representative's name", "agent_name"),
            ("representative_name", "agent_name"), ("Số CCCD người đại diện", "agent_id"),
            ("Representative ID", "agent_id"), ("SĐT người được ủy quyền", "agent_phone"),
            ("Representative telephone", "agent_phone"),
            ("Thành phần hồ sơ", "papers"), ("Giấy tờ kèm theo", "papers"), ("Papers", "papers"),
            ("Đăng ký nhận kết quả", "result_wish"), ("Cách nhận kết quả", "result_wish"),
            ("Result wish", "result_wish"), ("Nơi nhận kết quả", "result_address"),
            ("Ngày nộp phí", "fee_paid_at"), ("Ngày nộp lệ phí", "fee_paid_at"),
            ("Fee paid", "fee_paid_at"), ("Hình thức thanh toán", "fee_way"),
            ("Payment method", "fee_way"), ("Số biên lai", "receipt_number"),
            ("Receipt No.", "receipt_number"), ("Gia hạn đến ngày", "extensions"),
            ("Extended to", "extensions"), ("Quyển số", "book"), ("Register book", "book"),
            ("Số vào sổ", "serial"), ("Serial number", "serial"),
            ("M· hå s¬", "code"), ("Ngaøy tieáp nhaän", "received_at"),
        ] {
            #expect(columns([heading]) == [heading: field], "\(heading)")
        }
        for heading in [
            "STT", "Số phiếu hẹn", "Giới tính", "Lĩnh vực", "Tình trạng hôn nhân", "Phiếu", "",
            "12",
            "Địa chỉ thửa đất", "Người thân", "Mã số khác", "Phim",
        ] {
            #expect(columns([heading]).isEmpty, "\(heading)")
        }
    }

    @Test("a number in order is the register's where the table names the book, else the row's")
    func numberInOrder() {
        #expect(columns(["Số thứ tự", "Mã hồ sơ"]) == ["Mã hồ sơ": "code"])
        #expect(columns(["Số thứ tự", "Quyển số"]) == ["Số thứ tự": "serial", "Quyển số": "book"])
        let names = columns(["Chủ hồ sơ", "Người đại diện", "Số CCCD", "Số CCCD người đại diện"])
        #expect(
            names == [
                "Chủ hồ sơ": "applicant_name", "Người đại diện": "agent_name",
                "Số CCCD": "applicant_id", "Số CCCD người đại diện": "agent_id",
            ])
    }

    @Test("of a log of events what is the case's goes before what is one event's")
    func events() {
        let headings = ["case:concept:name", "dueDate", "case:endDatePlanned", "concept:name"]
        #expect(columns(headings)["case:endDatePlanned"] == "due_at")
        #expect(columns(headings)["dueDate"] == nil)
    }

    @Test("a mapping without a code says so")
    func noCode() {
        #expect(
            !MappingSuggestion(of: ["Họ tên"]).hasCode
                && MappingSuggestion(of: ["Số hồ sơ"]).hasCode)
    }
}
