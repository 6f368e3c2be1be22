// A clerk's day at the counter, with the built programs.

import Foundation
import JSON
import Testing

@Suite("A day at the counter", .ownThreads)
struct ClerkDayTests {
    private static let catalog = """
        {"new":"procedure","fields":{"code":"1.004199","name":"Cấp đổi","limit":"5wd@15:00"}}
        {"new":"procedure","fields":{"code":"2.000815","name":"Chứng thực","limit":"0wd@15:00"}}
        {"new":"procedure","fields":{"code":"H","name":"Theo giờ","limit":"8wh"}}
        {"new":"holiday","fields":{"date":"2021-04-21","name":"Giỗ Tổ Hùng Vương"}}
        {"new":"holiday","fields":{"date":"2021-04-30","name":"Ngày Giải phóng miền Nam"}}
        {"new":"holiday","fields":{"date":"2021-05-03","name":"Nghỉ bù"}}
        """

    private func desk() throws -> (Office, Desk) {
        let office = try Office()
        let imported = try office.central("import", "-", input: Self.catalog)
        try #require(imported.code == 0, "\(imported.errors)")
        let desk = try office.desk("a")
        try #require(desk("sync").code == 0)
        return (office, desk)
    }

    private func receive(_ desk: Desk, _ procedure: String, at: String) throws -> JSONValue {
        let made = try desk(
            "receive", "procedure=\(procedure)", "applicant_name=Lê Thị Hoa", "--at",
            at + ":00+07:00", "--json")
        try #require(made.code == 0, "\(made.errors)")
        return try made.json
    }

