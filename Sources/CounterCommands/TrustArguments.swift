// By what a counter is to know central, as it is said at enrolment.

internal import Language
internal import CommandLineTool
internal import Foundation
internal import HTTP
internal import ReplicaStore
internal import SyncEngine
internal import SyncProtocol

enum TrustArguments {
    /// A file of certificates is small; what is larger is another file.
    private static let caBytesMax = 1 << 20

    static let options = [
        Option(
            "--pin", valueName: "PIN",
            help: "trust the central with this key: what central enrol printed, or sha256//…"),
        Option(
            "--ca-file", valueName: "FILE",
            help:
                "trust these authorities instead of the system's; the certificates (PEM) are kept "
                + "here, the file may go"),
        Option(
            "--system-cas",
            help: "with --again: forget a pin or authorities, and trust the system's"),
        Option(
            "--insecure",
            help: "let an http address beyond this machine pass: anybody on the way "
                + "can read and change everything"),
    ]

    /// Refuses what would send secrets in the clear, or what contradicts itself.
    static func check(_ url: CentralAddress, _ invocation: Invocation) throws {
        let given = ["--pin", "--ca-file", "--system-cas"].filter { invocation.has($0) }
        if let first = given.first, let second = given.dropFirst().first {
            throw UsageError("\(first) or \(second), not both")
        }
        guard !url.isTLS else { return }
        if let option = given.first {
            throw UsageError(
                "\(option) needs an https address", hint: "write https://… in place of http://…")
        }
        guard url.isLoopback || invocation.has("--insecure") else {
            throw CommandFailure(
                .usage, "refusing plain http beyond this machine: anybody on the way can read it",
                hint:
                    "write https://…, with the pin that central enrol prints; --insecure says that "
                    + "the way is safe by other means, as in a VPN")
        }
    }

    /// What the options say; `nil` when they say nothing.
    ///
    /// A short pin is answered by asking the server for its key, and keeping that one's whole hash.
    static func trust(
        _ invocation: Invocation, at url: CentralAddress, _ http: HTTPClientOptions
    ) async throws -> CentralTrust? {
        if invocation.has("--system-cas") { return CentralTrust() }
        if let file = invocation.value("--ca-file") {
            return CentralTrust(authorities: try authorities(file))
        }
        guard let text = invocation.value("--pin") else { return nil }
        if let hash = PublicKeyHash(curlText: text) { return CentralTrust(pin: hash.curlText) }
        guard let pin = KeyPin(text) else {
            throw CommandFailure(
                .noPermission, "the pin has a typing error",
                hint: "compare it with what central enrol printed: five groups of four symbols")
        }
        let hash: PublicKeyHash
        do throws(HTTPClientError) {
            hash = try await HTTPClient.publicKeyHash(
                ofServerAt: url.text + "/v1/health", options: http)
        } catch {
            throw CommandFailure(SyncFailure(error))
        }
        guard pin.matches(hash) else {
            throw CommandFailure(
                SyncFailure.untrusted(
                    reason: "the key of what answers at \(url.text) is not the one of the pin",
                    hint: "somebody may stand between, or central has a new key: ask the central "
                        + "office for its pin by telephone"))
        }
        return CentralTrust(pin: hash.curlText)
    }

    private static func authorities(_ file: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: file), data.count <= caBytesMax else {
            throw CommandFailure(
                .noInput, "the file of authorities cannot be read, or is too large: \(file)",
                hint: "give the PEM certificate of the authority that signed central's")
        }
        let text = String(decoding: data, as: UTF8.self)
        do throws(HTTPError) {
            _ = try TLSCertificate(pem: text)
        } catch {
            throw CommandFailure(
                .dataError, "\(file) holds no certificate that can be used",
                hint: "give the PEM certificate of the authority that signed central's")
        }
        return text
    }
}

extension HTTPClientOptions {
    /// Connects with this trust.
    mutating func use(_ trust: CentralTrust) {
        pinnedPublicKey = trust.pin
        caPEM = trust.authorities
    }
}

extension CentralTrust {
    /// By what central is known, for `status`.
    func words(at url: String) -> String {
        guard CentralAddress(url)?.isTLS == true else { return "nothing: plain http" }
        if let pin {
            let short = PublicKeyHash(curlText: pin).map { KeyPin(of: $0).text }
            return "the pin \(short ?? pin)"
        }
        return authorities == nil
            ? "this system's authorities" : "the authorities given at enrolment"
    }
}
