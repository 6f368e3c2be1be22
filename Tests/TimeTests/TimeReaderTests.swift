import Testing
import Text
import Time

@Suite("Days and times as people write them")
struct TimeReaderTests {
    private let morning = OfficeTime.startOfDay(
        CalendarDate(parsing: "2026-11-30") ?? CalendarDate(daysSinceEpoch: 0))

    private func read(_ text: String, today: String? = nil) throws -> String {
        let today = today.flatMap { CalendarDate(parsing: $0) }
        switch try TimeReader.moment(text, today: today) {
        case .day(let day): return day.description
        case .instant(let instant): return OfficeTime.text(milliseconds: instant)
        }
    }

    @Test(
        "A day in every way in use.",
        arguments: [
            "30/11/2026", "30-11-2026", "30.11.2026", "2026-11-30", "2026/11/30", "20261130",
            "ngày 30 tháng 11 năm 2026", "30 tháng 11 năm 2026", "Ngày 30 tháng 11, 2026",
            "NGÀY 30/11/2026", "30-Nov-2026", "30 November 2026", "November 30, 2026",
            "Thứ Hai, 30/11/2026", "thứ 2 ngày 30/11/2026", "Monday, November 30, 2026",
            " 30 / 11 / 2026 ", "30/11\u{2044}2026".replacing("\u{2044}", with: "/"),
            "'30/11/2026", "\u{200E}30/11/2026", "30–11–2026", "３０/11/2026",
        ])
    func days(text: String) throws {
        #expect(try read(text) == "2026-11-30")
        #expect(try TimeReader.day(text).description == "2026-11-30")
    }

    @Test("A time in every way in use, before its day or behind it.")
    func times() throws {
        for (text, time) in [
            ("8:30", "08:30:00"), ("08:30", "08:30:00"), ("8:30:15", "08:30:15"),
            ("08:30:15.250", "08:30:15.250"), ("08h30", "08:30:00"), ("8h", "08:00:00"),
            ("8 giờ 30", "08:30:00"), ("8 giờ 30 phút", "08:30:00"), ("8g30", "08:30:00"),
            ("2:30:00 CH", "14:30:00"), ("2:30:00CH", "14:30:00"), ("2:30 PM", "14:30:00"),
            ("2:30 p.m.", "14:30:00"), ("8:30:00SA", "08:30:00"), ("12:30 SA", "00:30:00"),
            ("12:30 CH", "12:30:00"), ("14:30 chiều", "14:30:00"), ("2 giờ chiều", "14:00:00"),
            ("11h30 trưa", "11:30:00"), ("1h trưa", "13:00:00"), ("7 giờ tối", "19:00:00"),
            ("2 PM", "14:00:00"), ("0:00", "00:00:00"), ("23:59:59", "23:59:59"),
        ] {
            for written in [
                "\(text) 30/11/2026", "30/11/2026 \(text)", "\(text), ngày 30/11/2026",
                "\(text) ngày 30 tháng 11 năm 2026", "\(text) - 30/11/2026",
                "30/11/2026, \(text)", "30/11/2026 lúc \(text)", "2026-11-30 \(text)",
            ] {
                #expect(try read(written) == "2026-11-30T\(time)+07:00", "\(written)")
            }
            #expect(try read(text, today: "2026-11-30") == "2026-11-30T\(time)+07:00")
        }
    }

    @Test(
        "ISO 8601 with an offset or without, with a colon in it or without.",
        arguments: [
            "2026-11-30T08:30:00+07:00", "2026-11-30T08:30:00+0700", "2026-11-30T08:30+07",
            "2026-11-30T08:30:00", "2026-11-30T08:30", "2026-11-30 08:30:00",
            "2026-11-30T01:30:00Z", "2026-11-30T01:30Z", "2026-11-30t01:30z",
            "20261130T083000", "20261130T0830+0700", "20261130083000", "2026-11-30T08:30:00.000",
            "2026-11-29T20:30:00-05:00", "2026-11-29T20:30:00-0500", "2026-11-30 08:30 UTC+7",
            "2026-11-30 01:30 GMT", "30/11/2026 08:30:00 +07:00",
        ])
    func iso(text: String) throws {
        #expect(try read(text) == "2026-11-30T08:30:00+07:00")
    }

