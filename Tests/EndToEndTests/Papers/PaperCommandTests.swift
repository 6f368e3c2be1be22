// `counter paper`, from the clerk's command to what stands on the page.

import Foundation
import JSON
import TestSupport
import Testing

@Suite("Papers at a counter", .ownThreads)
struct PaperCommandTests {
    private static let code = "000.17.01.H56-261130-10001"

    /// An office with a procedure, and a desk that has received a dossier.
    private struct Counter {
        let office: Office
        let desk: Desk

        init() throws {
            office = try Office()
            for added in [
                try office.central(
                    "catalog", "add", "procedure", "1.004199", "name=Cấp đổi giấy phép",
                    "limit=7wd@15:00"),
                try office.central(
                    "catalog", "set", "office", Office.code, "phone=02373852246"),
            ] { try #require(added.code == 0, "\(added.errors)") }
            desk = try office.desk("a")
            try desk.sync()
            let received = try desk(
                "receive", "code=\(PaperCommandTests.code)", "procedure=1.004199",
                "applicant_name=Nguye\u{302}\u{303}n Thị Hoa", "applicant_id=038123456789",
                "applicant_phone=0912345678", "papers=Đơn đề nghị", "papers=CCCD | copies=2",
                "fee_vnd=50000", "--at", "2026-11-30 09:00", "--by", "Lan")
            try #require(received.code == 0, "\(received.errors)")
        }

        /// Runs the command from the test's folder, with more in the environment.
        func paper(
            _ arguments: [String], environment: [String: String] = [:]
        ) throws -> Program.Ending {
            try Program.run(
                "counter", ["paper"] + arguments + ["--home", desk.home], in: desk.directory,
                environment: environment)
        }

        var folder: String { desk.directory.path }
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }

    @Test(
        "a receipt is made, read by machines and people, and again as a copy that the record tells of"
    )
    func receipt() throws {
        let counter = try Counter()
        let path = counter.folder + "/r.pdf"
        #expect(
            try counter.desk(
                "settings", "--body", "UBND thành phố", "--place", "Thanh Hóa", "--by", "Lan"
            ).code == 0)
        let made = try counter.paper([Self.code, "01", "--out", path, "--json"])
        #expect(made.code == 0, "\(made.errors)")
        let answer = try made.json
        #expect(answer.names == ["papers", "file", "printer"])
        let paper = try #require(answer["papers"]?.arrayValue?.first)
        #expect(paper.names == ["id", "code", "form", "number", "copies"])
        #expect(paper["number"]?.stringValue == "\(Self.code)/TNHS" && paper["copies"] == 0)
        #expect(try mode(path) == 0o600)
        let file = Rendered(path: path)
        #expect(try file.faces() == ["Tinos"])
        #expect(try file.codes() == [Self.code])
        let words = try file.words().precomposedStringWithCanonicalMapping
        for part in [
            "UBND THÀNH PHỐ", "MỘT CỬA A", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Hồ sơ của: Nguyễn Thị Hoa",
            "Cấp đổi giấy phép (mã 1.004199)", "CCCD", "09:00 30/11/2026", "17:00 09/12/2026",
            "50.000 đồng, chưa nộp", "02373852246", "NGƯỜI TIẾP NHẬN HỒ SƠ", "Lan",
        ] { #expect(words.contains(part), "\(part)") }
        #expect(!words.contains("038123456789") && !words.contains("BẢN SAO –"))

        let again = try counter.paper([Self.code, "01", "--out", path, "--lang", "vi"])
        #expect(again.output.contains("bản sao, in lần 2"), "\(again.output)")
        #expect(try file.words().contains("BẢN SAO – in lần 2"))
        let events = try counter.desk.record(Self.code).at("fields")["events"]?.arrayValue ?? []
        #expect(events.map { $0["what"] } == ["printed", "printed"])
        #expect(events.map { $0["by"] } == ["Lan", "Lan"])
        // Central's audit tells of it, and another desk's print is a copy.
        try counter.desk.sync()
        let office = counter.office
        #expect(try office.central("audit", Self.code).output.contains("printed"))
        let other = try office.desk("b")
        try other.sync()
        let third = try other("paper", Self.code, "01", "--out", path, "--json")
        #expect(try third.json["papers"]?.arrayValue?.first?["copies"] == 2)
        #expect(try office.central("verify").code == 0)
    }

    @Test("what was printed is no step: the step before it is taken back")
    func undo() throws {
        let counter = try Counter()
        #expect(try counter.desk("advance", Self.code).code == 0)
        #expect(try counter.paper([Self.code, "06", "--out", counter.folder + "/s.pdf"]).code == 0)
        let undone = try counter.desk("undo", Self.code)
        #expect(undone.output.contains("processing → accepted"), "\(undone.errors)")
    }

