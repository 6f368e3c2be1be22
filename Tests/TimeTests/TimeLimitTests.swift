import Testing
import Time

@Suite("Limits and hours as the catalog keeps them")
struct TimeLimitTests {
    @Test(
        "what is no limit is refused",
        arguments: [
            "", "wd", "5", "5 wd", "-1wd", "99999wd", "3651d", "5wd@", "5wd@25:00", "5wd@24:01",
            "5wd@15:0", "5xx", "5wd@24:00",
        ])
    func badLimits(_ text: String) {
        #expect(TimeLimit(parsing: text) == nil)
    }

    @Test(
        "what is no hours is refused",
        arguments: [
            "", "mon", "mon-fri", "fri-mon 07:00-11:00", "mon 11:00-07:00", "mon 07:00-07:00",
            "mon 07:00-11:00 10:00-12:00", "mon 07:00-11:00; mon 13:00-17:00", "lun 07:00-11:00",
            "mon 07:00-11:00\nmon 08:00-11:00", "2021-13-01: mon 07:00-11:00",
            "2021-05-01: mon 07:00-11:00\n2021-04-01: mon 08:00-11:00",
        ])
    func badHours(_ text: String) {
        #expect(OfficeHours(parsing: text) == nil)
    }

    @Test("limits are written as they are read")
    func description() {
        for text in ["0wd", "15wd", "30d", "1mo", "8wh", "0wd@15:00", "5wd@08:05"] {
            #expect(TimeLimit(parsing: text)?.description == text)
        }
    }
}