    @Test("Whatever is left unread refuses the value, with the place and the cause.")
    func leftovers() {
        for (text, place, cause) in [
            ("", 1, .notATime), ("hôm qua", 1, .notATime), ("8:30", 1, .timeWithoutDay),
            ("46027", 1, .bareNumber), ("46027.5", 1, .bareNumber), ("12345678", 1, .bareNumber),
            ("30/11", 6, .yearOfFourDigits), ("30/11/26", 7, .yearOfFourDigits),
            ("31/11/2026", 1, .noSuchDay), ("11/30/2026", 1, .noSuchDay),
            ("2026-13-01", 1, .noSuchDay), ("30/11-2026", 6, .yearOfFourDigits),
            ("30/11/2026 8", 12, .notATime), ("30/11/2026 8:3", 14, .noSuchTime),
            ("30/11/2026 25:00", 12, .noSuchTime), ("30/11/2026 24:00", 12, .noSuchTime),
            ("30/11/2026 8:60", 14, .noSuchTime), ("30/11/2026 14:30 SA", 12, .noSuchTime),
            ("30/11/2026 0:30 CH", 12, .noSuchTime), ("30/11/2026 8:30 sớm", 17, .notATime),
            ("30/11/2026 8:30 CH CH", 20, .notATime), ("30/11/2026 8:30 9:30", 17, .notATime),
            ("30/11/2026 01/12/2026", 12, .notATime), ("30/11/2026,", 11, .notATime),
            ("30/11/2026 (thứ hai)", 12, .notATime), ("Thứ Ba, 30/11/2026", 1, .wrongWeekday),
            ("2026-11-30T08:30:00+25:00", 20, .noSuchTime), ("30/11/2026-", 11, .notATime),
            ("ngày mai", 6, .notADay), ("8:30-30/11/2026", 5, .notATime),
            ("30/11/20261", 7, .yearOfFourDigits),
        ] as [(String, Int, Unread.Cause)] {
            #expect(throws: Unread(place, cause), "\(text)") { try TimeReader.moment(text) }
        }
        #expect(throws: Unread(12, .notADay)) { try TimeReader.day("30/11/2026 8:30") }
    }

    @Test("Periods of whole months, and from a day to another.")
    func periods() throws {
        func days(_ text: String) throws -> String {
            let days = try PeriodReader.days(text)
            return "\(days.from) \(days.to)"
        }
        for text in [
            "11/2026", "2026-11", "tháng 11/2026", "tháng 11 năm 2026", "T11/2026", "2026/11",
            "01/11/2026 - 30/11/2026", "01/11/2026 – 30/11/2026", "2026-11-01 to 2026-11-30",
            "từ 01/11/2026 đến 30/11/2026", "từ ngày 01/11/2026 đến ngày 30/11/2026",
        ] {
            #expect(try days(text) == "2026-11-01 2026-11-30", "\(text)")
        }
        for text in [
            "quý 4/2026", "quý IV/2026", "Q4/2026", "2026-Q4", "Quý IV năm 2026", "2026-q4",
        ] {
            #expect(try days(text) == "2026-10-01 2026-12-31", "\(text)")
        }
        #expect(try days("2026-H1") == "2026-01-01 2026-06-30")
        #expect(try days("6 tháng cuối năm 2026") == "2026-07-01 2026-12-31")
        #expect(try days("năm 2026") == "2026-01-01 2026-12-31")
        #expect(try days("2/2024") == "2024-02-01 2024-02-29")
        for text in [
            "", "13/2026", "2026-13", "2026-Q5", "11/26", "11", "2026-11-30", "Q4", "0/2026",
            "2026-H3", "11/2026 x", "1899",
        ] {
            #expect(throws: Unread.self, "\(text)") { try PeriodReader.days(text) }
        }
    }
}
