import Dossiers
import Testing

@Suite("Codes however they are written")
struct CodeTextTests {
    @Test("All ways of writing a code have one key; other codes have others.")
    func keys() {
        let code = "000.17.01.H56-260105-0001"
        for written in [
            code, code.lowercased(), " \(code) ", "000.17.01.H56–260105—0001",
            "000.17.01.H56 - 260105 - 0001", "'\(code)", "=\"\(code)\"", "’\(code)",
            "000.17.01.H56\u{2011}260105\u{2212}0001", "\u{FEFF}\(code)\u{200B}",
            "０００.17.01.H56-260105-0001", "000.17.01.\u{A0}h56-260105-0001",
        ] {
            #expect(CodeText.key(written) == CodeText.key(code), "\(written)")
        }
        for other in ["000.17.01.H56-260105-0002", "000.17.01.H56260105-0001", "", "'"] {
            #expect(CodeText.key(other) != CodeText.key(code), "\(other)")
        }
        #expect(CodeText.key("Đ-1") == CodeText.key("đ-1"))
        #expect(CodeText.key("D-1") != CodeText.key("Đ-1"))
    }

    @Test("A code is kept as it was written, but for what is no part of it.")
    func plain() {
        #expect(CodeText.plain("h56–1") == "h56–1")
        #expect(CodeText.plain(" ='H\t5 ") == "='H5")
        #expect(CodeText.plain("=\"'H5\"") == "H5")
        #expect(CodeText.plain("=\"\"") == "=\"\"")
    }

    @Test("A procedure is the same with its authority and without, and nothing else is.")
    func procedures() {
        #expect(
            CodeText.procedureKeys("1.004199.000.00.00.H56")
                == ["1.004199.000.00.00.h56", "1.004199"])
        for other in [
            "1.004199", "1.004199.000.00.00", "1.004199.00.00.00.H56", "1.004199.000.00.00.X56",
            "Thủ tục", "000.17.01.H56-260105-0001", "1.004199.000.00.00.H",
        ] where other != "1.004199.000.00.00.H" {
            #expect(CodeText.procedureKeys(other) == [CodeText.key(other)], "\(other)")
        }
    }
}
