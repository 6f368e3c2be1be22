// Codes that others refer to, with the built programs.

import Foundation
import JSON
import Testing

@Suite("Codes that others refer to stay as they are", .ownThreads)
struct CatalogKeyTests {
    @Test("neither an office's code, nor a procedure's, nor a holiday's day is changed")
    func refused() throws {
        let office = try Office()
        func central(_ words: String...) throws -> Program.Ending {
            try Program.run(
                "central", words + ["--home", office.home], in: office.root)
        }
        #expect(try central("catalog", "add", "procedure", "P", "name=Mẫu", "limit=7wd").code == 0)
        #expect(try central("catalog", "add", "holiday", "2027-01-01", "name=Tết").code == 0)
        #expect(try central("catalog", "add", "procedure", "P", "name=Lần nữa").code == 65)
        #expect(try central("catalog", "add", "holiday", "2027-01-01", "name=Lần nữa").code == 65)
        #expect(try central("catalog", "add", "office", "X", "name=Y").code == 64)
        let desk = try office.desk("a")
        try desk.sync()
        let made = try desk("receive", "procedure=P", "applicant_name=Hoa", "--json")
        #expect(made.code == 0 && made.errors == "", "\(made.errors)")
        #expect(try made.json["deadline"]?["limit"] == "7wd")
        try desk.sync()
        let renamed = try central("catalog", "set", "office", Office.code, "code=31.15.02.H56")
        #expect(renamed.code == 65)
        #expect(renamed.errors.contains("1 record and 1 device"), "\(renamed.errors)")
        #expect(renamed.errors.contains("central office add"))
        let taken = try central(
            "catalog", "set", "office", Office.otherCode, "code=\(Office.code)", "--lang", "vi")
        #expect(taken.code == 65 && taken.errors.contains("mục khác mang mã này"))
        let procedure = try central("catalog", "set", "procedure", "P", "code=Q", "name=Khác")
        #expect(procedure.code == 65 && procedure.errors.contains("1 record"))
        let day = try central("catalog", "set", "holiday", "2027-01-01", "date=2027-01-02")
        #expect(day.code == 65)
        // What nobody refers to yet may have been mistyped.
        let mistyped = try central("catalog", "set", "office", Office.otherCode, "code=X.2")
        #expect(mistyped.code == 0, "\(mistyped.errors)")
        let list = try central("catalog", "list", "procedure").output
        #expect(list.contains("Mẫu") && !list.contains("Khác"), "nothing of it was written")
        // By a line of edits neither.
        let offices = try central("office", "list", "--json").json.arrayValue ?? []
        let id = offices.compactMap { $0["id"]?.stringValue }.first ?? ""
        let line = #"{"set":"\#(id)","fields":{"code":"Z"}}"#
        let imported = try office.central("import", "-", input: line)
        #expect(imported.code == 65, "\(imported.output) \(imported.errors)")
        #expect(try central("catalog", "set", "procedure", "P", "code=P", "name=Khác").code == 0)
    }
}
