import Dossiers
import Foundation
import JSON
import Replication
import Testing
import Time

@testable import Imports

@Suite("Files for the catalog")
struct CatalogFileTests {
    private static let shared: String? = {
        let own = ProcessInfo.processInfo.environment["DOSSIER_SHARED"]
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = own ?? root.deletingLastPathComponent().path + "/shared"
        return FileManager.default.fileExists(atPath: path + "/data") ? path + "/data" : nil
    }()

    @Test(
        "limits are taken from phrases that leave no doubt",
        arguments: [
            ("5 Ngày làm việc", "5wd"), ("07 Ngày làm việc", "7wd"), ("15 Ngày", "15d"),
            ("1 Tháng", "1mo"), ("8 giờ làm việc", "8wh"),
            (
                "Tối đa 6 ngày làm việc kể từ ngày cơ quan BHXH nhận đủ hồ sơ theo quy định.", "6wd"
            ),
            (
                "Ngay trong ngày tiếp nhận yêu cầu, trường hợp nhận hồ sơ sau 15 giờ mà không giải "
                    + "quyết được ngay thì trả kết quả trong ngày làm việc tiếp theo.", "0wd@15:00"
            ),
        ])
    func limits(_ text: String, _ expected: String) {
        #expect(ProcedureFile.limit(of: text)?.description == expected)
        let decomposed = text.decomposedStringWithCanonicalMapping
        #expect(ProcedureFile.limit(of: decomposed)?.description == expected)
    }

    @Test(
        "what could mean two things gives no limit and no fee",
        arguments: [
            "", "0", "30", "Không quy định", "Tùy theo đợt",
            "03 ngày làm việc, trường hợp phải xác minh thì không quá 08 ngày làm việc.",
            "99999 ngày",
        ])
    func doubts(_ text: String) {
        #expect(ProcedureFile.limit(of: text) == nil)
        #expect(ProcedureFile.fee(of: text) == nil)
    }

    @Test("fees are taken when they are one number")
    func fees() {
        #expect(ProcedureFile.fee(of: "Lệ phí: 200000 ĐồngXem chi tiết") == 200_000)
        #expect(ProcedureFile.fee(of: "Phí: 150.000 ĐồngXem chi tiết") == 150_000)
        #expect(
            ProcedureFile.fee(of: "Phí: 150.000 ĐồngXem chi tiết Phí: 500.000 ĐồngXem chi tiết")
                == nil)
        #expect(ProcedureFile.fee(of: "Lệ phí: ĐồngXem chi tiết") == nil)
    }

    @Test(
        "a procedure is an entry by its code; the texts are composed and without control characters"
    )
    func procedure() throws {
        let title = "Đăng ký\u{202E} thường trú".decomposedStringWithCanonicalMapping
        let json = JSONValue.object([
            ("_id", .object([("$oid", "6123")])), ("title", .string(title)),
            (
                "Cách thức thực hiện",
                .array([
                    .object([("Thời hạn giải quyết", "07 Ngày làm việc")]),
                    .object([("Thời hạn giải quyết", "7 ngày làm việc")]),
                    .object([("Thời hạn giải quyết", "")]),
                ])
            ),
        ])
        let entry = try #require(
            ProcedureFile(.array([json, .object([("title", "x")])])).entries.first)
        #expect(entry.key == [FieldWrite("code", .text("6123"))])
        func field(_ name: FieldName) -> FieldValue? {
            entry.fields.first { $0.name == name }?.value
        }
        #expect(field("name") == .text("Đăng ký thường trú"))
        #expect(field("limit") == .text("7wd"))
        #expect(entry.remarks.isEmpty)
        #expect(throws: ImportError.self) { try ProcedureFile(.object([("a", "b")])) }
    }

    @Test(
        "level, field of work and papers are taken where the file has them, and stay where it has not"
    )
    func forms() throws {
        func entry(_ members: [(String, JSONValue)]) throws -> [FieldName: FieldValue] {
            let json = JSONValue.object([("code", "1.1"), ("title", "Mẫu")] + members)
            let entry = try #require(ProcedureFile(.array([json])).entries.first)
            return Dictionary(entry.fields.map { ($0.name, $0.value) }) { $1 }
        }
        let full = try entry([
            ("Cấp thực hiện", "Cấp Huyện"), ("Lĩnh vực", "Đất đai"),
            ("Cơ quan thực hiện", "UBND"),
            (
                "Thành phần hồ sơ",
                .array([
                    .object([("Tên giấy tờ", "- Đơn đề nghị;")]),
                    .object([("Tên giấy tờ", "Giấy\nchứng nhận")]),
                ])
            ),
        ])
        #expect(full["level"] == .text("district") && full["field"] == .text("Đất đai"))
        #expect(full["paper_list"] == .text("Đơn đề nghị;\nGiấy chứng nhận"))
        let bare = try entry([("Cấp thực hiện", "Công an Xã hoặc Huyện")])
        #expect(bare["level"] == nil && bare["paper_list"] == nil)
    }

    @Test("a day off that was moved is two entries; what is no day is named by its line")
    func holidays() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        // What stays behind is the temporary folder's business.
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text =
            "Ngày,Tên\n2024-04-29,Day off (substituted from 05/04/2024)\n32/05/2024,x\n"
            + "02/09/2024,Quốc khánh\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let file = try HolidayFile(path: path)
        #expect(
            file.entries.map { $0.key[0].value.text } == [
                "2024-04-29", "2024-05-04", "2024-09-02",
            ])
        #expect(file.entries[1].fields.contains(FieldWrite("day_kind", .text("worked"))))
        #expect(file.faults.map(\.line) == [3])
        #expect(file.years == [2024])
    }

    @Test("the published files load whole", .enabled(if: shared != nil))
    func published() throws {
        let data = try #require(Self.shared)
        let holidays = try HolidayFile(path: data + "/holidays-vn-2010-2030.csv")
        #expect(holidays.faults.isEmpty && holidays.years == Set(2010...2030))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: data + "/procedures-87.json"))
        let procedures = try ProcedureFile(JSONValue(parsing: [UInt8](bytes)[...]))
        #expect(procedures.entries.count == 87 && procedures.faults.isEmpty)
        #expect(Set(procedures.entries.map { $0.key[0].value }).count == 87)
        let limits = procedures.entries.count { entry in
            entry.fields.contains { $0.name == "limit" && $0.value != .null }
        }
        #expect(limits + procedures.entries.count { !$0.remarks.isEmpty } == 87)
        for entry in procedures.entries {
            try DossierRules.checkNew(.procedure, writes: entry.key + entry.fields)
        }
    }
}
