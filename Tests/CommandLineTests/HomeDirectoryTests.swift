import CommandLine
import Testing

@Suite("Where a program keeps its data")
struct HomeDirectoryTests {
    private func path(_ given: String?, _ environment: [String: String]) throws -> String {
        try HomeDirectory.path(given: given, environment, program: "p")
    }

    @Test("the option, then the variable, then the XDG data directory, then the home of the user")
    func order() throws {
        var environment = ["DOSSIER_HOME": "/d", "XDG_DATA_HOME": "/x", "HOME": "/h"]
        #expect(try path("/o", environment) == "/o")
        #expect(try path("o", environment) == "o")
        #expect(try path(nil, environment) == "/d")
        environment["DOSSIER_HOME"] = ""
        #expect(try path(nil, environment) == "/x/dossiersync/p")
        // XDG base directory specification: a relative path is passed over.
        for none in ["", "x"] {
            environment["XDG_DATA_HOME"] = none
            #expect(try path(nil, environment) == "/h/.local/share/dossiersync/p")
        }
    }

    @Test("an empty option is a mistake, and without a home there is none")
    func none() {
        #expect(throws: UsageError.self) { try path("", ["DOSSIER_HOME": "/d"]) }
        for environment in [[:], ["HOME": ""], ["HOME": "h", "XDG_DATA_HOME": "x"]] {
            let failure = #expect(throws: CommandFailure.self) { try path(nil, environment) }
            #expect(failure?.exitCode == .configuration)
        }
    }
}
