import Foundation
import JSON
import Testing
import Time

/// The battery of a PC's clock is empty: it starts in 2000, or in 1970. The real programs, under
/// faketime(1).
@Suite("A clock that is wrong by years", .ownThreads)
struct WrongClockTests {
    private static let procedure = "9.000001"

    private func office() throws -> (office: Office, desk: Desk) {
        let office = try Office()
        let file = try office.root.newFile(
            "procedures.json", #"[{"code":"9.000001","title":"Mẫu"}]"#)
        #expect(try office.central("catalog", "import", file.path).code == 0)
        let desk = try office.desk("desk")
        try desk.sync()
        return (office, desk)
    }

    /// Runs a program at another time. `faketime` names what it shares by its process, and does not start where one
    /// of the same number was killed: then another number is tried.
    private func run(
        at time: String, _ program: String, _ arguments: [String], in folder: TemporaryDirectory
    ) throws -> Program.Ending {
        var ending: Program.Ending
        var tries = 0
        repeat {
            tries += 1
            ending = try Program.run(
                "/usr/bin/faketime", [time, Program.path(program)] + arguments, in: folder)
        } while ending.errors.hasPrefix("faketime: sem_open: File exists") && tries < 20
        return ending
    }

    /// Runs a command of the desk at another time.
    private func at(
        _ time: String, _ desk: Desk, _ arguments: String...
    ) throws -> Program.Ending {
        try run(at: time, "counter", arguments + ["--home", desk.home], in: desk.directory)
    }

    private func receive(_ time: String, _ desk: Desk, _ more: String...) throws -> Program.Ending {
        try run(
            at: time, "counter",
            ["receive", "procedure=\(Self.procedure)", "applicant_name=Pin Hết"] + more
                + ["--home", desk.home],
            in: desk.directory)
    }

    @Test("taking in goes on, with a warning in years; status, report and central say it")
    func takingIn() throws {
        let (office, desk) = try office()
        let first = try receive("2000-01-01 08:00:00", desk)
        #expect(first.code == 0 && first.output.contains("-000101-"), "\(first.errors)")
        // Both times, in years.
        #expect(first.errors.contains("says 2000-01-01 15:00, 2"), "\(first.errors)")
        #expect(first.errors.contains("years behind: central's was at 2"), "\(first.errors)")
        for (time, day) in [
            ("1970-01-01 08:00:00", "1970-01-01"), ("2100-05-05 08:00:00", "2100"),
        ] {
            let other = try receive(time, desk)
            #expect(other.code == 0, "\(other.errors)")
            #expect(other.errors.contains("no code can be made for \(day)"), "\(other.errors)")
            #expect(other.errors.contains("counter recode"))
        }
        let status = try at("2000-01-01 08:01:00", desk, "status")
        #expect(status.output.contains("years behind"))
        #expect(status.output.contains("3 records were written under a wrong clock"))
        let synced = try at("2000-01-01 08:01:00", desk, "sync")
        #expect(synced.code == 0, "\(synced.errors)")
        #expect(synced.errors.contains("years behind central's"), "\(synced.errors)")
        #expect(!synced.errors.contains("minutes") && synced.output.contains("3 records were"))
        let central = try office.central("status")
        #expect(central.output.contains("3 records were written under a wrong clock"))
        #expect(central.output.contains("at its last exchange its clock was 2"))
        #expect(try office.central("devices").output.contains("years behind"))
        let month = String(Date().ISO8601Format().prefix(7))
        let report = try office.central("report", "--period", month)
        #expect(report.output.contains("Dated after the cut: 1 record"), "\(report.output)")
        #expect(report.output.contains("received_at 2100-05-05"))
        #expect(report.output.contains("not set right yet: 3 dossiers"))
    }

    @Test("what was entered is set right in bulk with a reason, as far as it is known by how much")
    func correcting() throws {
        let (office, desk) = try office()
        let made = try receive("2000-01-01 08:00:00", desk, "--json")
        let id = try #require(made.json["id"]?.stringValue)
        let other = try receive("1970-01-01 08:00:00", desk, "--json")
        let lost = try #require(other.json["id"]?.stringValue)
        #expect(
            try at("2000-01-01 08:00:30", desk, "request-supplement", id, "thiếu").code == 0)
        #expect(try at("2000-01-01 08:01:00", desk, "sync", "-q").code == 0)
        let dry = try desk("correct-times", "--reason", "pin", "--dry-run", "--json")
        #expect(dry.code == 65)
        #expect(try dry.json["corrected"]?.arrayValue?.count == 1)
        #expect(try desk("status", "--json").json["wrongClockRecords"]?.integerValue == 2)
        let done = try desk("correct-times", "--reason", "hết pin CMOS")
        #expect(done.code == 65 && done.output.contains("1 record set right"), "\(done.output)")
        #expect(done.output.contains("1 record left"))
        let record = try desk.record(id)
        let year = String(Date().ISO8601Format().prefix(4))
        let fields = try record.at("fields")
        #expect(fields["received_at"]?.stringValue?.hasPrefix(year) == true)
        #expect(fields["notes"]?.arrayValue?.last?.stringValue == "times set right: hết pin CMOS")
        let shown = try desk("show", id, "--history")
        #expect(shown.output.contains("2000-01-01 15:00"), "what was before stays")
        // The other: nobody knows but a person, and it gets a code of its right day.
        let hourAgo = Date().addingTimeInterval(-3600)
        let named = try desk(
            "correct-times", lost, "--reason", "1970", "--to", hourAgo.ISO8601Format(), "--json")
        #expect(named.code == 0, "\(named.errors)")
        let code = try named.json["corrected"]?.arrayValue?.first?["newCode"]?.stringValue
        // The offices' day.
        let today = String(hourAgo.addingTimeInterval(7 * 3600).ISO8601Format().prefix(10))
        let digits = today.dropFirst(2).replacing("-", with: "")
        #expect(code?.contains("-\(digits)-") == true, "\(named.output)")
        #expect(try desk("status", "--json").json["wrongClockRecords"]?.integerValue == 0)
        try desk.sync()
        try office.expectSame(as: desk)
        #expect(try !office.central("status").output.contains("wrong clock"))
        // It may be another month within the hour.
        let around = [-40, 40].map { (days: Double) in
            String(hourAgo.addingTimeInterval(days * 86_400).ISO8601Format().prefix(10))
        }
        let report = try office.central(
            "report", "--from", around[0], "--to", around[1], "--json")
        let total = try report.json.at("total")
        #expect(total["received"]?["total"]?.integerValue == 2)
        #expect(total["carriedOver"]?.integerValue == 0)
        #expect(try report.json["clocks"] == nil)
    }

