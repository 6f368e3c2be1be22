internal import Causality
internal import CommandLine
internal import Files
internal import HTTP
internal import HTTPServer
internal import Text

/// Where central's certificate and its key are.
struct TLSFiles {
    let certificatePath: String
    let keyPath: String

    /// What the files hold, and what an operator should know of them.
    struct Content {
        var identity: TLSIdentity
        var certificate: TLSCertificate
        var warnings: [String]

        /// Until when the certificate counts.
        var end: Timestamp { Timestamp(milliseconds: certificate.notAfter * 1_000) }
    }

    static let certificateOption = Option(
        "--tls-cert", valueName: "FILE",
        help: Message(
            "serve over TLS with this certificate and those that lead to its authority (PEM)",
            vi: "phục vụ qua TLS bằng chứng thư này và chuỗi đến tổ chức chứng thực "
                + "(PEM)"))
    static let keyOption = Option(
        "--tls-key", valueName: "FILE",
        help: Message(
            "the certificate's private key (PEM, unencrypted)",
            vi: "khóa riêng của chứng thư (PEM, không mã hóa)"))
    static let homeOption = Option(
        "--tls",
        help: Message(
            "serve over TLS with the files that central tls self-signed has made",
            vi: "phục vụ qua TLS bằng tệp do central tls self-signed tạo"))

    init(certificatePath: String, keyPath: String) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }

    /// The files of a home.
    init(home: CentralHome) {
        self.init(
            certificatePath: home.path + "/tls-cert.pem", keyPath: home.path + "/tls-key.pem")
    }

    /// The files that the options name; `nil` when TLS is not asked for.
    init?(_ invocation: Invocation, _ home: CentralHome) throws {
        switch (invocation.value("--tls-cert"), invocation.value("--tls-key")) {
        case (nil, nil):
            guard invocation.has("--tls") else { return nil }
            self.init(home: home)
        case (let certificate?, let key?):
            guard !invocation.has("--tls") else {
                throw UsageError(
                    Message(
                        "say --tls, or --tls-cert and --tls-key, not both",
                        vi: "chỉ ghi --tls, hoặc --tls-cert và --tls-key"))
            }
            self.init(certificatePath: certificate, keyPath: key)
        case (nil, _?):
            throw UsageError(
                Message("--tls-key needs --tls-cert too", vi: "--tls-key cần có --tls-cert"))
        case (_?, nil):
            throw UsageError(
                Message("--tls-cert needs --tls-key too", vi: "--tls-cert cần có --tls-key"))
        }
    }

    var exist: Bool {
        [certificatePath, keyPath].contains { WholeFile.exists(path: $0) }
    }

    /// Reads and checks both.
    ///
    /// - Throws: `CommandFailure` that names the file and what is wrong with it.
    func read(now seconds: Int64) throws -> Content {
        let identity = TLSIdentity(
            certificatePEM: try Self.text(certificatePath), keyPEM: try Self.text(keyPath))
        do {
            let certificate = try identity.checked()
            let issuer = try TLSCertificate.missingIssuer(pem: identity.certificatePEM)
            return Content(
                identity: identity, certificate: certificate,
                warnings: warnings(certificate, issuer: issuer, now: seconds))
        } catch {
            throw CommandFailure(
                .configuration,
                error.words + Message(verbatim: " (\(certificatePath), \(keyPath))"),
                hint: error.hintWords)
        }
    }

    /// The certificate alone: its key may be for others' eyes only.
    func readCertificate() throws -> TLSCertificate {
        let text = try Self.text(certificatePath)
        do {
            return try TLSCertificate(pem: text)
        } catch {
            throw CommandFailure(
                .configuration,
                error.words + Message(verbatim: " (\(certificatePath))"), hint: error.hintWords)
        }
    }

    /// The pin that counters are to be told, which is that of a certificate no authority has signed; `nil` for none,
    /// and when the file cannot be read.
    var pin: String? {
        guard let certificate = try? readCertificate(), certificate.isSelfSigned else {
            return nil
        }
        return KeyPin(of: certificate.keyHash).text
    }

    private static func text(_ path: String) throws -> String {
        do {
            return try WholeFile.text(path: path)
        } catch {
            var hint = Message(
                "it has to be PEM text that this user may read",
                vi: "tệp phải là văn bản PEM mà người dùng này đọc được")
            if !WholeFile.exists(path: path) {
                hint = Message(
                    "is the name right? central tls self-signed makes a certificate for a start",
                    vi: "tên có đúng không? central tls self-signed tạo chứng thư để bắt đầu")
            }
            throw CommandFailure(
                .configuration,
                Message(
                    "the TLS file \(path) cannot be read", vi: "không đọc được tệp TLS \(path)"),
                hint: hint)
        }
    }

    private func warnings(
        _ certificate: TLSCertificate, issuer: String?, now: Int64
    ) -> [String] {
        var warnings: [String] = []
        if certificate.notAfter < now {
            warnings.append(
                "the TLS certificate \(certificatePath) has expired: only counters that have "
                    + "pinned its key will believe it")
        } else if certificate.notBefore > now {
            warnings.append(
                "the TLS certificate \(certificatePath) does not count yet, or this clock is wrong")
        }
        if let issuer {
            warnings.append(
                "the TLS certificate \(certificatePath) comes without that of its issuer, "
                    + "\(TerminalSafe.text(issuer)): counters believe it only if they know the "
                    + "issuer; if it is an intermediate, add its certificate to the file")
        }
        if PrivateFile.isOpenToOthers(path: keyPath) {
            warnings.append(
                "others than its owner may use the TLS key \(keyPath): chmod 600 is right")
        }
        return warnings
    }
}

extension HTTPError {
    /// What happened, for a person.
    var words: Message {
        switch self {
        case .invalidListenAddress(let text):
            Message(description, vi: "“\(text)” không phải địa chỉ để lắng nghe")
        case .cannotListen(let address, let reason):
            Message(
                description,
                vi: "không lắng nghe được ở \(address): \(SystemCause.vietnamese(reason))")
        case .tlsIdentityRejected:
            Message(description, vi: "chứng thư hoặc khóa TLS không dùng được")
        case .cannotStart: Message(description, vi: "không khởi động được máy chủ HTTP")
        }
    }

    /// What the operator can do about it.
    var hintWords: Message {
        let vietnamese =
            switch self {
            case .invalidListenAddress: "ghi 127.0.0.1:8080, 0.0.0.0:8080 hoặc [::1]:8080"
            case .cannotListen: "có chương trình khác dùng cổng này, hay cần thêm quyền?"
            case .tlsIdentityRejected: "cần chuỗi chứng thư PEM và khóa PEM không mã hóa của nó"
            case .cannotStart: "kiểm tra giới hạn số tệp mở và bộ nhớ"
            }
        return Message(hint, vi: vietnamese)
    }
}
