// Tables of offices and portals, taken in and given out by the built programs.

import Foundation
import JSON
import Testing

@Suite("Imports and exports", .ownThreads)
struct ImportTests {
    private static let mapping = """
        {"columns":{"Mã hồ sơ":"code","Họ tên":"applicant_name","CCCD":"applicant_id",
        "Ngày nhận":"received_at","Hạn":"due_at","Lệ phí":"fee_vnd","Ghi chú":"notes",
        "Tình trạng":{"field":"status","values":{"Xong":"finished"}}},
        "constants":{"channel":"online","office":"\(Office.code)"},"ignore":["STT"]}
        """
    private static let heading = "Mã hồ sơ;Họ tên;CCCD;Ngày nhận;Hạn;Tình trạng;Lệ phí;Ghi chú;STT"

    private func file(_ office: Office, _ name: String, _ text: String) throws -> String {
        let path = try office.root.path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test(
        "a table with the ends of lines of old Macintosh programs is refused, and none of it is shown"
    )
    func carriageReturns() throws {
        let office = try Office()
        let map = try file(office, "map.json", Self.mapping)
        let path = try file(
            office, "mac.csv", "Họ tên;Mã hồ sơ\rMarked Name;A-1\rMarked Other;A-2\r")
        for arguments in [["--map", map, "--dry-run"], ["--suggest"]] {
            let ending = try Program.run(
                "central", ["import", path] + arguments + ["--home", office.home], in: office.root)
            #expect(ending.code == 65 && ending.errors.contains("carriage return"))
            #expect(!(ending.errors + ending.output).contains("Marked"))
        }
    }

    @Test("rows become dossiers; bad ones are named, kept to be mended, and taken when they are")
    func table() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let map = try file(office, "map.json", Self.mapping)
        let rows = [
            "A-1;\"Nguyễn \"\"Hoa\"\"\";038123456789;31/05/2021 08:30;05/06/2021;đang xử lý;50.000 đ;x;1",
            "A-2;An;;31/02/2021;;;;;2", "A-3;\"Hai\r\ndòng\";;;;Xong;;;3", "A-4;Binh;;44347;;;;;4",
            "A-5;x\"y;;;;;;;5", "A-6;Lan;12345;;;;;;6", "A-7;Lan;;2021-06-01;2021-05-01;;;;7",
            "A-8;Lan;;;;biết đâu;;;8", ";Lan;;;;;;;9", "A-9;Lan;;;;;1,50;;10",
            "A-1;Nguyễn;;;;;;;11", "A-10;Lan\u{202E};;;;;;;12", "A-11;Lan;;;;;;;13;zuviel",
            "A-12;" + "Nguyễn".decomposedStringWithCanonicalMapping + ";;;;;;;14",
        ]
        let text = "\u{FEFF}" + ([Self.heading] + rows).joined(separator: "\r\n") + "\r\n"
        let path = try file(office, "t.csv", text)
        let dry = try desk("import", path, "--map", map, "--dry-run", "--json")
        #expect(dry.code == 65, "\(dry.errors)")
        #expect(try dry.json["made"] == 3 && dry.json["failed"] == 10)
        #expect(try desk("list", "--json").jsonLines.isEmpty, "nothing was written")
        let (errors, report) = (path + ".errors", path + ".report")
        let taken = try desk(
            "import", path, "--map", map, "--errors", errors, "--report", report, "--json")
        #expect(taken.code == 65)
        #expect(try taken.json["made"] == 3 && taken.json["failed"] == 10)
        #expect(try taken.json["differs"] == 1, "the second A-1 says something else")
        #expect(try dry.json["errors"] == taken.json["errors"])
        let codes = try taken.json["errors"]?.arrayValue?.map { error in
            "\(error["line"]?.integerValue ?? 0) \(error["code"]?.stringValue ?? "")"
        }
        #expect(
            codes == [
                "3 malformed", "6 malformed", "7 broken_quotes", "8 malformed", "9 out_of_order",
                "10 unknown_choice", "11 malformed", "12 malformed", "14 forbidden_character",
                "15 too_many_cells",
            ])
        for file in [errors, report] { #expect(try mode(file) == 0o600) }
        let reported = try String(contentsOfFile: report, encoding: .utf8)
        for marked in ["Hoa", "038123456789", "Lan", "biết đâu"] {
            #expect(!reported.contains(marked) && !taken.errors.contains(marked))
        }
        let mended = try String(contentsOfFile: errors, encoding: .utf8)
            .replacing("31/02/2021", with: "28/02/2021")
        let again = try desk("import", try file(office, "m.csv", mended), "--map", map, "--json")
        #expect(try again.json["made"] == 1, "\(again.output)")
        let shown = try desk("show", "A-1", "--json").json["fields"]
        #expect(shown?["applicant_name"] == "Nguyễn \"Hoa\"" && shown?["fee_vnd"] == 50_000)
        #expect(shown?["received_at"] == "2021-05-31T08:30:00+07:00")
        #expect(shown?["status"] == "processing" && shown?["channel"] == "online")
        #expect(try desk("show", "A-3", "--json").json["fields"]?["status"] == "finished")
        #expect(try desk("import", path, "--map", map, "--errors", errors).code == 73)
        let vietnamese = try desk("import", path, "--map", map, "--dry-run", "--lang", "vi").errors
        #expect(
            vietnamese.contains("không đọc được từ ký tự thứ 1: chỉ là một con số"),
            "\(vietnamese)")
        #expect(vietnamese.contains("không đọc được từ ký tự thứ 1: không có ngày này"))
        #expect(
            vietnamese.split(separator: "\n").contains {
                $0.hasPrefix("dòng 9: “") && $0.hasSuffix("trước “Ngày nhận”")
            }, "\(vietnamese)")
    }

    @Test("times of spreadsheets are read with their seconds or without, and nothing else is")
    func times() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let map = try file(office, "map.json", #"{"columns":{"code":"code","at":"received_at"}}"#)
        let rows = [
            "T-1,31/05/2021 8:30", "T-2,31/05/2021 8:30:15", "T-3,2021-05-31 08:30:15.250",
            "T-4,31/05/2021 08:30x", "T-5,31/05/2021 8", "T-6,31/05/2021 8:30:",
            "T-7,31/05/2021 25:00", "T-8,05/01/2026 2:30:00CH", "T-9,2:30 PM 05/01/2026",
        ]
        let path = try file(office, "t.csv", (["code,at"] + rows).joined(separator: "\n"))
        let taken = try desk("import", path, "--map", map, "--json")
        #expect(try taken.json["made"] == 5 && taken.json["failed"] == 4, "\(taken.output)")
        for code in ["T-8", "T-9"] {
            #expect(
                try desk("show", code, "--json").json["fields"]?["received_at"]
                    == "2026-01-05T14:30:00+07:00", "an afternoon stays one")
        }
        for (code, time) in [("T-1", "00"), ("T-2", "15"), ("T-3", "15.250")] {
            #expect(
                try desk("show", code, "--json").json["fields"]?["received_at"]?.stringValue
                    == "2021-05-31T08:30:\(time)+07:00")
        }
    }

    @Test("an import that was killed is begun anew, goes on, and writes nothing twice")
    func resumed() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let map = try file(
            office, "map.json", #"{"columns":{"code":"code","name":"applicant_name"}}"#)
        let rows = (1...6_000).map { "B-\($0),Người \($0)" }
        let path = try file(
            office, "t.csv", (["code,name"] + rows).joined(separator: "\n"))
        let first = try desk.start("import", path, "--map", map)
        let limit = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < limit, first.isRunning {
            let counted = try desk("status", "--json").json["pending"]?.integerValue ?? 0
            if counted >= 500 { break }
        }
        first.signal(SIGKILL)
        _ = try first.ending()
        let again = try desk("import", path, "--map", map, "--json")
        #expect(again.code == 0, "\(again.errors)")
        let (made, known) = try (
            again.json["made"]?.integerValue, again.json["known"]?.integerValue
        )
        #expect((made ?? 0) + (known ?? 0) == 6_000)
        #expect(try desk("list", "--limit", "0", "--json").jsonLines.count == 6_000)
        #expect(try desk("import", path, "--map", map, "--json").json["known"] == 6_000)
        #expect(try desk("verify").code == 0)
    }

    @Test("submissions come in at central, appear at the counter, and their progress goes back out")
    func portal() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let map = try file(office, "map.json", Self.mapping)
        let objects =
            #"{"Mã hồ sơ":"P-1","Họ tên":"Lê Thị Hoa","Lệ phí":20000}"# + "\n"
            + #"{"Mã hồ sơ":"P-2","Họ tên":"Trần An","STT":7}"# + "\n"
        let path = try file(office, "p.ndjson", objects)
        #expect(try office.central("import", path, "--map", map, "--json").json["made"] == 2)
        #expect(try office.central("import", path, "--map", map, "--json").json["known"] == 2)
        let all = try office.central("export", "--since", "0", "--json").jsonLines
        let position = try #require(all.last?["position"]?.stringValue)
        #expect(all.dropLast().map { $0["code"]?.stringValue } == ["P-1", "P-2"])
        #expect(all[0].names.contains("applicant_name") == false)
        #expect(try desk("sync").code == 0)
        #expect(try desk("receive", "P-2").code == 0)
        #expect(try desk("sync").code == 0)
        let news = try office.central("export", "--since", position, "--json").jsonLines
        #expect(news.count == 2 && news[0]["code"] == "P-2" && news[0]["status"] == "accepted")
        let csv = try office.central(
            "export", "--since", "0", "--format", "csv", "--with-personal", "--office", Office.code)
        #expect(csv.output.contains("Lê Thị Hoa") && csv.errors.hasPrefix("next: --since "))
        #expect(
            try office.central("export", "--since", "0", "--office", Office.otherCode, "--json")
                .jsonLines.count == 1)
        for command in ["export", "conflicts", "records"] {
            let more = command == "export" ? ["--since", "0"] : []
            let ending = try Program.run(
                "central", [command] + more + ["--office", "KHAC", "--home", office.home],
                in: office.root)
            #expect(ending.code == 65 && ending.errors.contains("no office with this code"))
        }
        for (since, code, words) in [
            ("999999.00000000", Int32(65), "does not have that position"),
            ("1.00000000", 65, "does not have that position"), ("x", 64, "as an export prints it"),
            ("5", 64, "as an export prints it"),
        ] {
            let refused = try office.central("export", "--since", since)
            #expect(refused.code == code && refused.errors.contains(words), "\(refused.errors)")
        }
        let changed = objects.replacing("20000", with: "30000")
        let update = try file(office, "q.ndjson", changed)
        #expect(try office.central("import", update, "--map", map, "--json").json["differs"] == 1)
        #expect(
            try office.central("import", update, "--map", map, "--update", "--json")
                .json["updated"] == 1)
        #expect(try desk("sync").code == 0)
        #expect(try desk("show", "P-1", "--json").json["fields"]?["fee_vnd"] == 30_000)
        #expect(try desk.digest() == office.digest())
    }

    @Test("an export whose reader goes away says no position, and where to begin again")
    func brokenExport() throws {
        let office = try Office()
        let submission = #"{"new":"dossier","fields":{"code":"P-1","office":"\#(Office.code)"}}"#
        #expect(try office.central("import", "-", input: submission).code == 0)
        let export = "\(Program.path("central")) export --since 0 --home \(try office.home)"
        let gone = try Program.run(
            "/bin/sh", ["-c", "{ sleep 1; \(export); echo code $? >&2; } | exec 0<&-"],
            in: office.root)
        #expect(gone.errors.contains("code 74"), "\(gone.errors)")
        #expect(gone.errors.contains("export again from the same position: --since 0"))
        #expect(!gone.errors.contains("next:"))
    }

    @Test("mappings and files that cannot be used say why")
    func badFiles() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let good = try file(office, "good.csv", "code,name\nA,b\n")
        let map = try file(office, "map.json", #"{"columns":{"code":"code","name":"officer"}}"#)
        let cases: [(file: String, map: String, code: Int32, words: String)] = [
            (good, "/nonexistent", 66, "cannot be read"),
            (good, try file(office, "1", "{"), 65, "is no JSON"),
            (good, try file(office, "2", "[]"), 65, "is no JSON object"),
            (
                good, try file(office, "3", #"{"columns":{"name":"officer"}}"#), 65,
                "no column for code"
            ),
            (good, try file(office, "4", #"{"columns":{"code":"kode"}}"#), 65, "no field “kode”"),
            (good, try file(office, "5", #"{"columns":{"code":"code"}}"#), 65, "“name” is not in"),
            (good, try file(office, "6", #"{"column":{}}"#), 65, "a member that is none: column"),
            (
                good,
                try file(office, "7", #"{"columns":{"code":"code"},"constants":{"fee_vnd":"x"}}"#),
                65, "constants:"
            ),
            ("/nonexistent", map, 66, "cannot be read"),
            (try file(office, "empty", " \n"), map, 65, "the file is empty"),
            (try file(office, "other", "name,x\nA,b\n"), map, 65, "“x” is not in the mapping"),
            (
                try file(office, "bare", "Marked Name,A-9\nMarked Other,A-8\n"), map, 65,
                "no line at the beginning of the file names a column of the mapping"
            ),
            (
                good, try file(office, "8", #"{"columns":{"code":"erased"}}"#), 65,
                "no field “erased”"
            ),
            (try file(office, "nul", "co\u{0}de,name\nA,b\n"), map, 65, "is no UTF-8 text"),
        ]
        for entry in cases {
            let refused = try desk("import", entry.file, "--map", entry.map)
            #expect(refused.code == entry.code, "\(entry): \(refused.errors)")
            #expect(refused.errors.contains(entry.words), "\(entry): \(refused.errors)")
            #expect(!refused.errors.contains("Marked"))
        }
        let without = try desk("import", good)
        #expect(without.code == 64 && without.errors.contains("--map FILE is missing"))
        let suggested = try desk("import", good, "--suggest")
        #expect(try suggested.json["columns"]?["code"] == "code")
        #expect(try suggested.json["columns"]?["name"] == "applicant_name")
    }

    @Test("the catalog is imported, corrected and brought to every counter")
    func catalog() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let procedures = try file(
            office, "p.json",
            #"[{"code":"P1","title":"Một","Cách thức thực hiện":[{"Thời hạn giải quyết":"5 Ngày làm việc"}]}]"#
        )
        #expect(try office.central("catalog", "import", procedures, "--json").json["made"] == 1)
        #expect(try office.central("catalog", "import", procedures, "--json").json["same"] == 1)
        let newer = try office.central(
            "catalog", "import", procedures, "--effective-from", "2026-01-01", "--json")
        #expect(try newer.json["made"] == 1, "a new edition beside the old one")
        let days = try file(office, "h.csv", "date,name\n2021-09-02,Quốc khánh\n2021-09-03,Nghỉ\n")
        #expect(try office.central("catalog", "import", days, "--json").json["made"] == 2)
        let fewer = try file(office, "g.csv", "date,name\n2021-09-02,Quốc khánh\n")
        let replaced = try office.central("catalog", "import", fewer, "--replace", "--json")
        #expect(try replaced.json["withdrawn"] == 1)
        let twice = try file(office, "t.csv", "date,name\n2021-09-10,A\n2021-09-10,B\n")
        for made in [1, 0] {
            let taken = try office.central("catalog", "import", twice, "--json")
            #expect(taken.code == 65, "the second line of the day is said to be one too many")
            #expect(try taken.json["made"] == .integer(Int64(made)) && taken.json["failed"] == 1)
            #expect(try taken.json["changed"] == 0)
        }
        #expect(try office.central("catalog", "import", procedures, "--replace").code == 64)
        #expect(
            try office.central("catalog", "import", days, "--effective-from", "2026-01-01").code
                == 64)
        let set = try office.central(
            "catalog", "set", "office", Office.code, "hours=mon-sat 07:00-11:00")
        #expect(set.code == 0, "\(set.errors)")
        let wrong = try office.central("catalog", "set", "procedure", "P1", "limit=soon")
        #expect(wrong.code == 65 && wrong.errors.contains("15wd"))
        #expect(try office.central("catalog", "set", "holiday", "2021-09-09", "name=x").code == 65)
        #expect(try desk("sync").code == 0)
        let made = try desk(
            "receive", "procedure=P1", "applicant_name=A", "--at", "2021-08-31T09:00:00+07:00",
            "--json")
        // Five days on, the 2nd is off, the 3rd is not any more, and Saturday the 4th is worked.
        #expect(try made.json["deadline"]?["due"] == "2021-09-07T11:00:00+07:00")
    }
}
