import Causality
import Replication
import Testing
import Time

@testable import Dossiers

/// The holidays of April and May 2021, and a Saturday worked for a day off.
private let holidays = [
    "2021-04-21", "2021-04-30", "2021-05-01", "2021-05-03",
].compactMap { CalendarDate(parsing: $0) }

@Suite("Deadlines")
struct DeadlineTests {
    private func instant(_ text: String) throws -> Int64 {
        try #require(RFC3339.millisecondsSinceEpoch(text + ":00+07:00")).milliseconds
    }

    private func record(_ kind: RecordKind, _ fields: [(FieldName, FieldValue)]) -> RecordState {
        var state = makeState(kind)
        state.take(replica: 7, writes: Dictionary(fields) { $1 })
        return state
    }

    private func book(_ limit: String, hours: String? = nil) -> DeadlineBook {
        var catalog = holidays.map {
            record(.holiday, [("date", .text($0.description)), ("name", .text("Nghỉ"))])
        }
        catalog.append(
            record(.holiday, [("date", .text("2021-05-08")), ("day_kind", .text("worked"))]))
        catalog.append(record(.procedure, [("code", .text("P")), ("limit", .text(limit))]))
        var office: [(FieldName, FieldValue)] = [("code", .text("O"))]
        if let hours { office.append(("hours", .text(hours))) }
        catalog.append(record(.office, office))
        return DeadlineBook(catalog: catalog)
    }

    private func due(
        _ limit: String, _ received: String, hours: String? = nil, pauses: [(String, String?)] = []
    ) throws -> String {
        var times = DossierTimes(record(.dossier, []))
        times.received = try instant(received)
        times.procedure = "P"
        times.office = "O"
        times.pauses = try pauses.map { start, end in
            Pause(start: try instant(start), end: try end.map(instant))
        }
        let deadline = try #require(book(limit, hours: hours).deadline(of: times))
        return String(OfficeTime.text(milliseconds: deadline.due).prefix(16))
    }

    @Test(
        "a limit ends at closing time, over week-ends, holidays and Saturdays that are worked",
        arguments: [
            ("5wd", "2021-04-19T09:00", "2021-04-27T17:00"),  // the 21st is a holiday
            ("3wd", "2021-04-28T09:00", "2021-05-05T17:00"),  // 30 April, 1 and 3 May
            ("3wd", "2021-05-05T09:00", "2021-05-08T17:00"),  // Saturday 8 May is worked
            ("0wd", "2021-04-19T09:00", "2021-04-19T17:00"),
            ("0wd@15:00", "2021-04-19T14:59", "2021-04-19T17:00"),
            ("0wd@15:00", "2021-04-19T15:00", "2021-04-20T17:00"),
            ("0wd@15:00", "2021-04-20T15:00", "2021-04-22T17:00"),
            ("1wd", "2021-04-19T17:00", "2021-04-22T17:00"),  // closed: counts from the 20th
            ("2wd", "2021-04-24T10:00", "2021-04-28T17:00"),  // a Saturday counts as Monday
            ("30d", "2021-04-01T09:00", "2021-05-04T17:00"),  // 1 May is off, so are 2 and 3
            ("1mo", "2021-01-29T09:00", "2021-03-01T17:00"),  // 28 February is a Sunday
            ("8wh", "2021-04-19T10:30", "2021-04-20T11:00"),
            ("1wh", "2021-04-19T11:00", "2021-04-19T14:00"),
            ("2wh", "2021-04-19T18:00", "2021-04-20T09:30"),
            ("0wd", "2021-04-19T00:00", "2021-04-19T17:00"),
        ])
    func limits(_ limit: String, _ received: String, _ expected: String) throws {
        #expect(try due(limit, received) == expected)
    }

