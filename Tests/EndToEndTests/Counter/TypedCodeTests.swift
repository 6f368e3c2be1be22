import Foundation
import JSON
import Testing

@Suite("Codes as people type them", .ownThreads)
struct TypedCodeTests {
    private static let code = "000.17.01.H56-260105-0001"

    private func imported(_ rows: [String], into desk: Desk, _ office: Office) throws -> JSONValue {
        let path = try office.root.path + "/\(UUID().uuidString).csv"
        try (["Số hồ sơ,Họ và tên,Ngày tiếp nhận"] + rows).joined(separator: "\n")
            .write(toFile: path, atomically: true, encoding: .utf8)
        let map = path + ".json"
        try desk("import", path, "--suggest").output
            .write(toFile: map, atomically: true, encoding: .utf8)
        return try desk("import", path, "--map", map, "--json").json
    }

    @Test("a dossier is known again in a second list however its code is written there")
    func known() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let row = ",Trần Văn Mẫu,05/01/2026"
        #expect(try imported([Self.code + row], into: desk, office)["made"] == 1)
        for written in [
            Self.code.lowercased(), "'" + Self.code, "\"=\"\"\(Self.code)\"\"\"",
            "000.17.01.H56 – 260105 – 0001", Self.code + "\u{200B}",
        ] {
            let answer = try imported([written + row], into: desk, office)
            #expect(answer["known"] == 1 && answer["made"] == 0, "\(written)")
        }
        // Twice in one list, and in a dry run.
        let twice = try imported(["B-1" + row, "b-1" + row], into: desk, office)
        #expect(twice["made"] == 1 && twice["known"] == 1)
        #expect(
            try desk("show", Self.code, "--json").json["fields"]?["code"]?.stringValue == Self.code)
        #expect(try desk("new", "code=" + Self.code.lowercased()).code == 65)
        try desk.sync()
        #expect(try desk.digest() == office.digest())
    }

    @Test("a dossier is found by its code in any spelling, and by its end where that is unique")
    func found() throws {
        let office = try Office()
        let desk = try office.desk("a")
        for code in [Self.code, "000.17.01.H56-260106-0001", "000.17.01.H56-260106-0012", "Đ/7-X"] {
            #expect(try desk("new", "code=\(code)", "applicant_name=A").code == 0)
        }
        func shown(_ word: String) throws -> String? {
            try desk("show", word, "--json").json["fields"]?["code"]?.stringValue
        }
        #expect(try shown("000.17.01.h56–260105–0001") == Self.code)
        #expect(try shown("đ/7-x") == "Đ/7-X")
        #expect(try shown("260105-0001") == Self.code)
        #expect(try shown("0012") == "000.17.01.H56-260106-0012")
        let several = try desk("show", "0001")
        #expect(several.code == 65 && several.errors.contains("260105-0001"), "\(several.errors)")
        #expect(
            several.errors.contains("260106-0001") && several.errors.contains("more of the code"))
        for none in ["012", "12", "%", "001%", "6-0012"] {
            #expect(try desk("show", none).code == 65, "\(none)")
        }
        // A file of edits names whole codes.
        let line = #"{"note":"0012","text":"x"}"# + "\n"
        #expect(try desk("apply", "-", input: line).code == 65)
    }

    @Test("several dossiers in one command; what one cannot take keeps no other back")
    func several() throws {
        let office = try Office()
        let desk = try office.desk("a")
        for number in 1...3 {
            #expect(
                try desk("receive", "code=A-00\(number)", "procedure=x", "applicant_name=A").code
                    == 0)
        }
        #expect(try desk("advance", "a-001", "A–002").code == 0)
        let mixed = try desk("advance", "A-001", "A-003", "finished")
        #expect(mixed.code == 0, "\(mixed.errors)")
        let again = try desk("advance", "A-001", "A-002", "đã xử lý xong", "--json")
        #expect(again.code == 65 && again.errors.hasPrefix("A-001: "), "\(again.errors)")
        #expect(try again.jsonLines.count == 1, "the second went on")
        let slip = try desk("advance", "A-002", "A-003", "finishd")
        #expect(slip.code == 65 && slip.errors.contains("finishd"), "\(slip.errors)")
        #expect(try desk("return", "A-001", "A-002", "--to", " Lê  Thị ").code == 0)
        #expect(try desk("show", "A-002", "--json").json["fields"]?["returned_to"] == "Lê Thị")
        #expect(try desk("note", "A-001", "A-003", "đã gọi").code == 0)
        #expect(try desk("show", "A-003", "--json").json["fields"]?["notes"] == ["đã gọi"])
    }

    @Test("offices and procedures are known by their codes in any spelling")
    func catalog() throws {
        let office = try Office()
        let desk = try office.desk("a")
        #expect(try office.central("office", "add", "000.17.09.H56", "Một cửa khác").code == 0)
        #expect(try office.central("office", "add", "000.17.09.h56", "Một cửa khác").code != 0)
        let file = try office.root.path + "/p.json"
        try #"[{"code":"9.000001","title":"Thủ tục mẫu"}]"#
            .write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try office.central("catalog", "import", file).code == 0)
        #expect(
            try office.central("catalog", "set", "procedure", "9.000001", "limit=7 ngày làm việc")
                .code
                == 0)
        try desk.sync()
        for procedure in ["9.000001.000.00.00.H56", "9.000001", "'9.000001.000.00.00.h56"] {
            let taken = try desk("receive", "procedure=\(procedure)", "applicant_name=A", "--json")
            #expect(try taken.json["unknownProcedure"] == .null)
            #expect(try taken.json["deadline"]?["limit"] == "7wd", "\(procedure)")
            #expect(!taken.errors.contains("catalog does not know"))
        }
        #expect(try desk("list", "--procedure", "9.000001", "--json").jsonLines.count == 3)
        #expect(
            try desk("list", "--procedure", "9.000001.000.00.00.H57", "--json").jsonLines.count >= 1
        )
        try desk.sync()
        let report = try office.central("report", "--period", "2000 - 2100", "--json")
        #expect(report.code != 0)
        let year = String(Date().ISO8601Format().prefix(4))
        let rows = try office.central("report", "--period", year, "--json").json["procedures"]
        #expect(rows?.arrayValue?.compactMap { $0["code"]?.stringValue } == ["9.000001"])
        let code = try #require(
            try desk("list", "--json").jsonLines.first?["fields"]?["code"]?.stringValue)
        #expect(try desk("hand-over", code, "000.17.09.h56").code == 0)
        #expect(try desk("show", code, "--json").json["fields"]?["office"] == "000.17.09.H56")
        #expect(
            try office.central("enrol", "000.17.09.h56", "--json").json["office"] == "000.17.09.H56"
        )
    }
}