    @Test("what cannot be set right holds up nothing else: of another desk, handed over, erased")
    func apart() throws {
        let (office, desk) = try office()
        let other = try office.desk("other")
        let ids = try (0..<3).map { minute in
            let made = try receive("2000-01-01 08:0\(minute):00", desk, "--json")
            return try #require(made.json["id"]?.stringValue)
        }
        #expect(try at("2000-01-01 08:03:00", desk, "sync", "-q").code == 0)
        #expect(try desk("hand-over", ids[0], Office.otherCode).code == 0)
        #expect(try office.central("erase", ids[1], "--reason", "QĐ 1").code == 0)
        for each in [desk, other] { try each.sync() }
        let theirs = try other("correct-times", "--reason", "pin", "--json").json
        #expect(theirs["corrected"] == [] && theirs["failed"] == [])
        #expect(try #require(theirs["elsewhere"]?.integerValue) > 0)
        let done = try desk("correct-times", "--reason", "pin", "--json")
        #expect(done.code == 65, "\(done.errors)")
        func named(_ list: String) throws -> [String?] {
            try done.json.at(list).arrayValue?.map { $0["id"]?.stringValue } ?? []
        }
        #expect(try named("failed") == [ids[0]])
        #expect(try Set(named("corrected")) == [ids[1], ids[2]])
        #expect(try done.json["unknown"] == [] && done.json["elsewhere"] == 0)
        let codes = try done.json.at("corrected").arrayValue?.map { $0["newCode"] }
        #expect(codes == [.null, .null], "they have one")
        try desk.sync()
        try office.expectSame(as: desk)
    }

