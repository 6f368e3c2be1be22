// Slips of the hand, and how they are taken back, with the built programs.

import Foundation
import JSON
import Testing

@Suite("Slips can be taken back", .ownThreads)
struct SlipTests {
    private static let catalog = #"{"new":"procedure","fields":{"code":"P","name":"Mẫu"}}"#

    private func desk() throws -> (Office, Desk) {
        let office = try Office()
        try #require(office.central("import", "-", input: Self.catalog).code == 0)
        let desk = try office.desk("a")
        try desk.sync()
        return (office, desk)
    }

    private func receive(_ desk: Desk, _ name: String) throws -> String {
        let made = try desk("receive", "procedure=P", "applicant_name=\(name)", "--json")
        return try #require(made.json["code"]?.stringValue, "\(made.errors)")
    }

    private func take(_ ending: Program.Ending) throws {
        try #require(ending.code == 0, "\(ending.output) \(ending.errors)")
    }

    /// Figures of this month that are not zero, and that both programs count alike.
    private func figures(_ office: Office, _ desk: Desk) throws -> [String: Int64] {
        let period = String(Self.today.prefix(7))
        var found: [[String: Int64]] = []
        for ending in [
            try desk("report", "--period", period, "--json"),
            try office.central("report", "--period", period, "--json"),
        ] {
            try take(ending)
            var figures: [String: Int64] = [:]
            for name in [
                "carriedOver", "received", "takenOver", "reopened", "finished", "withdrawn",
                "notAccepted", "handedOver", "voided", "inProcess", "suspended",
            ] {
                let figure = try ending.json["total"]?[name]
                let number = figure?.integerValue ?? figure?["total"]?.integerValue ?? -1
                if number != 0 { figures[name] = number }
            }
            found.append(figures)
        }
        #expect(found[0] == found[1])
        return found[0]
    }

    private static var today: String {
        let format = DateFormatter()
        format.timeZone = TimeZone(secondsFromGMT: 7 * 3600)
        format.dateFormat = "yyyy-MM-dd"
        return format.string(from: Date())
    }

    @Test("the last step of today is taken back where it was taken, and counts in no figure")
    func undo() throws {
        let (office, desk) = try desk()
        let code = try receive(desk, "Nhầm")
        try take(desk("advance", code))
        try take(desk("advance", code))
        try desk.sync()
        #expect(try figures(office, desk) == ["received": 1, "finished": 1])
        let undone = try desk("undo", code)
        #expect(undone.output.contains("finished → processing"), "\(undone.errors)")
        #expect(undone.output.contains("taken back"))
        let record = try desk("show", code, "--json").json["fields"]
        #expect(record?["finished_at"] == .null && record?["status"] == "processing")
        try desk.sync()
        #expect(try figures(office, desk) == ["received": 1, "inProcess": 1])
        let again = try desk("undo", code, "--lang", "vi")
        #expect(again.code == 65 && again.errors.contains("chưa làm bước nào"))
        // Withdrawn at the wrong line, before any sync.
        let other = try receive(desk, "Rút Nhầm")
        try take(desk("withdraw", other, "nhầm"))
        try take(desk("undo", other))
        try take(desk("advance", other))
        try desk.sync()
        #expect(try figures(office, desk) == ["received": 2, "inProcess": 2])
        #expect(try desk("refused", "--json").output == "")
        #expect(try office.central("verify", "--audit").code == 0)
    }

    @Test("another desk's step, one that was written over, and the receipt are not taken back")
    func notUndone() throws {
        let (office, desk) = try desk()
        let second = try office.desk("b")
        let code = try receive(desk, "Một")
        let nothing = try desk("undo", code)
        #expect(nothing.code == 65 && nothing.errors.contains("took no step"))
        try take(desk("advance", code))
        try desk.sync()
        try second.sync()
        let others = try second("undo", code)
        #expect(others.code == 65 && others.errors.contains("took no step"))
        try take(second("advance", code))
        try second.sync()
        try desk.sync()
        let past = try desk("undo", code)
        #expect(past.code == 65 && past.errors.contains("has written to it since"))
        #expect(past.errors.contains("central reopen"))
    }

