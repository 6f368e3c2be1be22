import Foundation
import JSON
import Testing

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

    /// Runs a command of the desk at another time.
    private func at(
        _ time: String, _ desk: Desk, _ arguments: String...
    ) throws -> Program.Ending {
        try Program.run(
            "/usr/bin/faketime",
            [time, Program.path("counter")] + arguments + ["--home", desk.home],
            in: desk.directory)
    }

    private func receive(_ time: String, _ desk: Desk, _ more: String...) throws -> Program.Ending {
        try Program.run(
            "/usr/bin/faketime",
            [time, Program.path("counter"), "receive", "procedure=\(Self.procedure)"]
                + ["applicant_name=Pin Hết"] + more + ["--home", desk.home],
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
        #expect(shown.output.contains("2000-01-01T15:00:"), "what was before stays")
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
        let report = try office.central("report", "--period", String(today.prefix(7)), "--json")
        let total = try report.json.at("total")
        #expect(total["received"]?["total"]?.integerValue == 2)
        #expect(total["carriedOver"]?.integerValue == 0)
        #expect(try report.json["clocks"] == nil)
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
        let again = try Program.typed(command: command, in: office.root)
        #expect(again.code == 0, "\(again.output)")
        #expect(!again.output.contains("Write all the same") && again.output.contains("warning"))
        #expect(try desk("list", "--json").jsonLines.count == 2)
    }
}
