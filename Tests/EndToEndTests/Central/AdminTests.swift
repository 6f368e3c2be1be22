// Administrators over the network, with the built programs.

import Foundation
import JSON
import Testing

@Suite("Administrators over the network", .ownThreads)
struct AdminTests {
    private static let password = "rất dài và bí mật"

    private let office: Office

    init() throws {
        office = try Office()
        for (name, role) in [("chief", "admin"), ("reader", "viewer")] {
            let added = try office.central(
                "admin", "add", name, "--role", role, input: Self.password + "\n")
            try #require(added.code == 0, "\(added.errors)")
        }
    }

    /// One request; the status and the document of the answer.
    private func ask(
        _ method: String, _ path: String, _ body: String? = nil, token: String? = nil,
        from address: String? = nil
    ) throws -> (status: Int, json: JSONValue) {
        let connection = try RawConnection(office.url, from: address)
        var head = ["\(method) /v1/admin/\(path) HTTP/1.1", "Host: x", "Connection: close"]
        if let token { head.append("Authorization: Bearer \(token)") }
        if let body {
            head += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"]
        } else if method == "POST" {
            head.append("Content-Length: 0")
        }
        connection.send((head.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8)
        let answer = connection.received()
        let words = answer.split(separator: " ", maxSplits: 2)
        let status = try #require(words.count > 1 ? Int(words[1]) : nil, "\(answer)")
        let parts = answer.components(separatedBy: "\r\n\r\n")
        return (status, try JSONValue(parsing: parts.dropFirst().joined(separator: "\r\n\r\n")))
    }

    private func login(
        _ name: String, _ password: String = password, from address: String? = nil
    ) throws -> (status: Int, json: JSONValue) {
        let body = JSONValue.object([("name", .string(name)), ("password", .string(password))])
        return try ask("POST", "login", body.serialized(), from: address)
    }

    private func session(_ name: String) throws -> String {
        let answer = try login(name)
        try #require(answer.status == 200, "\(answer.json)")
        return try #require(answer.json["token"]?.stringValue)
    }

    @Test("an admin reads and does, a viewer only reads, and all of it is in the trail")
    func roles() throws {
        let desk = try office.desk("a")
        let replica = try #require(desk("status", "--json").json["replica"]?.stringValue)
        _ = try desk.enter("applicant_name=Marked Name")
        #expect(try desk("sync").code == 0)
        let (admin, viewer) = (try session("chief"), try session("reader"))
        for token in [admin, viewer] {
            #expect(try ask("GET", "status", token: token).json["dossiers"] == 1)
            let devices = try ask("GET", "devices", token: token)
            #expect(devices.status == 200 && devices.json.arrayValue?.count == 1)
            #expect(!devices.json.serialized().contains("Marked"))
        }
        let own = #"{"office":"\#(Office.code)"}"#
        for (path, body) in [
            ("request-sync", "{}"), ("enrol", own), ("revoke", #"{"device":"\#(replica)"}"#),
        ] {
            #expect(try ask("POST", path, body, token: viewer).status == 403, "\(path)")
            let done = try ask("POST", path, body, token: admin)
            #expect(done.status == 200, "\(path) \(done.json)")
            if path == "enrol" { #expect(done.json["pin"] == .null, "there is no TLS") }
            if path == "request-sync" {
                #expect(done.json["asked"] == 1 && done.json["waiting"] == .array([]))
                #expect(done.json["others"]?[0]?["device"]?.stringValue == replica)
            }
        }
        #expect(try desk("sync").code == 77, "the device was revoked")
        let trail = try ask("GET", "trail", token: viewer).json.arrayValue ?? []
        let mine = trail.filter { $0["actor"] == "admin:chief" }.map { $0["action"]?.stringValue }
        #expect(mine == ["login", "request-sync", "enrol", "revoke"])
        #expect(try office.central("verify", "--audit").code == 0)
    }

    @Test(
        "over TLS a code comes with the pin that the command prints"
    )
    func pin() throws {
        let office = try Office(tls: ["--tls"])
        let added = try office.central(
            "admin", "add", "chief", "--role", "admin", input: Self.password + "\n")
        #expect(added.code == 0, "\(added.errors)")
        func post(_ path: String, _ body: String, _ token: String? = nil) throws -> JSONValue {
            let head =
                "POST /v1/admin/\(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
                + (token.map { "Authorization: Bearer \($0)\r\n" } ?? "") + "\r\n"
            let address = String(office.url.dropFirst("https://".count))
            let answer = try Program.run(
                "/usr/bin/openssl", ["s_client", "-quiet", "-ign_eof", "-connect", address],
                in: office.root, input: head + body
            ).output
            let parts = answer.components(separatedBy: "\r\n\r\n")
            return try JSONValue(parsing: parts.dropFirst().joined(separator: "\r\n\r\n"))
        }
        let login = try post("login", #"{"name":"chief","password":"\#(Self.password)"}"#)
        let token = try #require(login["token"]?.stringValue, "\(login)")
        let given = try post("enrol", #"{"office":"\#(Office.code)"}"#, token)
        let pin = try #require(given["pin"]?.stringValue, "\(given)")
        let code = try #require(given["code"]?.stringValue)
        #expect(try office.central("enrol", Office.code, "--json").json["pin"]?.stringValue == pin)
        let desk = Desk(home: try office.root.path + "/a", directory: try office.root)
        let enrolled = try desk("enrol", office.url, "--code", code, "--pin", pin)
        #expect(enrolled.code == 0, "\(enrolled.errors)")
    }

    @Test("without a session, with a wrong one, and after it has ended, nothing is answered")
    func sessions() throws {
        for path in ["status", "devices", "trail"] {
            #expect(try ask("GET", path).status == 401)
            #expect(try ask("GET", path, token: String(repeating: "0", count: 64)).status == 401)
        }
        let desk = try office.desk("a")
        let device = try desk.secret("token")
        #expect(try ask("GET", "status", token: device).status == 401, "a device is no admin")
        let token = try session("reader")
        #expect(try ask("POST", "logout", token: token).status == 200)
        #expect(try ask("GET", "status", token: token).status == 401)
        let (kept, changed) = (try session("reader"), try session("chief"))
        #expect(
            try office.central(
                "admin", "add", "chief", "--role", "admin", input: Self.password + "x\n"
            )
            .code == 0)
        #expect(
            try ask("GET", "status", token: changed).status == 401, "its password is another one")
        #expect(try login("chief").status == 403)
        #expect(try ask("GET", "status", token: kept).status == 200)
        #expect(try office.central("admin", "remove", "reader").code == 0)
        #expect(try ask("GET", "status", token: kept).status == 401)
        #expect(try login("reader").status == 403)
    }

    @Test("a wrong name and a wrong password are answered alike, and not tried for long")
    func guessing() throws {
        let wrong = try login("chief", "wrong password", from: "127.0.0.9")
        let unknown = try login("nobody", "wrong password", from: "127.0.0.9")
        #expect(wrong.status == 403 && unknown.status == 403 && wrong.json == unknown.json)
        var statuses: [Int] = []
        for _ in 0..<10 { statuses.append(try login("chief", "again", from: "127.0.0.9").status) }
        #expect(statuses.suffix(2) == [429, 429], "\(statuses)")
        #expect(try login("chief", from: "127.0.0.9").status == 429, "a right one has to wait too")
        #expect(try login("chief").status == 200, "another address does not")
        let trail = try office.central("audit", "--json").jsonLines
        let failed = trail.filter { $0["action"] == "login-failed" }
        #expect(failed.contains { $0["subject"] == "chief" })
        #expect(failed.allSatisfy { $0["subject"] != "nobody" })
    }

    @Test("strangers at his address do not shut out who has logged in from there before")
    func strangersBeside() throws {
        #expect(try login("chief", from: "127.0.0.8").status == 200)
        var statuses: [Int] = []
        for _ in 0..<11 { statuses.append(try login("nobody", "x", from: "127.0.0.8").status) }
        #expect(statuses.suffix(1) == [429], "\(statuses)")
        #expect(try login("chief", from: "127.0.0.8").status == 200)
        #expect(try login("reader", from: "127.0.0.8").status == 429, "it is not known there")
    }

    @Test("a password that is corrected while it is typed is the corrected one, and is not shown")
    func typed() throws {
        let command = try "\(Program.path("central")) admin add typist --home \(office.home)"
        let slip = try Program.typed(
            (after: "password: ", keys: "a long passwordX\n"),
            (after: "once more: ", keys: "a long password\n"), command: command, in: office.root)
        #expect(slip.code == 65 && slip.output.contains("the two passwords differ"))
        let made = try Program.typed(
            (after: "password: ", keys: "a long passwordX\u{7F}\n"),
            (after: "once more: ", keys: "a long password\n"), command: command, in: office.root)
        #expect(made.code == 0, "\(made.output) \(made.errors)")
        #expect(made.output.contains("typist is viewer") && !made.output.contains("a long"))
        #expect(try login("typist", "a long password").status == 200)
    }

    @Test("bodies that are none are refused, and no password is stored, logged or weak")
    func badInput() throws {
        for body in ["", "{", "[]", #"{"name":1}"#, #"{"name":"a"}"#] {
            #expect(try ask("POST", "login", body).status == 400, "\(body)")
        }
        let token = try session("chief")
        for (path, body, status) in [
            ("revoke", "{}", 400), ("revoke", #"{"device":"x"}"#, 400),
            ("revoke", #"{"device":"0000000000000001"}"#, 404), ("enrol", "{}", 400),
            ("enrol", #"{"office":"NONE"}"#, 404), ("request-sync", #"{"office":7}"#, 400),
            ("request-sync", "[null]", 400), ("request-sync", "7", 400),
        ] {
            #expect(try ask("POST", path, body, token: token).status == status, "\(path) \(body)")
        }
        let weak = try office.central("admin", "add", "x", input: "short\n")
        #expect(weak.code == 65 && weak.errors.contains("12 characters"))
        let control = try office.central("admin", "add", "x", input: "a long password\u{3}\n")
        #expect(control.code == 65 && control.errors.contains("control characters"))
        #expect(try office.central("admin", "add", "a b", input: Self.password).code == 64)
        #expect(try office.central("admin", "remove", "x").code == 65)
        let ended = try office.stop()
        var file = Data()
        for name in ["central.db", "central.db-wal"] {
            file += try Data(contentsOf: URL(fileURLWithPath: office.home + "/" + name))
        }
        for secret in [Self.password, token] {
            #expect(!ended.errors.contains(secret))
            #expect(file.range(of: Data(secret.utf8)) == nil)
        }
        #expect(file.range(of: Data("$argon2id$".utf8)) != nil)
    }
}
