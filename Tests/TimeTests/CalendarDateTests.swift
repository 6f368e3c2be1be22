import Demonstration
import Foundation
import SeededRandom
import Testing
import Time

@Suite("Calendar dates")
struct CalendarDateTests {
    @Test("The days of the calendar's cycle of 400 years follow one another without a gap")
    func consecutiveDays() throws {
        let first = try #require(CalendarDate(year: 1700, month: 1, day: 1))
        let cycleDays = 146_097
        var expected = first
        var disagreements = 0
        for days in first.daysSinceEpoch..<(first.daysSinceEpoch + cycleDays) {
            let date = CalendarDate(daysSinceEpoch: days)
            if date != expected || date.daysSinceEpoch != days { disagreements += 1 }
            expected =
                CalendarDate(year: date.year, month: date.month, day: date.day + 1)
                ?? CalendarDate(year: date.year, month: date.month + 1, day: 1)
                ?? CalendarDate(year: date.year + 1, month: 1, day: 1) ?? first
        }
        #expect(disagreements == 0)
        #expect(expected.description == "2100-01-01")
    }

    @Test("The years 0001 to 9999 follow one another without a gap")
    func consecutiveYears() throws {
        var days = -719_162
        for year in 1...9999 {
            let date = try #require(CalendarDate(year: year, month: 1, day: 1))
            if date.daysSinceEpoch != days || CalendarDate(daysSinceEpoch: days) != date {
                Issue.record("year \(year)")
            }
            days += CalendarDate.isLeap(year: year) ? 366 : 365
        }
        #expect(days - 1 == 2_932_896)
    }

    @Test("Foundation's Gregorian calendar agrees from 1600 on", arguments: 0..<40)
    func foundationAgrees(seed: Int) throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<10 {
            let days = Int.random(in: -135_140...2_932_896, using: &random)
            let instant = Date(timeIntervalSince1970: Double(days) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: instant)
            let date = CalendarDate(daysSinceEpoch: days)
            #expect(date.year == parts.year, "seed \(seed)")
            #expect(date.month == parts.month, "seed \(seed)")
            #expect(date.day == parts.day, "seed \(seed)")
            // Foundation counts from Sunday = 1.
            #expect(date.weekday.rawValue % 7 + 1 == parts.weekday, "seed \(seed)")
        }
    }

    @Test("A date is read from YYYY-MM-DD and nothing else")
    func parsing() {
        #expect(CalendarDate(parsing: "2026-03-02")?.description == "2026-03-02")
        #expect(CalendarDate(parsing: "0001-01-01")?.description == "0001-01-01")
        for text in [
            "", "2026-3-2", "2026-02-29", "2026-03-02 ", "20260302", "2026-03-02T", "0000-01-01",
            "2026-03-32", "２026-03-02", "2026-03-0", "2026-03-002",
        ] {
            #expect(CalendarDate(parsing: text) == nil, "\(text)")
        }
    }

    @Test("Leap years follow the rules of 4, 100 and 400")
    func leapYears() {
        #expect(CalendarDate(year: 2000, month: 2, day: 29) != nil)
        #expect(CalendarDate(year: 1900, month: 2, day: 29) == nil)
        #expect(CalendarDate(year: 2024, month: 2, day: 29) != nil)
        #expect(CalendarDate(year: 2023, month: 2, day: 29) == nil)
        #expect(CalendarDate.dayCount(year: 2024, month: 2) == 29)
        #expect(CalendarDate.dayCount(year: 2024, month: 13) == 0)
    }

    @Test("Dates are ordered and counted")
    func arithmetic() throws {
        let date = try #require(CalendarDate(parsing: "2026-03-02"))
        #expect(date.weekday == .monday)
        #expect(date.adding(days: 365).description == "2027-03-02")
        #expect(date.adding(days: -1).description == "2026-03-01")
        #expect(date.adding(days: -1) < date)
        #expect(date.adding(days: .max) > date)
        #expect(date.adding(days: .min) < date)
    }
}