    @Test("a hand-over is taken back before the other office writes, synced or not; after it, not")
    func undoHandOver() throws {
        let (office, desk) = try desk()
        let taker = try office.desk("b", of: Office.otherCode)
        let code = try receive(desk, "Chuyển Nhầm")
        try take(desk("hand-over", code, Office.otherCode))
        try take(desk("undo", code))
        try desk.sync()
        #expect(try figures(office, desk) == ["received": 1, "inProcess": 1])
        try take(desk("hand-over", code, Office.otherCode))
        try desk.sync()
        try taker.sync()
        try take(desk("undo", code))
        try desk.sync()
        try taker.sync()
        #expect(try desk("refused", "--json").output == "")
        #expect(try desk("list").output.contains(code))
        #expect(try taker("list").output.contains(code) == false)
        #expect(try figures(office, desk) == ["received": 1, "inProcess": 1])
        try take(desk("hand-over", code, Office.otherCode))
        try desk.sync()
        try taker.sync()
        try take(taker("advance", code))
        try taker.sync()
        try take(desk("undo", code))
        let late = try desk("sync")
        #expect(late.code == 65, "\(late.output)")
        #expect(try desk("refused").output.contains("handed-over"))
        #expect(try taker("show", code, "--json").json["fields"]?["status"] == "processing")
        try taker.sync()
        #expect(try office.central("verify", "--audit").code == 0)
    }

    @Test("an end is taken back later at central, with a reason, and is counted as reopened")
    func reopen() throws {
        let (office, desk) = try desk()
        let code = try receive(desk, "Nhầm")
        try take(desk("advance", code))
        try take(desk("advance", code))
        let second = try receive(desk, "Từ Chối")
        try desk.sync()
        let open = try office.central("reopen", second, "nhầm")
        #expect(open.code == 65 && open.errors.contains("has not ended"))
        #expect(try office.central("reopen", code, " ").code == 64)
        try take(office.central("reopen", code, "bấm nhầm dòng", "--by", "Lan"))
        try desk.sync()
        let record = try desk("show", code, "--json").json["fields"]
        #expect(record?["status"] == "processing" && record?["finished_at"] == .null)
        #expect(record?["notes"] == .array(["bấm nhầm dòng"]))
        #expect(try desk("show", code).output.contains("reopened: finished → processing"))
        #expect(try figures(office, desk)["reopened"] == 1)
        #expect(try office.central("audit", code).output.contains("bấm nhầm dòng"))
        try take(desk("advance", code))
        try desk.sync()
        #expect(try office.central("verify", "--audit").code == 0)
    }

    @Test("what was entered by mistake is in no list and figure, and stays in the audit")
    func void() throws {
        let (office, desk) = try desk()
        let code = try receive(desk, "Gõ Hai Lần")
        let kept = try receive(desk, "Còn Lại")
        try take(desk("advance", code))
        try take(desk("note", kept, "ghi chú sai"))
        try take(desk("note", kept, "ghi chú đúng"))
        #expect(try desk("void", code, "").code == 64)
        try take(desk("void", code, "nhập trùng"))
        try take(desk("void", kept, "của hồ sơ khác", "--note", "1"))
        #expect(try desk("void", kept, "x", "--note", "9").errors.contains("no such note"))
        try desk.sync()
        #expect(try desk("list").output.contains(code) == false)
        #expect(try desk("list", "--void").output.contains(code))
        #expect(try figures(office, desk) == ["received": 2, "voided": 1, "inProcess": 1])
        let notes = try desk("show", kept, "--json").json["fields"]?["notes"]
        #expect(notes == .array(["ghi chú đúng", "của hồ sơ khác"]))
        #expect(try office.central("audit", kept).output.contains("ghi chú sai"))
        let written = try desk("advance", code)
        #expect(written.code == 65 && written.errors.contains("is void"))
        #expect(try desk("void", code, "lần nữa").code == 65)
        try take(desk("undo", code))
        try desk.sync()
        #expect(try figures(office, desk) == ["received": 2, "inProcess": 2])
        try take(office.central("void", code, "vẫn sai"))
        try take(office.central("reopen", code, "không sai"))
        try desk.sync()
        #expect(try figures(office, desk) == ["received": 2, "inProcess": 2])
        let contact = try desk(
            "new", "--kind", "contact", "way=in_person", "topic=Đất đai", "--json")
        let id = try #require(contact.json["id"]?.stringValue)
        try take(desk("void", id, "bấm nhầm"))
        #expect(try desk("list", "--kind", "contact").output.contains(id) == false)
        let period = String(Self.today.prefix(7))
        let report = try desk("report", "--period", period, "--json").json
        #expect(report["total"]?["guided"]?["total"] == 0)
    }