    @Test("each of the other forms is made once its act has happened")
    func forms() throws {
        let counter = try Counter()
        let (desk, path) = (counter.desk, counter.folder + "/f.pdf")
        func text(_ form: String) throws -> String {
            let made = try counter.paper([Self.code, form, "--out", path])
            #expect(made.code == 0, "\(form): \(made.errors)")
            return try Rendered(path: path).words().precomposedStringWithCanonicalMapping
        }
        for form in ["02", "03", "04", "05"] {
            let early = try counter.paper([Self.code, form, "--out", path])
            #expect(early.code == 65 && early.errors.contains("hint: "), "\(early.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try desk("request-supplement", Self.code, "Ảnh 4x6", "--by", "Minh").code == 0)
        #expect(try text("02").contains("Ảnh 4x6"))
        #expect(try desk("resume", Self.code).code == 0)
        #expect(try desk("extend", Self.code, "2027-01-15", "Chờ đo đạc").code == 0)
        #expect(try text("4").contains("Chờ đo đạc"))
        #expect(try desk("pass", Self.code, "--to", "Phòng TNMT").code == 0)
        #expect(try text("06").contains("Phòng TNMT"))
        #expect(try desk("withdraw", Self.code, "đơn xin rút").code == 0)
        #expect(try text("05").contains("đơn xin rút"))
        #expect(
            try desk(
                "new", "code=K-2", "applicant_name=Na", "received_at=2026-11-30 10:00",
                "status=new"
            ).code == 0)
        #expect(try desk("refuse", "K-2", "sai nơi nộp").code == 0)
        #expect(try counter.paper(["K-2", "03", "--out", path]).code == 0)
        #expect(try Rendered(path: path).words().contains("sai nơi nộp"))
    }

    @Test("several dossiers make one file; what one cannot keeps the others not back")
    func several() throws {
        let counter = try Counter()
        let path = counter.folder + "/all.pdf"
        for (code, name) in [("K-1", "Lê Na"), ("K-2", "李 Na")] {
            let made = try counter.desk(
                "receive", "code=\(code)", "procedure=1.004199", "applicant_name=\(name)")
            #expect(made.code == 0, "\(made.errors)")
        }
        #expect(try counter.desk("new", "code=K-3", "received_at=2026-11-30 10:00").code == 0)
        let made = try counter.paper(
            [Self.code, "K-1", "K-2", "K-3", "01", "--out", path, "--json"])
        #expect(made.code == 65)
        #expect(made.errors.contains("K-2: there are letters that papers cannot show: U+674E"))
        #expect(made.errors.contains("applicant_name") && !made.errors.contains("李"))
        #expect(made.errors.contains("K-3: the dossier has no applicant's name"))
        #expect(
            try made.json["papers"]?.arrayValue?.map { $0["code"] } == [.string(Self.code), "K-1"])
        #expect(try Rendered(path: path).pages().count == 2)
        #expect(try Rendered(path: path).codes() == [Self.code, "K-1"])
        let alone = try counter.paper(["K-2", "01", "--lang", "vi", "--out", path])
        #expect(alone.code == 65 && alone.errors.contains("có chữ mà giấy tờ không in được"))
    }

    @Test("the register of a period has a row for each dossier, void ones not")
    func register() throws {
        let counter = try Counter()
        let path = counter.folder + "/so.pdf"
        for (code, at) in [("K-1", "2026-11-02 10:00"), ("K-2", "2026-12-01 00:00")] {
            let made = try counter.desk(
                "receive", "code=\(code)", "procedure=9.9", "applicant_name=Lê Na", "--at", at)
            #expect(made.code == 0, "\(made.errors)")
        }
        let made = try counter.paper(["--register", "--period", "11/2026", "--out", path])
        #expect(made.code == 0 && made.output.contains("register of 2 dossiers"), "\(made.errors)")
        let words = try Rendered(path: path).words().precomposedStringWithCanonicalMapping
        for part in ["SỔ THEO DÕI HỒ SƠ", "K-1", "Nguyễn Thị Hoa", "Tổng số: 2 hồ sơ."] {
            #expect(words.contains(part), "\(part)")
        }
        #expect(!words.contains("K-2"))
        #expect(try counter.desk("void", "K-1", "nhầm").code == 0)
        let less = try counter.paper(
            ["--register", "--period", "2026-11", "--out", path, "--json"])
        #expect(try less.json["rows"] == 1)
        for wrong in [["--register"], ["--register", "--period", "x"], [Self.code, "07"]] {
            #expect(try counter.paper(wrong).code == 64)
        }
    }

    @Test(
        "a paper of a dossier in conflict is made, and a person is told; one of another office is not"
    )
    func heeds() throws {
        let counter = try Counter()
        let (office, desk, path) = (counter.office, counter.desk, counter.folder + "/c.pdf")
        try desk.sync()
        let other = try office.desk("b")
        try other.sync()
        for (desk, fee) in [(desk, "1000"), (other, "2000")] {
            #expect(try desk("set", Self.code, "fee_vnd=\(fee)").code == 0)
        }
        for desk in [desk, other, desk] { try desk.sync() }
        let made = try counter.paper([Self.code, "01", "--out", path])
        #expect(made.code == 0 && made.errors.contains("in conflict"), "\(made.errors)")
        #expect(made.errors.contains("fee_vnd"))
        #expect(try desk("hand-over", Self.code, Office.otherCode).code == 0)
        for desk in [desk, other] { try desk.sync() }
        let left = try counter.paper([Self.code, "01", "--out", path, "--lang", "vi"])
        #expect(left.code == 65 && left.errors.contains("đã chuyển cơ quan khác"), "\(left.errors)")
    }

