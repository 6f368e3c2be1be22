import Foundation
import JSON
import Testing

/// Counters and central over TLS, as they are set up by hand, and what somebody on the network tries.
@Suite("TLS between counter and central", .ownThreads)
struct TLSTests {
    private func expect(
        _ ending: Program.Ending, _ code: Int32, _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(ending.code == code, "\(ending.errors)", sourceLocation: sourceLocation)
        #expect(ending.errors.contains(words), "\(ending.errors)", sourceLocation: sourceLocation)
    }

    private func code(_ office: Office) throws -> String {
        try #require(office.central("enrol", Office.code, "--json").json["code"]?.stringValue)
    }

    private func pin(_ office: Office) throws -> String {
        try #require(office.central("tls", "show", "--json").json["pin"]?.stringValue)
    }

    /// A desk that has not enrolled.
    private func stranger(_ office: Office, _ name: String) throws -> Desk {
        Desk(home: try office.root.path + "/" + name, directory: try office.root)
    }

    private func enrolled(_ office: Office, _ name: String, _ trust: [String]) throws -> Desk {
        let desk = try stranger(office, name)
        let ending = try Program.run(
            "counter",
            ["enrol", office.url, "--code", code(office), "--home", desk.home] + trust,
            in: office.root)
        #expect(ending.code == 0, "\(ending.errors)")
        return desk
    }

    /// What a desk writes reaches another one.
    private func expectExchange(_ from: Desk, _ to: Desk) throws {
        let id = try from.enter("applicant_name=Lê Thị Hoa")
        try from.sync()
        try to.sync()
        #expect(try to.record(id)["fields"]?["applicant_name"] == "Lê Thị Hoa")
    }

    /// What a desk writes reaches another one, whose agent waits for it at central.
    private func expectNews(from other: Desk, at desk: Desk) throws {
        let id = try other.enter("applicant_name=Lê Thị Hoa")
        try other.sync()
        try wait { try desk("show", id).code == 0 }
    }

