// Fields that the office's forms need, with the built programs.

import Foundation
import JSON
import Testing

@Suite("What the office's forms ask for", .ownThreads)
struct FormFieldTests {
    private func desk() throws -> (Office, Desk) {
        let office = try Office()
        let added = try office.central(
            "catalog", "add", "procedure", "P", "name=Mẫu", "limit=7wd", "level=province",
            "paper_list=Đơn")
        try #require(added.code == 0, "\(added.errors)")
        let desk = try office.desk("a")
        try desk.sync()
        return (office, desk)
    }

    @Test("they are written, shown and synced, and what has not their form is refused")
    func fields() throws {
        let (office, desk) = try desk()
        let made = try desk(
            "receive", "procedure=P", "applicant_name=Công ty Hoa", "applicant_kind=enterprise",
            "applicant_email=hoa@example.vn", "agent_name=Lê Văn An", "agent_id=038190012345",
            "agent_phone=0912345678", "result_wish=post", "result_address=1 Lê Lợi",
            "fee_paid_at=2026-03-10", "fee_way=transfer", "receipt_number=BL 0001", "book=01",
            "serial=123", "papers=Đơn: 1 bản chính",
            "papers=CCCD (2 bản sao, 1 bản sao chứng thực)")
        try #require(made.code == 0, "\(made.errors)")
        #expect(made.output.contains("Đơn; CCCD (1 certified copy, 2 copies)"), "\(made.output)")
        try desk.sync()
        let listed = try office.central("records", "--kind", "dossier").jsonLines
        let fields = try #require(listed.first?["fields"])
        #expect(fields["applicant_kind"] == "enterprise" && fields["serial"] == "123")
        #expect(fields["applicant_email"] == "hoa@example.vn")
        #expect(fields["fee_paid_at"] == "2026-03-10T00:00:00+07:00")
        let code = try #require(fields["code"]?.stringValue)
        for (field, words) in [
            ("applicant_email=hoa", "is no address such as"), ("applicant_kind=x", "allowed words"),
            ("agent_phone=abc", "needs digits"), ("result_wish=fax", "allowed words"),
            ("agent_id=12", "wrong number of digits"), ("extensions=1", "cannot be written"),
        ] {
            let refused = try desk("set", code, field)
            #expect(refused.code != 0 && refused.errors.contains(words), "\(refused.errors)")
        }
        let papers = try desk(
            "receive", "procedure=P", "applicant_name=Hoa", "papers=CCCD | copies=hai")
        #expect(papers.code == 65 && papers.errors.contains("a count that is no number"))
        #expect(try desk("codes", "--json").json["last"] == 10_001, "no code was used up")
        #expect(try desk("list", "--search", "van an").output.contains(code))
        let table = "Mã,Họ tên,agent_name,applicant_kind\nH-1,Nguyễn Ba,Lê Tư,household\n"
        let file = try desk.directory.newFile("t.csv", table).path
        let map =
            #"{"columns":{"Mã":"code","Họ tên":"applicant_name","agent_name":"agent_name","#
            + #""applicant_kind":"applicant_kind"},"constants":{"office":"000.17.01.H56"}}"#
        let mapping = try desk.directory.newFile("map.json", map).path
        let imported = try desk("import", file, "--map", mapping)
        #expect(imported.code == 0, "\(imported.output) \(imported.errors)")
        #expect(try desk("list", "--search", "Lê Tư").output.contains("Nguyễn Ba"))
        let exported =
            "Mã hồ sơ;Mã thủ tục;Chủ hồ sơ;Loại người nộp;Email;Người được ủy quyền;Số CCCD người được ủy quyền;"
            + "SĐT người được ủy quyền;Thành phần hồ sơ;Đăng ký nhận kết quả;Ngày nộp phí;Hình thức thanh toán;"
            + "Số biên lai;Gia hạn đến ngày;Quyển số;Số thứ tự\n"
            + "H-2;P;Công ty Hoa;Doanh nghiệp;hoa@example.vn;Lê Văn An;038190012345;0912345678;"
            + "\"Đơn (1 bản chính)\nCCCD (2 bản sao, 1 bản sao chứng thực)\";Bưu điện;10/03/2026 8:30;"
            + "Chuyển khoản;BL 0001;31/12/2026;01;123\n"
        let portal = try desk.directory.newFile("portal.csv", exported).path
        let suggested = try desk("import", portal, "--suggest")
        #expect(suggested.code == 0, "\(suggested.errors)")
        #expect(try suggested.json["ignore"]?.arrayValue?.isEmpty == true)
        let found = try desk.directory.newFile("found.json", suggested.output).path
        let taken = try desk("import", portal, "--map", found)
        #expect(taken.code == 0, "\(taken.output) \(taken.errors)")
        #expect(try desk("import", portal, "--map", found, "--json").json["known"] == 1)
        let shown = try desk("show", "H-2", "--lang", "vi").output
        for words in [
            "doanh nghiệp, tổ chức", "Đơn; CCCD", "(1 bản sao chứng thực, 2 bản chụp)",
            "bưu chính", "10/03/2026 08:30", "chuyển khoản", "BL 0001", "gia hạn", "31/12/2026",
        ] {
            #expect(shown.contains(words), "\(words) in \(shown)")
        }
        try desk.sync()
        #expect(try office.central("verify", "--audit").code == 0)
    }

    @Test("an extension moves the due day and says so; a step inside the office is shown")
    func extend() throws {
        let (office, desk) = try desk()
        let made = try desk(
            "receive", "procedure=P", "applicant_name=Hoa", "--at", "2026-03-02T09:00:00+07:00",
            "--json")
        let code = try #require(made.json["code"]?.stringValue, "\(made.errors)")
        #expect(try made.json["deadline"]?["due"] == "2026-03-11T17:00:00+07:00")
        let early = try desk("extend", code, "2026-03-10", "chờ ý kiến")
        #expect(early.code == 64 && early.errors.contains("no later than it is due"))
        #expect(try desk("extend", code, "2026-03-20", " ").code == 64)
        let extended = try desk(
            "extend", code, "20/03/2026", "chờ ý kiến", "--signer", "Trần Văn B")
        #expect(extended.output.contains("due 2026-03-20 17:00"), "\(extended.errors)")
        #expect(extended.output.contains("extended from 2026-03-11 17:00, signed by Trần Văn B"))
        let shown = try desk("show", code, "--json").json
        #expect(shown["deadline"]?["due"] == "2026-03-20T17:00:00+07:00")
        #expect(shown["fields"]?["notes"] == .array(["chờ ý kiến"]))
        #expect(shown["fields"]?["extensions"]?[0]?["signer"] == "Trần Văn B")
        try #require(
            desk("pass", code, "--from", "Một cửa", "--to", "Phòng TNMT", "--person", "Hải").code
                == 0)
        #expect(try desk("pass", code).code == 64)
        let text = try desk("show", code, "--lang", "vi").output
        #expect(text.contains("Một cửa → Phòng TNMT") && text.contains("Trần Văn B ký"))
        try desk.sync()
        #expect(try office.central("erase", code, "--reason", "QĐ 1").code == 0)
        try desk.sync()
        let erased = try desk("show", code, "--json").json
        #expect(erased["deadline"]?["due"] == "2026-03-20T17:00:00+07:00")
        #expect(erased["fields"]?["steps"] == nil)
        try #require(desk("set", code, "due_at=2026-04-01").code == 0)
        #expect(
            try desk("show", code, "--json").json["deadline"]?["due"]
                == "2026-04-01T23:59:59+07:00")
    }
}
