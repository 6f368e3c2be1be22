import Dossiers
import Testing
import Time

@Suite("Codes of dossiers")
struct DossierCodeTests {
    @Test("The national form is read and written.")
    func nationalForm() throws {
        let code = try #require(DossierCode(parsing: "000.17.22.H56-210531-0001"))
        #expect(code.agency == "000.17.22.H56")
        #expect(code.day == CalendarDate(year: 2021, month: 5, day: 31))
        #expect(code.number == 1)
        #expect(code.description == "000.17.22.H56-210531-0001")
    }

    @Test("Numbers have at least four digits and grow beyond.")
    func numbers() throws {
        let day = try #require(CalendarDate(parsing: "2006-01-02"))
        let texts: [(Int64, String)] = [
            (0, "H56-060102-0000"), (9_999, "H56-060102-9999"), (10_000, "H56-060102-10000"),
            (DossierCode.numberMax, "H56-060102-999999999999"),
        ]
        for (number, text) in texts {
            let code = try #require(DossierCode(agency: "H56", day: day, number: number))
            #expect(code.description == text)
            #expect(DossierCode(parsing: text) == code)
        }
        #expect(DossierCode(agency: "H56", day: day, number: -1) == nil)
        #expect(DossierCode(agency: "H56", day: day, number: DossierCode.numberMax + 1) == nil)
    }

    @Test("The longest code fits into the field.")
    func longestCode() throws {
        let day = try #require(CalendarDate(parsing: "2099-12-31"))
        let agency = String(repeating: "A", count: 44)
        let code = try #require(
            DossierCode(agency: agency, day: day, number: DossierCode.numberMax))
        #expect(code.description.utf8.count == DossierLimits.codeCharactersMax)
        #expect(DossierCode(agency: agency + "A", day: day, number: 1) == nil)
    }

    @Test(
        "Other texts are no codes of this form.",
        arguments: [
            "", "-", "--", "H56-210531", "H56-210531-001", "H56-210531-00001", "H56-210532-0001",
            "H56-210229-0001", "H56-21053-0001", "-210531-0001", "H 56-210531-0001",
            "H56-210531-0001-1", "H56-210531-+001", "H56-2105+1-0001", "H56-210531-٠٠٠١",
            "Đ56-210531-0001", "H56-210531-1000000000000", "H56-210531-0001 ",
        ])
    func otherTexts(text: String) {
        #expect(DossierCode(parsing: text) == nil)
    }

    @Test("Only years that two digits can say have a code.")
    func years() {
        for (year, isPossible) in [(1999, false), (2000, true), (2099, true), (2100, false)] {
            let code = CalendarDate(year: year, month: 1, day: 1)
                .flatMap { DossierCode(agency: "H56", day: $0, number: 1) }
            #expect((code != nil) == isPossible, "\(year)")
        }
    }
}
