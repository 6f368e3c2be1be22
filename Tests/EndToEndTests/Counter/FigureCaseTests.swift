// Lives of dossiers across offices and periods, as users tell of them, with the built programs: what each
// report says, and that the figures of one office add up from period to period.

import Foundation
import JSON
import Testing

@Suite("Figures of offices between which dossiers move", .ownThreads)
struct FigureCaseTests {
    private struct Two {
        let office: Office
        let giver: Desk
        let taker: Desk
    }

    private func two() throws -> Two {
        let office = try Office()
        let procedure = #"{"new":"procedure","fields":{"code":"P","name":"Mẫu","limit":"7wd"}}"#
        try #require(office.central("import", "-", input: procedure).code == 0)
        let two = Two(
            office: office, giver: try office.desk("a"),
            taker: try office.desk("b", of: Office.otherCode))
        for desk in [two.giver, two.taker] { try desk.sync() }
        return two
    }

    private func receive(_ desk: Desk, _ name: String, at: String) throws -> String {
        let made = try desk(
            "receive", "procedure=P", "applicant_name=\(name)", "--at", at + "T09:00:00+07:00",
            "--json")
        return try #require(made.json["code"]?.stringValue, "\(made.errors)")
    }

    private func take(_ ending: Program.Ending) throws {
        try #require(ending.code == 0, "\(ending.errors)")
    }

    /// The lines of the law that are not zero, in its order.
    private func law(_ ending: Program.Ending) throws -> String {
        try take(ending)
        let total = try #require(ending.json["total"])
        var (came, went) = (0, 0)
        var words: [String] = []
        for (place, name) in [
            "carriedOver", "received", "takenOver", "reopened", "finished", "withdrawn",
            "notAccepted", "handedOver", "voided", "inProcess", "suspended",
        ].enumerated() {
            let figure = try #require(total[name], "\(name)")
            let number = Int(figure.integerValue ?? figure["total"]?.integerValue ?? -1)
            if place < 4 { came += number } else { went += number }
            if number != 0 { words.append("\(name) \(number)") }
        }
        #expect(came == went, "\(words)")
        return words.joined(separator: ", ")
    }

    private func central(_ two: Two, _ period: String, _ office: String) throws -> String {
        try law(two.office.central("report", "--period", period, "--office", office, "--json"))
    }

