// How central is reached from another machine: who it is, who asks, and for how long.

import Foundation
import JSON
import SQLite
import Testing

@Suite("central --remote: sessions and who is spoken to", .ownThreads)
struct RemoteSessionTests {
    private let admin: RemoteAdmin
    private var office: Office { admin.office }

    init() throws {
        admin = try RemoteAdmin()
    }

    @Test("who has no session, or one that has ended, is told to log in, and ends with 67")
    func sessions() throws {
        func expectNone() throws {
            let ending = try admin.remote(["status"])
            #expect(ending.code == 67 && ending.output.isEmpty, "\(ending)")
            #expect(ending.errors.contains("log in again"), "\(ending)")
            #expect(ending.errors.contains("central --remote \(office.url) login NAME"))
        }
        try expectNone()
        let wrong = try admin.remote(
            ["login", "chief", "--pin", admin.pin], input: "another password\n")
        #expect(wrong.code == 77 && wrong.errors.contains("the name or the password is wrong"))
        #expect(!FileManager.default.fileExists(atPath: admin.sessionFile))
        try admin.login()
        let mode = try FileManager.default.attributesOfItem(atPath: admin.sessionFile)[
            .posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(try admin.remote(["status"]).code == 0)
        // Its time is over.
        let database = try Connection(path: office.home + "/central.db", access: .readWrite)
        try database.execute("UPDATE admin_sessions SET expires = 1")
        database.close()
        try expectNone()
        // What was said of central's key is still known.
        let again = try admin.remote(["login", "chief"], input: RemoteAdmin.password + "\n")
        #expect(again.code == 0, "\(again.errors)")
        #expect(try admin.remote(["status"]).code == 0)
        #expect(try admin.remote(["logout"]).code == 0)
        try expectNone()
        #expect(try admin.remote(["logout"]).code == 67)
        let file = try office.root.newFile("password", RemoteAdmin.password + "\nsecond line\n")
            .path
        let second = try office.root.path + "/elsewhere"
        let kept = ["--session", second]
        #expect(
            try admin.remote(
                kept + ["login", "chief", "--password-file", file, "--pin", admin.pin]
            ).code == 0)
        try expectNone()
        #expect(try admin.remote(kept + ["status"]).code == 0)
        #expect(try office.central("admin", "remove", "chief").code == 0)
        #expect(try admin.remote(kept + ["status"]).code == 67)
        let spied = try office.root.newFile("open", "{}").path
        #expect(chmod(spied, 0o644) == 0)
        let open = try admin.remote(["--session", spied, "status"])
        #expect(open.code == 77 && open.errors.contains("others than you may read"), "\(open)")
        let said = try office.stop().errors
        #expect(!said.contains(RemoteAdmin.password))
    }

    @Test("a password that is typed is not shown")
    func typed() throws {
        let command =
            "\(Program.path("central")) --remote \(office.url) login chief --pin \(admin.pin)"
        let done = try Program.typed(
            (after: "password: ", keys: RemoteAdmin.password + "\n"),
            command: "HOME=\(office.root.path) \(command)", in: office.root)
        #expect(done.code == 0 && done.output.contains("logged in at"), "\(done)")
        #expect(!done.output.contains(RemoteAdmin.password))
    }

    @Test(
        "another key, no TLS, and a central that is gone are told apart, and nothing is sent to them"
    )
    func strangers() throws {
        let other = try admin.remote(
            ["login", "chief", "--pin", "0000-0000-0000-0000-0000"],
            input: RemoteAdmin.password + "\n")
        #expect(other.code == 69 && other.errors.contains("has not proved who it is"), "\(other)")
        let unknown = try admin.remote(["login", "chief"], input: RemoteAdmin.password + "\n")
        #expect(unknown.code == 69 && unknown.errors.contains("no trusted authority"))
        #expect(!FileManager.default.fileExists(atPath: admin.sessionFile))
        try admin.login()
        func run(_ arguments: String...) throws -> Program.Ending {
            try Program.run("central", arguments, in: office.root, input: "")
        }
        for words in [["status"], ["login", "chief"]] {
            let plain = try Program.run(
                "central", ["--remote", "http://central.example.vn"] + words, in: office.root,
                input: RemoteAdmin.password + "\n")
            #expect(plain.code == 64 && plain.errors.contains("refusing plain http"), "\(plain)")
            #expect(!plain.errors.contains("--insecure"))
        }
        #expect(try run("--remote", office.url, "--home", "x", "status").code == 64)
        #expect(try run("--session", "x", "status").code == 64)
        #expect(try run("login", "chief").code == 64)
        #expect(try run("--remote", "ftp://x", "status").code == 64)
        // Another central at the address, with a key of its own.
        _ = try office.stop()
        let gone = try admin.remote(["status"])
        #expect(gone.code == 69 && gone.errors.contains("cannot be reached"), "\(gone)")
        #expect(!gone.errors.contains("sync"), "that is what a counter is told: \(gone)")
        for name in ["tls-cert.pem", "tls-key.pem"] {
            try FileManager.default.removeItem(atPath: office.home + "/" + name)
        }
        #expect(try office.central("tls", "self-signed", "--name", "127.0.0.1").code == 0)
        try office.start()
        let changed = try admin.remote(["status"])
        #expect(changed.code == 69 && changed.errors.contains("not the pinned one"), "\(changed)")
    }

    @Test("on loopback plain HTTP will do, and a central that knows no commands says so")
    func older() throws {
        let plain = try Office()
        #expect(
            try plain.central("admin", "add", "chief", input: RemoteAdmin.password + "\n").code == 0
        )
        func run(_ url: String, _ arguments: String...) throws -> Program.Ending {
            try Program.run(
                "central", ["--remote", url] + arguments, in: plain.root,
                input: RemoteAdmin.password + "\n")
        }
        #expect(try run(plain.url, "login", "chief").code == 0)
        #expect(try run(plain.url, "status").code == 0)
        // A path that a proxy would take off: nothing answers there.
        let below = plain.url + "/below"
        let kept = try String(
            contentsOfFile: plain.root.path + "/.config/dossiersync/central-sessions.json",
            encoding: .utf8)
        try kept.replacing(plain.url, with: below).write(
            toFile: plain.root.path + "/.config/dossiersync/central-sessions.json",
            atomically: false, encoding: .utf8)
        let ending = try run(below, "status")
        #expect(ending.code == 76 && ending.errors.contains("of an older version"), "\(ending)")
    }
}
