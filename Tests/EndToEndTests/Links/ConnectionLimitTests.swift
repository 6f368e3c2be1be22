// Limits of connections and tries of a serving central, as its options set them.

import Foundation
import JSON
import Testing

@Suite("Limits of a serving central", .ownThreads)
struct ConnectionLimitTests {
    @Test("they are options, status shows them, and who comes beyond is told when to come back")
    func options() throws {
        let office = try Office()
        try office.stop()
        #expect(try office.central("status", "--json").json["serving"] == .null)
        try office.start([
            "--connections", "50", "--connections-per-address", "1", "--trusted-proxy",
            "10.0.0.0/8", "--trusted-proxy", "::1",
        ])
        let serving = try office.central("status", "--json").json.at("serving")
        #expect(serving["connectionsMax"] == 50 && serving["connectionsPerAddressMax"] == 1)
        #expect(serving["trustedProxies"] == ["10.0.0.0/8", "::1/128"])
        #expect(serving["url"] == .string(office.url))
        let words = try office.central("status").output
        #expect(words.contains("of 50 connections, at most 1 of one address"))
        #expect(words.contains("trusted proxies: 10.0.0.0/8, ::1/128"))

        // A request whose body is on its way has the only connection.
        let held = try RawConnection(office.url)
        held.send("POST /v1/enrol HTTP/1.1\r\nHost: c\r\nContent-Length: 9\r\n".utf8)
        held.send("Content-Type: application/json\r\n\r\n".utf8)
        let server = try #require(office.server)
        try waitUntil("the address has no connection left") {
            try RawAnswer(office.url, "GET /v1/health").status == 503
        }
        try waitUntil("central says so") { server.errors.contains("connections are taken") }
        #expect(try office.stop().code == 0)
        #expect(try office.central("status", "--json").json["serving"] == .null)
    }

    @Test("a central that was killed serves no more")
    func killed() throws {
        let office = try Office()
        #expect(try office.central("status", "--json").json["serving"] != .null)
        try office.stop(SIGKILL)
        #expect(try office.central("status", "--json").json["serving"] == .null)
    }

    @Test("what is no range of addresses is not taken")
    func badRange() throws {
        let directory = try TemporaryDirectory()
        for text in ["10.0.0.1/8", "proxy", "10.0.0.0/99"] {
            let ending = try Program.run(
                "central",
                [
                    "serve", "--home", directory.path + "/c", "--listen", "127.0.0.1:0",
                    "--trusted-proxy", text,
                ], in: directory)
            #expect(ending.code == 64 && ending.errors.contains("--trusted-proxy"), "\(text)")
        }
    }

    @Test("behind a trusted proxy tries are counted for the client, else for the peer")
    func tries() throws {
        let office = try Office()
        func tryCode(for client: String) throws -> Int {
            try RawAnswer(
                office.url, "POST /v1/token",
                ["Content-Type: application/json", "X-Forwarded-For: \(client)"],
                body: Array("{}".utf8)
            ).status
        }
        #expect(try tryCode(for: "192.0.2.1") == 400, "a path without tries, as a twin")
        let password = "a long password"
        let added = try office.central(
            "admin", "add", "chief", "--role", "admin", input: password + "\n")
        try #require(added.code == 0, "\(added.errors)")
        func login(_ password: String, for client: String) throws -> Int {
            let body = JSONValue.object([("name", "chief"), ("password", .string(password))])
            return try RawAnswer(
                office.url, "POST /v1/admin/login",
                ["Content-Type: application/json", "X-Forwarded-For: \(client)"],
                body: Array(body.serialized().utf8)
            ).status
        }
        try office.stop()
        try office.start(["--trusted-proxy", "127.0.0.1"])
        #expect(try login(password, for: "198.51.100.1") == 200)
        let statuses = try (0..<11).map { _ in try login("wrong", for: "192.0.2.1") }
        #expect(statuses == Array(repeating: 403, count: 10) + [429])
        #expect(try login(password, for: "192.0.2.1") == 429)
        #expect(try login(password, for: "192.0.2.2") == 200)
        #expect(try login(password, for: "203.0.113.1, 192.0.2.1") == 429, "the last one counts")
        try office.stop()
        try office.start()
        for _ in 0..<10 { _ = try login("wrong", for: "192.0.2.1") }
        #expect(try login(password, for: "192.0.2.9") == 429, "nobody is believed")
    }
}
