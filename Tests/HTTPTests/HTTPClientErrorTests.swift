import HTTP
import HTTPClient
import HTTPServer
import Testing

@Suite("What a client reports", .prompt)
struct HTTPClientErrorTests {
    @Test("A port where nobody listens cannot be connected to")
    func refused() async throws {
        let nobody = try #require(DeafPort())
        let client = makeClient()
        let error = await failure(client, nobody.url)
        guard case .couldNotConnect(let host, _) = error else {
            Issue.record("expected couldNotConnect, got \(String(describing: error))")
            return
        }
        #expect(host == "127.0.0.1:\(nobody.port)")
        #expect(error?.isRetryable == true)
        #expect(client.traffic.requests == 1)
        #expect(client.traffic.bytesSent == 0)
    }

    @Test("A name without address cannot be resolved")
    func unknownName() async {
        let error = await failure(makeClient(), "http://nobody.invalid/")
        #expect(error == .couldNotResolve(host: "nobody.invalid"))
    }

    @Test(
        "Other schemes and malformed URLs are refused",
        arguments: ["file:///etc/hostname", "ftp://h/", "http://", "no url", "http://h:99999/", ""])
    func invalidURL(url: String) async {
        let error = await failure(makeClient(), url)
        #expect(error == .invalidURL)
        #expect(error?.isRetryable == false)
    }

    @Test(
        "A reply cut anywhere is a lost connection",
        arguments: [
            "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        ])
    func cutReply(reply: String) async throws {
        let server = try #require(
            RawServer { peer in
                _ = peer.receive(through: "\r\n\r\n")
                peer.send(reply)
            })
        let error = await failure(makeClient(), server.url)
        guard case .connectionLost = error else {
            Issue.record("expected connectionLost, got \(String(describing: error))")
            return
        }
        #expect(error?.isRetryable == true)
    }

    @Test("What is not HTTP is an invalid reply")
    func notHTTP() async throws {
        let server = try #require(
            RawServer { peer in
                _ = peer.receive(through: "\r\n\r\n")
                peer.send("SSH-2.0-OpenSSH_9.2\r\n")
            })
        let error = await failure(makeClient(), server.url)
        guard case .invalidReply = error else {
            Issue.record("expected invalidReply, got \(String(describing: error))")
            return
        }
    }

    @Test("A body over the limit is refused, declared or not", arguments: [false, true])
    func bodyTooLarge(isChunked: Bool) async throws {
        let server = try #require(
            RawServer { peer in
                _ = peer.receive(through: "\r\n\r\n")
                let body = String(repeating: "x", count: 0x3E9)
                let chunked = "Transfer-Encoding: chunked\r\n\r\n3e9\r\n\(body)\r\n0\r\n\r\n"
                let declared = "Content-Length: 1001\r\n\r\n\(body)"
                peer.send("HTTP/1.1 200 OK\r\n" + (isChunked ? chunked : declared))
                _ = peer.receive()
            })
        let error = await failure(makeClient { $0.responseBytesMax = 1_000 }, server.url)
        #expect(error == .responseTooLarge(limitBytes: 1_000))
    }

    @Test("Endless headers are refused")
    func endlessHeaders() async throws {
        let server = try #require(
            RawServer { peer in
                _ = peer.receive(through: "\r\n\r\n")
                peer.send("HTTP/1.1 200 OK\r\n")
                while peer.send("X: " + String(repeating: "x", count: 10_000) + "\r\n") {}
            })
        let error = await failure(makeClient(), server.url)
        guard case .responseTooLarge = error else {
            Issue.record("expected responseTooLarge, got \(String(describing: error))")
            return
        }
    }

    @Test("An answer that does not come in time is a time-out")
    func timeout() async throws {
        let release = Latch()
        let server = try makeServer { _ in
            await release.waitOrCancellation()
            return HTTPResponse()
        }
        let host = "127.0.0.1:\(server.port)"
        let error = await failure(makeClient(), server.url(), timeout: .milliseconds(100))
        #expect(error == .timedOut(host: host, whileConnecting: false))
        #expect(error?.isRetryable == true)
        await server.stop()
    }

    @Test("A link that stands still is too slow")
    func tooSlow() async throws {
        let server = try #require(
            RawServer { peer in
                _ = peer.receive(through: "\r\n\r\n")
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                _ = peer.receive()
            })
        let client = makeClient {
            $0.lowSpeedTime = .seconds(1)
            $0.lowSpeedBytesPerSecond = 10_000
        }
        #expect(await failure(client, server.url) == .tooSlow(host: "127.0.0.1:\(server.port)"))
    }

    @Test("A link on which nothing moves is too slow")
    func silence() async throws {
        let server = try #require(
            RawServer { peer in
                _ = peer.receive(through: "\r\n\r\n")
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                _ = peer.receive()
            })
        let client = makeClient { $0.silenceMax = .milliseconds(200) }
        #expect(await failure(client, server.url) == .tooSlow(host: "127.0.0.1:\(server.port)"))
    }

    @Test("Cancelling the task aborts the transfer at once, and the client stays usable")
    func cancellation() async throws {
        let started = Latch()
        let left = Latch()
        let server = try makeServer { request in
            if request.path == "/next" { return HTTPResponse(status: 204) }
            started.countDown()
            await Latch().waitOrCancellation()
            left.countDown()
            return HTTPResponse()
        }
        let client = makeClient()
        let url = server.url()
        let task = Task { await failure(client, url) }
        await started.wait()
        task.cancel()
        #expect(await task.value == .cancelled)
        // The handler ends only because the transfer did.
        await left.wait()
        #expect(try await client.send(url: server.url("/next")).status == 204)
        #expect(client.traffic.requests == 2)
        await server.stop()
    }

    @Test("Closing the client ends what runs and what waits")
    func closing() async throws {
        let started = Latch()
        let server = try makeServer { _ in
            started.countDown()
            await Latch().waitOrCancellation()
            return HTTPResponse()
        }
        let client = makeClient()
        let url = server.url()
        let running = Task { await failure(client, url) }
        await started.wait()
        let waiting = Task { await failure(client, url) }
        client.close()
        #expect(await running.value == .cancelled)
        #expect(await waiting.value == .cancelled)
        #expect(await failure(client, url) == .cancelled)
        await server.stop()
    }
}
