import Foundation
import HTTP
import HTTPClient
import HTTPServer
import Testing

@Suite("Self-signed certificates", .prompt)
struct SelfSignedCertificateTests {
    private let now: Int64 = 1_780_000_000

    @Test("have the names, dates and key that were asked for")
    func content() throws {
        let names = ["central.example.vn", "10.1.2.3", "fd00::7", "h"]
        let made = try TLSIdentity.selfSigned(names: names, now: now, days: 30)
        let certificate = try TLSCertificate(pem: made.certificatePEM)
        #expect(certificate.names == names)
        #expect(certificate.isSelfSigned)
        #expect(certificate.notBefore == now - 86_400)
        #expect(certificate.notAfter == now + 30 * 86_400)
        #expect(certificate.isValid(at: now) && !certificate.isValid(at: now + 31 * 86_400))
        let again = try TLSIdentity.selfSigned(
            names: names, now: now, days: 60, keyPEM: made.keyPEM)
        #expect(try TLSCertificate(pem: again.certificatePEM).keyHash == certificate.keyHash)
        let other = try TLSIdentity.selfSigned(names: names, now: now, days: 30)
        #expect(try TLSCertificate(pem: other.certificatePEM).keyHash != certificate.keyHash)
    }

    @Test("are believed by their file where the name fits, and refused where it does not")
    func believedByFile() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let now = Int64(Date().timeIntervalSince1970)
        for (names, isRight) in [(["127.0.0.1"], true), (["127.0.0.2", "localhost"], false)] {
            let identity = try TLSIdentity.selfSigned(names: names, now: now, days: 2)
            let file = folder.appending(path: "cert.pem").path
            try identity.certificatePEM.write(toFile: file, atomically: true, encoding: .utf8)
            let server = try makeServer(tls: identity)
            let error = await failure(
                makeClient { $0.caFile = file }, "https://127.0.0.1:\(server.port)/")
            #expect((error == nil) == isRight, "\(String(describing: error))")
            await server.stop()
        }
        try FileManager.default.removeItem(at: folder)
    }

    @Test(
        "refuse names that are none",
        arguments: [
            "", "a b", "-a.vn", "a..vn", "10.1.2", "10.1.2.300", "https://x", "cần.vn", "*.vn",
        ])
    func badNames(name: String) {
        #expect(throws: HTTPError.self) {
            try TLSIdentity.selfSigned(names: [name], now: now, days: 1)
        }
    }

    @Test("A key's hash is the one that openssl gives, in curl's form")
    func keyHash() throws {
        let certificate = try Certificate()
        let hash = try TLSCertificate(
            pem: String(contentsOfFile: certificate.file, encoding: .utf8)
        ).keyHash
        #expect(hash.curlText == certificate.pin)
        #expect(PublicKeyHash(curlText: certificate.pin) == hash)
        for text in [
            "", "sha256//", "sha256//AAAA", String(certificate.pin.dropLast()),
            certificate.pin + "A", certificate.pin.replacingOccurrences(of: "sha256", with: "sha1"),
            certificate.pin.replacingOccurrences(of: "//", with: "// "),
        ] {
            #expect(PublicKeyHash(curlText: text) == nil, "\(text)")
        }
        try certificate.remove()
    }
}
