import Causality
import Dossiers
import Replication
import Testing
import Text
import Time

@testable import Papers

@Suite("Papers of a dossier")
struct PaperMakerTests {
    @Test("01 has every field of the receipt, and no identity number")
    func receipt() throws {
        let life = Life.received([
            "result_wish": .text("post"), "result_address": .text("12 Lê Lợi"),
            "fee_paid_at": .integer(instant("2026-11-30T09:01")), "fee_way": .text("cash"),
            "receipt_number": .text("BL-7"), "book": .text("3"), "serial": .text("0012"),
            "applicant_email": .text("hoa@example.vn"), "channel": .text("counter"),
        ])
        let made = try life.paper(.receipt)
        #expect(made.number == "000.17.01.H56-261130-10001/TNHS")
        #expect(made.paper.mark == nil)
        let text = made.paper.text
        for part in [
            "Mẫu số 01 – Thông tư số 03/2025/TT-VPCP", "ỦY BAN NHÂN DÂN THÀNH PHỐ THANH HÓA",
            "MỘT CỬA TP THANH HÓA", "Số: 000.17.01.H56-261130-10001/TNHS",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
            "Thanh Hóa, ngày 30 tháng 11 năm 2026", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
            "Hồ sơ của: Lê Thị Hoa", "Địa chỉ: Quảng Định", "Số điện thoại: 0912345678",
            "Thư điện tử: hoa@example.vn", "Cấp đổi giấy phép (mã 1.004199)",
            "Hình thức nộp: trực tiếp",
            "1 | Đơn đề nghị | 1 |  |  | ", "2 | CCCD |  | 1 | 2 | ", "Số lượng hồ sơ: 01 (bộ)",
            "7 ngày làm việc", "Thời gian nhận hồ sơ: 09:00 30/11/2026",
            "Thời gian trả kết quả: 17:00 09/12/2026", "gửi đến: 12 Lê Lợi",
            "50.000 đồng, đã nộp 09:01 30/11/2026, bằng tiền mặt, biên lai số BL-7",
            "quyển số 3, số thứ tự 0012", "Đường dây nóng: 02373 852 246",
            "NGƯỜI NỘP HỒ SƠ (Ký và ghi rõ họ tên) Lê Thị Hoa",
            "NGƯỜI TIẾP NHẬN HỒ SƠ (Ký và ghi rõ họ tên) Lan",
        ] { #expect(text.contains(part), "\(part)") }
        #expect(!text.contains("038123456789"))
        #expect(
            made.paper.blocks.contains(
                .symbols(code128: "000.17.01.H56-261130-10001", qr: "000.17.01.H56-261130-10001")))
    }

    @Test("the person who comes stands on it, and signs")
    func agent() throws {
        let life = Life.received([
            "agent_name": .text("Lê Văn An"), "agent_phone": .text("0987654321"),
            "agent_id": .text("038999999999"),
        ])
        let text = try life.paper(.receipt).paper.text
        #expect(text.contains("Người nộp thay: Lê Văn An"))
        #expect(text.contains("Số điện thoại: 0987654321"))
        #expect(text.contains("NGƯỜI NỘP HỒ SƠ (Ký và ghi rõ họ tên) Lê Văn An"))
        #expect(!text.contains("038999999999"))
    }

    @Test("a receipt that is printed again is the same paper, marked as a copy")
    func copy() throws {
        var life = Life.received()
        let first = try life.paper(.receipt)
        life.take("2026-11-30T09:05", [:], adding: ["events": .text("printed - 01 1")])
        #expect(first.event.words.english == "paper 01 printed")
        // Later papers and pauses change nothing of what was promised.
        life.take(
            "2026-12-01T10:00", ["status": .text("supplement_required")],
            adding: ["pauses": .text("supplement_required"), "notes": .text("Thiếu CCCD")])
        life.take(
            "2026-12-03T10:00", ["status": .text("processing")],
            adding: ["pauses": .text("processing"), "papers": .text("CCCD sao y")])
        let again = try life.paper(.receipt, now: "2026-12-04T14:30")
        #expect(again.number == first.number)
        #expect(again.copies == 1)
        #expect(again.paper.mark == "BẢN SAO – in lần 2, 14:30 04/12/2026")
        #expect(again.paper.blocks == first.paper.blocks)
    }

