import Dispatch
import HTTP
import HTTPClient
import HTTPServer
import Testing

@Suite("Clients that leave and servers that close", .prompt)
struct ServerClosingTests {
    private func quickLimits() -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.stopGracePeriod = .milliseconds(50)
        limits.cancelGracePeriod = .milliseconds(50)
        return limits
    }

    @Test("A client that leaves cancels its handler", arguments: [false, true])
    func clientLeaves(onlyEndsSending: Bool) async throws {
        let started = Latch()
        let cancelled = Latch()
        let server = try makeServer { _ in
            started.countDown()
            await Latch().waitOrCancellation()
            cancelled.countDown()
            return HTTPResponse()
        }
        let socket = try #require(RawSocket(port: server.port))
        await blocking { _ = socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
        await started.wait()
        if onlyEndsSending { socket.endSending() } else { socket.close() }
        await cancelled.wait()
        if onlyEndsSending { socket.close() }
        await server.stop()
    }

    @Test("A handler that ignores its client's leaving does no harm")
    func stubbornHandler() async throws {
        let started = Latch()
        let cancelled = Latch()
        let release = Latch()
        let server = try makeServer { request in
            if request.path == "/next" { return HTTPResponse(status: 204) }
            started.countDown()
            await Latch().waitOrCancellation()
            cancelled.countDown()
            await release.wait()
            return HTTPResponse()
        }
        let socket = try #require(RawSocket(port: server.port))
        await blocking { _ = socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
        await started.wait()
        socket.close()
        await cancelled.wait()
        #expect(try await makeClient().send(url: server.url("/next")).status == 204)
        release.countDown()
        await server.stop()
    }

    @Test("Stopping ends long polls that never answer, cancelled or not", arguments: [false, true])
    func stopWhileLongPollsHang(heedsCancellation: Bool) async throws {
        let started = Latch(20)
        let release = Latch()
        var limits = quickLimits()
        if heedsCancellation { limits.cancelGracePeriod = .seconds(300) }
        let server = try makeServer(limits: limits) { _ in
            started.countDown()
            if heedsCancellation {
                await Latch().waitOrCancellation()
            } else {
                await release.wait()
            }
            return HTTPResponse(status: 204)
        }
        let port = server.port
        let sockets = await blocking {
            (0..<20).compactMap { _ -> RawSocket? in
                let socket = RawSocket(port: port)
                socket?.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                return socket
            }
        }
        await started.wait()
        let duration = await ContinuousClock().measure { await server.stop() }
        #expect(duration < .seconds(120), "it does not wait for the grace period, or for ever")
        for socket in sockets {
            let reply = await blocking { socket.receiveAll().bytes }
            let text = String(decoding: reply, as: UTF8.self)
            #expect(heedsCancellation ? text.hasPrefix("HTTP/1.1 204") : text.isEmpty)
            socket.close()
        }
        release.countDown()
        #expect(RawSocket(port: port) == nil)
    }

    @Test("Stopping lets a running handler finish its answer")
    func stopIsGraceful() async throws {
        let started = Latch()
        let release = Latch()
        // A busy machine may take longer than the usual grace to get to the release.
        var limits = HTTPServerLimits()
        limits.stopGracePeriod = .seconds(300)
        let server = try makeServer(limits: limits) { _ in
            started.countDown()
            await release.wait()
            return HTTPResponse(body: Array("done".utf8))
        }
        let reply = Task { try await makeClient().send(url: server.url()) }
        await started.wait()
        let stopping = Task { await server.stop() }
        let port = server.port
        await blocking {
            while let socket = RawSocket(port: port) { socket.close() }
        }
        release.countDown()
        #expect(try await reply.value.body == Array("done".utf8))
        await stopping.value
        await server.stop()
    }

    @Test("A server that is dropped without stop closes its port")
    func droppedServer() async throws {
        var server: HTTPServer? = try makeServer()
        let port = try #require(server?.port)
        #expect(try await makeClient().send(url: "http://127.0.0.1:\(port)/").status == 200)
        server = nil
        await blocking {
            while let socket = RawSocket(port: port) { socket.close() }
        }
    }

    @Test("Clients come and go at random while handlers run, and none is lost")
    func churn() async throws {
        var limits = quickLimits()
        limits.connectionsPerAddressMax = 1_000
        let server = try makeServer(limits: limits) { request in
            for _ in 0..<Int.random(in: 0..<20) { await Task.yield() }
            return HTTPResponse(body: request.body)
        }
        let port = server.port
        await withTaskGroup(of: Void.self) { group in
            for seed in 0..<8 {
                group.addTask { await blocking { churnClients(port: port, rounds: 40, seed) } }
            }
        }
        let reply = try await makeClient().send(method: "POST", url: server.url(), body: [1, 2])
        #expect(reply.body == [1, 2])
        await server.stop()
    }
}

private func churnClients(port: UInt16, rounds: Int, _ seed: Int) {
    for round in 0..<rounds {
        guard let socket = RawSocket(port: port) else { return }
        let request = "POST /\(seed) HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
        switch (round + seed) % 4 {
        case 0: socket.send(String(request.prefix(round)))
        case 1: socket.send(request)
        case 2:
            socket.send(request + request + request)
            _ = socket.receive(through: "hello")
        default:
            socket.send(request)
            _ = socket.receive(through: "hello")
        }
        socket.close()
    }
}
