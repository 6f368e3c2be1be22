import Testing
import Time

@Suite("Spans of time as people type them")
struct TimeSpanTests {
    @Test(
        "units stand in order, each at most once, with one sign before them",
        arguments: [
            ("9829d2h30m", 849_234_600_000), ("90s", 90_000), ("-7h", -25_200_000),
            ("+1d", 86_400_000), ("1d1s", 86_401_000), ("0s", 0),
        ])
    func spans(text: String, milliseconds: Int64) {
        #expect(TimeSpan.milliseconds(parsing: text) == milliseconds)
    }

    @Test(
        "anything else is no span, and neither is what is longer than 300 years",
        arguments: [
            "", "-", "7", "h", "2h1d", "1h1h", "--1h", "1.5h", "1 h", "١h", "1w", "109800d",
            "99999999999999999999s",
        ])
    func others(text: String) {
        #expect(TimeSpan.milliseconds(parsing: text) == nil)
    }

    @Test("a span is written as it is read")
    func text() {
        for text in ["0s", "5m", "1d12h", "90d", "-2h30m", "1d1s"] {
            let milliseconds = TimeSpan.milliseconds(parsing: text)
            #expect(milliseconds.map(TimeSpan.text) == text)
        }
        #expect(TimeSpan.text(milliseconds: 1_999) == "1s")
    }
}