    @Test("a wrong applicant is set right in one command; what a dossier needs is not emptied")
    func correct() throws {
        let (office, desk) = try desk()
        let code = try receive(desk, "Le Thi Hoa")
        try take(desk("correct", code, "gõ không dấu", "applicant_name=Lê Thị Hoa"))
        let record = try desk("show", code, "--json").json["fields"]
        #expect(record?["applicant_name"] == "Lê Thị Hoa")
        #expect(record?["notes"] == .array(["gõ không dấu"]))
        #expect(try desk("correct", code, "nhầm", "fee_vnd=1").code == 64)
        for (field, words) in [
            ("applicant_name=", "needs its applicant_name"), ("procedure=", "needs its procedure"),
            ("applicant_name=   ", "nothing but blanks"), ("received_at=", "needs its received_at"),
        ] {
            let refused = try desk("set", code, field)
            #expect(refused.code == 65 && refused.errors.contains(words), "\(refused.errors)")
        }
        let blank = try desk("receive", "procedure=P", "applicant_name=  ")
        #expect(blank.code == 65)
        try desk.sync()
        #expect(try office.central("verify", "--audit").code == 0)
    }

    @Test("a person at a terminal is asked once, and no code is used up by what was not written")
    func asked() throws {
        let (office, desk) = try desk()
        _ = try receive(desk, "Lan")
        func command(_ words: String) -> String {
            "\(Program.path("counter")) \(words) --home \(desk.home)"
        }
        let twin = command("receive procedure=P applicant_name=Lan")
        let no = try Program.typed(
            (after: "Write all the same", keys: "n\n"), command: twin, in: office.root)
        #expect(no.code == 75 && no.output.contains("nothing was written"), "\(no.output)")
        #expect(no.output.contains("are open here already"))
        let unknown = try Program.typed(
            (after: "Write all the same", keys: "n\n"),
            command: command("receive procedure=KHAC applicant_name=Mai"), in: office.root)
        #expect(unknown.code == 75 && unknown.output.contains("does not know the procedure"))
        #expect(try desk("codes", "--json").json["last"] == 10_001)
        let yes = try Program.typed(
            (after: "Write all the same", keys: "y\n"), command: twin, in: office.root)
        #expect(yes.code == 0, "\(yes.output)")
        #expect(try desk("codes", "--json").json["last"] == 10_002)
        #expect(try desk("list", "--json").jsonLines.count == 2)
    }

    @Test("what is probably a slip is written where nobody is asked, and it is said")
    func doubts() throws {
        let (_, desk) = try desk()
        _ = try receive(desk, "Lê Thị Hoa")
        let twin = try desk("receive", "procedure=P", "applicant_name=Lê Thị Hoa", "--json")
        #expect(twin.code == 0 && twin.errors.contains("are open here already"))
        let other = try desk("receive", "procedure=P", "applicant_name=Trần Văn Hai", "--json")
        #expect(other.errors == "")
        let code = try #require(other.json["code"]?.stringValue)
        let year = try desk("advance", code, "--at", "2016-03-10T09:00:00+07:00")
        #expect(year.code == 0 && year.errors.contains("a year or more off"))
        let recoded = try desk("recode", code, "--lang", "vi")
        #expect(recoded.code == 0 && recoded.errors.contains("không hồ sơ nào khác có mã"))
    }
}
