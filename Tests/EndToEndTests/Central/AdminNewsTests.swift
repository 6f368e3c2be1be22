// News for administrators as it comes, with the built programs.

import Foundation
import JSON
import Testing

@Suite("News for administrators", .ownThreads)
struct AdminNewsTests {
    private static let password = "rất dài và bí mật"

    private let office: Office

    init() throws {
        office = try Office()
        let added = try office.central(
            "admin", "add", "reader", "--role", "viewer", input: Self.password + "\n")
        try #require(added.code == 0, "\(added.errors)")
    }

    private func session() throws -> String {
        let body = JSONValue.object([
            ("name", "reader"), ("password", .string(Self.password)),
        ]).serialized()
        let answer = try RawAnswer(
            office.url, "POST /v1/admin/login", ["Content-Type: application/json"],
            body: Array(body.utf8))
        return try #require(try JSONValue(parsing: answer.body)["token"]?.stringValue)
    }

    private func listener(_ token: String) throws -> RawConnection {
        let connection = try RawConnection(office.url)
        let head =
            "GET /v1/admin/news HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n"
        connection.send(head.utf8)
        return connection
    }

    /// What the last event in a text says.
    private func lastEvent(_ text: String) throws -> JSONValue {
        let line = try #require(
            text.components(separatedBy: "\n").last { $0.hasPrefix("data: ") }, "\(text)")
        return try JSONValue(parsing: String(line.dropFirst("data: ".count)))
    }

    @Test("each commit is told with its position and offices, by whomever, until the session ends")
    func news() throws {
        let refused = try RawAnswer(office.url, "GET /v1/admin/news")
        #expect(refused.status == 401)
        let desk = try office.desk("a")
        let connection = try listener(try session())
        let first = connection.received(through: "\"all\":false}\n\n")
        #expect(first.contains("Content-Type: text/event-stream"), "\(first)")
        let start = try #require(try lastEvent(first)["position"]?.integerValue)
        // That the office has a new desk was written before anybody listened: the first look tells it.
        _ = connection.received(through: "\"all\":true}\n\n")

        _ = try desk.enter("applicant_name=Marked Name")
        #expect(try desk("sync").code == 0)
        let told = connection.received(through: "[\"\(Office.code)\"],\"all\":false}\n\n")
        let event = try lastEvent(told)
        #expect(try #require(event["position"]?.integerValue) > start)
        #expect(event["all"] == false)
        #expect(!told.contains("Marked"))

        #expect(try office.central("office", "add", "000.17.99.H56").code == 0)
        #expect(connection.received(through: "\"all\":true").contains("event: news"))

        #expect(try office.central("admin", "remove", "reader").code == 0)
        _ = try desk.enter("applicant_name=Another Name")
        #expect(try desk("sync").code == 0)
        let end = connection.received(through: "0\r\n\r\n")
        #expect(end.hasSuffix("0\r\n\r\n"), "the session is over, and so is the news: \(end)")
        #expect(!end.contains("event: news"))
    }

    @Test("a central that stops ends the news, and does not wait for who reads it")
    func stopping() throws {
        let connection = try listener(try session())
        _ = connection.received(through: "event: news")
        #expect(try office.stop().code == 0)
        #expect(connection.received().hasSuffix("0\r\n\r\n"))
    }
}
