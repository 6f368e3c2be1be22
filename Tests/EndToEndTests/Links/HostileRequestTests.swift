import Foundation
import JSON
import Testing

/// Requests that no counter sends: each gets its own answer, and central goes on.
@Suite("Central answers hostile requests and goes on", .ownThreads)
struct HostileRequestTests {
    private static let cbor = "Content-Type: application/vnd.dossiersync+cbor"
    private static let json = "Content-Type: application/json"

    private let office: Office
    private let desk: Desk

    init() throws {
        office = try Office()
        desk = try office.desk("desk")
        _ = try desk.enter("applicant_name=A")
        try desk.sync()
    }

    /// A device's token, bought as the protocol says; a try in version 1 costs the code nothing.
    private func token() throws -> String {
        let code = try #require(
            office.central("enrol", Office.code, "--json").json["code"]?.stringValue)
        let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        let token = "a token of the device's own making"
        let hash = "b5da4073b7ec4b054355645ee5d18d22261660ff79fff584418b1711f38aa8ff"
        let body =
            #"{"version":2,"code":"\#(code)","publicKey":"\#(key)","tokenHash":"\#(hash)"}"#
        let older = try RawAnswer(
            office.url, "POST /v1/enrol", [Self.json],
            body: Array(body.replacing("version\":2", with: "version\":1").utf8))
        #expect(older.status == 426 && older.body.contains("upgrade the counter"))
        let answer = try RawAnswer(
            office.url, "POST /v1/enrol", [Self.json], body: Array(body.utf8))
        try #require(answer.status == 200, "\(answer.body)")
        return token
    }

    /// What must hold after any of them.
    private func centralIsUnharmed() throws {
        #expect(try #require(office.server).isRunning)
        try desk.sync()
        #expect(try desk.digest() == office.digest())
    }

    @Test("wrong paths, methods and content types are refused before the body")
    func routes() throws {
        let url = office.url
        #expect(try RawAnswer(url, "GET /v1/health").status == 200)
        #expect(try RawAnswer(url, "GET /v1/ready").status == 200)
        #expect(try RawAnswer(url, "GET /").status == 404)
        #expect(try RawAnswer(url, "GET /v1/sync").status == 405)
        #expect(try RawAnswer(url, "DELETE /v1/enrol").status == 405)
        #expect(try RawAnswer(url, "POST /v1/sync", [Self.json]).status == 401)
        let stranger = [Self.json, "Authorization: Bearer nothing"]
        #expect(try RawAnswer(url, "POST /v1/sync", stranger).status == 415)
        #expect(try RawAnswer(url, "POST /v1/enrol", [Self.cbor]).status == 415)
        try centralIsUnharmed()
    }

    @Test("a device that central does not know is turned away")
    func authentication() throws {
        for headers in [[], ["Authorization: Bearer nothing"], ["Authorization: Basic YTpi"]] {
            let answer = try RawAnswer(
                office.url, "POST /v1/sync", [Self.cbor] + headers, body: [0xA0])
            #expect(answer.status == 401)
            #expect(answer.problem == "not-enrolled")
        }
        try centralIsUnharmed()
    }

    /// A body with a name that is short enough for a test's log.
    struct Body: CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]

        static let malformed = [
            Body(testDescription: "empty", bytes: []),
            Body(testDescription: "garbage", bytes: Array("<html>".utf8)),
            Body(testDescription: "an endless array", bytes: [0x9F]),
            Body(testDescription: "cut short", bytes: [0xA2, 0x01]),
            Body(testDescription: "not canonical", bytes: [0xA1, 0x18, 0x00, 0x01]),
            Body(testDescription: "deep", bytes: Array(repeating: 0x81, count: 100_000)),
            Body(
                testDescription: "a huge length",
                bytes: [0x5B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ]
    }

    @Test("a body that is no request is malformed", arguments: Body.malformed)
    func malformedBodies(_ body: Body) throws {
        let token = try token()
        for coding in ["identity", "zstd"] {
            let answer = try RawAnswer(
                office.url, "POST /v1/sync",
                [Self.cbor, "Authorization: Bearer \(token)", "Content-Encoding: \(coding)"],
                body: body.bytes)
            #expect(answer.status == 400, "\(body.testDescription), \(coding): \(answer.body)")
            #expect(answer.problem == "malformed")
        }
        try centralIsUnharmed()
    }

    @Test("a newer version and an unknown coding get their own answer")
    func negotiation() throws {
        let token = try token()
        // {0: version}: member 0 is the version.
        for (version, older) in [(UInt8(1), "upgrade the counter"), (3, "upgrade central")] {
            let answer = try RawAnswer(
                office.url, "POST /v1/sync", [Self.cbor, "Authorization: Bearer \(token)"],
                body: [0xA1, 0x00, version])
            #expect(answer.status == 426)
            #expect(answer.problem == "unsupported-version")
            #expect(answer.body.contains(older), "\(answer.body)")
        }
        let coded = try RawAnswer(
            office.url, "POST /v1/sync",
            [Self.cbor, "Authorization: Bearer \(token)", "Content-Encoding: br"], body: [0xA0])
        #expect(coded.status == 415)
        try centralIsUnharmed()
    }

    @Test("bodies beyond the limit, declared or sent, are refused")
    func oversized() throws {
        let token = try token()
        let head = """
            POST /v1/sync HTTP/1.1\r\nHost: central\r\nConnection: close\r\n\(Self.cbor)\r\n\
            Authorization: Bearer \(token)\r\n
            """
        let declared = try RawConnection(office.url)
        declared.send((head + "Content-Length: 9000000000\r\n\r\n").utf8)
        #expect(try RawAnswer(parsing: declared.received()).status == 413)

        // A zstd frame of repeated blocks: 32 KiB of zeros for each byte sent. It states its 52,559,872
        // bytes; one that does not is no better.
        let blocks: [UInt8] =
            Array(repeating: [0x02, 0x00, 0x10, 0x00], count: 400).flatMap { $0 }
            + [0x03, 0x00, 0x10, 0x00]
        let bombs: [(status: Int, head: [UInt8])] = [
            (413, [0x28, 0xB5, 0x2F, 0xFD, 0x80, 0x58, 0x00, 0x00, 0x22, 0x03]),
            (400, [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58]),
        ]
        for bomb in bombs {
            let answer = try RawAnswer(
                office.url, "POST /v1/sync",
                [Self.cbor, "Authorization: Bearer \(token)", "Content-Encoding: zstd"],
                body: bomb.head + blocks)
            #expect(answer.status == bomb.status, "\(answer.body)")
        }
        try centralIsUnharmed()
    }

    @Test("broken enrolments are refused, and use up no code")
    func enrolments() throws {
        let code = try #require(
            office.central("enrol", Office.code, "--json").json["code"]?.stringValue)
        for body in [
            "", "{", "[]", #"{"version":2}"#, #"{"version":2,"code":5,"publicKey":[]}"#,
            #"{"version":2,"code":"\#(code)","publicKey":"00"}"#,
        ] {
            let answer = try RawAnswer(
                office.url, "POST /v1/enrol", [Self.json], body: Array(body.utf8))
            #expect(answer.status == 400, "\(body): \(answer.body)")
        }
        let fresh = Desk(home: try office.root.path + "/fresh", directory: try office.root)
        #expect(try fresh("enrol", office.url, "--code", code).code == 0)
        #expect(try fresh("enrol", office.url, "--code", code).code == 64)
        let thief = Desk(home: try office.root.path + "/thief", directory: try office.root)
        #expect(try thief("enrol", office.url, "--code", code).code == 77)
        try centralIsUnharmed()
    }

    @Test("requests that break off, or are no HTTP, leave no mark")
    func brokenConnections() throws {
        let token = try token()
        let head = """
            POST /v1/sync HTTP/1.1\r\nHost: central\r\n\(Self.cbor)\r\n\
            Authorization: Bearer \(token)\r\nContent-Length: 1000\r\n\r\n
            """
        for text in ["", "\r\n\r\n", "\u{16}\u{3}\u{1}", "GET\r\n\r\n", head, head + "abc"] {
            // The connection closes with its owner, without waiting for an answer.
            try RawConnection(office.url).send(text.utf8)
        }
        try centralIsUnharmed()
    }
}
