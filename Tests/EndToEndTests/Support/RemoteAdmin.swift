import JSON
import Testing

/// An admin at another machine than central's, over TLS.
struct RemoteAdmin {
    static let password = "rất dài và bí mật"

    let office: Office
    let pin: String
    /// The file of sessions.
    let sessionFile: String

    init() throws {
        office = try Office(tls: ["--tls"])
        for (name, role) in [("chief", "admin"), ("reader", "viewer")] {
            let added = try office.central(
                "admin", "add", name, "--role", role, input: Self.password + "\n")
            try #require(added.code == 0, "\(added.errors)")
        }
        pin = try #require(
            office.central("enrol", Office.code, "--json").json["pin"]?.stringValue)
        sessionFile = try office.root.path + "/.config/dossiersync/central-sessions.json"
    }

    func remote(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil
    ) throws -> Program.Ending {
        try Program.run(
            "central", ["--remote", office.url] + arguments, in: office.root,
            environment: environment, input: input)
    }

    func local(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Program.Ending {
        try Program.run(
            "central", ["--home", office.home] + arguments, in: office.root,
            environment: environment)
    }

    func login(_ name: String = "chief") throws {
        let done = try remote(["login", name, "--pin", pin], input: Self.password + "\n")
        try #require(done.code == 0, "\(done.errors)")
    }
}
