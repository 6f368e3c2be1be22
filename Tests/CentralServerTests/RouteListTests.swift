import CentralEngine
import CentralServer
import CounterEngine
import Foundation
import HTTP
import HTTPClient
import HTTPServer
import JSON
import Synchronization
import TestSupport
import Testing
import Wire

@Suite("Routes are a list")
struct RouteListTests {
    private let fleet: Fleet

    init() throws {
        fleet = try Fleet()
    }

    private func route(
        _ methods: [String], _ place: ServedRoute.Place, _ text: String = ""
    ) -> ServedRoute {
        ServedRoute(methods, place, .anybody) { _, _ in
            HTTPResponse(contentType: "text/plain", text: text)
        }
    }

    private func found(_ list: RouteList, _ path: String) -> [[String]] {
        list.routes(at: path).map(\.methods)
    }

    @Test("a route at the path itself comes first, then the longest beginning")
    func places() {
        let list = RouteList([
            route(["A"], .under("/p/")), route(["B"], .exactly("/p/x")),
            route(["C"], .under("/p/q/")), route(["D"], .exactly("/p/x")),
        ])
        #expect(found(list, "/p/x") == [["B"], ["D"]])
        #expect(found(list, "/p/xy") == [["A"]] && found(list, "/p/") == [["A"]])
        #expect(found(list, "/p/q/r") == [["C"]] && found(list, "/p/q") == [["A"]])
        #expect(found(list, "/p").isEmpty && found(list, "").isEmpty)
    }

    @Test("paths, methods, media types and who needs a token are those of Protocol/openapi.yaml")
    func document() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: root.appending(path: "Protocol/openapi.yaml"))
        let document = try JSONValue(parsing: Array(data))
        func names(_ value: JSONValue?) -> [String] { value?.objectValue?.map(\.name) ?? [] }
        let commands = CommandRoute { _ async throws(SyncFailure) in throw .diskLow }
        let routes = CentralHTTP(node: fleet.node, adding: [commands.route]) { _ in }.routes.routes
        var paths: [String: [String]] = [:]
        for route in routes {
            guard case .exactly(let path) = route.place else {
                Issue.record("\(route.place) is no path")
                continue
            }
            paths[path, default: []] += route.methods
            for method in route.methods {
                let operation = try #require(document["paths"]?[path]?[method.lowercased()])
                #expect(
                    names(operation["requestBody"]?["content"])
                        == (route.body.mediaType.map { [$0] } ?? []))
                #expect((operation["security"] != nil) == route.access.wantsToken, "\(path)")
            }
        }
        #expect(names(document["paths"]).sorted() == paths.keys.sorted())
        for (path, methods) in paths {
            #expect(
                names(document["paths"]?[path]).map { $0.uppercased() }.sorted() == methods.sorted()
            )
        }
    }

    @Test("a target adds routes of its own, which are let through and refused as all are")
    func added() async throws {
        let log = LogLines()
        let own = ServedRoute(
            ["POST"], .under("/own/"), .anybody, body: .json(name: "wish", bytesMax: 20),
            event: ExchangeLine.Event(rawValue: "own")
        ) { request, line async throws(SyncFailure) in
            line.items = 7
            let path = request.http.path
            let document = (request.json ?? .null).serialized()
            return HTTPResponse(contentType: "text/plain", text: "\(path) \(document)")
        }
        let served = try RunningCentral(
            node: fleet.node, listen: ListenAddress("127.0.0.1:0"),
            adding: [own, route(["GET"], .exactly("/own/page"), "page")], log: log.add)
        var options = HTTPClientOptions()
        options.proxy = ""
        let client = HTTPClient(options: options)
        func ask(
            _ method: String, _ path: String, _ body: String = "",
            type: String = "application/json; charset=utf-8"
        ) async throws -> HTTPClientResponse {
            try await client.send(
                method: method, url: served.url + path, headers: ["Content-Type": type],
                body: Array(body.utf8))
        }
        let done = try await ask("POST", "/own/a", "[1]")
        #expect(done.status == 200 && String(decoding: done.body, as: UTF8.self) == "/own/a [1]")
        let page = try await ask("GET", "/own/page")
        #expect(String(decoding: page.body, as: UTF8.self) == "page")
        let wrongMethod = try await ask("DELETE", "/own/page")
        #expect(wrongMethod.status == 405 && wrongMethod.headers["Allow"] == "GET")
        #expect(try await ask("POST", "/own/a", "x=1", type: "text/plain").status == 415)
        #expect(try await ask("POST", "/own/a", "[").status == 400)
        let long = "[" + String(repeating: " ", count: 20) + "]"
        #expect(try await ask("POST", "/own/a", long).status == 413)
        #expect(try await ask("GET", "/v1/health").status == 200)
        #expect(try await ask("GET", "/other").status == 404)
        await served.stop()
        let lines = log.all.map { try? JSONValue(parsing: $0) }
        #expect(lines.allSatisfy { $0?["event"] == "own" })
        #expect(lines.map { $0?["items"] } == [7, 0, 0])
        #expect(lines.map { $0?["outcome"] } == ["done", "malformed", "too-large"])
    }
}

/// Lines of a log.
private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    @Sendable func add(_ line: LogLine) {
        lines.withLock { $0.append(line.text(as: .json)) }
    }
}
