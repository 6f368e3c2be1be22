import Administration
import Causality
import CentralEngine
import CentralServer
import Crypto
import HTTP
import HTTPClient
import HTTPServer
import JSON
import SQLiteStore
import Store
import Synchronization
import TestSupport
import Testing
import Wire

@Suite("Commands from another machine", .timeLimit(.minutes(5)))
struct CommandRouteTests {
    private let fleet: Fleet
    private let token: String

    init() async throws {
        fleet = try Fleet(offices: ["A"])
        let password = try #require(PasswordHash(of: Array("a long password".utf8)))
        let account = SaveAccount(name: "chief", role: .viewer, password: password)
        _ = try await fleet.node.perform(account, by: "local:test")
        token = try #require(
            await fleet.node.logIn(name: "chief", password: "a long password", from: "127.0.0.1")
        ).token
    }

    private func ask(_ url: String, _ body: String) async throws -> HTTPClientResponse {
        var options = HTTPClientOptions()
        options.proxy = ""
        return try await HTTPClient(options: options).send(
            method: "POST", url: url + CommandRoute.path,
            headers: ["Authorization": "Bearer " + token, "Content-Type": "application/json"],
            body: Array(body.utf8))
    }

    @Test("words, window and account come in; what was said, and the code, go back")
    func answer() async throws {
        let route = CommandRoute { call async throws(SyncFailure) in
            CommandRoute.Answer(
                code: 65, output: "\(call.account.name) \(call.words) \(call.columns ?? 0)\n",
                errors: "é")
        }.route
        let served = try RunningCentral(
            node: fleet.node, listen: ListenAddress("127.0.0.1:0"), adding: [route]
        ) { _ in }
        let done = try await ask(served.url, #"{"words":["a","b c"],"columns":90}"#)
        let said = try JSONValue(parsing: done.body)
        #expect(said["exit"] == 65 && said["errors"] == "é")
        #expect(said["output"]?.stringValue == "chief [\"a\", \"b c\"] 90\n")
        for body in [
            "[]", "{}", #"{"words":[]}"#, #"{"words":["a",1]}"#, #"{"words":["a"],"columns":{}}"#,
            #"{"words":["a"],"columns":"90"}"#,
        ] {
            #expect(try await ask(served.url, body).status == 400, "\(body)")
        }
        await served.stop()
    }

    @Test("four run at once, and the next is told to come back")
    func limit() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let begun = Mutex(0)
        let route = CommandRoute { _ async throws(SyncFailure) in
            begun.withLock { $0 += 1 }
            for await _ in gate {}
            return CommandRoute.Answer(code: 0, output: "", errors: "")
        }.route
        let served = try RunningCentral(
            node: fleet.node, listen: ListenAddress("127.0.0.1:0"), adding: [route]
        ) { _ in }
        let url = served.url
        let running = (0..<4).map { _ in
            Task { try await ask(url, #"{"words":["a"]}"#).status }
        }
        while begun.withLock({ $0 }) < 4 { await Task.yield() }
        let fifth = try await ask(url, #"{"words":["a"]}"#)
        #expect(fifth.status == 503 && fifth.headers["Retry-After"] == "1")
        opener.finish()
        for task in running { #expect(try await task.value == 200) }
        #expect(try await ask(url, #"{"words":["a"]}"#).status == 200)
        await served.stop()
    }
}
