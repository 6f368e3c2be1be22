import Foundation
import JSON
import Testing

/// Shapes of HTTP that no client sends: each gets an answer that `Protocol/openapi.yaml` names, which
/// tells nothing of central's insides, and central goes on.
@Suite("Central answers hostile HTTP", .ownThreads)
struct HostileHTTPTests {
    private static let json = "Content-Type: application/json"
    private static let cbor = "Content-Type: application/vnd.dossiersync+cbor"
    /// What would tell of central's insides.
    private static let insides = [
        "SELECT", "INSERT", "sqlite", "SQLite", ".swift", "Fatal", "Sources/", "central.db", "/tmp",
        "/root", "stack", "0x", "Error Domain",
    ]

    private let office: Office
    private let desk: Desk
    private let token: String
    private let document: JSONValue

    init() throws {
        office = try Office()
        desk = try office.desk("desk")
        _ = try desk.enter("applicant_name=ZQXNAME")
        try desk.sync()
        token = try desk.secret("token")
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: root.appendingPathComponent("Protocol/openapi.yaml"))
        document = try JSONValue(parsing: Array(data))
    }

    /// One request as it crosses the wire.
    struct Shape: CustomTestStringConvertible {
        var name: String
        var line: String
        var headers: [String] = []
        var body = ""
        var statuses: Set<Int>

        var testDescription: String { name }

        init(
            _ name: String, _ line: String, _ headers: [String] = [], _ body: String = "",
            _ statuses: Int...
        ) {
            (self.name, self.line, self.headers, self.body) = (name, line, headers, body)
            self.statuses = Set(statuses)
        }
    }

    private static let enrol = "POST /v1/enrol HTTP/1.1"
    static let shapes: [Shape] = [
        Shape("no path of ours", "GET /v2/sync HTTP/1.1", [], "", 404),
        Shape("a path above the root", "GET /../../etc/passwd HTTP/1.1", [], "", 404),
        Shape("dots within", "GET /v1/../v1/health HTTP/1.1", [], "", 404),
        Shape("encoded dots", "GET /v1/%2e%2e/v1/health HTTP/1.1", [], "", 404),
        Shape("an encoded slash", "GET /v1%2Fhealth HTTP/1.1", [], "", 400),
        Shape("an encoded zero", "GET /v1/health%00 HTTP/1.1", [], "", 400),
        Shape("an escape that is none", "GET /v1/%zz HTTP/1.1", [], "", 400),
        Shape("two slashes", "GET //v1/health HTTP/1.1", [], "", 404),
        Shape("a slash at the end", "GET /v1/health/ HTTP/1.1", [], "", 404),
        Shape("an encoded letter", "GET /v1/he%61lth HTTP/1.1", [], "", 200),
        Shape("the absolute form", "GET http://elsewhere/v1/health HTTP/1.1", [], "", 200),
        Shape("the absolute form in capitals", "GET HTTP://e/v1/health HTTP/1.1", [], "", 200),
        Shape("another scheme", "GET ftp://elsewhere/v1/health HTTP/1.1", [], "", 400),
        Shape("the authority form", "CONNECT elsewhere:80 HTTP/1.1", [], "", 400),
        Shape("the asterisk form", "OPTIONS * HTTP/1.1", [], "", 404),
        Shape("a method that is no method", "BREW /v1/sync HTTP/1.1", [], "", 405),
        Shape("TRACE", "TRACE /v1/sync HTTP/1.1", ["Secret: ZQXSECRET"], "", 405),
        Shape("a post to health", "POST /v1/health HTTP/1.1", ["Content-Length: 0"], "", 405),
        Shape("HEAD of a sync", "HEAD /v1/sync HTTP/1.1", [], "", 405),
        Shape("HTTP/2 by prior knowledge", "PRI * HTTP/2.0", [], "SM\r\n\r\n", 505),
        Shape("no version", "GET /v1/health", [], "", 400),
        Shape("two hosts", "GET /v1/health HTTP/1.1", ["Host: other"], "", 400),
        Shape(
            "length and coding", enrol,
            [json, "Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\n", 400),
        Shape(
            "two lengths", enrol, [json, "Content-Length: 2", "Content-Length: 3"], "{}x", 400),
        Shape("a list of lengths", enrol, [json, "Content-Length: 2, 2"], "{}", 400),
        Shape("a negative length", enrol, [json, "Content-Length: -2"], "{}", 400),
        Shape("a length with a sign", enrol, [json, "Content-Length: +2"], "{}", 400),
        Shape("a length in hexadecimal", enrol, [json, "Content-Length: 0x2"], "{}", 400),
        Shape(
            "a length of 2^63", enrol, [json, "Content-Length: 9223372036854775808"], "{}", 400,
            413),
        Shape(
            "a length beyond 64 bits", enrol,
            [json, "Content-Length: 99999999999999999999999"], "{}", 413),
        Shape("a folded length", enrol, [json, "Content-Length:\r\n 2"], "{}", 400),
        Shape("a blank before the colon", enrol, [json, "Content-Length : 2"], "{}", 400),
        Shape(
            "a carriage return in a header", enrol, [json, "X: a\rContent-Length: 2"], "{}", 400),
        Shape("a zero in a header", enrol, [json, "Content-Length: 2", "X: a\0b"], "{}", 400),
        Shape("a header without a colon", enrol, [json, "Nonsense"], "", 400),
        Shape("another coding", enrol, [json, "Transfer-Encoding: gzip"], "", 501),
        Shape(
            "a chunk of negative length", enrol, [json, "Transfer-Encoding: chunked"],
            "-2\r\n{}\r\n0\r\n\r\n", 400),
        Shape(
            "a chunk beyond 64 bits", enrol, [json, "Transfer-Encoding: chunked"],
            "fffffffffffffffff\r\n{}\r\n0\r\n\r\n", 400, 413),
        Shape(
            "a chunk with an extension", enrol, [json, "Transfer-Encoding: chunked"],
            "2;a=b\r\n{}\r\n0\r\n\r\n", 400),
        Shape(
            "a chunk that is longer than it says", enrol, [json, "Transfer-Encoding: chunked"],
            "2\r\n{}{}\r\n0\r\n\r\n", 400),
        Shape(
            "headers of 20 KiB", enrol, [json, "X: " + String(repeating: "a", count: 20_000)], "",
            431),
        Shape(
            "three thousand headers", enrol, (0..<3_000).map { "X\($0): a" }, "", 431),
        Shape(
            "JSON 8,000 levels deep", enrol, [json, "Content-Length: 8000"],
            String(repeating: "[", count: 8_000), 400),
        Shape(
            "an enrolment of 20 KiB", enrol, [json, "Content-Length: 20000"],
            String(repeating: " ", count: 20_000), 413),
        Shape(
            "a token of 20 KiB", "POST /v1/token HTTP/1.1", [json, "Content-Length: 20000"],
            String(repeating: " ", count: 20_000), 413),
        Shape(
            "a token for nobody", "POST /v1/token HTTP/1.1", [json, "Content-Length: 2"], "{}", 400),
        Shape("a sync without a token", "POST /v1/sync HTTP/1.1", [cbor], "", 401),
        Shape(
            "a token in the query", "POST /v1/sync?access_token=ZQXSECRET HTTP/1.1", [cbor], "",
            401),
    ]

    @Test("each shape gets a documented answer, and no look inside", arguments: shapes)
    func shape(_ shape: Shape) throws {
        let connection = try RawConnection(office.url)
        let head = [shape.line, "Host: central", "Connection: close"] + shape.headers
        connection.send((head.joined(separator: "\r\n") + "\r\n\r\n" + shape.body).utf8)
        let text = connection.received()
        let answer = try RawAnswer(parsing: text)
        #expect(shape.statuses.contains(answer.status), "\(text.prefix(300))")
        for word in Self.insides + ["ZQX", token] {
            #expect(!text.contains(word), "\(word)")
        }
        if answer.status == 405 {
            #expect(text.contains("\r\nAllow: "), "\(text.prefix(300))")
        } else if answer.status != 404 {
            try expectDocumented(shape.line, answer.status)
        }
        try centralIsUnharmed()
    }

    /// Whether the document names this status for the path, or, for what is no request to one of the
    /// paths, for any of them.
    private func expectDocumented(_ line: String, _ status: Int) throws {
        let words = line.split(separator: " ")
        let method = String(words[0]).lowercased()
        let path = words.count > 1 ? String(words[1].split(separator: "?")[0]) : ""
        let paths = try #require(document["paths"])
        if let operation = paths[path]?[method] {
            #expect(operation["responses"]?["\(status)"] != nil, "\(line): \(status)")
        } else {
            let all = (paths.objectValue ?? []).flatMap { $0.value.objectValue ?? [] }
            #expect(all.contains { $0.value["responses"]?["\(status)"] != nil }, "\(line)")
        }
    }

    private func centralIsUnharmed() throws {
        #expect(try #require(office.server).isRunning)
        #expect(try RawAnswer(office.url, "GET /v1/health").status == 200)
    }

    @Test("bodies that unpack to more than is allowed are refused, with a dictionary and without")
    func bombs() throws {
        // 400 blocks of 128 KiB of zeros each (RFC 8878 §3.1.1.2), 4 bytes each on the wire.
        let block: [UInt8] = [0x02, 0x00, 0x10, 0x00]
        let blocks: [UInt8] =
            Array(repeating: block, count: 400).flatMap { $0 } + [0x03, 0x00, 0x10, 0x00]
        let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
        // What they state of their content: all of it, less, nothing.
        let (all, less): ([UInt8], [UInt8]) = ([0x00, 0x00, 0x22, 0x03], [0x00, 0x00, 0x10, 0x00])
        func head(_ start: [UInt8], _ size: [UInt8] = []) -> [UInt8] { start + size }
        let bombs: [(head: [UInt8], status: Int, problem: String)] = [
            (head([0x80, 0x58], all), 413, "too-large"),
            (head([0x81, 0x58, 0x01], all), 413, "too-large"),
            (head([0x80, 0x58], less), 400, "malformed"),
            (head([0x81, 0x58, 0x01], less), 400, "malformed"),
            (head([0x00, 0x58]), 400, "malformed"), (head([0x01, 0x58, 0x01]), 400, "malformed"),
            (head([0x81, 0x58, 0xEE], less), 415, "unsupported-content"),
        ]
        for bomb in bombs {
            let answer = try RawAnswer(
                office.url, "POST /v1/sync",
                [Self.cbor, "Authorization: Bearer \(token)", "Content-Encoding: zstd"],
                body: magic + bomb.head + blocks)
            #expect(answer.status == bomb.status, "\(bomb.head): \(answer.body)")
            #expect(answer.problem == bomb.problem)
        }
        try centralIsUnharmed()
        try desk.sync()
    }

    @Test("connections that one address holds open do not keep the counters of another away")
    func manyConnections() throws {
        // More than one address may have.
        let held = try (0..<150).map { _ in
            let connection = try RawConnection(office.url)
            connection.send("POST /v1/enrol HTTP/1.1\r\nHost: c\r\n".utf8)
            return connection
        }
        let other = try RawConnection(office.url, from: "127.0.0.2")
        other.send("GET /v1/health HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n".utf8)
        #expect(try RawAnswer(parsing: other.received()).status == 200)
        // On a slow machine those before have been silent for so long by now that one gives way.
        let same = try RawConnection(office.url)
        same.send("GET /v1/health HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n".utf8)
        let answer = try RawAnswer(parsing: same.received())
        #expect([200, 503].contains(answer.status), "answered, and not reset")
        withExtendedLifetime(held) {}
    }
}
