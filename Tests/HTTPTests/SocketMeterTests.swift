import Foundation
import HTTP
import HTTPClient
import HTTPServer
import TestSupport
import Testing

/// What the kernel counts on a client's sockets, against what a relay between saw.
@Suite("Bytes that cross the wire", .prompt)
struct SocketMeterTests {
    /// A relay to a server that counts what it carries.
    private final class Relay: Sendable {
        let sent = Shared(0)
        let received = Shared(0)
        let server: RawServer

        init?(to port: UInt16) {
            let (sent, received) = (sent, received)
            let script: @Sendable (RawSocket) -> Void = { client in
                guard let far = RawSocket(port: port) else { return }
                let back = DispatchQueue(label: "test.relay")
                let isOver = DispatchSemaphore(value: 0)
                back.async {
                    while let bytes = far.receive(), !bytes.isEmpty {
                        received.update { $0 += bytes.count }
                        client.send(bytes)
                    }
                    client.endSending()
                    isOver.signal()
                }
                while let bytes = client.receive(), !bytes.isEmpty {
                    sent.update { $0 += bytes.count }
                    far.send(bytes)
                }
                far.endSending()
                isOver.wait()
                far.close()
            }
            guard let server = RawServer(script, script) else { return nil }
            self.server = server
        }
    }

    @Test("handshakes and the frames of records are counted", arguments: [0, 200_000])
    func overTLS(bodyBytes: Int) async throws {
        let certificate = try Certificate()
        let server = try makeServer(tls: certificate.identity)
        let relay = try #require(Relay(to: server.port))
        let client = makeClient { $0.pinnedPublicKey = certificate.pin }
        let url = "https://127.0.0.1:\(relay.server.port)/"
        let body = [UInt8](repeating: 7, count: bodyBytes)
        for _ in 0..<2 {
            let before = (relay.sent.value, relay.received.value)
            let answer = try await client.send(method: "POST", url: url, body: body)
            #expect(answer.body == body)
            #expect(answer.traffic.bytesSent == relay.sent.value - before.0)
            #expect(answer.traffic.bytesReceived == relay.received.value - before.1)
        }
        #expect(client.traffic.bytesSent == relay.sent.value)
        #expect(client.traffic.bytesReceived == relay.received.value)
        #expect(client.traffic.connections == 1)
        client.close()
        await server.stop()
        try certificate.remove()
    }

    @Test(
        "who comes back to a server has a ticket, which counts until there is another certificate")
    func tickets() async throws {
        let (first, second) = (try Certificate(), try Certificate())
        let server = try makeServer(tls: first.identity)
        let client = makeClient { $0.pinnedPublicKey = first.pin + ";" + second.pin }
        let url = "https://127.0.0.1:\(server.port)/"
        func bytes() async throws -> Int {
            let answer = try await client.send(url: url, headers: ["Connection": "close"])
            #expect(answer.status == 200 && answer.traffic.connections == 1)
            return answer.traffic.bytesReceived
        }
        let whole = try await bytes()
        let short = try await bytes()
        #expect(short < whole - 300, "\(short) of \(whole)")
        #expect(try await bytes() < whole - 300)
        // A ticket proves the certificate that it was given under, and no other.
        try server.replace(tls: second.identity)
        #expect(try await bytes() > short + 300)
        #expect(try await bytes() < whole - 300)
        await server.stop()
        for certificate in [first, second] { try certificate.remove() }
    }
}
