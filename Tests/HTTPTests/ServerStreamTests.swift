import HTTP
import HTTPClient
import HTTPServer
import Testing

@Suite("Bodies that are written while they are read", .prompt)
struct ServerStreamTests {
    private static let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    /// A connection that has asked for a stream and has its first piece.
    private func reader(of server: HTTPServer) async throws -> RawSocket {
        let socket = try #require(RawSocket(port: server.port))
        let head = await blocking {
            socket.send(Self.request)
            return socket.receive(through: "first\n")
        }
        #expect(head.contains("200 OK") && head.contains("first\n"), "\(head)")
        return socket
    }

    @Test(
        "Each piece arrives before the next is written, and the connection goes on after the last")
    func pieces() async throws {
        let steps = [Latch(), Latch()]
        let server = try makeServer { request in
            guard request.path == "/" else { return HTTPResponse(status: 204) }
            return HTTPResponse(
                headers: ["Content-Type": "text/plain"],
                stream: HTTPStream { writer in
                    writer.write(Array("first\n".utf8))
                    await steps[0].wait()
                    writer.write(Array("second\n".utf8))
                    await steps[1].wait()
                    #expect(writer.write(Array("third\n".utf8)))
                })
        }
        let socket = try await reader(of: server)
        steps[0].countDown()
        #expect(await blocking { socket.receive(through: "second\n") }.contains("second"))
        steps[1].countDown()
        let rest = await blocking { socket.receive(through: "\r\n0\r\n\r\n") }
        #expect(rest.contains("third") && rest.hasSuffix("\r\n0\r\n\r\n"), "\(rest)")
        let next = await blocking {
            socket.send("GET /next HTTP/1.1\r\nHost: h\r\n\r\n")
            return socket.receive(through: "\r\n\r\n")
        }
        #expect(next.hasPrefix("HTTP/1.1 204"), "\(next)")
        socket.close()
        await server.stop()
    }

    @Test(
        "A client gets all of a long one, over plain HTTP and over TLS", arguments: [false, true])
    func whole(isTLS: Bool) async throws {
        let certificate = try Certificate()
        let all = Array(repeating: Array("0123456789abcdef".utf8), count: 3_000)
        let server = try makeServer(tls: isTLS ? certificate.identity : nil) { _ in
            HTTPResponse(
                stream: HTTPStream { writer in
                    for piece in all {
                        #expect(writer.write(piece))
                        await Task.yield()
                    }
                })
        }
        let client = makeClient { $0.caPEM = isTLS ? certificate.identity.certificatePEM : nil }
        let url = isTLS ? "https://127.0.0.1:\(server.port)/" : server.url()
        let answer = try await client.send(url: url)
        #expect(answer.status == 200 && answer.body == Array(all.joined()))
        await server.stop()
    }

    @Test("A reader who leaves cancels the producer", arguments: [false, true])
    func readerLeaves(onlyEndsSending: Bool) async throws {
        let cancelled = Latch()
        let server = try makeServer { _ in
            HTTPResponse(
                stream: HTTPStream { writer in
                    writer.write(Array("first\n".utf8))
                    await Latch().waitOrCancellation()
                    #expect(!writer.write([0]))
                    cancelled.countDown()
                })
        }
        let socket = try await reader(of: server)
        if onlyEndsSending { socket.endSending() } else { socket.close() }
        await cancelled.wait()
        if onlyEndsSending { socket.close() }
        await server.stop()
    }

    @Test("A reader who stands still is cut, whatever is written to him")
    func readerStandsStill() async throws {
        let written = Shared(0)
        let (isRead, ended) = (Latch(), Latch())
        let server = try makeServer { _ in
            HTTPResponse(
                stream: HTTPStream { writer in
                    writer.write(Array("first\n".utf8))
                    await isRead.wait()
                    let piece = [UInt8](repeating: 1, count: 4_096)
                    while writer.write(piece) {
                        written.update { $0 += piece.count }
                        await Task.yield()
                    }
                    ended.countDown()
                })
        }
        let socket = try await reader(of: server)
        isRead.countDown()
        await ended.wait()
        #expect(written.value < 32 << 20, "the kernel holds some megabytes, and we nothing")
        #expect(await blocking { !socket.receive(through: "\r\n0\r\n\r\n").hasSuffix("0\r\n\r\n") })
        socket.close()
        await server.stop()
    }

    @Test("A further one of an address is told to come back, until one has ended")
    func limits() async throws {
        var limits = HTTPServerLimits()
        limits.streamsPerAddressMax = 2
        let left = Latch()
        let server = try makeServer(limits: limits) { _ in
            HTTPResponse(
                stream: HTTPStream { writer in
                    writer.write(Array("first\n".utf8))
                    await Latch().waitOrCancellation()
                    left.countDown()
                })
        }
        let sockets = [try await reader(of: server), try await reader(of: server)]
        let refused = try await makeClient().send(url: server.url())
        #expect(refused.status == 503 && refused.headers["Retry-After"] == "60")
        sockets[0].close()
        await left.wait()
        var status = 503
        while status == 503 {  // until libmicrohttpd has let go of it
            let socket = try #require(RawSocket(port: server.port))
            let head = await blocking {
                socket.send(Self.request)
                return socket.receive(through: "\r\n\r\n")
            }
            status = head.hasPrefix("HTTP/1.1 200") ? 200 : 503
            socket.close()
        }
        sockets[1].close()
        await server.stop()
    }

    @Test("One gives way when its seat is needed for work")
    func givesWay() async throws {
        var limits = HTTPServerLimits()
        limits.connectionsMax = 1
        let server = try makeServer(limits: limits) { request in
            guard request.path == "/" else { return HTTPResponse(status: 204) }
            return HTTPResponse(
                stream: HTTPStream { writer in
                    writer.write(Array("first\n".utf8))
                    await Latch().waitOrCancellation()
                })
        }
        let socket = try await reader(of: server)
        #expect(try await makeClient().send(url: server.url("/work")).status == 204)
        #expect(await blocking { socket.receive() }?.isEmpty != false, "cut without an end")
        socket.close()
        await server.stop()
    }

    @Test("Stopping ends all of them at once, each with its end")
    func stopping() async throws {
        let server = try makeServer { _ in
            HTTPResponse(
                stream: HTTPStream { writer in
                    writer.write(Array("first\n".utf8))
                    await Latch().waitOrCancellation()
                })
        }
        let sockets = [try await reader(of: server), try await reader(of: server)]
        let start = ContinuousClock.now
        await server.stop()
        #expect(start.duration(to: .now) < HTTPServerLimits().stopGracePeriod)
        for socket in sockets {
            #expect(await blocking { socket.receive(through: "0\r\n\r\n") }.hasSuffix("0\r\n\r\n"))
            socket.close()
        }
    }
}
