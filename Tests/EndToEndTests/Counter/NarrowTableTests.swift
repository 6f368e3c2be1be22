// Tables of every command on a terminal of 80 columns, with names as long as offices have them.

import Foundation
import JSON
import Testing
import Text

@Suite("Tables within 80 columns", .ownThreads)
struct NarrowTableTests {
    private static let procedure =
        "Đăng ký biến động quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất trong các trường hợp "
        + "chuyển đổi, chuyển nhượng, cho thuê, cho thuê lại, thừa kế, tặng cho, góp vốn bằng quyền sử dụng đất"
    private static let applicant =
        "Công ty Trách nhiệm hữu hạn Một thành viên Đầu tư Xây dựng và Thương mại Dịch vụ Tổng hợp Nguyễn Thị "
        + "Phương Thảo"
    private static let officer = "Nguyễn Hoàng Phương Nghiêm Thị Thanh Huyền"
    private static let code = "000.17.01.H56-261130-00010"

    /// The words of a text: of what was broken two are others.
    private func words(_ text: some StringProtocol) -> Set<String> {
        Set(text.split { $0.isWhitespace }.map { String($0) })
    }

    private func check(
        _ program: String, _ words: [String], _ language: String, home: String, in office: Office
    ) throws {
        func run(_ environment: [String: String]) throws -> Program.Ending {
            try Program.run(
                program, words + ["--lang", language, "--home", home], in: office.root,
                environment: environment)
        }
        let narrow = try run(["COLUMNS": "80"])
        #expect(narrow.code == 0, "\(program) \(words): \(narrow.errors)")
        for line in narrow.output.split(separator: "\n") where DisplayWidth.of(line) > 80 {
            Issue.record("\(program) \(words) \(language): \(line)")
        }
        // A pipe gets each row whole, in one line.
        let piped = try run([:])
        #expect(!piped.output.contains("…"), "\(program) \(words)")
        let headings = self.words(piped.output.prefix { $0 != "\n" })
        let lost = self.words(piped.output).subtracting(self.words(narrow.output))
            .subtracting(headings)
        let isTimed = ["receipts", "status", "devices"].contains(words.first)
        #expect(isTimed || lost.isEmpty, "\(program) \(words) \(language) lost \(lost)")
    }

    @Test(
        "no line is longer, no word is broken or lost, and a pipe gets all",
        arguments: ["en", "vi"])
    func walk(language: String) throws {
        let office = try Office()
        let added = try office.central(
            "catalog", "add", "procedure", "1.004199.000.00.00.H56", "name=\(Self.procedure)",
            "limit=7wd", "field=Đất đai và tài nguyên môi trường", "fee_vnd=50000")
        #expect(added.code == 0, "\(added.errors)")
        let named = try office.central(
            "catalog", "set", "office", Office.code,
            "name=Bộ phận tiếp nhận và trả kết quả giải quyết thủ tục hành chính Ủy ban nhân dân thành phố Thanh Hóa",
            "hours=mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30")
        #expect(named.code == 0, "\(named.errors)")
        let a = try office.desk("máy tiếp nhận hồ sơ số 1 tầng trệt")
        let b = try office.desk("máy tiếp nhận hồ sơ số 2 tầng trệt")
        for desk in [a, b] { try desk.sync() }
        let made = try a(
            "receive", "code=\(Self.code)", "procedure=1.004199.000.00.00.H56",
            "applicant_name=\(Self.applicant)", "officer=\(Self.officer)", "fee_vnd=50000",
            "papers=\(Self.procedure)")
        #expect(made.code == 0, "\(made.errors)")
        for desk in [a, b] { try desk.sync() }
        for (desk, fee, name) in [(a, 1_000, "A"), (b, 2_000, "B")] {
            let set = try desk(
                "set", Self.code, "fee_vnd=\(fee)", "applicant_name=\(Self.applicant) \(name)",
                "--by", Self.officer)
            #expect(set.code == 0, "\(set.errors)")
        }
        #expect(try b("note", Self.code, Self.procedure, "--by", Self.officer).code == 0)
        #expect(
            try b(
                "pass", Self.code, "--from", "Bộ phận một cửa", "--to", Self.officer, "--person",
                Self.officer
            )
            .code == 0)
        let contact = try b("contact", "--way", "in_person", "--topic", Self.procedure)
        #expect(contact.code == 0)
        for desk in [a, b, a] { try desk.sync() }
        for words in [
            ["list"], ["list", "--kind", "contact"], ["list", "--kind", "procedure"],
            ["list", "--kind", "office"], ["list", "--overdue"], ["conflicts"],
            ["show", Self.code], ["show", Self.code, "--history"],
            ["resolve", Self.code, "applicant_name"], ["receipts"], ["codes"], ["refused"],
            ["status"], ["report", "--period", "2026"], ["settings"],
        ] { try check("counter", words, language, home: a.home, in: office) }
        let central = try office.home
        for words in [
            ["devices"], ["receipts"], ["conflicts"], ["audit"], ["audit", Self.code],
            ["office", "list"], ["catalog", "list", "procedure"], ["catalog", "list", "office"],
            ["catalog", "list", "holiday"], ["report", "--period", "2026"], ["reports"],
            ["erasures"],
            ["request-sync", "--all"], ["admin", "list"], ["status"],
        ] { try check("central", words, language, home: central, in: office) }
    }
}
