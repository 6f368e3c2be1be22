import Testing
import Text

@Suite("A clock's skew in words")
struct ClockSkewTests {
    @Test(
        "less than two seconds is right, and a long time is said in days and years",
        arguments: [
            (nil, "?"), (0, "right"), (1_999, "right"), (-1_999, "right"),
            (2_000, "2 seconds ahead"), (-119_999, "119 seconds behind"),
            (120_000, "2 minutes ahead"), (-7_200_000, "2 hours behind"),
            (7 * 3_600_000, "7 hours ahead"), (172_800_000, "2 days ahead"),
            (-849_237_180_000, "26 years behind"), (-63_000_000_000, "729 days behind"),
            (Int64.min, "292,271,023 years behind"),
        ] as [(Int64?, String)])
    func words(milliseconds: Int64?, words: String) {
        #expect(ClockSkew.words(milliseconds: milliseconds).english == words)
    }

    @Test("in Vietnamese too")
    func vietnamese() {
        #expect(ClockSkew.words(milliseconds: 0).vietnamese == "đúng")
        #expect(ClockSkew.words(milliseconds: -849_237_180_000).vietnamese == "chậm 26 năm")
        #expect(ClockSkew.words(milliseconds: 3 * 86_400_000).vietnamese == "nhanh 3 ngày")
    }
}
