import Foundation
import HTTP
import HTTPClient
import Text
import HTTPServer
import Testing

@Suite("What is wrong with a TLS server", .prompt)
struct TLSProblemTests {
    private static let now = Int64(Date().timeIntervalSince1970)
    private static let day: Int64 = 86_400

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var names = ["127.0.0.1"]
        /// When it was made, in days from now.
        var made: Int64 = 0
        var problem: TLSProblem?
    }

    @Test(
        "each wrong certificate has its own name",
        arguments: [
            Case(testDescription: "right", problem: nil),
            Case(testDescription: "expired", made: -10, problem: .expired),
            Case(testDescription: "early", made: 10, problem: .notYetValid),
            Case(testDescription: "other name", names: ["central.vn"], problem: .wrongName),
            Case(testDescription: "other address", names: ["127.0.0.2"], problem: .wrongName),
        ])
    func certificates(_ wrong: Case) async throws {
        let identity = try TLSIdentity.selfSigned(
            names: wrong.names, now: Self.now + wrong.made * Self.day, days: 2)
        let server = try makeServer(tls: identity)
        let url = "https://127.0.0.1:\(server.port)/"
        let client = makeClient { $0.caPEM = identity.certificatePEM }
        #expect(problem(await failure(client, url)) == wrong.problem)
        #expect(problem(await failure(makeClient(), url)) == .unknownAuthority)
        // With the key pinned none of it counts.
        let pin = try TLSCertificate(pem: identity.certificatePEM).keyHash.curlText
        #expect(await failure(makeClient { $0.pinnedPublicKey = pin }, url) == nil)
        await server.stop()
    }

    @Test("so have another key, trust that cannot be used, and a port without TLS")
    func others() async throws {
        let identity = try TLSIdentity.selfSigned(names: ["127.0.0.1"], now: Self.now, days: 2)
        let other = try TLSIdentity.selfSigned(names: ["127.0.0.1"], now: Self.now, days: 2)
        let pin = try TLSCertificate(pem: other.certificatePEM).keyHash.curlText
        let server = try makeServer(tls: identity)
        let plain = try makeServer()
        let url = "https://127.0.0.1:\(server.port)/"
        let cases: [(TLSProblem, String, HTTPClient)] = [
            (.wrongKey, url, makeClient { $0.pinnedPublicKey = pin }),
            (.unknownAuthority, url, makeClient { $0.caPEM = other.certificatePEM }),
            (.unusableTrust, url, makeClient { $0.caPEM = "no certificate" }),
            (.unusableTrust, url, makeClient { $0.pinnedPublicKey = "abc" }),
        ]
        for (expected, url, client) in cases {
            let error = await failure(client, url)
            #expect(problem(error) == expected, "\(String(describing: error))")
            #expect(error?.hint.isEmpty == false)
        }
        // The server may also close before it has said what gives it away.
        let client = makeClient { $0.caPEM = identity.certificatePEM }
        let error = await failure(client, "https://127.0.0.1:\(plain.port)/")
        #expect(error != nil)
        #expect([nil, .noAgreement].contains(problem(error)), "\(String(describing: error))")
        await server.stop()
        await plain.stop()
    }

    @Test("a server's key can be asked for before anything is believed")
    func key() async throws {
        let identity = try TLSIdentity.selfSigned(names: ["other.vn"], now: Self.now, days: 2)
        let heard = Shared<[String]>([])
        let server = try makeServer(tls: identity) { request in
            heard.update { $0.append("\(request.method) \(request.path)") }
            return HTTPResponse(status: 404, contentType: "text/plain", text: "")
        }
        var options = HTTPClientOptions()
        options.proxy = ""
        let hash = try await HTTPClient.publicKeyHash(
            ofServerAt: "https://127.0.0.1:\(server.port)/x", options: options)
        #expect(hash == (try TLSCertificate(pem: identity.certificatePEM).keyHash))
        #expect(heard.value == ["HEAD /x"])
        await server.stop()
    }

    private func problem(_ error: HTTPClientError?) -> TLSProblem? {
        if case .tlsFailure(_, let problem, _) = error { return problem }
        return nil
    }
}