    @Test("what was handed over is the giver's no more, and each office's own report says so")
    func handedOver() throws {
        let two = try two()
        let moved = try receive(two.giver, "Trần Giao", at: "2026-03-10")
        _ = try receive(two.giver, "Lê Giữ", at: "2026-03-10")
        try two.giver.sync()
        try take(
            two.giver("hand-over", moved, Office.otherCode, "--at", "2026-03-12T09:00:00+07:00"))
        try two.giver.sync()
        try two.taker.sync()
        for day in ["13", "14"] {
            try take(two.taker("advance", moved, "--at", "2026-03-\(day)T09:00:00+07:00"))
        }
        try two.taker.sync()
        try two.giver.sync()
        let mine = "received 2, handedOver 1, inProcess 1"
        #expect(try law(two.giver("report", "--period", "2026-03", "--json")) == mine)
        #expect(try central(two, "2026-03", Office.code) == mine)
        let theirs = "takenOver 1, finished 1"
        #expect(try law(two.taker("report", "--period", "2026-03", "--json")) == theirs)
        #expect(try central(two, "2026-03", Office.otherCode) == theirs)
        let next = try law(two.giver("report", "--period", "2026-04", "--json"))
        #expect(next == "carriedOver 1, inProcess 1")
        let all = try law(two.office.central("report", "--period", "2026-03", "--json"))
        #expect(all == "received 2, takenOver 1, finished 1, handedOver 1, inProcess 1")
        let text = try two.office.central("report", "--period", "2026-03", "--lang", "vi").output
        #expect(text.contains("Nhận từ cơ quan khác") && text.contains("Chuyển cơ quan khác"))
        for part in [two.giver, two.taker] { #expect(try part("verify").code == 0) }
        #expect(try two.office.central("verify", "--audit").code == 0)
    }

    @Test("a hand-over moves no figure of the periods before it")
    func pastPeriods() throws {
        let two = try two()
        let code = try receive(two.giver, "Qua Kỳ", at: "2026-07-10")
        try two.giver.sync()
        let july = try ["", Office.otherCode].map { _ in
            try central(two, "2026-07", Office.code)
        }[0]
        #expect(july == "received 1, inProcess 1")
        try take(
            two.giver("hand-over", code, Office.otherCode, "--at", "2026-08-03T09:00:00+07:00"))
        try two.giver.sync()
        try two.taker.sync()
        #expect(try central(two, "2026-07", Office.code) == july)
        #expect(try central(two, "2026-07", Office.otherCode) == "")
        #expect(try central(two, "2026-08", Office.code) == "carriedOver 1, handedOver 1")
        #expect(try central(two, "2026-08", Office.otherCode) == "takenOver 1, inProcess 1")
        #expect(try central(two, "2026-09", Office.otherCode) == "carriedOver 1, inProcess 1")
    }

    @Test("what is withdrawn in a later period than it was received in is in that one's report")
    func withdrawnLater() throws {
        let two = try two()
        let code = try receive(two.giver, "Rút Tháng Bảy", at: "2026-05-10")
        try two.giver.sync()
        #expect(try central(two, "2026-05", Office.code) == "received 1, inProcess 1")
        #expect(try central(two, "2026-06", Office.code) == "carriedOver 1, inProcess 1")
        try take(
            two.giver("request-supplement", code, "thiếu", "--at", "2026-06-20T09:00:00+07:00"))
        try take(two.giver("withdraw", code, "đơn xin rút", "--at", "2026-07-10T09:00:00+07:00"))
        try two.giver.sync()
        #expect(try central(two, "2026-07", Office.code) == "carriedOver 1, withdrawn 1")
        #expect(try central(two, "2026-08", Office.code) == "")
        #expect(try central(two, "2026-05", Office.code) == "received 1, inProcess 1")
        // It waited for papers then, whatever it does now.
        #expect(try central(two, "2026-06", Office.code) == "carriedOver 1, suspended 1")
        let events = try two.giver("show", code).output
        #expect(events.contains("supplement_required → withdrawn"))
    }

    @Test("what left is in no list of the office but that of copies, with the day and the office")
    func copies() throws {
        let two = try two()
        let moved = try receive(two.giver, "Trần Giao", at: "2026-03-10")
        let kept = try receive(two.giver, "Lê Giữ", at: "2026-03-10")
        try two.giver.sync()
        let hours = ["hours=mon-fri 07:30-11:30"]
        let set = try two.office.central(
            "catalog", "set", "office", Office.otherCode, hours[0])
        try take(set)
        try two.giver.sync()
        // To itself, or as a field, it goes nowhere.
        let toItself = try two.giver("hand-over", moved, Office.code)
        #expect(toItself.code == 64 && toItself.errors.contains(Office.code))
        let asField = try two.giver("set", moved, "office=\(Office.otherCode)")
        #expect(asField.code == 64 && asField.errors.contains("counter hand-over"))
        let gone = try two.giver(
            "hand-over", moved, Office.otherCode, "--at", "2026-03-12T09:00:00+07:00")
        #expect(gone.output.contains("the promised day moves by it, from 2026-03-19 17:00"))
        for isSynced in [false, true] {
            if isSynced { try two.giver.sync() }
            for option in [[], ["--overdue"], ["--search", "trần"]] {
                let listed = try Program.run(
                    "counter", ["list", "--home", two.giver.home] + option, in: two.giver.directory)
                #expect(!listed.output.contains(moved), "\(option), synced \(isSynced)")
                if option != ["--search", "trần"] { #expect(listed.output.contains(kept)) }
            }
            let copies = try two.giver("list", "--handed-over")
            #expect(copies.output.contains(moved) && !copies.output.contains(kept))
            #expect(copies.output.contains("2026-03-12 09:00  \(Office.otherCode)"))
            let shown = try two.giver("show", moved).output
            #expect(shown.contains("this is a copy: handed over on 2026-03-12 09:00"))
            #expect(!shown.contains("overdue"))
            let refused = try two.giver("advance", moved)
            #expect(refused.code == 65 && refused.errors.contains("another office"))
        }
        let mixed = try two.giver("list", "--handed-over", "--overdue")
        #expect(mixed.code == 64)
        let numbers = try two.giver("codes", "--json").json
        #expect(numbers["handedOver"] == .array([.integer(10_001)]))
        #expect(numbers["missing"] == .array([]))
    }

    @Test("a copy says where its dossier is now, also when that has moved on")
    func movedOn() throws {
        let two = try two()
        let third = "000.17.03.H56"
        try take(two.office.central("office", "add", third, "Một cửa C"))
        let last = try two.office.desk("c", of: third)
        for desk in [two.giver, two.taker, last] { try desk.sync() }
        let code = try receive(two.giver, "Đi Xa", at: "2026-03-10")
        try two.giver.sync()
        try take(two.giver("hand-over", code, Office.otherCode))
        try two.giver.sync()
        try two.taker.sync()
        try take(two.taker("note", code, "chỉ B và C đọc"))
        try take(two.taker("hand-over", code, third))
        try two.taker.sync()
        try last.sync()
        try take(last("note", code, "chỉ C đọc"))
        try last.sync()
        try two.giver.sync()
        let copy = try two.giver("show", code, "--json").json
        #expect(copy["handedOver"]?["office"]?.stringValue == third)
        #expect(try two.giver("list", "--handed-over").output.contains(third))
        #expect(try two.giver("show", code).output.contains("it is now at \(third)"))
        let all = try two.giver("records").output
        #expect(!all.contains("chỉ B và C đọc") && !all.contains("chỉ C đọc"))
        // Back at the first office it is no copy.
        try take(last("hand-over", code, Office.code))
        try last.sync()
        for desk in [two.giver, two.taker] { try desk.sync() }
        #expect(try two.giver("show", code, "--json").json["handedOver"] == nil)
        #expect(try two.giver("list").output.contains(code))
        #expect(
            try two.taker("show", code, "--json").json["handedOver"]?["office"]?.stringValue
                == Office.code)
        for desk in [two.giver, two.taker, last] { #expect(try desk("verify").code == 0) }
        #expect(try two.office.central("verify", "--audit").code == 0)
    }

    @Test("a counter is not asked for another office's figures, and lists its own office alone")
    func otherOffice() throws {
        let two = try two()
        _ = try receive(two.giver, "Có Thật", at: "2026-03-10")
        try two.giver.sync()
        try two.taker.sync()
        for language in ["en", "vi"] {
            let refused = try two.taker(
                "report", "--period", "2026-03", "--office", Office.code, "--lang", language)
            #expect(refused.code == 64 && refused.output == "")
            #expect(refused.errors.contains(Office.otherCode))
        }
        let own = try two.taker("report", "--period", "2026-03", "--office", Office.otherCode)
        #expect(own.code == 0 && !own.output.contains("Một cửa A"))
        // Of the office that was asked for, all devices have synced; of the other, one has not.
        _ = try two.office.desk("c")
        let asked = try two.office.central(
            "report", "--period", "2026-03", "--office", Office.otherCode)
        #expect(asked.output.contains("1 of 1 devices complete"))
        #expect(
            try two.office.central("report", "--period", "2026-03").output
                .contains("2 of 3 devices complete"))
    }
}
