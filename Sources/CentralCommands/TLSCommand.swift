internal import Language
internal import Causality
internal import CommandLineTool
internal import Foundation
internal import Glibc
internal import HTTP
internal import JSON
internal import ReplicaStore
internal import SyncEngine

/// `central tls`: a certificate for a first day, and what counters have to know of any.
enum TLSCommand {
    private static let daysDefault = 3_650

    static let selfSigned = Command(
        "self-signed", summary: "make a key and a certificate that counters can pin",
        discussion: """
            Writes tls-cert.pem and tls-key.pem into the home, for central serve --tls. No authority
            stands behind the certificate: central enrol gives out a pin of its key, and counters
            that have it need neither name nor dates. With --keep-key the certificate is made anew
            for the key that is there, and every pin stays right; tell a serving central with SIGHUP.
            """,
        options: [
            Option(
                "--name", valueName: "HOST",
                help: "a name or address of this central, for clients that do not pin; repeat it "
                    + "for more (default: this machine's name and loopback)", repeats: true),
            Option(
                "--days", valueName: "N", help: "how long it counts (default \(daysDefault))"),
            Option("--keep-key", help: "a new certificate for the key that is there"),
            Option(
                "--force",
                help: "replace key and certificate: every counter that pinned it must enrol again"),
            Option("--json", help: "answer in JSON"),
        ],
        run: makeSelfSigned)

    static let show = Command(
        "show", summary: "show the pin, names and dates of a certificate",
        options: [
            Option(
                "--tls-cert", valueName: "FILE", help: "the certificate (default: the home's)"),
            Option("--json", help: "answer in JSON"),
        ]
    ) { invocation in
        let files = TLSFiles(home: CentralHome(invocation), certificate: invocation)
        try answer(try files.readCertificate(), invocation)
        return .ok
    }

    @Sendable private static func makeSelfSigned(_ invocation: Invocation) throws -> ExitCode {
        let home = CentralHome(invocation)
        let files = TLSFiles(home: home)
        let days = try invocation.integer("--days", in: 1...36_500) ?? daysDefault
        let keepsKey = invocation.has("--keep-key")
        if keepsKey, invocation.has("--force") {
            throw UsageError("--keep-key keeps the key, --force replaces it: say one of them")
        }
        guard keepsKey || invocation.has("--force") || !files.exist else {
            throw CommandFailure(
                .cantCreate, "there is a certificate or a key already: \(files.certificatePath)",
                hint:
                    "--keep-key makes a new certificate and keeps every pin; --force replaces both, "
                    + "and every counter that pinned the key must enrol again")
        }
        var names = invocation.values("--name")
        if names.isEmpty {
            names = [ProcessInfo.processInfo.hostName, "localhost", "127.0.0.1", "::1"]
        }
        let now = SystemClock().now().milliseconds / 1_000
        let identity: TLSIdentity
        do {
            identity = try TLSIdentity.selfSigned(
                names: names, now: now, days: days,
                keyPEM: keepsKey ? try files.read(now: now).identity.keyPEM : nil)
        } catch HTTPError.tlsIdentityRejected(let reason) {
            throw CommandFailure(
                .dataError, "the certificate cannot be made: \(TerminalSafe.text(reason))",
                hint: "name this central with --name HOST, by its host name or address")
        }
        try home.open(isMaking: true).close()
        // The key first: a certificate without its key is of no use to anybody.
        if !keepsKey { try write(identity.keyPEM, to: files.keyPath, mode: 0o600) }
        try write(identity.certificatePEM, to: files.certificatePath, mode: 0o644)
        try answer(try files.readCertificate(), invocation)
        guard !invocation.has("--json") else { return .ok }
        try invocation.printOut("made \(files.certificatePath)")
        try invocation.printOut(
            "next: central serve --tls --listen 0.0.0.0:8443; central enrol gives out the pin")
        return .ok
    }

    private static func answer(_ certificate: TLSCertificate, _ invocation: Invocation) throws {
        let pin = KeyPin(of: certificate.keyHash).text
        let (from, until) = (
            Timestamp(milliseconds: certificate.notBefore * 1_000),
            Timestamp(milliseconds: certificate.notAfter * 1_000)
        )
        if invocation.has("--json") {
            try invocation.printOut(
                JSONValue.object([
                    ("pin", .string(pin)), ("key", .string(certificate.keyHash.curlText)),
                    ("names", .array(certificate.names.map { .string($0) })),
                    ("from", ShownTime.json(from)), ("until", ShownTime.json(until)),
                    ("selfSigned", .bool(certificate.isSelfSigned)),
                ]).serialized())
            return
        }
        let names = certificate.names.map { TerminalSafe.text($0) }.joined(separator: ", ")
        try invocation.printOut("pin    \(pin)")
        try invocation.printOut("key    \(certificate.keyHash.curlText)")
        try invocation.printOut("names  \(names.isEmpty ? "none" : names)")
        try invocation.printOut("counts \(ShownTime.text(from)) to \(ShownTime.text(until))")
        try invocation.printOut(
            certificate.isSelfSigned
                ? "signed by itself: counters need the pin, or the file with --ca-file"
                : "signed by an authority: counters that trust it need no pin")
    }

    /// Replaces a file whole, or leaves it as it was.
    private static func write(_ text: String, to path: String, mode: mode_t) throws {
        let failure = CommandFailure(
            .cantCreate, "\(path) cannot be written",
            hint: "who may write there, and is there room on the disk?")
        let draft = path + ".new"
        unlink(draft)
        let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure }
        let bytes = Array(text.utf8)
        let isWritten =
            Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            unlink(draft)
            throw failure
        }
    }
}

extension TLSFiles {
    /// The certificate that `--tls-cert` names, else the home's.
    init(home: CentralHome, certificate invocation: Invocation) {
        let own = TLSFiles(home: home)
        self.init(
            certificatePath: invocation.value("--tls-cert") ?? own.certificatePath,
            keyPath: own.keyPath)
    }

    /// The pin that counters need: that of a certificate which was named, or of the home's when it is
    /// signed by itself.
    static func pinnedKey(_ invocation: Invocation, _ home: CentralHome) throws -> PublicKeyHash? {
        let files = TLSFiles(home: home, certificate: invocation)
        if invocation.value("--tls-cert") != nil { return try files.readCertificate().keyHash }
        guard FileManager.default.fileExists(atPath: files.certificatePath) else { return nil }
        let certificate = try files.readCertificate()
        return certificate.isSelfSigned ? certificate.keyHash : nil
    }
}