    @Test("02 has the papers asked for, and the officer to ask; a second request is another paper")
    func supplement() throws {
        var life = Life.received()
        #expect(life.problem(.supplement) == .nothingToTell(.supplement))
        life.take(
            "2026-12-01T10:00", by: "Minh", ["status": .text("supplement_required")],
            adding: [
                "pauses": .text("supplement_required"), "notes": .text("Bản sao CCCD\nẢnh 4x6"),
            ])
        let made = try life.paper(.supplement)
        #expect(made.number == "000.17.01.H56-261130-10001/HDHS")
        let text = made.paper.text
        for part in [
            "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", "1 | Bản sao CCCD", "2 | Ảnh 4x6",
            "Cán bộ hướng dẫn: Minh, Một cửa TP Thanh Hóa, điện thoại 02373 852 246",
            "Thời điểm yêu cầu: 10:00 01/12/2026", "NGƯỜI HƯỚNG DẪN (Ký và ghi rõ họ tên) Minh",
        ] { #expect(text.contains(part), "\(part)") }
        life.take(
            "2026-12-02T10:00", ["status": .text("processing")],
            adding: ["pauses": .text("processing")])
        life.take(
            "2026-12-03T10:00", ["status": .text("supplement_required")],
            adding: ["pauses": .text("supplement_required"), "notes": .text("Giấy ủy quyền")])
        let second = try life.paper(.supplement)
        #expect(second.number == "000.17.01.H56-261130-10001/HDHS-2")
        #expect(second.paper.text.contains("1 | Giấy ủy quyền"))
        #expect(!second.paper.text.contains("Ảnh 4x6"))
    }

    @Test("03 has the reason, and where the rules stand")
    func refusal() throws {
        var life = Life.received(["status": .text("new")])
        #expect(life.problem(.refusal) == .nothingToTell(.refusal))
        life.take(
            "2026-11-30T10:00", by: "Lan", ["status": .text("not_accepted")],
            adding: [
                "events": .text("not_accepted - new not_accepted"),
                "notes": .text("Sai thẩm quyền"),
            ])
        let text = try life.paper(.refusal).paper.text
        for part in [
            "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ", "1 | Sai thẩm quyền",
            "thủ tục (mã 1.004199) được công khai trên Cơ sở dữ liệu quốc gia",
            "Thời điểm từ chối: 10:00 30/11/2026",
        ] { #expect(text.contains(part), "\(part)") }
    }

    @Test("04 has the receipt, the promised day, the reason and the new day")
    func apology() throws {
        var life = Life.received()
        #expect(life.problem(.apology) == .nothingToTell(.apology))
        let signed = "\(instant("2026-12-21T17:00")) \(instant("2026-12-09T17:00")) Trần Văn B"
        life.take(
            "2026-12-08T10:00", by: "Lan", [:],
            adding: ["extensions": .text(signed), "notes": .text("Chờ đo đạc lại")])
        let text = try life.paper(.apology).paper.text
        for part in [
            "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT", "Kính gửi: Lê Thị Hoa",
            "Mã hồ sơ: 000.17.01.H56-261130-10001", "Thời gian nhận hồ sơ: 09:00 30/11/2026",
            "Thời gian hẹn trả kết quả: 17:00 09/12/2026", "1 | Chờ đo đạc lại",
            "Thời gian trả kết quả mới: 17:00 21/12/2026", "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ",
            "Trần Văn B",
        ] { #expect(text.contains(part), "\(part)") }
    }

    @Test("05 has the request, the stage and the decision; the forms of 2018 have no such paper")
    func stop() throws {
        func stopped(on day: String) -> Life {
            var life = Life.received(on: day)
            life.take(
                "\(day)T10:00", [:], adding: ["steps": .text("from=Một cửa\nto=Phòng TNMT")])
            life.take(
                "\(day)T11:00", by: "Lan", ["status": .text("withdrawn")],
                adding: [
                    "events": .text("withdrawn - processing withdrawn"),
                    "notes": .text("Đơn xin rút"),
                ])
            return life
        }
        let text = try stopped(on: "2026-11-30").paper(.stop).paper.text
        for part in [
            "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ", "người nộp hồ sơ đề nghị rút hồ sơ",
            "1 | Đơn xin rút",
            "Giai đoạn giải quyết khi dừng: đang xử lý, tại Phòng TNMT",
            "Quyết định: dừng giải quyết hồ sơ từ 11:00 30/11/2026", "50.000 đồng, chưa nộp",
        ] { #expect(text.contains(part), "\(part)") }
        #expect(
            stopped(on: "2024-03-04").problem(.stop)
                == .unknownForm(.stop, law: "Thông tư số 01/2018/TT-VPCP"))
        #expect(Life.received().problem(.stop) == .nothingToTell(.stop))
    }

    @Test("06 has a row for each step, and whether it was early, on time or late")
    func control() throws {
        var life = Life.received()
        life.take(
            "2026-12-02T10:00", by: "Lan", [:],
            adding: ["steps": .text("from=Một cửa\nto=Phòng TNMT\nperson=Hùng\nresult=Đã đo")])
        life.take(
            "2026-12-09T16:00", by: "Hùng",
            ["status": .text("finished"), "finished_at": .integer(instant("2026-12-09T16:00"))])
        life.take(
            "2026-12-10T08:00", by: "Lan",
            [
                "status": .text("returned"), "returned_at": .integer(instant("2026-12-10T08:00")),
                "returned_to": .text("Lê Văn An"),
            ])
        let text = try life.paper(.control).paper.text
        for part in [
            "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ",
            "1 | Lê Thị Hoa | Một cửa TP Thanh Hóa, Lan | 09:00 30/11/2026 | trước hạn | Tiếp nhận",
            "2 | Một cửa, Lan | Phòng TNMT, Hùng | 10:00 02/12/2026 | trước hạn | Đã đo",
            "3 | Hùng | Một cửa TP Thanh Hóa | 16:00 09/12/2026 | đúng hạn | Có kết quả",
            "4 | Một cửa TP Thanh Hóa, Lan | Lê Văn An | 08:00 10/12/2026 | quá hạn | Trả kết quả",
        ] { #expect(text.contains(part), "\(part)") }
        var withdrawn = Life.received()
        withdrawn.take(
            "2026-12-01T10:00", by: "Lan", ["status": .text("withdrawn")],
            adding: ["events": .text("withdrawn - processing withdrawn")])
        let row =
            "2 | Một cửa TP Thanh Hóa, Lan | Lê Thị Hoa | 10:00 01/12/2026 | trước hạn | Người nộp rút hồ sơ"
        #expect(try withdrawn.paper(.control).paper.text.contains(row))
        let old = try Life.received(on: "2024-03-04").paper(.control).paper.text
        #expect(old.contains("Mẫu số 05 – Thông tư số 01/2018/TT-VPCP"))
    }

    @Test("a paper promises no day where the catalog does not know the procedure")
    func unknownProcedure() throws {
        let text = try Life.received(["procedure": .text("9.999999")]).paper(.receipt).paper.text
        #expect(
            text.contains(
                "Thời gian trả kết quả: chưa hẹn ngày trả (thủ tục chưa có trong danh mục)"))
    }

    @Test("what can be no paper says why")
    func problems() {
        #expect(Life.received(["applicant_name": .text("\u{202E} ")]).problem(.receipt) == .noName)
        #expect(Life.received(["code": .null]).problem(.receipt) == .noCode)
        #expect(Life.received(["received_at": .null]).problem(.receipt) == .notReceived)
        for status in ["new", "not_accepted"] {
            for kind in [PaperKind.receipt, .control] {
                #expect(
                    Life.received(["status": .text(status)]).problem(kind) == .nothingToTell(kind))
            }
        }
        #expect(Life(.contact).problem(.receipt) == .noDossier)
        guard case .unknownDay? = Life.received(on: "2017-03-06").problem(.receipt) else {
            Issue.record("a day before the first set")
            return
        }
        var life = Life.received()
        life.take("2026-11-30T10:00", [:], adding: ["events": .text("voided - - -")])
        #expect(life.problem(.receipt) == .voided)
    }

    @Test("07 has a row for each dossier of the period, in the order of receipt")
    func register() throws {
        let catalog = PaperCatalog(Life.catalog)
        func register(_ lives: [Life]) throws -> Paper {
            let source = Life.received().source()
            let day = PaperFormSet.inForce.from.adding(days: 500)
            var register = PaperRegister(
                from: day, to: day.adding(days: 30), catalog: catalog, book: source.book)
            for life in lives { register.add(life.state) }
            return try register.paper(
                ofOffice: "000.17.01.H56", desk: source.desk, now: source.now)
        }
        let paper = try register([
            .received(["code": .text("B")], on: "2026-12-02"), .received(["code": .text("A")]),
            .received(["code": .text("C")], on: "2025-12-02"),
        ])
        #expect(paper.orientation == .landscape)
        let text = paper.text
        let rows = [
            "1 | A | Cấp đổi giấy phép | 01 | Lê Thị Hoa | Quảng Định; 0912345678 | Một cửa TP Thanh Hóa | "
                + "09:00 30/11/2026 | 17:00 09/12/2026 |", "\n2 | B |", "Tổng số: 2 hồ sơ.",
            "SỔ THEO DÕI HỒ SƠ", "Mẫu số 07",
        ]
        for row in rows { #expect(text.contains(row), "\(row)") }
    }
}
