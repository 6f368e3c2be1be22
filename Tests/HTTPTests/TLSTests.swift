import Foundation
import HTTP
import HTTPClient
import HTTPServer
import Testing

@Suite("TLS", .prompt)
struct TLSTests {
    @Test("A self-signed server is believed by its file or its pin, and refused otherwise")
    func selfSigned() async throws {
        let certificate = try Certificate()
        let other = try Certificate()
        let server = try makeServer(tls: certificate.identity)
        let url = "https://127.0.0.1:\(server.port)/"
        let body = [UInt8](repeating: 9, count: 100_000)

        let byFile = makeClient { $0.caFile = certificate.file }
        #expect(try await byFile.send(method: "POST", url: url, body: body).body == body)
        #expect(try await byFile.send(method: "POST", url: url, body: [1]).body == [1])
        #expect(byFile.traffic.connections == 1)
        let byPin = makeClient { $0.pinnedPublicKey = certificate.pin }
        #expect(try await byPin.send(method: "POST", url: url, body: body).body == body)
        let byBoth = makeClient {
            $0.caFile = certificate.file
            $0.pinnedPublicKey = certificate.pin
        }
        #expect(try await byBoth.send(url: url).status == 200)

        let refused = [
            makeClient(), makeClient { $0.caFile = other.file },
            makeClient { $0.pinnedPublicKey = other.pin },
            makeClient {
                $0.caFile = certificate.file
                $0.pinnedPublicKey = other.pin
            },
            makeClient {
                $0.caFile = other.file
                $0.pinnedPublicKey = certificate.pin
            },
            makeClient { $0.pinnedPublicKey = "abc" },
            makeClient { $0.caFile = "/nonexistent" },
        ]
        for client in refused {
            let error = await failure(client, url)
            guard case .tlsFailure = error else {
                Issue.record("expected tlsFailure, got \(String(describing: error))")
                continue
            }
            #expect(error?.isRetryable == false)
        }
        await server.stop()
        try certificate.remove()
        try other.remove()
    }

    @Test("Limits, leaving clients and stopping work under TLS")
    func limitsAndStopping() async throws {
        let certificate = try Certificate()
        var limits = HTTPServerLimits()
        limits.bodyBytesMax = 1_000
        limits.stopGracePeriod = .milliseconds(50)
        let started = Latch()
        let cancelled = Latch()
        let server = try makeServer(limits: limits, tls: certificate.identity) { request in
            if request.path != "/wait" { return HTTPResponse(body: request.body) }
            started.countDown()
            await Latch().waitOrCancellation()
            cancelled.countDown()
            return HTTPResponse()
        }
        let url = "https://127.0.0.1:\(server.port)/"
        let client = makeClient { $0.caFile = certificate.file }
        let tooLarge = try await client.send(
            method: "POST", url: url, body: [UInt8](repeating: 1, count: 500_000))
        #expect(tooLarge.status == 413)
        let chunked = try await client.send(
            method: "POST", url: url, headers: ["Transfer-Encoding": "chunked"],
            body: [UInt8](repeating: 1, count: 1_500))
        #expect(chunked.status == 413)
        let waiting = Task { await failure(client, url + "wait") }
        await started.wait()
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        await cancelled.wait()
        #expect(try await client.send(url: url).status == 200)
        await server.stop()
        try certificate.remove()
    }

    @Test("A certificate that is none is refused with a reason")
    func badIdentity() async throws {
        let error = #expect(throws: HTTPError.self) {
            try makeServer(tls: TLSIdentity(certificatePEM: "x", keyPEM: "y"))
        }
        guard case .tlsIdentityRejected(let reason) = error else {
            Issue.record("expected tlsIdentityRejected, got \(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test("Plain HTTP at a TLS port is closed, and the server lives on")
    func plainAtTLSPort() async throws {
        let certificate = try Certificate()
        let server = try makeServer(tls: certificate.identity)
        #expect(await failure(makeClient(), server.url()) != nil)
        let client = makeClient { $0.caFile = certificate.file }
        #expect(try await client.send(url: "https://127.0.0.1:\(server.port)/").status == 200)
        await server.stop()
        try certificate.remove()
    }
}
