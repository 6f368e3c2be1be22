import Language
import CommandLineTool
import Testing

@Suite("A clock's skew in words")
struct ClockSkewTests {
    @Test(
        "less than two seconds is right",
        arguments: [
            (nil, "?"), (0, "right"), (1_999, "right"), (-1_999, "right"), (2_000, "2 s ahead"),
            (-61_500, "61 s behind"), (Int64.min, "9223372036854775 s behind"),
        ] as [(Int64?, String)])
    func words(milliseconds: Int64?, words: String) {
        #expect(ClockSkew.text(milliseconds: milliseconds) == words)
    }
}