    @Test("a dossier goes through its life; pauses move its deadline; the result goes out")
    func life() throws {
        let (office, desk) = try desk()
        let received = try receive(desk, "1.004199", at: "2021-04-19T09:00")
        #expect(received["status"] == "accepted")
        #expect(received["deadline"]?["due"] == "2021-04-27T17:00:00+07:00")
        #expect(received["deadline"]?["limit"] == "5wd@15:00")
        let code = try #require(received["code"]?.stringValue)
        func step(_ words: String..., at: String) throws -> JSONValue {
            let ending = try Program.run(
                "counter",
                words.prefix(1) + [code] + words.dropFirst()
                    + ["--at", at + ":00+07:00", "--by", "Lan", "--json", "--home", desk.home],
                in: desk.directory)
            try #require(ending.code == 0, "\(ending.errors)")
            return try ending.json
        }
        #expect(try step("advance", at: "2021-04-19T10:00")["status"] == "processing")
        let paused = try step("request-supplement", "Thiếu bản chính", at: "2021-04-20T10:00")
        #expect(paused["deadline"]?["standing"] == "paused")
        #expect(try desk("list", "--overdue").output.contains("no such record"))
        let resumed = try step("resume", "--papers", "Bản chính", at: "2021-04-23T10:00")
        // Two working days, the 20th and the 22nd, ended in between.
        #expect(resumed["deadline"]?["due"] == "2021-04-29T17:00:00+07:00")
        #expect(try desk("list", "--overdue").output.contains(code))
        #expect(try step("advance", at: "2021-04-29T16:00")["deadline"]?["standing"] == "on_time")
        let early = try desk("return", code)
        #expect(early.code == 64 && early.errors.contains("--to NAME or --post NUMBER"))
        #expect(
            try step("return", "--post", "EA123456789VN", at: "2021-04-29T16:30")["status"]
                == "returned")
        _ = try step("delivery", "failed", at: "2021-05-04T10:00")
        _ = try step("delivery", "delivered", "--to", "Lê Văn An", at: "2021-05-05T10:00")
        #expect(try desk("list", "--overdue").output.contains("no such record"))
        #expect(try desk("sync").code == 0)
        let line = try #require(
            office.central("records", "--kind", "dossier").jsonLines.first?["fields"])
        #expect(line["pauses"] == .array(["supplement_required", "processing"]))
        #expect(line["delivery"] == "delivered" && line["returned_to"] == "Lê Văn An")
        #expect(line["papers"] == .array(["Bản chính"]))
        #expect(try desk.digest() == office.digest())
    }

    @Test("the deadline moves when central corrects the calendar, without one write here")
    func calendar() throws {
        let (office, desk) = try desk()
        let code = try #require(
            receive(desk, "1.004199", at: "2021-04-26T09:00")["code"]?.stringValue)
        func due() throws -> String? {
            try desk("show", code, "--json").json["deadline"]?["due"]?.stringValue
        }
        // Friday the 30th and Monday 3 May are off.
        #expect(try due() == "2021-05-05T17:00:00+07:00")
        let more = #"{"new":"holiday","fields":{"date":"2021-05-04","name":"Nghỉ thêm"}}"#
        #expect(try office.central("import", "-", input: more).code == 0)
        #expect(try desk("sync").code == 0)
        #expect(try due() == "2021-05-06T17:00:00+07:00")
        let hours = #"{"set":"\#(try officeID(office))","fields":{"hours":"mon-fri 08:00-12:00"}}"#
        #expect(try office.central("import", "-", input: hours).code == 0)
        #expect(try desk("sync").code == 0)
        #expect(try due() == "2021-05-06T12:00:00+07:00")
        #expect(try desk("set", code, "due_at=2021-05-20").code == 0)
        #expect(try due() == "2021-05-20T23:59:59+07:00", "what a person wrote holds")
    }

    private func officeID(_ office: Office) throws -> String {
        let offices = try office.central("office", "list", "--json").json.arrayValue ?? []
        let own = try #require(offices.first { $0["fields"]?["code"]?.stringValue == Office.code })
        return try #require(own["id"]?.stringValue)
    }

    @Test("steps that the law does not allow are refused, and say what is possible")
    func illegalSteps() throws {
        let (_, desk) = try desk()
        let code = try #require(
            receive(desk, "2.000815", at: "2021-04-19T15:00")["code"]?.stringValue)
        let cases: [([String], Int32, String)] = [
            (["refuse", code, "Sai mẫu"], 65, "cannot go from accepted to not_accepted"),
            (["advance", code, "accepted"], 65, "is there already"),
            (["advance", code, "returned"], 64, "STATUS must be one of"),
            (["resume", code], 65, "does not wait"),
            (["return", code, "--to", "Hoa"], 65, "is not finished"),
            (["delivery", code, "delivered"], 65, "was not sent by post"),
            (["delivery", code, "lost"], 64, "STATE must be one of"),
            (["stop", code, ""], 64, "the reason is empty"),
            (["hand-over", code, "KHONG.CO"], 65, "office"),
            (["receive", "procedure=1.004199"], 64, "applicant_name=… is missing"),
            (["receive", "000.17.01.H56-210419-99999"], 65, "no record has this id"),
            (["advance", "000.17.01.H56-210419-99999"], 65, "no record has this id"),
            (["list", "--due-within", "soon"], 64, "--due-within needs days such as 3d or 3wd"),
            (["list", "--overdue", "--due-today"], 64, "not both"),
        ]
        for (words, exit, text) in cases {
            let ending = try Program.run(
                "counter", words + ["--home", desk.home], in: desk.directory)
            #expect(ending.code == exit, "\(words): \(ending.errors)")
            #expect(ending.errors.contains(text), "\(words): \(ending.errors)")
        }
        #expect(
            try desk("show", code, "--json").json["deadline"]?["due"]
                == "2021-04-20T17:00:00+07:00", "after 15:00 it counts from the next working day")
    }

    @Test("lists by deadline come in the order of the deadlines, in both languages")
    func lists() throws {
        let (_, desk) = try desk()
        let late = try receive(desk, "1.004199", at: "2021-04-20T09:00")["code"]?.stringValue
        let early = try receive(desk, "H", at: "2021-04-19T09:00")["code"]?.stringValue
        let codes = try desk("list", "--overdue", "--json").jsonLines.map {
            $0["fields"]?["code"]?.stringValue
        }
        #expect(codes == [early, late])
        let first = try desk("list", "--overdue", "--limit", "1", "--json").jsonLines
        #expect(first.count == 1 && first[0]["fields"]?["code"]?.stringValue == early)
        let vietnamese = try desk("list", "--lang", "vi").output
        #expect(vietnamese.contains("được tiếp nhận") && vietnamese.contains("quá hạn"))
        #expect(vietnamese.contains("28/04/2021 17:00"))
        #expect(try desk("list", "--search", "le thi hoa", "--json").jsonLines.count == 2)
        #expect(try desk("list", "--due-before", "2021-04-21", "--json").jsonLines.count == 1)
    }

    @Test("the inbox: both values, whom it was given to, settled by one command")
    func inbox() throws {
        let (office, a) = try desk()
        let b = try office.desk("b")
        let code = try #require(
            receive(a, "1.004199", at: "2021-04-26T09:00")["code"]?.stringValue)
        #expect(try a("sync").code == 0 && b("sync").code == 0)
        #expect(try a("set", code, "fee_vnd=10000", "--by", "Lan").code == 0)
        #expect(try b("set", code, "fee_vnd=25000", "--by", "Hoa").code == 0)
        for desk in [a, b, a] { #expect(try desk("sync").code == 0) }
        let waiting = try a("conflicts")
        for text in ["10,000 đ", "25,000 đ", "by Lan", "by Hoa"] {
            #expect(waiting.output.contains(text), "\(waiting.output)")
        }
        #expect(try a("conflicts", "--unassigned", "--json").jsonLines.count == 1)
        #expect(try a("assign", code, "Nguyễn Hoa").code == 0)
        #expect(try a("conflicts", "--unassigned", "--json").jsonLines.isEmpty)
        #expect(
            try a("conflicts", "--assigned", "nguyen", "--json").jsonLines.first?["assigned"]
                == "Nguyễn Hoa")
        let central = try office.central("conflicts")
        for text in ["10,000 đ", "25,000 đ", "Lan", "Hoa", "desk 1 (a)", "desk 2 (b)"] {
            #expect(central.output.contains(text), "\(central.output)")
        }
        #expect(try office.central("assign", code, "Trưởng phòng").code == 0)
        #expect(
            try office.central("conflicts", "--assigned", "truong phong", "--json")
                .jsonLines.count == 1)
        let wrong = try office.central("resolve", code, "officer", "x")
        #expect(wrong.code == 65 && wrong.errors.contains("not in conflict"))
        #expect(try a("resolve", code, "fee_vnd", "25000").code == 0)
        #expect(try office.central("resolve", code, "fee_vnd", "10000").code == 0)
        #expect(try a("sync").code == 0)
        #expect(try a("conflicts", "--json").jsonLines.count == 1, "both settled it, unknowing")
        #expect(try a("resolve", code, "fee_vnd", "25000").code == 0)
        #expect(try a("conflicts", "--lang", "vi").output == "không có mâu thuẫn nào chờ\n")
        for desk in [a, b] { #expect(try desk("sync").code == 0) }
        #expect(try b("conflicts", "--json").jsonLines.isEmpty)
        #expect(try a.digest() == office.digest() && b.digest() == office.digest())
    }

    @Test("two dossiers of one code are both kept and shown, until one takes a code of its own")
    func sharedCode() throws {
        let (office, a) = try desk()
        let b = try office.desk("b")
        let code = "000.17.01.H56-210426-70001"
        for desk in [a, b] {
            #expect(try desk("new", "code=\(code)", "applicant_name=\(desk.home)").code == 0)
        }
        for desk in [a, b, a] { #expect(try desk("sync").code == 0) }
        let shared = try #require(try a("conflicts", "--json").jsonLines.first)
        #expect(shared["code"]?.stringValue == code && shared["field"] == "code")
        let id = try #require(shared["records"]?.arrayValue?.last?.stringValue)
        let ambiguous = try a("show", code)
        #expect(ambiguous.code == 65 && ambiguous.errors.contains(id))
        let recoded = try a("recode", id, "--json")
        #expect(recoded.code == 0, "\(recoded.errors)")
        let next = try recoded.json["code"]?.stringValue
        #expect(next?.hasSuffix("-10001") == true)
        #expect(try a("conflicts").output == "no conflict waits\n")
        #expect(try a("show", id).output.contains("← \(code)"))
        #expect(try a("sync").code == 0 && b("sync").code == 0)
        #expect(try b("conflicts").output == "no conflict waits\n")
    }

    @Test("contacts by two keys each are on disk as soon as they are said")
    func contactKeys() throws {
        let (_, desk) = try desk()
        let keyed = try desk(
            "contact", "--keys", "--topic", "Đất đai", "--topic", "Hộ tịch", "--by", "Lan",
            input: "v1i2\no0xv1v")
        #expect(keyed.code == 0, "\(keyed.errors)")
        #expect(keyed.output.hasSuffix("visit 2, incoming call 1, outgoing call 1\n"))
        let contacts = try desk("list", "--kind", "contact", "--json").jsonLines.map {
            [$0["fields"]?["way"], $0["fields"]?["topic"]].map { $0?.stringValue ?? "" }
        }
        #expect(
            contacts == [
                ["in_person", "Đất đai"], ["outgoing_call", ""], ["incoming_call", "Hộ tịch"],
                ["in_person", "Đất đai"],
            ])
        let slips = try desk("contact", "--keys", "--topic", "Đất đai", input: "v9vqi5v")
        #expect(slips.output.hasSuffix("visit 0, incoming call 0, outgoing call 0\n"))
        #expect(try desk("list", "--kind", "contact", "--json").jsonLines.count == 4)
        let again = try desk("contact", "--keys", "--lang", "vi", input: "i1q")
        #expect(again.output.contains("  1 Đất đai\n  2 Hộ tịch\n"), "\(again.output)")
        #expect(again.output.contains("gọi đến: Đất đai"))
    }

    @Test("a key takes the last contact back, a letter of several bytes is one wrong key")
    func contactKeysUndone() throws {
        let (_, desk) = try desk()
        let keyed = try desk(
            "contact", "--keys", "--topic", "Đất đai", "--topic", "Hộ tịch", input: "uv1i2uuuđv2q")
        #expect(keyed.code == 0, "\(keyed.errors)")
        let lines = keyed.output.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0 == "nothing was entered that could be taken back" }.count == 2)
        #expect(lines.contains("taken back: incoming call: Hộ tịch"))
        #expect(lines.contains("taken back: visit: Đất đai"))
        #expect(
            lines.filter { $0.contains("is none of the keys") } == [
                "“đ” is none of the keys; nothing was entered"
            ])
        #expect(lines.last == "visit 1, incoming call 0, outgoing call 0")
        let left = try desk("list", "--kind", "contact", "--json").jsonLines
        #expect(left.map { $0["fields"]?["topic"] } == ["Hộ tịch"])
        #expect(try desk("list", "--kind", "contact", "--void", "--json").jsonLines.count == 2)
        #expect(try desk("contact", "--way", "in_person", "--topic", "Mới").code == 0)
        let again = try desk("contact", "--keys", "--lang", "vi", input: "q")
        #expect(again.output.contains("  1 Mới\n  2 Hộ tịch\n  0"), "\(again.output)")
    }

    @Test("Ctrl-C ends contacts by keys well, and the terminal shows again what is typed")
    func contactKeysEnd() throws {
        let (office, desk) = try desk()
        let ended = try Program.typed(
            (after: "no topic", keys: "v0\u{3}"),
            command: "\(Program.path("counter")) contact --keys --home \(desk.home) && stty",
            in: office.root)
        #expect(ended.code == 0, "\(ended.output) \(ended.errors)")
        #expect(ended.output.contains("visit 1, incoming call 0, outgoing call 0"))
        #expect(!ended.output.contains("-echo") && !ended.output.contains("-icanon"))
        #expect(try desk("list", "--kind", "contact", "--json").jsonLines.count == 1)
    }

    @Test("a procedure's decree says which steps there are, from its day on")
    func transitionsByDecree() throws {
        let (office, desk) = try desk()
        let edition =
            #"{"new":"procedure","fields":{"code":"1.004199","name":"Mới","limit":"2wd","#
            + #""effective_from":"2021-05-01","transitions":"accepted>finished finished>returned"}}"#
        let imported = try office.central("import", "-", input: edition)
        #expect(imported.code == 0, "\(imported.errors)")
        let bad = #"{"new":"procedure","fields":{"code":"X","transitions":"accepted>gone"}}"#
        #expect(
            try office.central("import", "-", input: bad).errors.contains("is no list of steps"))
        #expect(try desk("sync").code == 0)
        let old = try receive(desk, "1.004199", at: "2021-04-29T09:00")["code"]?.stringValue
        let new = try receive(desk, "1.004199", at: "2021-05-04T09:00")["code"]?.stringValue
        #expect(try desk("advance", #require(old), "processing").code == 0)
        let refused = try desk("advance", #require(new), "processing")
        #expect(
            refused.code == 65 && refused.errors.contains("cannot go from accepted to processing"))
        let finished = try desk("advance", #require(new), "finished", "--json")
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(try finished.json["deadline"]?["limit"] == "2wd")
    }
}
