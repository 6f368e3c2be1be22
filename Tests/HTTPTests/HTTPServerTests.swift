import Foundation
import HTTP
import HTTPClient
import HTTPServer
import Testing

@Suite("HTTP server", .prompt)
struct HTTPServerTests {
    @Test("Five megabytes travel there and back unchanged")
    func largeRoundTrip() async throws {
        let server = try makeServer()
        let pattern = (0..<2_500).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        var body: [UInt8] = []
        for _ in 0..<2_000 { body += pattern }
        let reply = try await makeClient().send(
            method: "POST", url: server.url("/a%20b/%C3%A9?x=1"), body: body)
        #expect(reply.status == 200)
        #expect(reply.body == body)
        #expect(reply.headers["x-path"] == "/a b/é")
        await server.stop()
    }

    @Test("The handler sees method, path, query, headers, address and size")
    func requestParts() async throws {
        let seen = Shared<HTTPRequest?>(nil)
        let server = try makeServer { request in
            seen.update { $0 = request }
            return HTTPResponse(status: 204)
        }
        let socket = try #require(RawSocket(port: server.port))
        let text =
            "PUT /p%20q?a=1+2&b=%26&a=3&c HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nx-one: 2\r\n"
            + "Content-Length: 3\r\n\r\nabc"
        let reply = await blocking {
            socket.send(text)
            return socket.receive(through: "\r\n\r\n")
        }
        #expect(reply.hasPrefix("HTTP/1.1 204"))
        let request = try #require(seen.value)
        #expect(request.method == "PUT")
        #expect(request.path == "/p q")
        #expect(request.query == ["a": "1 2", "b": "&", "c": ""])
        #expect(request.headers.values("X-ONE") == ["1", "2"])
        #expect(request.body == Array("abc".utf8))
        #expect(request.remoteAddress == "127.0.0.1")
        #expect(abs(request.bytesReceived - text.utf8.count) <= 4)
        socket.close()
        await server.stop()
    }

    @Test("Two hundred handlers wait at the same time")
    func manySlowHandlers() async throws {
        let arrived = Latch(200)
        let release = Latch()
        var limits = HTTPServerLimits()
        limits.connectionsPerAddressMax = 300
        let server = try makeServer(limits: limits) { request in
            arrived.countDown()
            await release.wait()
            return HTTPResponse(body: Array(request.path.utf8))
        }
        let port = server.port
        let sockets = await blocking {
            (0..<200).compactMap { number -> RawSocket? in
                let socket = RawSocket(port: port)
                socket?.send("GET /\(number) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                return socket
            }
        }
        #expect(sockets.count == 200)
        await arrived.wait()
        release.countDown()
        let replies = await blocking {
            sockets.map { String(decoding: $0.receiveAll().bytes, as: UTF8.self) }
        }
        for (number, reply) in replies.enumerated() {
            #expect(reply.hasPrefix("HTTP/1.1 200"))
            #expect(reply.hasSuffix("\r\n\r\n/\(number)"))
        }
        for socket in sockets { socket.close() }
        await server.stop()
    }

    @Test("Twenty requests share one connection")
    func keepAlive() async throws {
        let server = try makeServer()
        let client = makeClient()
        for number in 0..<20 {
            let reply = try await client.send(
                method: "POST", url: server.url(), body: [UInt8(number)])
            #expect(reply.body == [UInt8(number)])
        }
        #expect(client.traffic.requests == 20)
        #expect(client.traffic.connections == 1)
        await server.stop()
    }

    @Test("A chunked upload arrives whole, and its connection lives on")
    func chunkedUpload() async throws {
        let server = try makeServer()
        let socket = try #require(RawSocket(port: server.port))
        let reply = await blocking {
            socket.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            socket.send("3\r\nabc\r\n")
            socket.send("4\r\ndefg\r\n0\r\n\r\n")
            let first = socket.receive(through: "abcdefg")
            socket.send("GET /again HTTP/1.1\r\nHost: h\r\n\r\n")
            return first + socket.receive(through: "/again")
        }
        #expect(reply.contains("abcdefg"))
        #expect(reply.contains("X-Path: /again"))
        socket.close()
        await server.stop()
    }

    @Test("A client that asks before it sends is told to continue")
    func expectContinue() async throws {
        let server = try makeServer()
        let socket = try #require(RawSocket(port: server.port))
        let (interim, reply) = await blocking {
            socket.send(
                "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            let interim = socket.receive(through: "\r\n\r\n")
            socket.send("ok")
            return (interim, socket.receive(through: "ok"))
        }
        #expect(interim.hasPrefix("HTTP/1.1 100"))
        #expect(reply.hasPrefix("HTTP/1.1 200"))
        #expect(reply.hasSuffix("ok"))
        socket.close()
        await server.stop()
    }

    @Test("HEAD is answered with the length and without the body")
    func head() async throws {
        let server = try makeServer { _ in HTTPResponse(body: Array("twelve bytes".utf8)) }
        let client = makeClient()
        let reply = try await client.send(method: "HEAD", url: server.url())
        #expect(reply.headers["Content-Length"] == "12")
        #expect(reply.body.isEmpty)
        let again = try await client.send(url: server.url())
        #expect(again.body.count == 12)
        #expect(client.traffic.connections == 1)
        await server.stop()
    }

    @Test("An answer carries no header that is not needed")
    func minimalAnswer() async throws {
        let server = try makeServer(suppressDate: true) { _ in HTTPResponse(body: [0x78]) }
        let socket = try #require(RawSocket(port: server.port))
        let reply = await blocking {
            socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            return socket.receive(through: "x")
        }
        #expect(reply == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        socket.close()
        await server.stop()
    }

    @Test("A header that would split the answer is answered 500, not sent")
    func headerInjection() async throws {
        let server = try makeServer { _ in HTTPResponse(headers: ["X": "a\r\nSet-Cookie: b"]) }
        let reply = try await makeClient().send(url: server.url())
        #expect(reply.status == 500)
        #expect(reply.headers["Set-Cookie"] == nil)
        await server.stop()
    }

    @Test("A second server on the same port is refused with the reason")
    func portTaken() async throws {
        let server = try makeServer()
        let taken = try ListenAddress("127.0.0.1:\(server.port)")
        let error = #expect(throws: HTTPError.self) {
            try HTTPServer(listen: taken, handler: echo)
        }
        #expect(error?.description.contains("Address already in use") == true)
        await server.stop()
    }

    @Test("A request is answered while the process computes something else on all cores")
    func busyProcess() async throws {
        let server = try makeServer()
        let socket = try #require(RawSocket(port: server.port))
        let isOver = Shared(false)
        let computing = (0..<2 * ProcessInfo.processInfo.activeProcessorCount).map { _ in
            Task.detached(priority: .medium) { while !isOver.value {} }
        }
        // Everything that has to go on meanwhile is on a thread of its own.
        let reply = await blocking {
            socket.limitWaits(milliseconds: 60_000)
            socket.send("GET /busy HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let reply = socket.receiveAll().bytes
            isOver.update { $0 = true }
            socket.close()
            return String(decoding: reply, as: UTF8.self)
        }
        for task in computing { await task.value }
        #expect(reply.contains("X-Path: /busy"))
        await server.stop()
    }
}
