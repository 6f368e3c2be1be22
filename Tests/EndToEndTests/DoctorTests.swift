import Foundation
import JSON
import Testing

/// What is wrong is said with what to do, and a bundle for support holds nothing of people.
@Suite("Doctor", .ownThreads)
struct DoctorTests {
    private func verdicts(_ ending: Program.Ending) throws -> [String: String] {
        var found: [String: String] = [:]
        for finding in try ending.json.arrayValue ?? [] {
            found[finding["name"]?.stringValue ?? ""] = finding["verdict"]?.stringValue
        }
        return found
    }

    @Test(
        "a counter's: well while central answers, a note when it does not, a fault without a replica"
    )
    func counter() throws {
        let office = try Office()
        let desk = try office.desk("desk")
        _ = try desk.enter("applicant_name=SECRET")
        try desk.sync()
        let well = try desk("doctor", "--json")
        let found = try verdicts(well)
        #expect(well.code == 0 && found["link"] == "ok" && found["sync"] == "ok", "\(found)")
        #expect(found["backup"] == "warning" && found["disk"] == "ok" && found["home"] == "ok")
        let bundle = try office.root.path + "/bundle"
        try office.stop()
        let cut = try desk("doctor", "--bundle", bundle)
        #expect(cut.code == 0 && cut.output.contains("→"), "\(cut.output)")
        let text = try String(contentsOfFile: bundle, encoding: .utf8)
        #expect(!text.contains("SECRET") && text.contains("\"link\""), "\(text)")
        let mode = try FileManager.default.attributesOfItem(atPath: bundle)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(try desk("doctor", "--bundle", bundle).code == 73)
        try FileManager.default.removeItem(atPath: desk.home + "/replica.db")
        let gone = try desk("doctor", "--json")
        #expect(try gone.code == 69 && verdicts(gone)["database"] == "fault")
    }

    @Test(
        "central's: whether it serves, its certificate, its backups, and a home that is open to others"
    )
    func central() throws {
        let office = try Office(tls: ["--tls"])
        let home = try office.home
        let well = try office.central("doctor", "--json")
        let found = try verdicts(well)
        #expect(
            well.code == 0 && found["serving"] == "ok" && found["certificate"] == "ok", "\(found)")
        try office.stop()
        #expect(try verdicts(office.central("doctor", "--json"))["serving"] == "warning")
        #expect(try office.central("backup", office.root.path + "/backups").code == 0)
        #expect(try verdicts(office.central("doctor", "--json"))["backup"] == "ok")
        chmod(home, 0o755)
        let open = try office.central("doctor")
        #expect(open.code == 0 && open.output.contains("chmod -R go= "), "\(open.output)")
    }
}
