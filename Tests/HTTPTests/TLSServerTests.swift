import Foundation
import HTTP
import HTTPClient
import HTTPServer
import TestSupport
import Testing

/// What a TLS server offers, and how it takes a new certificate; what it should refuse is tried with
/// the openssl command line, which speaks what our client does not.
@Suite("A TLS server", .prompt)
struct TLSServerTests {
    private static let now = Int64(Date().timeIntervalSince1970)

    private func identity(_ keyPEM: String? = nil) throws -> TLSIdentity {
        try TLSIdentity.selfSigned(
            names: ["127.0.0.1"], now: Self.now, days: 2, keyPEM: keyPEM)
    }

    private func pin(_ identity: TLSIdentity) throws -> String {
        try TLSCertificate(pem: identity.certificatePEM).keyHash.curlText
    }

    /// The protocol version that openssl's client agreed on, or nil when it was refused.
    private func version(
        offering option: String, ciphers: String = "ALL:@SECLEVEL=0", _ server: HTTPServer
    ) async throws -> String? {
        let output = try await shell(
            """
            openssl s_client -connect 127.0.0.1:\(server.port) \(option) \
              -cipher '\(ciphers)' </dev/null 2>/dev/null
            """)
        let line = output.split(separator: "\n").first { $0.hasPrefix("New, ") }
        guard let line, !line.contains("(NONE)") else { return nil }
        return line.split(separator: ",").dropFirst().first?.trimmingCharacters(in: .whitespaces)
    }

    private func shell(_ script: String) async throws -> String {
        let result = await blocking {
            Result {
                String(
                    decoding: try Shell.output(of: script, isFailureTaken: true), as: UTF8.self)
            }
        }
        return try result.get()
    }

    @Test("speaks TLS 1.2 and 1.3, and nothing older")
    func versions() async throws {
        let server = try makeServer(tls: identity())
        #expect(try await version(offering: "-tls1_3", server) == "TLSv1.3")
        #expect(try await version(offering: "-tls1_2", server) == "TLSv1.2")
        #expect(try await version(offering: "-tls1_1", server) == nil)
        #expect(try await version(offering: "-tls1", server) == nil)
        await server.stop()
    }

    @Test("has no cipher suites with CBC")
    func suites() async throws {
        let server = try makeServer(tls: identity())
        for (ciphers, expected) in [
            ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2"),
            ("ECDHE-ECDSA-CHACHA20-POLY1305", "TLSv1.2"),
            ("ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", nil),
            ("ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0", nil),
        ] {
            let found = try await version(offering: "-tls1_2", ciphers: ciphers, server)
            #expect(found == expected, "\(ciphers)")
        }
        await server.stop()
    }