    @Test("the QR code leads to the office's page, with a check that only its key makes")
    func lookUpPage() throws {
        let counter = try Counter()
        let (desk, path) = (counter.desk, counter.folder + "/q.pdf")
        let page = "https://tracuu.example.vn/ho-so"
        let key = try desk.directory.newFile("key", "một khóa đủ dài để dùng\n").path
        #expect(try desk("settings", "--look-up-page", page).code == 64)
        #expect(try desk("settings", "--look-up-page", "tracuu", "--look-up-key", key).code == 64)
        let short = try desk.directory.newFile("short", "ngắn").path
        #expect(try desk("settings", "--look-up-page", page, "--look-up-key", short).code == 65)
        let set = try desk("settings", "--look-up-page", page, "--look-up-key", key, "--json")
        #expect(set.code == 0 && !set.output.contains("khóa"), "\(set.errors)")
        #expect(try counter.paper([Self.code, "01", "--out", path]).code == 0)
        // Made by Python's hashlib: blake2b(b"dossiersync look-up 1\n…\n…", digest_size=32).
        #expect(
            try Rendered(path: path).codes() == [Self.code, "\(page)?ma=\(Self.code)&k=YRB0QC"])
    }

    @Test("--print hands the file to lp, at the printer that is set; one that is not there is said")
    func printing() throws {
        let counter = try Counter()
        let folder = counter.folder + "/bin"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let lp = folder + "/lp"
        try Data(
            """
            #!/bin/sh
            case "$*" in *gone*) echo 'lp: The printer or class does not exist.' >&2; exit 1;; esac
            echo "$*" >\(folder)/asked; cat >\(folder)/taken
            """.utf8
        ).write(to: URL(fileURLWithPath: lp))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: lp)
        let path = ["PATH": "\(folder):/usr/bin:/bin"]
        let gone = try counter.paper(
            [Self.code, "01", "--print", "--printer", "gone"], environment: path)
        #expect(gone.code == 69 && gone.errors.contains("the printer gone took nothing"))
        #expect(try counter.desk.record(Self.code).at("fields")["events"] == nil)
        #expect(try counter.desk("settings", "--printer", "quay-1").code == 0)
        let printed = try counter.paper([Self.code, "01", "--print"], environment: path)
        #expect(printed.code == 0 && printed.output.contains("quay-1"), "\(printed.errors)")
        let asked = try String(contentsOfFile: folder + "/asked", encoding: .utf8)
        #expect(asked == "-t dossiersync 01 -d quay-1\n")
        #expect(try Rendered(path: folder + "/taken").codes() == [Self.code])
        let none = try counter.paper(
            [Self.code, "01", "--print"], environment: ["PATH": "/nonexistent"])
        #expect(none.code == 69 && none.errors.contains("no program that prints"))
    }

    @Test("nothing is made, left or noted where something fails")
    func failures() throws {
        let counter = try Counter()
        let path = counter.folder + "/x.pdf"
        let none = try counter.paper(
            [Self.code, "01", "--out", path], environment: ["DOSSIER_PAPERS": "/nonexistent"])
        #expect(none.code == 69 && none.errors.contains("apt-get install dossiersync-papers"))
        let broken = try counter.paper(
            [Self.code, "01", "--out", path], environment: ["DOSSIER_PAPERS": "/bin/false"])
        #expect(broken.code == 70)
        let nowhere = try counter.paper([Self.code, "01", "--out", "/nonexistent/x.pdf"])
        #expect(nowhere.code == 74, "\(nowhere.errors)")
        for wrong in [[Self.code], ["01"], [Self.code, "08"], [Self.code, "01", "--out", ""]] {
            #expect(try counter.paper(wrong).code == 64)
        }
        #expect(try counter.paper(["K-9", "01", "--out", path]).code == 65)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try counter.desk.record(Self.code).at("fields")["events"] == nil)
        #expect(try counter.paper([Self.code, "05", "--out", path, "--lang", "vi"]).code == 65)
    }

    @Test(
        "a full disk leaves no half of a paper, and the one that was there before",
        .enabled(if: SmallDisk.isWanted, SmallDisk.isWantedWords))
    func fullDisk() throws {
        let counter = try Counter()
        let disk = try SmallDisk(bytes: 1 << 20)
        let path = disk.path + "/x.pdf"
        #expect(try counter.paper([Self.code, "01", "--out", path]).code == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        try disk.fill(leaving: 8 << 10)
        let full = try counter.paper([Self.code, "01", "--out", path])
        #expect(full.code == 74 && full.errors.contains("No space left"), "\(full.errors)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: disk.path).sorted() == [
                "ballast", "x.pdf",
            ])
        let events = try counter.desk.record(Self.code).at("fields")["events"]?.arrayValue
        #expect(events?.count == 1)
    }
}
