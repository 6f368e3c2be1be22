import Foundation
import HTTP
import HTTPClient
import HTTPServer
import TestSupport

/// A self-signed certificate for 127.0.0.1, made by the openssl command line.
struct Certificate {
    let folder: URL
    let identity: TLSIdentity
    let pin: String

    var file: String { folder.appending(path: "cert.pem").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "http-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true)
        let script = """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
              -keyout key.pem -out cert.pem -subj /CN=127.0.0.1 \
              -addext subjectAltName=IP:127.0.0.1 2>/dev/null &&
            openssl x509 -in cert.pem -pubkey -noout |
            openssl pkey -pubin -outform der |
            openssl dgst -sha256 -binary | openssl enc -base64
            """
        let text = try Shell.output(of: "cd '\(folder.path)' && " + script)
        let hash = String(decoding: text, as: UTF8.self)
        pin = "sha256//" + hash.trimmingCharacters(in: .whitespacesAndNewlines)
        identity = TLSIdentity(
            certificatePEM: try String(
                contentsOf: folder.appending(path: "cert.pem"), encoding: .utf8),
            keyPEM: try String(
                contentsOf: folder.appending(path: "key.pem"), encoding: .utf8))
    }

    func remove() throws { try FileManager.default.removeItem(at: folder) }
}
