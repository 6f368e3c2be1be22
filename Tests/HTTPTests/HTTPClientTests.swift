import HTTP
import HTTPClient
import HTTPServer
import Testing

@Suite("HTTP client", .prompt)
struct HTTPClientTests {
    @Test("A request carries no header that is not needed")
    func minimalRequest() async throws {
        let seen = Shared("")
        let server = try #require(
            RawServer { peer in
                let text = peer.receive(through: "\r\n\r\n")
                seen.update { $0 = text }
                peer.send("HTTP/1.1 204 No Content\r\n\r\n")
            })
        let reply = try await makeClient().send(method: "POST", url: server.url)
        #expect(reply.status == 204)
        #expect(
            seen.value
                == "POST / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nContent-Length: 0\r\n\r\n")
    }

    @Test("Given headers are sent as given, empty ones too")
    func givenHeaders() async throws {
        let seen = Shared(HTTPHeaders())
        let server = try makeServer { request in
            seen.update { $0 = request.headers }
            return HTTPResponse(headers: ["X-Twice": "a"])
        }
        let client = makeClient { $0.userAgent = "counter/1" }
        let reply = try await client.send(
            method: "PUT", url: server.url(),
            headers: ["Accept": "application/json", "Content-Type": "application/cbor", "X": ""],
            body: [1])
        #expect(seen.value["accept"] == "application/json")
        #expect(seen.value["content-type"] == "application/cbor")
        #expect(seen.value["X"] == "")
        #expect(seen.value["user-agent"] == "counter/1")
        #expect(reply.headers["x-twice"] == "a")
        await server.stop()
    }

    @Test("A header or method that would split the request is refused unsent")
    func headerInjection() async throws {
        let client = makeClient()
        let url = "http://127.0.0.1:1/"
        await #expect(throws: HTTPClientError.invalidHeader(name: "X")) {
            try await client.send(url: url, headers: ["X": "a\r\nY: b"])
        }
        #expect(
            await failure(client, url, method: "GET / HTTP/1.1") == .invalidHeader(name: "method"))
        #expect(client.traffic == HTTPTraffic())
    }

    @Test("The bytes counted are the bytes a server sees", arguments: [0, 1, 100, 70_000, 300_000])
    func traffic(bodyBytes: Int) async throws {
        let received = Shared(0)
        let reply =
            "HTTP/1.1 200 OK\r\nContent-Length: \(bodyBytes)\r\n\r\n"
            + String(repeating: "r", count: bodyBytes)
        let serve: @Sendable (RawSocket) -> Void = { peer in
            for _ in 0..<2 {
                let head = peer.receive(through: "\r\n\r\n")
                var count = head.utf8.count
                let end = head.utf8.count - (head.components(after: "\r\n\r\n"))
                while count < end + bodyBytes, let more = peer.receive(), !more.isEmpty {
                    count += more.count
                }
                received.update { $0 += count }
                peer.send(reply)
            }
        }
        let server = try #require(RawServer(serve))
        let client = makeClient()
        for _ in 0..<2 {
            let answer = try await client.send(
                method: "POST", url: server.url, body: [UInt8](repeating: 7, count: bodyBytes))
            #expect(answer.traffic.bytesReceived == reply.utf8.count)
        }
        #expect(client.traffic.bytesSent == received.value)
        #expect(client.traffic.bytesReceived == 2 * reply.utf8.count)
        #expect(client.traffic.requests == 2)
        #expect(client.traffic.connections == 1)
    }

    @Test("A transfer that fails midway is counted too")
    func trafficOfFailure() async throws {
        let received = Shared(0)
        let reply =
            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "r", count: 300)
        let server = try #require(
            RawServer { peer in
                let text = peer.receive(through: "hello")
                received.update { $0 = text.utf8.count }
                peer.send(reply)
            })
        let client = makeClient()
        let error = await failure(client, server.url, method: "POST", body: Array("hello".utf8))
        guard case .connectionLost = error else {
            Issue.record("expected connectionLost, got \(String(describing: error))")
            return
        }
        #expect(client.traffic.bytesSent == received.value)
        #expect(client.traffic.bytesReceived == reply.utf8.count)
    }

    @Test("Chunk framing is counted as received")
    func trafficOfChunks() async throws {
        let reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        let server = try #require(
            RawServer { peer in
                _ = peer.receive(through: "\r\n\r\n")
                peer.send(reply)
            })
        let answer = try await makeClient().send(url: server.url)
        #expect(answer.body == Array("ab".utf8))
        #expect(answer.traffic.bytesReceived == reply.utf8.count)
    }

    @Test("Redirects are handed over, not followed")
    func redirect() async throws {
        let server = try makeServer { _ in
            HTTPResponse(status: 302, headers: ["Location": "file:///etc/hostname"])
        }
        let reply = try await makeClient().send(url: server.url())
        #expect(reply.status == 302)
        await server.stop()
    }

    @Test("A kept connection that the server has closed is replaced without an error")
    func staleConnection() async throws {
        let answer: @Sendable (RawSocket) -> Void = { peer in
            _ = peer.receive(through: "hello")
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        let server = try #require(RawServer(answer, answer))
        let client = makeClient()
        for _ in 0..<2 {
            let reply = try await client.send(
                method: "POST", url: server.url, body: Array("hello".utf8))
            #expect(reply.body == Array("ok".utf8))
        }
        #expect(client.traffic.connections == 2)
    }

    @Test("The rate limit stretches a transfer, and small ones together")
    func rateLimit() async throws {
        let server = try makeServer { request in
            HTTPResponse(body: [UInt8](repeating: 1, count: Int(request.path.dropFirst()) ?? 0))
        }
        let client = makeClient { $0.bytesPerSecondMax = 200_000 }
        let large = try await ContinuousClock().measure {
            let reply = try await client.send(url: server.url("/100000"))
            #expect(reply.body.count == 100_000)
        }
        #expect(large > .milliseconds(350))
        let small = try await ContinuousClock().measure {
            for _ in 0..<11 { _ = try await client.send(url: server.url("/6000")) }
        }
        #expect(small > .milliseconds(250))
        await server.stop()
    }

    @Test("A pause for the rate limit ends when the task is cancelled")
    func cancelledPause() async throws {
        let server = try makeServer { _ in HTTPResponse(body: [UInt8](repeating: 1, count: 5_000)) }
        let client = makeClient { $0.bytesPerSecondMax = 100 }
        let url = server.url()
        let started = Latch()
        let task = Task {
            do throws(HTTPClientError) {
                _ = try await client.send(url: url, progress: { _ in started.countDown() })
                return nil as HTTPClientError?
            } catch {
                return error
            }
        }
        await started.wait()
        task.cancel()
        #expect(await task.value == .cancelled)
        await server.stop()
    }

    @Test("Progress tells how much has come")
    func progress() async throws {
        let server = try makeServer { _ in
            HTTPResponse(body: [UInt8](repeating: 1, count: 200_000))
        }
        let last = Shared<TransferProgress?>(nil)
        _ = try await makeClient().send(
            method: "POST", url: server.url(), body: [1, 2, 3],
            progress: { progress in last.update { $0 = progress } })
        #expect(last.value?.bytesReceived == 200_000)
        #expect(last.value?.bytesToReceive == 200_000)
        #expect(last.value?.bytesSent == 3)
        await server.stop()
    }

    @Test("Requests of one client wait for each other")
    func oneAtATime() async throws {
        let running = Shared(0)
        let server = try makeServer { _ in
            let isAlone = running.update { count in
                count += 1
                return count == 1
            }
            for _ in 0..<10 { await Task.yield() }
            running.update { $0 -= 1 }
            return HTTPResponse(status: isAlone ? 200 : 500)
        }
        let client = makeClient()
        let url = server.url()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<10 { group.addTask { try await client.send(url: url).status } }
            for try await status in group { #expect(status == 200) }
        }
        #expect(client.traffic.connections == 1)
        await server.stop()
    }
}

extension String {
    /// How many bytes follow a mark.
    fileprivate func components(after mark: String) -> Int {
        let bytes = Array(utf8)
        let mark = Array(mark.utf8)
        for start in 0...max(bytes.count - mark.count, 0)
        where bytes[start...].starts(with: mark) {
            return bytes.count - start - mark.count
        }
        return 0
    }
}
