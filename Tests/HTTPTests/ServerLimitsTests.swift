import HTTP
import HTTPClient
import HTTPServer
import Testing

@Suite("What a server refuses", .prompt)
struct ServerLimitsTests {
    private func smallLimits() -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.bodyBytesMax = 1_000
        return limits
    }

    @Test("A declared body over the limit is answered 413 before it is read")
    func declaredOversize() async throws {
        let server = try makeServer(limits: smallLimits())
        let socket = try #require(RawSocket(port: server.port))
        let reply = await blocking {
            socket.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n")
            return socket.receiveAll()
        }
        let text = String(decoding: reply.bytes, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 413"))
        #expect(text.contains("application/problem+json"))
        #expect(text.hasSuffix(#""status":413}"#))
        #expect(reply.isClosed)
        socket.close()
        await server.stop()
    }

    @Test("A client in the midst of a large upload still receives the 413")
    func oversizeWhileSending() async throws {
        let server = try makeServer(limits: smallLimits())
        let reply = try await makeClient().send(
            method: "POST", url: server.url(), body: [UInt8](repeating: 7, count: 900_000))
        #expect(reply.status == 413)
        await server.stop()
    }

    @Test("A chunked body is cut at the limit with 413")
    func chunkedOversize() async throws {
        let server = try makeServer(limits: smallLimits())
        let socket = try #require(RawSocket(port: server.port))
        let reply = await blocking {
            socket.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<3 {
                socket.send("200\r\n" + String(repeating: "x", count: 512) + "\r\n")
            }
            return socket.receiveAll()
        }
        #expect(String(decoding: reply.bytes, as: UTF8.self).hasPrefix("HTTP/1.1 413"))
        #expect(reply.isClosed)
        socket.close()
        await server.stop()
    }

    @Test("A body exactly at the limit is accepted")
    func bodyAtLimit() async throws {
        let server = try makeServer(limits: smallLimits())
        let reply = try await makeClient().send(
            method: "POST", url: server.url(), body: [UInt8](repeating: 7, count: 1_000))
        #expect(reply.status == 200)
        #expect(reply.body.count == 1_000)
        await server.stop()
    }

    @Test("The header check refuses before the body is sent")
    func headerCheck() async throws {
        let handled = Shared(0)
        let server = try makeServer { _ in
            handled.update { $0 += 1 }
            return HTTPResponse()
        } headerCheck: { method, path, headers in
            if path != "/v1/sync" { return HTTPResponse(status: 404) }
            if method != "POST" { return HTTPResponse(status: 405, headers: ["Allow": "POST"]) }
            return headers["Authorization"] == nil ? HTTPResponse(status: 401) : nil
        }
        let socket = try #require(RawSocket(port: server.port))
        let refused = await blocking {
            socket.send("POST /v1/sync HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\n")
            return socket.receiveAll()
        }
        #expect(String(decoding: refused.bytes, as: UTF8.self).hasPrefix("HTTP/1.1 401"))
        #expect(handled.value == 0)
        socket.close()

        let client = makeClient()
        #expect(try await client.send(url: server.url("/x")).status == 404)
        #expect(try await client.send(url: server.url("/v1/sync")).headers["allow"] == "POST")
        let accepted = try await client.send(
            method: "POST", url: server.url("/v1/sync"), headers: ["Authorization": "t"], body: [1])
        #expect(accepted.status == 200)
        #expect(client.traffic.connections == 1)
        #expect(handled.value == 1)
        await server.stop()
    }

    @Test("More bodies than memory is set aside for are answered 503 with a time to come back")
    func bodiesInFlight() async throws {
        var limits = HTTPServerLimits()
        limits.bodyBytesInFlightMax = 100
        let server = try makeServer(limits: limits)
        let client = makeClient()
        let refused = try await client.send(
            method: "POST", url: server.url(), body: [UInt8](repeating: 1, count: 101))
        #expect(refused.status == 503)
        #expect(refused.headers["Retry-After"] != nil)
        let socket = try #require(RawSocket(port: server.port))
        let cut = await blocking {
            socket.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            socket.send("65\r\n" + String(repeating: "x", count: 101) + "\r\n0\r\n\r\n")
            return socket.receiveAll().bytes
        }
        #expect(String(decoding: cut, as: UTF8.self).hasPrefix("HTTP/1.1 503"))
        socket.close()
        let accepted = try await client.send(
            method: "POST", url: server.url(), body: [UInt8](repeating: 1, count: 100))
        #expect(accepted.status == 200)
        await server.stop()
    }

    @Test("Headers over the limit are answered 431")
    func headersTooLarge() async throws {
        let server = try makeServer()
        for count in [17_000, 400_000] {
            let reply = try await makeClient().send(
                url: server.url(), headers: ["X": String(repeating: "a", count: count)])
            #expect(reply.status == 431)
        }
        await server.stop()
    }

    @Test(
        "A request that could be read in two ways is refused",
        arguments: [
            ("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
            ("GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
            ("GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n", "400"
            ),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", "501"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", "4"),
            ("GET / HTTP/1.1\r\n\r\n", "400"),
            ("GET /a%2Fb HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: h\r\nX : a\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: h\r\nX: a\rY: b\r\n\r\n", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n", "400"),
            ("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n 2\r\n\r\nab", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n 0\r\n\r\nab", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -2\r\n\r\n", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2, 2\r\n\r\n", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775808\r\n\r\n", "4"),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n", "400"
            ),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \u{B}chunked\r\n\r\n", "400"),
        ])
    func ambiguousRequest(request: String, status: String) async throws {
        let server = try makeServer()
        let socket = try #require(RawSocket(port: server.port))
        let reply = await blocking {
            socket.send(request)
            return socket.receive(through: "\r\n\r\n")
        }
        #expect(reply.hasPrefix("HTTP/1.1 \(status)"))
        socket.close()
        await server.stop()
    }

    @Test(
        "After a request of unclear length nothing more is read from its connection",
        arguments: [
            "Content-Length:\r\n 2", "Content-Length: 2\r\nContent-Length: 2",
            "Transfer-Encoding : chunked", "Content-Length: 2\r\nTransfer-Encoding: chunked",
            "Content-Length: 9223372036854775808",
        ])
    func smuggledRequest(header: String) async throws {
        let handled = Shared(0)
        let server = try makeServer { _ in
            handled.update { $0 += 1 }
            return HTTPResponse(status: 204)
        }
        let socket = try #require(RawSocket(port: server.port))
        let reply = await blocking {
            socket.send("POST / HTTP/1.1\r\nHost: h\r\n\(header)\r\n\r\n")
            socket.send("{}GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
            return String(decoding: socket.receiveAll().bytes, as: UTF8.self)
        }
        #expect(reply.hasPrefix("HTTP/1.1 400"), "\(reply)")
        #expect(reply.ranges(of: "HTTP/1.1 ").count == 1, "\(reply)")
        #expect(handled.value == 0)
        socket.close()
        await server.stop()
    }

    @Test("Garbage gets 400 or a closed connection, and the server lives on")
    func garbage() async throws {
        let server = try makeServer()
        var random = SystemRandomNumberGenerator()
        let starts: [[UInt8]] = [
            [], Array("GET / HTTP/1.1\r\nHost: h\r\n".utf8), [0x16, 0x03, 0x01, 0x02, 0x00],
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8),
            Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8),
        ]
        for start in starts {
            let noise = (0..<5_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            let socket = try #require(RawSocket(port: server.port))
            let reply = await blocking {
                socket.send(start + noise)
                socket.endSending()
                return socket.receiveAll().bytes
            }
            let text = String(decoding: reply, as: UTF8.self)
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.") && !text.hasPrefix("HTTP/1.1 2"))
            socket.close()
        }
        #expect(try await makeClient().send(url: server.url()).status == 200)
        await server.stop()
    }

    @Test("A client that dribbles its headers is cut off")
    func slowHeaders() async throws {
        var limits = HTTPServerLimits()
        limits.idleTimeout = .milliseconds(100)
        limits.headTimeout = .milliseconds(50)
        let server = try makeServer(limits: limits)
        let socket = try #require(RawSocket(port: server.port))
        let isClosed = await blocking {
            socket.limitWaits(milliseconds: 20)
            socket.send("GET / HTTP/1.1\r\nX: ")
            // Each wait ends without news; what is sent meanwhile keeps the connection lively.
            for _ in 0..<30_000 where socket.receive() == nil {
                if !socket.send("x") { return true }
            }
            return socket.receive()?.isEmpty == true
        }
        #expect(isClosed)
        socket.close()
        await server.stop()
    }
}
