import Files
import Testing

@Suite("Where a program keeps its data")
struct HomeDirectoryTests {
    private func path(_ given: String?, _ environment: [String: String]) -> String? {
        HomeDirectory.path(given: given, environment, program: "p")
    }

    @Test("the option, then the variable, then the XDG data directory, then the home of the user")
    func order() {
        var environment = ["DOSSIER_HOME": "/d", "XDG_DATA_HOME": "/x", "HOME": "/h"]
        #expect(path("/o", environment) == "/o")
        #expect(path("o", environment) == "o")
        #expect(path(nil, environment) == "/d")
        environment["DOSSIER_HOME"] = ""
        #expect(path(nil, environment) == "/x/dossiersync/p")
        // XDG base directory specification: a relative path is passed over.
        for none in ["", "x"] {
            environment["XDG_DATA_HOME"] = none
            #expect(path(nil, environment) == "/h/.local/share/dossiersync/p")
        }
    }

    @Test(
        "without any of them there is none",
        arguments: [[:], ["HOME": ""], ["HOME": "h", "XDG_DATA_HOME": "x"]])
    func none(environment: [String: String]) {
        #expect(path(nil, environment) == nil)
    }
}
