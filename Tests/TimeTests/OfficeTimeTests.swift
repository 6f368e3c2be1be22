import Testing
import Time

@Suite("The offices' time")
struct OfficeTimeTests {
    @Test("A day begins at midnight, seven hours before it does in UTC, and ends a second early.")
    func bounds() throws {
        let day = try #require(CalendarDate(parsing: "2021-05-31"))
        #expect(
            OfficeTime.text(milliseconds: OfficeTime.startOfDay(day)) == "2021-05-31T00:00:00+07:00"
        )
        #expect(
            OfficeTime.text(milliseconds: OfficeTime.endOfDay(day)) == "2021-05-31T23:59:59+07:00")
    }

    @Test("Every instant of a day belongs to it, before and after 1970.")
    func dayOfInstant() throws {
        for text in ["1900-01-01", "1969-12-31", "1970-01-01", "2000-02-29", "2199-12-31"] {
            let day = try #require(CalendarDate(parsing: text))
            let start = OfficeTime.startOfDay(day)
            #expect(OfficeTime.day(ofMilliseconds: start) == day)
            #expect(OfficeTime.day(ofMilliseconds: start + 86_399_999) == day)
            #expect(OfficeTime.day(ofMilliseconds: start - 1) == day.adding(days: -1))
            #expect(OfficeTime.isStartOfDay(start))
            #expect(!OfficeTime.isStartOfDay(start + 1) && !OfficeTime.isStartOfDay(start - 1))
        }
    }

    @Test("Instants beyond every calendar do not trap.")
    func extremes() {
        #expect(OfficeTime.day(ofMilliseconds: .max) > OfficeTime.day(ofMilliseconds: .min))
        #expect(!OfficeTime.text(milliseconds: .min).isEmpty)
    }
}
