import HTTP
import HTTPClient
import HTTPServer
import Testing

@testable import Addresses

@Suite("A server with few connections", .prompt)
struct ServerSeatsTests {
    private func limits(perAddress: Int) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.connectionsPerAddressMax = perAddress
        limits.silenceGrace = .seconds(3_600)
        return limits
    }

    private func get(_ path: String, _ headers: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: h\r\n\(headers)\r\n"
    }

    /// Sends one request on a new connection and reads until the server closes.
    private func ask(_ server: HTTPServer, _ request: String) async throws -> (
        text: String, isClosed: Bool
    ) {
        let socket = try #require(RawSocket(port: server.port))
        let reply = await blocking {
            socket.send(request)
            return socket.receiveAll()
        }
        socket.close()
        return (String(decoding: reply.bytes, as: UTF8.self), reply.isClosed)
    }

    /// Takes both connections that there are until `busy` is at its end; the next one is told to come back.
    private func hold(_ server: HTTPServer, _ busy: Latch) async throws -> [RawSocket] {
        let held = (0..<2).compactMap { _ in RawSocket(port: server.port) }
        try #require(held.count == 2)
        for socket in held { await blocking { _ = socket.send(get("/long")) } }
        await busy.wait()
        let refused = try await ask(server, get("/"))
        #expect(refused.text.hasPrefix("HTTP/1.1 503"), "\(refused.text)")
        #expect(refused.text.contains("Retry-After: 5\r\n") && refused.isClosed)
        return held
    }

    @Test("the connection beyond an address's limit is told when to come back, and not reset")
    func beyond() async throws {
        let busy = Latch(2)
        let release = Latch()
        let server = try makeServer(limits: limits(perAddress: 2)) { request in
            guard request.path == "/long" else { return HTTPResponse(status: 204) }
            busy.countDown()
            await release.wait()
            return HTTPResponse(status: 204)
        }
        let held = try await hold(server, busy)
        let upload = try await ask(
            server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
        #expect(upload.text.hasPrefix("HTTP/1.1 503") && upload.isClosed)
        #expect(server.counts.refused == 2)
        release.countDown()
        _ = await blocking { held[0].receive(through: "\r\n\r\n") }
        // It is between two requests now, and gives way.
        let taken = try await ask(server, get("/", "Connection: close\r\n"))
        #expect(taken.text.hasPrefix("HTTP/1.1 204"), "\(taken.text)")
        for socket in held { socket.close() }
        await server.stop()
    }

    @Test("the connection beyond all that there are is told when to come back, and not reset")
    func beyondAll() async throws {
        var limits = limits(perAddress: 100)
        limits.connectionsMax = 2
        let busy = Latch(2)
        let release = Latch()
        let server = try makeServer(limits: limits) { _ in
            busy.countDown()
            await release.wait()
            return HTTPResponse(status: 204)
        }
        let held = try await hold(server, busy)
        release.countDown()
        for socket in held { socket.close() }
        await server.stop()
    }

    @Test("a hundred silent connections of one address do not keep it from being answered")
    func silent() async throws {
        let server = try makeServer(limits: limits(perAddress: 4))
        let held = (0..<100).compactMap { _ in RawSocket(port: server.port) }
        let reply = try await ask(server, get("/"))
        #expect(reply.text.hasPrefix("HTTP/1.1 503"), "\(reply.text)")
        for socket in held { socket.close() }
        await server.stop()
    }

    @Test("who waits is answered when work comes, and who would only wait is told to come back")
    func waiting() async throws {
        let waits = [Latch(), Latch()]
        let server = try makeServer(limits: limits(perAddress: 2)) { request in
            guard let place = request.query["wait"].flatMap({ Int($0) }) else {
                return HTTPResponse(status: 204)
            }
            request.noteWaiting(true)
            waits[place].countDown()
            await Latch().waitOrCancellation()
            return HTTPResponse(body: Array("no news".utf8))
        }
        let held = (0..<2).compactMap { _ in RawSocket(port: server.port) }
        try #require(held.count == 2)
        for place in 0..<2 {
            await blocking { _ = held[place].send(get("/?wait=\(place)")) }
            await waits[place].wait()
        }
        let waiter = try await ask(server, get("/?wait=1", "Prefer: respond-async, wait=55\r\n"))
        #expect(waiter.text.hasPrefix("HTTP/1.1 503"), "\(waiter.text)")
        #expect(waiter.text.contains("Retry-After: 60\r\n"))
        let worker = try await ask(server, get("/", "Connection: close\r\n"))
        #expect(worker.text.hasPrefix("HTTP/1.1 204"), "\(worker.text)")
        let first = await blocking { held[0].receiveAll() }
        let answer = String(decoding: first.bytes, as: UTF8.self)
        #expect(answer.hasSuffix("no news") && answer.contains("Connection: close"), "\(answer)")
        #expect(first.isClosed)
        for socket in held { socket.close() }
        await server.stop()
    }

    @Test("behind a trusted proxy the client counts, for what handlers see and for the limit")
    func proxied() async throws {
        var limits = limits(perAddress: 1)
        limits.trustedProxies = [try #require(AddressRange("127.0.0.0/8"))]
        let busy = Latch()
        let release = Latch()
        let server = try makeServer(limits: limits) { request in
            if request.path == "/long" {
                busy.countDown()
                await release.wait()
            }
            return HTTPResponse(body: Array(request.remoteAddress.utf8))
        }
        let (one, other) = ("X-Forwarded-For: 192.0.2.1\r\n", "X-Forwarded-For: 192.0.2.2\r\n")
        let held = try #require(RawSocket(port: server.port))
        await blocking { _ = held.send(get("/long", one)) }
        await busy.wait()
        let refused = try await ask(server, get("/", one))
        #expect(refused.text.hasPrefix("HTTP/1.1 503"), "\(refused.text)")
        let taken = try await ask(server, get("/", other + "Connection: close\r\n"))
        #expect(taken.text.hasPrefix("HTTP/1.1 200") && taken.text.hasSuffix("192.0.2.2"))
        release.countDown()
        #expect(await blocking { held.receive(through: "192.0.2.1") }.hasSuffix("192.0.2.1"))
        held.close()
        await server.stop()
    }

    @Test("without trust the header is nothing but text")
    func untrusted() async throws {
        let server = try makeServer { request in
            HTTPResponse(body: Array(request.remoteAddress.utf8))
        }
        let headers = "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\n"
        let reply = try await ask(server, get("/", headers + "Connection: close\r\n"))
        #expect(reply.text.hasSuffix("127.0.0.1"), "\(reply.text)")
        await server.stop()
    }
}