    @Test("a certificate that comes without its intermediate is known for one")
    func intermediate() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "http-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = try await shell(
            """
            cd '\(folder.path)' && new() { name=$1; shift
              openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key \
              -subj "/CN=$name" "$@" 2>/dev/null; } &&
            new root -x509 -days 2 -out root.pem && new middle -out middle.csr &&
            echo basicConstraints=critical,CA:TRUE > ca.cnf &&
            openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 \
              -extfile ca.cnf -out middle.pem 2>/dev/null &&
            new leaf -out leaf.csr && openssl x509 -req -in leaf.csr -CA middle.pem \
              -CAkey middle.key -CAcreateserial -days 2 -out leaf.pem 2>/dev/null
            """)
        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
        let leaf = try text("leaf.pem")
        #expect(try TLSCertificate.missingIssuer(pem: leaf) == "CN=middle")
        #expect(try TLSCertificate.missingIssuer(pem: leaf + text("middle.pem")) == nil)
        #expect(try TLSCertificate.missingIssuer(pem: text("root.pem")) == nil)
        try FileManager.default.removeItem(at: folder)
    }

    @Test("proves itself with the new certificate after each of many reloads, and refuses nobody")
    func reloadUnderLoad() async throws {
        let identities = try (0...20).map { _ in try identity() }
        let server = try makeServer(tls: identities[0])
        let url = "https://127.0.0.1:\(server.port)/"
        let pins = try identities.map { try pin($0) }
        let isOver = Shared(false)
        async let load = withTaskGroup(of: (answered: Int, failures: [String]).self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var (answered, failures) = (0, [String]())
                    while !isOver.value {
                        let client = makeClient {
                            $0.pinnedPublicKey = pins.joined(separator: ";")
                        }
                        do {
                            let answer = try await client.send(method: "POST", url: url, body: [7])
                            answered += answer.body == [7] ? 1 : 0
                        } catch {
                            failures.append("\(error)")
                        }
                        client.close()
                    }
                    return (answered, failures)
                }
            }
            return await group.reduce(into: (answered: 0, failures: [String]())) {
                $0.answered += $1.answered
                $0.failures += $1.failures
            }
        }
        for (identity, pin) in zip(identities, pins).dropFirst() {
            try server.replace(tls: identity)
            let client = makeClient { $0.pinnedPublicKey = pin }
            #expect(await failure(client, url) == nil)
        }
        isOver.update { $0 = true }
        let counts = await load
        #expect(counts.answered > 0)
        #expect(counts.failures == [])
        await server.stop()
    }

    @Test("keeps a long poll and its connection open across a reload")
    func longPollAcrossReload() async throws {
        let (first, second) = (try identity(), try identity())
        let (started, news) = (Latch(), Latch())
        let server = try makeServer(tls: first) { request in
            if request.path == "/wait" {
                started.countDown()
                await news.wait()
            }
            return HTTPResponse(body: Array(request.path.utf8))
        }
        let url = "https://127.0.0.1:\(server.port)"
        let old = makeClient { [pin = try pin(first)] in $0.pinnedPublicKey = pin }
        let waiting = Task { try await old.send(url: url + "/wait").body }
        await started.wait()
        try server.replace(tls: second)
        let new = makeClient { [pin = try pin(second)] in $0.pinnedPublicKey = pin }
        #expect(try await new.send(url: url + "/new").status == 200)
        news.countDown()
        #expect(try await waiting.value == Array("/wait".utf8))
        // The connection goes on, under the certificate that it began with.
        #expect(try await old.send(url: url + "/again").status == 200)
        #expect(old.traffic.connections == 1)
        let late = makeClient { [pin = try pin(first)] in $0.pinnedPublicKey = pin }
        #expect(await failure(late, url) != nil)
        await server.stop()
    }

    @Test("keeps what it has when the new certificate or key is unusable")
    func badReload() async throws {
        let (good, other) = (try identity(), try identity())
        let server = try makeServer(tls: good)
        let bad: [(TLSIdentity, String)] = [
            (TLSIdentity(certificatePEM: "", keyPEM: good.keyPEM), "certificate"),
            (TLSIdentity(certificatePEM: good.certificatePEM, keyPEM: "x"), "key"),
            (TLSIdentity(certificatePEM: good.certificatePEM, keyPEM: other.keyPEM), "not that"),
            (
                TLSIdentity(
                    certificatePEM: String(good.certificatePEM.dropLast(60)), keyPEM: good.keyPEM),
                "certificate"
            ),
        ]
        for (identity, word) in bad {
            let error = #expect(throws: HTTPError.self) { try server.replace(tls: identity) }
            #expect(error?.description.contains(word) == true, "\(String(describing: error))")
            #expect(throws: HTTPError.self) { try makeServer(tls: identity) }
        }
        let client = makeClient { [pin = try pin(good)] in $0.pinnedPublicKey = pin }
        #expect(try await client.send(url: "https://127.0.0.1:\(server.port)/").status == 200)
        await server.stop()
    }

    @Test("with several in one process, each answers with its own certificate")
    func severalServers() async throws {
        let identities = [try identity(), try identity(), try identity()]
        let servers = try identities.map { try makeServer(tls: $0) }
        for (server, identity) in zip(servers, identities) {
            let client = makeClient { [pin = try pin(identity)] in $0.pinnedPublicKey = pin }
            #expect(try await client.send(url: "https://127.0.0.1:\(server.port)/").status == 200)
        }
        for server in servers { await server.stop() }
    }
}