    @Test("a counter enrols and syncs by the short pin, the whole one, or a file of authorities")
    func ways() throws {
        let office = try Office(tls: ["--tls"])
        #expect(office.url.hasPrefix("https://"))
        let whole = try #require(
            office.central("tls", "show", "--json").json["key"]?.stringValue)
        let file = try office.home + "/tls-cert.pem"
        let issued = try office.central("enrol", Office.code)
        #expect(try issued.output.contains("--pin " + pin(office)))
        let desks = [
            try enrolled(office, "short", ["--pin", pin(office).lowercased()]),
            try enrolled(office, "whole", ["--pin", whole]),
            try enrolled(office, "file", ["--ca-file", file]),
        ]
        #expect(try desks[0]("status", "--json").json["centralPin"] == .string(whole))
        #expect(try desks[0]("status").output.contains(pin(office)))
        try FileManager.default.copyItem(atPath: file, toPath: file + ".away")
        try FileManager.default.removeItem(atPath: file)
        for (one, other) in zip(desks, desks.dropFirst() + desks.prefix(1)) {
            try expectExchange(one, other)
        }
    }

    @Test("a self-signed central is not believed without a pin, nor by another's pin or file")
    func impersonation() throws {
        let office = try Office(tls: ["--tls"])
        let other = try Office(tls: ["--tls"])
        let desk = try stranger(office, "desk")
        let code = try code(office)
        expect(try desk("enrol", office.url, "--code", code), 69, "no trusted authority")
        expect(
            try desk("enrol", office.url, "--code", code, "--pin", pin(other)), 69,
            "is not the one of the pin")
        let whole = try #require(other.central("tls", "show", "--json").json["key"]?.stringValue)
        expect(
            try desk("enrol", office.url, "--code", code, "--pin", whole), 69, "not the pinned one")
        expect(
            try desk(
                "enrol", office.url, "--code", code, "--ca-file", other.home + "/tls-cert.pem"),
            69, "no trusted authority")
        var mistyped = Array(try pin(office))
        mistyped[0] = mistyped[0] == "A" ? "B" : "A"
        expect(
            try desk("enrol", office.url, "--code", code, "--pin", String(mistyped)), 77, "typing")
        // The code was never told to anybody: it is still good.
        #expect(try desk("enrol", office.url, "--code", code, "--pin", pin(office)).code == 0)
    }

    @Test(
        "a central whose key is another one gets nothing; the counter keeps its work, and goes on")
    func newKey() throws {
        let office = try Office(tls: ["--tls"])
        let desk = try enrolled(office, "desk", ["--pin", pin(office)])
        try desk.sync()
        let home = try office.home
        for name in ["cert", "key"] {
            try FileManager.default.copyItem(
                atPath: "\(home)/tls-\(name).pem", toPath: "\(home)/kept-\(name).pem")
        }
        expect(try office.central("tls", "self-signed"), 73, "--keep-key")
        #expect(try office.central("tls", "self-signed", "--force").code == 0)
        let log = try reload(office)
        #expect(log.contains("read again"))

        let id = try desk.enter("applicant_name=Trần Thị Bí Mật")
        let refused = try desk("sync", "--json")
        expect(refused, 69, "not the pinned one")
        #expect(refused.errors.contains("hint") && !refused.errors.contains("Bí Mật"))
        #expect(try refused.json["pending"] == 1)
        let agent = try desk.start("run")
        defer { agent.signal(SIGKILL) }
        try wait { try desk("status", "--json").json["agent"]?["phase"] == "offline" }
        #expect(try !office.central("digest", Office.code, "--json").output.isEmpty)

        // The agent takes the trust of a new enrolment without being started anew.
        let again = try desk(
            "enrol", office.url, "--code", code(office), "--again", "--pin", pin(office))
        #expect(again.code == 0, "\(again.errors)")
        try desk.sync()
        let late = try desk.enter("applicant_name=Sau")
        try wait { try desk("status", "--json").json["pending"] == 0 }
        agent.signal(SIGTERM)
        #expect(try agent.ending().code == 0)
        let reader = try enrolled(office, "reader", ["--pin", pin(office)])
        try reader.sync()
        for record in [id, late] { #expect(try reader("show", record).code == 0) }
    }

    @Test("a new certificate of the same key, or files that cannot be used, hinder no counter")
    func reloading() throws {
        let office = try Office(tls: ["--tls"])
        let pin = try pin(office)
        let (desk, other) = (
            try enrolled(office, "desk", ["--pin", pin]),
            try enrolled(office, "other", ["--pin", pin])
        )
        let agent = try desk.start("run")
        defer { agent.signal(SIGKILL) }
        try wait { try desk("status", "--json").json["agent"]?["phase"] == "waiting" }
        let before = try certificate(office)
        let renewed = try office.central("tls", "self-signed", "--keep-key", "--days", "30")
        #expect(renewed.code == 0, "\(renewed.errors)")
        #expect(try self.pin(office) == pin)
        #expect(chmod(try office.home + "/tls-key.pem", 0o644) == 0)
        #expect(try reload(office).contains("chmod 600"))
        #expect(try certificate(office) != before)
        try expectNews(from: other, at: desk)

        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: office.home + "/tls-cert.pem"))
        #expect(try reload(office).contains("not taken"))
        try expectNews(from: other, at: desk)
        // The agent was waiting at central all the while, and its wait was not cut.
        agent.signal(SIGTERM)
        let ending = try agent.ending()
        #expect(!ending.errors.contains("cannot") && !ending.errors.contains("Offline"))
    }

    @Test("plain HTTP at the TLS port gets nothing, and a counter sends none beyond this machine")
    func plainHTTP() throws {
        let office = try Office(tls: ["--tls"])
        let connection = try RawConnection(office.url)
        connection.send("GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        #expect(!connection.received().contains("HTTP/"))

        let desk = try stranger(office, "desk")
        let code = try code(office)
        for url in ["http://central.invalid:8080", "http://10.0.0.1", "http://127.0.0.1.invalid"] {
            expect(try desk("enrol", url, "--code", code), 64, "plain http")
            #expect(!FileManager.default.fileExists(atPath: desk.home))
        }
        expect(
            try desk("enrol", "http://central.invalid", "--code", code, "--insecure"), 69, "address"
        )
        expect(
            try desk("enrol", "http://127.0.0.1", "--code", code, "--pin", pin(office)), 64, "https"
        )
    }

    @Test("central says what is wrong with its files, and does not listen in the clear")
    func serving() throws {
        let office = try Office()
        let home = try office.home
        func serve(_ arguments: String...) throws -> Program.Ending {
            try Program.run(
                "central", ["serve", "--home", home, "--listen", "0.0.0.0:0"] + arguments,
                in: office.root)
        }
        expect(try serve(), 78, "without TLS")
        expect(try serve("--tls"), 78, "tls-cert.pem")
        expect(try serve("--tls-key", "x"), 64, "--tls-cert")
        expect(try serve("--tls", "--tls-cert", "x", "--tls-key", "y"), 64, "not both")
        #expect(try office.central("tls", "self-signed").code == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: home + "/tls-key.pem")
        #expect((mode[.posixPermissions] as? Int) == 0o600)
        try FileManager.default.copyItem(atPath: home + "/tls-key.pem", toPath: home + "/old.pem")
        #expect(try office.central("tls", "self-signed", "--force").code == 0)
        expect(
            try serve("--tls-cert", home + "/tls-cert.pem", "--tls-key", home + "/old.pem"), 78,
            "not that of the certificate")
        expect(
            try serve("--tls-cert", home + "/central.db", "--tls-key", home + "/old.pem"), 78,
            "central.db")
    }

    /// The certificate that central answers with now.
    private func certificate(_ office: Office) throws -> String {
        let address = String(office.url.split(separator: "/").last ?? "")
        return try Program.run(
            "/usr/bin/openssl", ["s_client", "-connect", address, "-showcerts"], in: office.root
        ).output.components(separatedBy: "-----").dropFirst(2).first ?? ""
    }

    /// Sends SIGHUP to the server; what it says of it.
    private func reload(_ office: Office) throws -> String {
        let server = try #require(office.server)
        let before = server.errors.count
        server.signal(SIGHUP)
        var said = ""
        try wait {
            said = String(server.errors.dropFirst(before))
            return said.contains("read again") || said.contains("not taken")
        }
        return said
    }

    private struct NotYet: Error {}

    private func wait(until isReached: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(600)
        while try !isReached() {
            guard ContinuousClock.now < deadline else { throw NotYet() }
            usleep(20_000)
        }
    }
}
