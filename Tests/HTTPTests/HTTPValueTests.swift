import HTTP
import HTTPClient
import HTTPServer
import Testing

@Suite("Headers and addresses", .prompt)
struct HTTPValueTests {
    @Test("Headers keep their order and compare without case")
    func headers() {
        var headers: HTTPHeaders = ["A": "1", "b": "2"]
        headers.append("a", "3")
        #expect(headers["a"] == "1")
        #expect(headers.values("A") == ["1", "3"])
        headers["B"] = "4"
        #expect(headers.fields.map(\.name) == ["A", "B", "a"])
        headers["A"] = nil
        #expect(headers.fields.map(\.value) == ["4"])
        #expect(headers["\u{212A}"] == nil)
    }

    @Test(
        "Numeric addresses with a port can be listened on",
        arguments: [
            ("127.0.0.1:0", true), ("127.9.9.9:80", true), ("[::1]:8080", true),
            ("localhost:8080", true), ("0.0.0.0:80", false), ("[::]:443", false),
            ("192.168.1.2:65535", false),
        ])
    func listenAddress(text: String, isLoopback: Bool) throws {
        #expect(try ListenAddress(text).isLoopback == isLoopback)
    }

    @Test(
        "Anything else cannot",
        arguments: [
            "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+1", "::1:80",
            "[127.0.0.1]:80", "[::1]", "host:80", "1.2.3:80", "[::1:80",
        ])
    func badListenAddress(text: String) {
        #expect(throws: HTTPError.invalidListenAddress(text)) { try ListenAddress(text) }
    }

    @Test("An IPv6 server answers")
    func ipv6() async throws {
        let server = try HTTPServer(listen: ListenAddress("[::1]:0")) { request in
            HTTPResponse(body: Array(request.remoteAddress.utf8))
        }
        let reply = try await makeClient().send(url: "http://[::1]:\(server.port)/")
        #expect(reply.body == Array("::1".utf8))
        await server.stop()
    }
}
