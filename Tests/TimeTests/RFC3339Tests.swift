import Demonstration
import SeededRandom
import Testing
import Time

@Suite("Instants in RFC 3339")
struct RFC3339Tests {
    @Test(
        "The forms of an instant are understood",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, 0), ("1985-04-12T23:20:50.52Z", 482_196_050_520, 0),
            ("1996-12-19T16:39:57-08:00", 851_042_397_000, -480),
            ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130, 20),
            ("2026-03-02 08:30:00.250+07:00", 1_772_415_000_250, 420),
            ("2026-03-02t01:30:00z", 1_772_415_000_000, 0),
            ("1969-12-31T23:59:59.999Z", -1, 0), ("1970-01-01T00:00:00.0019Z", 1, 0),
            ("1970-01-01T00:00:00.123456789Z", 123, 0), ("1970-01-01T00:00:00.1Z", 100, 0),
            ("1970-01-01T00:00:00-00:00", 0, 0), ("0001-01-01T00:00:00Z", -62_135_596_800_000, 0),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999, 0),
            ("1970-01-01T00:00:00+23:59", -86_340_000, 1439),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000, 0),
        ] as [(String, Int64, Int)])
    func accepted(text: String, milliseconds: Int64, offsetMinutes: Int) throws {
        let instant = try #require(RFC3339.millisecondsSinceEpoch(text))
        #expect(instant.milliseconds == milliseconds)
        #expect(instant.offsetMinutes == offsetMinutes)
    }

    @Test(
        "What is no instant is refused",
        arguments: [
            "", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00Z", "1970-1-1T00:00:00Z",
            "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1990-12-31T23:59:60Z",
            "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "1970-04-31T00:00:00Z",
            "1970-00-01T00:00:00Z", "1970-13-01T00:00:00Z", "1970-01-00T00:00:00Z",
            "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "-1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567890Z", "1970-01-01T00:00:00,5Z",
            "1970-01-01T00:00:00+7:00", "1970-01-01T00:00:00+0700", "1970-01-01T00:00:00+24:00",
            "1970-01-01T00:00:00+07:60", "1970-01-01T00:00:00+07", "1970-01-01T00:00:00Zx",
            " 1970-01-01T00:00:00Z", "1970-01-01  00:00:00Z", "1970-01-01T00:00:00 Z",
            "１970-01-01T00:00:00Z", "1970/01/01T00:00:00Z", "1970-01-01T00.00.00Z",
        ])
    func refused(text: String) {
        #expect(RFC3339.millisecondsSinceEpoch(text) == nil)
    }

    @Test("A substring is read as well as a string")
    func substrings() {
        let text = "at 1970-01-01T00:00:01Z."
        #expect(RFC3339.millisecondsSinceEpoch(text.dropFirst(3).dropLast())?.milliseconds == 1000)
    }

    @Test(
        "An instant is written in the shortest form",
        arguments: [
            (0, 0, "1970-01-01T00:00:00Z"), (1, 0, "1970-01-01T00:00:00.001Z"),
            (120, 0, "1970-01-01T00:00:00.120Z"), (-1, 0, "1969-12-31T23:59:59.999Z"),
            (1_772_415_000_000, 420, "2026-03-02T08:30:00+07:00"),
            (0, -90, "1969-12-31T22:30:00-01:30"), (0, 1440, "1970-01-01T00:00:00Z"),
            (.max, 1439, "+292278994-08-18T07:11:55.807+23:59"),
            (.min, -1439, "-292275055-05-15T16:48:04.192-23:59"),
            (253_402_300_800_000, 0, "+10000-01-01T00:00:00Z"),
        ] as [(Int64, Int, String)])
    func written(milliseconds: Int64, offsetMinutes: Int, expected: String) {
        let text = RFC3339.string(milliseconds: milliseconds, offsetMinutes: offsetMinutes)
        #expect(text == expected)
    }

    @Test("Text and instant agree in both directions", arguments: 0..<50)
    func roundTrip(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<20 {
            let milliseconds = Int64.random(
                in: -62_135_500_000_000...253_402_200_000_000, using: &random)
            let offset = Int.random(in: -1439...1439, using: &random)
            let text = RFC3339.string(milliseconds: milliseconds, offsetMinutes: offset)
            let parsed = RFC3339.millisecondsSinceEpoch(text)
            #expect(parsed?.milliseconds == milliseconds, "seed \(seed)")
            #expect(parsed?.offsetMinutes == offset, "seed \(seed)")
        }
    }
}
