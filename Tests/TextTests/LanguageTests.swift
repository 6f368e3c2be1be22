import Testing
import Text

@Suite("Languages")
struct LanguageTests {
    @Test("the environment chooses as POSIX orders it; what is unknown is English")
    func environment() {
        let cases: [([String: String], Language)] = [
            ([:], .english), (["LANG": "vi_VN.UTF-8"], .vietnamese), (["LANG": "vi"], .vietnamese),
            (["LANG": "C.UTF-8"], .english), (["LANG": "fr_FR.UTF-8"], .english),
            (["LANG": "vi_VN", "LC_ALL": "C"], .english),
            (["LANG": "C", "LC_MESSAGES": "vi_VN.UTF-8"], .vietnamese),
            (["LC_ALL": "", "LANG": "vi_VN"], .vietnamese), (["LANG": "vit"], .english),
        ]
        for (environment, language) in cases {
            #expect(Language(environment: environment) == language, "\(environment)")
        }
    }

    @Test("numbers and days are written as each language writes them")
    func forms() {
        #expect(Language.english.number(16_983) == "16,983")
        #expect(Language.vietnamese.number(16_983) == "16.983")
        #expect(Language.vietnamese.number(-1_234_567) == "-1.234.567")
        #expect([0, 7, 999, 1000].map(Language.english.number) == ["0", "7", "999", "1,000"])
        #expect(Language.english.number(.min) == "-9,223,372,036,854,775,808")
        #expect(Language.vietnamese.day("2021-05-31") == "31/05/2021")
        #expect(Language.english.day("2021-05-31") == "2021-05-31")
        #expect(Language.vietnamese.day("never") == "never")
    }

    @Test("a message is in both languages, and so are messages put together")
    func messages() {
        let message = Message("two", vi: "hai") + Message(verbatim: ": ") + Message("a", vi: "b")
        #expect(message.text(in: .english) == "two: a")
        #expect(message.text(in: .vietnamese) == "hai: b")
        let joined = Message.joined([message, message], separator: ", ")
        #expect(joined.vietnamese == "hai: b, hai: b")
        #expect(Message(verbatim: "").isEmpty && !message.isEmpty)
    }
}