    @Test("an office has its own hours, in the edition of the day")
    func hours() throws {
        let hours =
            "mon-fri 07:00-11:00\n2021-04-20: mon-fri 08:00-12:00 13:00-16:30; sat 08:00-11:00"
        #expect(try due("1wd", "2021-04-15T08:00", hours: hours) == "2021-04-16T11:00")
        #expect(try due("1wd", "2021-04-15T11:00", hours: hours) == "2021-04-19T11:00")
        #expect(try due("2wd", "2021-04-22T09:00", hours: hours) == "2021-04-24T11:00")
    }

    @Test("a pause moves the deadline by the working days, days or hours that it took")
    func pauses() throws {
        let start = "2021-04-12T09:00"
        #expect(try due("5wd", start) == "2021-04-19T17:00")
        let within = [("2021-04-13T10:00", Optional("2021-04-15T09:00"))]
        #expect(try due("5wd", start, pauses: within) == "2021-04-22T17:00")  // the 21st is off
        let sameDay = [("2021-04-13T10:00", Optional("2021-04-13T16:00"))]
        #expect(try due("5wd", start, pauses: sameDay) == "2021-04-19T17:00")
        #expect(try due("8wh", start, pauses: sameDay) == "2021-04-13T09:30", "it was due before")
        let morning = [("2021-04-13T08:00", Optional("2021-04-13T16:00"))]
        #expect(try due("8wh", start, pauses: morning) == "2021-04-14T08:00")
        let late = [("2021-04-20T10:00", Optional("2021-04-22T16:00"))]
        #expect(try due("5wd", start, pauses: late) == "2021-04-19T17:00", "it was due before")
        #expect(try due("5d", start, pauses: within) == "2021-04-19T17:00")
        #expect(try due("8d", start, pauses: within) == "2021-04-22T17:00")
    }

    @Test("the limit is that of the edition in force when the dossier came in")
    func editions() throws {
        let catalog = [("2021-05-01", "3wd"), ("2020-01-01", "10wd"), ("2022-01-01", "2wd")]
            .map { from, limit in
                record(
                    .procedure,
                    [
                        ("code", .text("P")), ("limit", .text(limit)),
                        ("effective_from", .text(from)),
                    ])
            }
        let book = DeadlineBook(catalog: catalog)
        func limit(_ day: String) throws -> String? {
            book.limit(ofProcedure: "P", receivedOn: try #require(CalendarDate(parsing: day)))?
                .description
        }
        #expect(try limit("2021-04-30") == "10wd")
        #expect(try limit("2021-05-01") == "3wd")
        #expect(try limit("2022-07-01") == "2wd")
        #expect(try limit("2019-07-01") == nil)
    }

    @Test("a year for which the catalog has no holidays is named")
    func missingYears() throws {
        var times = DossierTimes(record(.dossier, []))
        times.received = try instant("2021-12-20T09:00")
        times.procedure = "P"
        let deadline = try #require(book("20wd").deadline(of: times))
        #expect(deadline.yearsWithoutHolidays == [2022])
        times.due = 5
        #expect(book("20wd").deadline(of: times)?.basis == .agreed, "what a person wrote holds")
    }

    @Test("early, on time and late; paused, open and overdue")
    func standings() throws {
        var deadline = Deadline(due: try instant("2021-04-19T17:00"), basis: .agreed)
        func standing(_ finished: String?, _ now: String) throws -> Deadline.Standing {
            deadline.standing(finished: try finished.map(instant), now: try instant(now))
        }
        #expect(try standing("2021-04-18T23:59", "2022-01-01T00:00") == .early)
        #expect(try standing("2021-04-19T17:00", "2022-01-01T00:00") == .onTime)
        #expect(try standing("2021-04-19T17:01", "2022-01-01T00:00") == .late)
        #expect(try standing(nil, "2021-04-19T17:00") == .open)
        #expect(try standing(nil, "2021-04-19T17:01") == .overdue)
        deadline.pausedSince = try instant("2021-04-16T09:00")
        #expect(try standing(nil, "2021-04-19T17:01") == .paused)
    }
}
