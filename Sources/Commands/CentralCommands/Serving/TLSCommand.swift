internal import AdminDocuments
internal import Causality
internal import CommandLine
internal import Files
internal import Foundation
internal import HTTP
internal import HTTPServer
internal import JSON
internal import SQLiteStore
internal import Text

/// `central tls`: a certificate for a first day, and what counters have to know of any.
enum TLSCommand {
    private static let daysDefault = 3_650

    static let selfSigned = Command(
        "self-signed",
        summary: Message(
            "make a key and a certificate that counters can pin",
            vi: "tạo khóa và chứng thư để các quầy ghim"),
        discussion: Message(
            """
            Writes tls-cert.pem and tls-key.pem into the home, for central serve --tls. No authority
            stands behind the certificate: central enrol gives out a pin of its key, and counters
            that have it need neither name nor dates. With --keep-key the certificate is made anew
            for the key that is there, and every pin stays right; tell a serving central with SIGHUP.
            """,
            vi: """
                Ghi tls-cert.pem và tls-key.pem vào thư mục, cho central serve --tls. Không có tổ chức chứng thực
                đứng sau: central enrol cấp mã ghim của khóa, và quầy có mã ghim không cần tên hay ngày. Với
                --keep-key chứng thư được tạo lại cho khóa đang có, mọi mã ghim vẫn đúng; báo cho central đang chạy
                bằng SIGHUP.
                """),
        options: [
            Option(
                "--name", valueName: "HOST",
                help: Message(
                    "a name or address of this central, for clients that do not pin; repeat it "
                        + "for more (default: this machine's name and loopback)",
                    vi: "tên hoặc địa chỉ của trung tâm, cho máy khách không ghim; lặp lại để thêm "
                        + "(mặc định: tên máy và loopback)"), repeats: true),
            Option(
                "--days", valueName: "N",
                help: Message(
                    "how long it counts (default \(daysDefault))",
                    vi: "hiệu lực bao nhiêu ngày (mặc định \(daysDefault))")),
            Option(
                "--keep-key",
                help: Message(
                    "a new certificate for the key that is there",
                    vi: "chứng thư mới cho khóa đang có")),
            Option(
                "--force",
                help: Message(
                    "replace key and certificate: every counter that pinned it must enrol again",
                    vi: "thay khóa và chứng thư: mọi quầy đã ghim phải đăng ký lại")),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ],
        run: makeSelfSigned)

    static let show = Command(
        "show",
        summary: Message(
            "show the pin, names and dates of a certificate",
            vi: "xem mã ghim, tên và ngày của chứng thư"),
        options: [
            Option(
                "--tls-cert", valueName: "FILE",
                help: Message(
                    "the certificate (default: the home's)", vi: "chứng thư (mặc định: của thư mục)"
                )),
            Option("--json", help: Message("answer in JSON", vi: "trả lời bằng JSON")),
        ]
    ) { invocation in
        let files = TLSFiles(home: try CentralHome(invocation), certificate: invocation)
        try answer(try files.readCertificate(), invocation)
        return .ok
    }

    @Sendable private static func makeSelfSigned(_ invocation: Invocation) throws -> ExitCode {
        let home = try CentralHome(invocation)
        let files = TLSFiles(home: home)
        let days = try invocation.integer("--days", in: 1...36_500) ?? daysDefault
        let keepsKey = invocation.has("--keep-key")
        if keepsKey, invocation.has("--force") {
            throw UsageError(
                Message(
                    "--keep-key keeps the key, --force replaces it: say one of them",
                    vi: "--keep-key giữ khóa, --force thay khóa: chỉ ghi một"))
        }
        guard keepsKey || invocation.has("--force") || !files.exist else {
            throw CommandFailure(
                .cantCreate,
                Message(
                    "there is a certificate or a key already: \(files.certificatePath)",
                    vi: "đã có chứng thư hoặc khóa: \(files.certificatePath)"),
                hint:
                    Message(
                        "--keep-key makes a new certificate and keeps every pin; --force replaces both, "
                            + "and every counter that pinned the key must enrol again",
                        vi: "--keep-key tạo chứng thư mới và giữ mọi mã ghim; --force thay cả hai, "
                            + "và mọi quầy đã ghim phải đăng ký lại"))
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
                .dataError,
                Message(
                    "the certificate cannot be made: \(TerminalSafe.text(reason))",
                    vi: "không tạo được chứng thư: \(TerminalSafe.text(reason))"),
                hint: Message(
                    "name this central with --name HOST, by its host name or address",
                    vi: "ghi tên trung tâm bằng --name MÁY, theo tên máy hoặc địa chỉ"))
        }
        try home.open(isMaking: true).close()
        // The key first: a certificate without its key is of no use to anybody.
        if !keepsKey { try write(identity.keyPEM, to: files.keyPath, mode: 0o600) }
        try write(identity.certificatePEM, to: files.certificatePath, mode: 0o644)
        try answer(try files.readCertificate(), invocation)
        guard !invocation.has("--json") else { return .ok }
        try invocation.say(
            Message("made \(files.certificatePath)", vi: "đã tạo \(files.certificatePath)"))
        try invocation.say(
            Message(
                "next: central serve --tls --listen 0.0.0.0:8443; central enrol gives out the pin",
                vi:
                    "tiếp theo: central serve --tls --listen 0.0.0.0:8443; central enrol cấp mã ghim"
            ))
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
        let lines = [
            Message("pin    \(pin)", vi: "mã ghim  \(pin)"),
            Message(
                "key    \(certificate.keyHash.curlText)",
                vi: "khóa     \(certificate.keyHash.curlText)"),
            Message(
                "names  \(names.isEmpty ? "none" : names)",
                vi: "tên      \(names.isEmpty ? "không có" : names)"),
            Message(
                "counts \(ShownTime.text(from).english) to \(ShownTime.text(until).english)",
                vi:
                    "hiệu lực \(ShownTime.text(from).vietnamese) đến \(ShownTime.text(until).vietnamese)"
            ),
            certificate.isSelfSigned
                ? Message(
                    "signed by itself: counters need the pin, or the file with --ca-file",
                    vi: "tự ký: quầy cần mã ghim, hoặc tệp với --ca-file")
                : Message(
                    "signed by an authority: counters that trust it need no pin",
                    vi: "do tổ chức chứng thực ký: quầy tin tổ chức đó thì không cần mã ghim"),
        ]
        for line in lines { try invocation.say(line) }
    }

    /// Replaces a file whole, or leaves it as it was.
    private static func write(_ text: String, to path: String, mode: UInt32) throws {
        do {
            try WholeFile.replace(path: path, with: Array(text.utf8), mode: mode, isSynced: true)
        } catch {
            throw CommandFailure(
                .cantCreate, Message("\(path) cannot be written", vi: "không ghi được \(path)"),
                hint: Message(
                    "who may write there, and is there room on the disk?",
                    vi: "có quyền ghi không, ổ đĩa còn chỗ không?"))
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
        guard WholeFile.exists(path: files.certificatePath) else { return nil }
        let certificate = try files.readCertificate()
        return certificate.isSelfSigned ? certificate.keyHash : nil
    }
}
