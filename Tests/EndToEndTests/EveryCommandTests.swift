// Every command of both programs answers once and more in Vietnamese; which commands there are, their help says.

import Foundation
import JSON
import Testing

extension VietnameseWalkTests {
    /// The paths of all commands, by the programs' own help.
    private func commands(of program: String, in office: Office) throws -> Set<String> {
        func names(_ path: [String]) throws -> [String] {
            let text = try Program.run(
                program, ["help"] + path, in: office.root, environment: ["LANG": "vi_VN.UTF-8"]
            ).output
            guard let start = text.firstRange(of: "các lệnh:\n") else { return [] }
            return text[start.upperBound...].split(
                separator: "\n", omittingEmptySubsequences: false
            ).prefix { $0.hasPrefix("  ") }.filter { !$0.hasPrefix("   ") }
                .compactMap { $0.split(separator: " ").first.map(String.init) }
        }
        var paths: Set<String> = []
        for name in try names([]) {
            let inner = try names([name])
            paths.formUnion(inner.isEmpty ? [name] : inner.map { "\(name) \($0)" })
        }
        return paths
    }

    /// Runs commands one after the other; each line's words, parted by `|`, and perhaps what is typed.
    private func walk(
        _ program: String, home: String, in office: Office,
        _ calls: [(words: String, input: String?)]
    ) throws {
        var left = try commands(of: program, in: office)
        #expect(left.count > 20)
        for (text, input) in calls {
            let words = text.split(separator: "|").map(String.init)
            let ending = try Program.run(
                program, words + ["--home", home], in: office.root,
                environment: ["LANG": "vi_VN.UTF-8"], input: input)
            // What is for programs alone has its own words.
            let said = (ending.output + ending.errors).split(separator: "\n")
                .filter { !$0.hasPrefix("{") }.joined(separator: "\n")
            let found = englishWords(in: said)
            #expect(found.isEmpty, "\(program) \(text): \(found)")
            #expect(
                !said.contains(/\d{4}-\d\d-\d\dT\d\d:/),
                "\(program) \(text) says ISO times: \(said)")
            #expect(ending.code < 128 && ending.code != 70, "\(program) \(text): \(said)")
            left.remove(words[0])
            if words.count > 1 { left.remove("\(words[0]) \(words[1])") }
        }
        #expect(left.isEmpty, "\(program): nobody has looked at \(left)")
    }

    @Test("what every command of a counter answers")
    func everyCommandOfACounter() throws {
        let office = try Office()
        let (a, b) = (try office.desk("a"), try office.desk("b"))
        let root = try office.root
        let table = try root.newFile("t.csv", "Mã hồ sơ,Họ tên,Lệ phí\nT-1,Hoa,5k\nT-2,Na,xyz\n")
            .path
        let map = try root.newFile("m.json", try a("import", table, "--suggest").output).path
        let edits = try root.newFile(
            "e.ndjson", #"{"new":"dossier","fields":{"code":"J-1","applicant_name":"Na"}}"#
        ).path
        try a.sync()
        #expect(try a("receive", "code=C-1", "procedure=x", "applicant_name=Hoa").code == 0)
        for desk in [a, b] { try desk.sync() }
        #expect(try a("set", "C-1", "fee_vnd=1", "applicant_kind=citizen").code == 0)
        #expect(try b("set", "C-1", "fee_vnd=2", "applicant_kind=enterprise").code == 0)
        for desk in [a, b, a] { try desk.sync() }
        let path = root.path
        try walk(
            "counter", home: a.home, in: office,
            [
                "conflicts", "show|C-1|--history", "resolve|C-1", "assign|C-1|Hoa",
                "settings|--by|Lan",
                "settings", "enrol|\(office.url)|--code|0000-0000|--again", "sync", "list",
                "receive|code=B-1|procedure=x|applicant_name=Hoa|papers=CCCD (2 bản sao)",
                "receive|code=B-3|procedure=x|applicant_name=Hoa", "new|code=B-2|applicant_name=Na",
                "set|B-1|result_wish=post|fee_way=cash|fee_paid_at=30/11/2026", "note|B-1|ghi",
                "advance|B-1", "undo|B-1", "undo|B-1", "advance|B-1", "request-payment|B-1|phí",
                "resume|B-1", "stop|B-1|dừng", "resume|B-1", "request-supplement|B-1|thiếu",
                "resume|B-1", "extend|B-1|31/12/2026|lý do", "extend|B-1|32/12/2026|x",
                "pass|B-1|--to|Phòng", "paper|B-1|01|--out|\(path)/p.pdf",
                "paper|B-1|01|--out|\(path)/p.pdf", "paper|B-1|03|--out|\(path)/p.pdf",
                "paper|B-1|01|--print|--printer|x", "paper|B-1",
                "paper|--register|--period|2026|--out|\(path)/p.pdf", "paper|--register",
                "correct|B-1|gõ nhầm|applicant_name=Lê Hoa",
                "show|B-1|--history", "refuse|B-2|lý do", "withdraw|B-1|rút", "void|B-2|nhầm",
                "void|B-2|nhầm", "list|--void", "hand-over|B-3|\(Office.otherCode)",
                "list|--handed-over", "show|B-3", "recode|B-1", "codes", "return|C-1",
                "return|C-1|--to|A",
                "advance|C-1|finished", "return|C-1|--post|EE1", "delivery|C-1|đã phát",
                "contact|--way|gọi đi", "apply|\(edits)", "apply|\(path)/none",
                "export|\(path)/x.json", "export|\(path)/x.json", "export|/nonexistent/x",
                "bundle|create|\(path)/up", "bundle|apply|\(path)/none", "bundle|apply|\(edits)",
                "digest", "records|--foo", "correct-times|--reason|x|--dry-run",
                "import|\(table)|--suggest",
                "import|\(table)|--map|\(map)", "import|\(path)|--map|\(map)", "refused",
                "receipts",
                "report|--period|xyz", "report|--period|2026", "verify", "status",
                "backup|\(path)/sets", "backup|\(path)/sets|--list", "backup|\(path)/sets|--verify",
                "backup|\(path)/none|--list", "backup|\(path)/sets|--keep|x", "status",
                "restore|\(path)/sets", "restore|\(path)/sets|--set|x", "doctor",
                "status|--lang|en|--lang|vi",
                "run|--foo", "run|--every|x", "list|--kind|contact", "list|--kind|office",
                "list|--kind|procedure", "list|--kind|holiday", "list|--due-within|x",
            ].map { ($0, nil) } + [("contact|--keys", "v0uuxq")])
        let agent = try Program(
            "counter", ["run", "--home", a.home], in: root, environment: ["LANG": "vi_VN.UTF-8"])
        defer { agent.signal(SIGKILL) }
        while try a("status", "--json").json["agent"]?["phase"] != "waiting" {
            try #require(agent.isRunning, "\(agent.errors)")
            Thread.sleep(forTimeInterval: 0.1)
        }
        let status = try a("status", "--lang", "vi").output
        #expect(englishWords(in: status).isEmpty, "\(status)")
        agent.signal(SIGTERM)
        let ending = try agent.ending()
        let said = ending.output + ending.errors
        #expect(ending.code == 0 && englishWords(in: said).isEmpty, "\(said)")
    }

    @Test("what every command of central answers")
    func everyCommandOfCentral() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let root = try office.root
        let table = try root.newFile(
            "t.csv", "Mã hồ sơ,Cơ quan,Lệ phí\nT-1,\(Office.code),5k\nT-2,zz,xyz\n"
        ).path
        let map = try root.newFile("m.json", try desk("import", table, "--suggest").output).path
        let procedures = try root.newFile(
            "p.json", #"[{"code":"9.1","title":"Mẫu","Cấp thực hiện":"Cấp Tỉnh"},{"x":1}]"#
        ).path
        let holidays = try root.newFile(
            "h.csv", "Ngày,Tên\n01/01/2027,Tết Dương lịch\nxx,yy\n"
        ).path
        #expect(try desk("receive", "code=B-1", "procedure=9.1", "applicant_name=Hoa").code == 0)
        #expect(try desk("receive", "code=B-2", "procedure=9.1", "applicant_name=Na").code == 0)
        #expect(try desk("withdraw", "B-2", "nhầm").code == 0)
        try desk.sync()
        let replica = try #require(try desk("status", "--json").json["replica"]?.stringValue)
        let up = root.path + "/up"
        #expect(try desk("note", "B-1", "ghi").code == 0)
        #expect(try desk("bundle", "create", up).code == 0)
        let id = "0197f3b2-0000-7000-8000-000000000000"
        try walk(
            "central", home: try office.home, in: office,
            [
                "office|list", "office|add|x", "office|add|x", "catalog|import|\(procedures)",
                "catalog|import|\(holidays)", "catalog|import|/nonexistent",
                "catalog|list|procedure",
                "catalog|list|holiday", "catalog|add|holiday|02/09/2027|name=Quốc khánh",
                "catalog|set|office|\(Office.code)|hours=thứ 2-thứ 6 7h30-11h30",
                "catalog|set|office|\(Office.code)|hours=x", "catalog|list|office",
                "catalog|set|procedure|9.1|level=province", "catalog|set|procedure|9.1|limit=x",
                "tls|show", "tls|self-signed|--name|x", "tls|self-signed|--name|x", "tls|show",
                "admin|list", "admin|remove|x", "bundle|apply|\(up)|--reply|\(root.path)/down",
                "bundle|apply|\(table)|--reply|\(root.path)/down2", "import|\(table)|--map|\(map)",
                "export|--since|0", "export|--since|zz", "report|--period|2026|--issue",
                "report|--period|zz", "reports", "reports|1", "erase|B-1",
                "erase|B-1|--reason|QĐ 1",
                "erasures", "settle|\(id)|--keep|dossier", "settle|zz|--keep|dossier",
                "reopen|B-2|lý do", "reopen|B-2|lý do", "void|T-1|nhầm", "resolve|B-2|status|x",
                "assign|B-2|Hoa", "digest|\(Office.code)", "devices", "revoke|zz",
                "allow-identity|zz",
                "allow-identity|\(replica)", "request-sync|--all", "request-sync", "receipts",
                "conflicts", "audit", "audit|B-2", "audit|zz", "enrol|\(Office.code)", "enrol|zz",
                "verify",
                "verify|--audit", "status", "backup|\(root.path)/sets|--keep|7d",
                "backup|\(root.path)/sets|--list", "backup|\(root.path)/sets|--verify",
                "backup|\(root.path)/none|--list", "backup|\(root.path)/sets|--keep|x", "status",
                "restore|\(root.path)/sets", "restore|\(root.path)/none", "erasures", "doctor",
                "records|--office|zz", "serve|--listen|xyz",
                "serve|--tls-cert|\(table)|--tls-key|\(table)", "demo|--foo", "recover", "status",
                "login|x", "logout", "devices", "recover|--end", "revoke|\(replica)",
                "revoke|--undo|\(replica)",
            ].map { ($0, nil) } + [("admin|add|chief|--role|admin", "rất dài và bí mật\n")])
    }
}