    @Test("a person's word stands above the clock: when it happened, when it began, by how much")
    func words() throws {
        let (office, desk) = try office()
        let said = try receive(
            "2000-01-01 08:00:00", desk, "--at", "2021-05-31T08:30:00+07:00")
        #expect(said.code == 0 && !said.errors.contains("behind"), "\(said.errors)")
        #expect(try desk("status", "--json").json["wrongClockRecords"]?.integerValue == 0)
        let made = try receive("2000-01-01 08:00:00", desk, "--json")
        let id = try #require(made.json["id"]?.stringValue)
        #expect(
            try at("2000-01-01 09:30:00", desk, "request-supplement", id, "thiếu").code == 0)
        /// From when to when each act is moved, in milliseconds since the Unix epoch.
        func acts(_ more: String...) throws -> [(from: Int64, to: Int64)] {
            let done = try Program.run(
                "counter",
                ["correct-times", id, "--reason", "pin", "--json", "--home", desk.home] + more,
                in: office.root)
            let list = try done.json.at("corrected").arrayValue?.first?["acts"]?.arrayValue
            return try (list ?? []).map { act in
                func time(_ name: String) throws -> Int64 {
                    let text = try #require(act[name]?.stringValue)
                    return try #require(RFC3339.millisecondsSinceEpoch(text)).milliseconds
                }
                return (try time("from"), try time("to"))
            }
        }
        let back = try acts("--move", "-7h", "--dry-run")
        #expect(back.map { $0.to - $0.from } == [-25_200_000, -25_200_000])
        let start = "2021-06-01T09:15:00+07:00"
        let moved = try acts("--to", start)
        let first = try #require(moved.first)
        #expect(first.to == RFC3339.millisecondsSinceEpoch(start)?.milliseconds)
        #expect(moved.map { $0.to - $0.from } == [first.to - first.from, first.to - first.from])
        #expect(first.to - first.from > 0 && moved[1].from > first.from)
        // Central's own clock is judged too.
        let central = try run(
            at: "2000-01-01 08:00:00", "central", ["status", "--home", office.home], in: office.root
        )
        let words = "this machine's clock says 2000-01-01"
        #expect(central.output.contains(words), "\(central.output)")
    }

    @Test("a person at a terminal is asked once, and may think better of it")
    func asking() throws {
        let (office, desk) = try office()
        let command =
            "faketime \"2000-01-01 08:00:00\" \(Program.path("counter")) receive "
            + "procedure=\(Self.procedure) applicant_name=Lan --home \(desk.home)"
        let refused = try Program.typed(
            (after: "Write all the same", keys: "n\n"), command: command, in: office.root)
        #expect(refused.code == 75 && refused.output.contains("nothing was written"))
        #expect(try desk("list", "--json").jsonLines.isEmpty)
        let agreed = try Program.typed(
            (after: "Write all the same", keys: "y\n"), command: command, in: office.root)
        #expect(agreed.code == 0, "\(agreed.output)")
        // Not again for the same clock.
        let again = try Program.typed(
            command: command.replacing("=Lan ", with: "=Mai "), in: office.root)
        #expect(again.code == 0, "\(again.output)")
        #expect(!again.output.contains("Write all the same") && again.output.contains("warning"))
        #expect(try desk("list", "--json").jsonLines.count == 2)
    }
}
