import Testing
import Text

@Suite("Text for terminals")
struct TextTests {
    @Test(
        "Cells are counted as terminals count them",
        arguments: [
            ("", 0), ("abc", 3), ("Nguyễn", 6), ("Nguye\u{302}\u{303}n", 6), ("Đặng", 4),
            ("日本", 4), ("한국", 4), ("한", 2), ("😀", 2), ("👩‍👩‍👧", 2), ("❤️", 2), ("❤", 1),
            ("🇻🇳", 2), ("ｆ", 2), ("a\u{200B}b", 2), ("\u{301}", 0), ("…", 1), ("₫", 1),
        ])
    func widths(text: String, cells: Int) {
        #expect(DisplayWidth.of(text) == cells)
    }

    @Test(
        "Text is cut to cells, never inside a character",
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdef", 4, "abc…"), ("日本語", 4, "日…"), ("日本語", 5, "日本…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"), ("abc", 1, "…"), ("abc", 0, ""),
        ])
    func truncation(text: String, width: Int, expected: String) {
        #expect(DisplayWidth.truncated(text, to: width) == expected)
    }

    @Test("Columns align whatever script the cells are in")
    func table() {
        var table = TextTable([.init("OFFICE"), .init("COUNT", alignsRight: true), .init("NOTE")])
        table.add(["Tân Phú", "16,983", "x"])
        table.add(["Ta\u{302}n Phu\u{301}", "7"])
        table.add(["日本😀", "120", "a\nb\u{1B}[2J"])
        #expect(
            table.lines == [
                "OFFICE    COUNT  NOTE",
                "Tân Phú  16,983  x",
                "Ta\u{302}n Phu\u{301}       7",
                "日本😀      120  a\\nb\\u{1B}[2J",
            ])
    }

    @Test("Within a width cells go on in the next lines, parted between words; nothing is cut off")
    func tableWithin() {
        var table = TextTable([.init("MÃ"), .init("THỦ TỤC"), .init("SỐ", alignsRight: true)])
        table.add(["H-1", "Cấp đổi giấy chứng nhận", "7"])
        table.add(["H-2", "日本日本 日本", "12"])
        #expect(
            table.lines(width: 22) == [
                "MÃ   THỦ TỤC        SỐ", "H-1  Cấp đổi giấy    7", "     chứng nhận",
                "H-2  日本日本 日本  12",
            ])
        #expect(table.lines(width: 200) == table.lines)
        #expect(table.lines == table.lines(width: nil) && table.lines[1].contains("chứng nhận"))
        // Where not even the words fit, a row is a paragraph.
        #expect(
            table.lines(width: 12) == [
                "H-1", "    THỦ TỤC:", "    Cấp đổi", "    giấy", "    chứng", "    nhận",
                "    SỐ: 7",
                "H-2", "    THỦ TỤC:", "    日本日本", "    日本", "    SỐ: 12",
            ])
        var wide = TextTable([.init("code"), .init("due"), .init("officer")])
        wide.add(["000.17.01.H56-261130-10001", "2026-12-10", "Hoa"])
        #expect(
            wide.lines(width: 40) == [
                "000.17.01.H56-261130-10001", "    due: 2026-12-10  officer: Hoa",
            ])
    }

    @Test("A table without titles has no heading, an empty one only its heading")
    func tableEdges() {
        var bare = TextTable([.init(""), .init("")])
        #expect(bare.isEmpty)
        #expect(bare.lines.isEmpty)
        bare.add(["", ""])
        bare.add(["a", "b"])
        #expect(bare.lines == ["", "a  b"])
        #expect(TextTable([.init("A")]).lines == ["A"])
    }

    @Test(
        "Byte counts have two digits below ten units and whole units above",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1049, "1.0 kB"), (1050, "1.1 kB"),
            (9949, "9.9 kB"), (9950, "10 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"),
            (1_234_567, "1.2 MB"), (16_400_000, "16 MB"), (1_000_000_000, "1.0 GB"),
            (-1500, "-1.5 kB"),
            (.max, "9.2 EB"), (.min, "-9.2 EB"),
        ])
    func byteCounts(bytes: Int, expected: String) {
        #expect(ByteCount.string(bytes) == expected)
    }

    @Test(
        "Digits are grouped by three",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (16_983, "16,983"), (1_000_001, "1,000,001"),
            (-1234, "-1,234"), (.min, "-9,223,372,036,854,775,808"),
        ])
    func groupedNumbers(number: Int, expected: String) {
        #expect(GroupedNumber.string(number) == expected)
    }

    @Test(
        "Control characters become visible",
        arguments: [
            ("Nguyễn Văn Ánh 👩‍👩‍👧", "Nguyễn Văn Ánh 👩‍👩‍👧"), ("a\nb\r\n\tc", "a\\nb\\r\\n\\tc"),
            ("\u{1B}[31m", "\\u{1B}[31m"), ("\u{9B}2J\u{7F}\0", "\\u{9B}2J\\u{7F}\\u{0}"),
            ("\u{202E}abc\u{2066}", "\\u{202E}abc\\u{2066}"),
            ("\u{200E}\u{61C}\u{2028}", "\\u{200E}\\u{61C}\\u{2028}"),
        ])
    func controlCharacters(text: String, expected: String) {
        #expect(TerminalSafe.text(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test("Line feeds can be kept, carriage returns never")
    func keptLines() {
        #expect(TerminalSafe.text("a\nb\r\nc", keepingLines: true) == "a\nb\\r\nc")
    }
}
