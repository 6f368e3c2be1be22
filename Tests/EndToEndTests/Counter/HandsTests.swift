import Foundation
import JSON
import Testing

@Suite("What a clerk's hands are spared", .ownThreads)
struct HandsTests {
    @Test("who writes is remembered: by the command, the environment, then the counter's settings")
    func writer() throws {
        let office = try Office()
        let desk = try office.desk("a")
        func by(_ code: String, _ words: [String] = [], _ environment: [String: String] = [:])
            throws
            -> String?
        {
            let made = try Program.run(
                "counter", ["new", "code=\(code)", "--home", desk.home] + words, in: office.root,
                environment: environment)
            #expect(made.code == 0, "\(made.errors)")
            return try desk("show", code, "--history", "--json").json["history"]?.arrayValue?
                .first?["by"]?.stringValue
        }
        #expect(try by("A-1") == nil)
        #expect(try desk("settings", "--by", " Lê  Thị Hoa ").code == 0)
        #expect(try desk("settings", "--json").json["by"] == "Lê Thị Hoa")
        #expect(try by("A-2") == "Lê Thị Hoa")
        #expect(try by("A-3", [], ["DOSSIER_BY": "Lan"]) == "Lan")
        #expect(try by("A-4", ["--by", "Na"], ["DOSSIER_BY": "Lan"]) == "Na")
        #expect(try desk("settings", "--by", "").code == 0)
        #expect(try by("A-5") == nil)
    }

    @Test("resolve shows the values numbered, and takes a number")
    func numbers() throws {
        let office = try Office()
        let (a, b) = (try office.desk("a"), try office.desk("b"))
        #expect(try a("new", "code=A-1").code == 0)
        for desk in [a, b] { try desk.sync() }
        #expect(try a("set", "A-1", "applicant_name=Hoa", "fee_vnd=1000").code == 0)
        #expect(try b("set", "A-1", "applicant_name=Huệ", "fee_vnd=2000").code == 0)
        for desk in [a, b, a] { try desk.sync() }
        let shown = try a("resolve", "A-1")
        #expect(shown.code == 0 && shown.output.contains("counter resolve A-1"), "\(shown.errors)")
        let lines = try a("resolve", "A-1", "applicant_name").output.split(separator: "\n")
        let second = try #require(lines.first { $0.hasPrefix("  2  ") })
        let name = second.contains("Huệ") ? "Huệ" : "Hoa"
        #expect(try a("resolve", "A-1", "applicant_name", "2").code == 0)
        #expect(try a("resolve", "A-1", "fee_vnd", "2.000 đ").code == 0)
        let fields = try a("show", "A-1", "--json").json["fields"]
        #expect(fields?["applicant_name"]?.stringValue == name && fields?["fee_vnd"] == 2000)
        #expect(try a("resolve", "A-1").code == 65)
    }
}
