// By what a program is to know central, as it is said at enrolment or login.

public import CommandLine
internal import CounterLink
internal import Files
internal import HTTP
public import HTTPClient
public import Store
public import Text
internal import Wire

/// The options by which a person says how central proves itself.
public enum TrustArguments {
    /// A file of certificates is small; what is larger is another file.
    private static let caBytesMax = 1 << 20

    /// Central's key.
    public static let pin = Option(
        "--pin", valueName: "PIN",
        help: Message(
            "trust the central with this key: what central enrol printed, or sha256//…",
            vi: "tin trung tâm có khóa này: mã do central enrol in ra, hoặc sha256//…"))
    /// Authorities of its own.
    public static let authorities = Option(
        "--ca-file", valueName: "FILE",
        help: Message(
            "trust these authorities instead of the system's; the certificates (PEM) are kept "
                + "here, the file may go",
            vi: "tin các tổ chức chứng thực này thay cho của hệ thống; chứng thư (PEM) được giữ "
                + "ở đây, tệp có thể bỏ"))
    private static let insecure = Option(
        "--insecure",
        help: Message(
            "let an http address beyond this machine pass: anybody on the way "
                + "can read and change everything",
            vi: "cho phép địa chỉ http ngoài máy này: ai trên đường truyền cũng đọc và sửa được"))

    /// What a counter is told at enrolment.
    public static let ofEnrolment = [
        pin, authorities,
        Option(
            "--system-cas",
            help: Message(
                "with --again: forget a pin or authorities, and trust the system's",
                vi: "với --again: bỏ mã ghim hay tổ chức chứng thực, tin theo hệ thống")),
        insecure,
    ]

    /// Refuses what would send secrets in the clear, or what contradicts itself.
    ///
    /// - Parameter mayBeInsecure: whether the command has an option that lets plain HTTP pass.
    /// - Throws: `UsageError`, `CommandFailure`.
    public static func check(
        _ url: CentralAddress, _ invocation: Invocation, mayBeInsecure: Bool = false
    ) throws {
        let given = ["--pin", "--ca-file", "--system-cas"].filter { invocation.has($0) }
        if let first = given.first, let second = given.dropFirst().first {
            throw UsageError(
                Message("\(first) or \(second), not both", vi: "chỉ \(first) hoặc \(second)"))
        }
        guard !url.isTLS else { return }
        if let option = given.first {
            throw UsageError(
                Message("\(option) needs an https address", vi: "\(option) cần địa chỉ https"),
                hint: Message(
                    "write https://… in place of http://…", vi: "ghi https://… thay cho http://…"))
        }
        guard url.isLoopback || mayBeInsecure && invocation.has(insecure.name) else {
            throw CommandFailure(
                .usage,
                Message(
                    "refusing plain http beyond this machine: anybody on the way can read it",
                    vi: "từ chối http thường ra ngoài máy này: ai trên đường truyền cũng đọc "
                        + "được"),
                hint: Message(
                    "write https://…, with the pin that central enrol prints",
                    vi: "ghi https://…, kèm mã ghim do central enrol in ra")
                    + Message(
                        mayBeInsecure
                            ? "; --insecure says that the way is safe by other means, as in a VPN"
                            : "",
                        vi: mayBeInsecure
                            ? "; --insecure nghĩa là đường truyền đã an toàn bằng cách khác, như VPN"
                            : ""))
        }
    }

    /// What the options say; `nil` when they say nothing.
    ///
    /// A short pin is answered by asking the server for its key, and keeping that one's whole hash.
    /// - Throws: `CommandFailure`.
    public static func trust(
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
                .noPermission, Message("the pin has a typing error", vi: "mã ghim gõ sai"),
                hint: Message(
                    "compare it with what central enrol printed: five groups of four symbols",
                    vi: "so với mã do central enrol in ra: năm nhóm bốn ký tự"))
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
                    reason: LinkReason(
                        Message(
                            "the key of what answers at \(url.text) is not the one of the pin",
                            vi: "khóa của máy trả lời tại \(url.text) không khớp mã ghim")),
                    hint: LinkReason(
                        Message(
                            "somebody may stand between, or central has a new key: ask the central "
                                + "office for its pin by telephone",
                            vi:
                                "có thể có kẻ đứng giữa, hoặc trung tâm có khóa mới: hãy gọi điện hỏi cơ "
                                + "quan trung tâm mã ghim"))))
        }
        return CentralTrust(pin: hash.curlText)
    }

    private static func authorities(_ file: String) throws -> String {
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(path: file, bytesMax: caBytesMax)
        } catch {
            throw CommandFailure(
                .noInput,
                Message(
                    "the file of authorities cannot be read, or is too large: \(file)",
                    vi: "không đọc được tệp chứng thực, hoặc tệp quá lớn: \(file)"),
                hint: Message(
                    "give the PEM certificate of the authority that signed central's",
                    vi: "dùng chứng thư PEM của tổ chức đã ký cho trung tâm"))
        }
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(HTTPError) {
            _ = try TLSCertificate(pem: text)
        } catch {
            throw CommandFailure(
                .dataError,
                Message(
                    "\(file) holds no certificate that can be used",
                    vi: "\(file) không có chứng thư dùng được"),
                hint: Message(
                    "give the PEM certificate of the authority that signed central's",
                    vi: "dùng chứng thư PEM của tổ chức đã ký cho trung tâm"))
        }
        return text
    }
}

extension HTTPClientOptions {
    /// Connects with this trust.
    public mutating func use(_ trust: CentralTrust) {
        pinnedPublicKey = trust.pin
        caPEM = trust.authorities
    }
}

extension CentralTrust {
    /// By what central is known, for `status`.
    public func words(at url: String) -> Message {
        guard CentralAddress(url)?.isTLS == true else {
            return Message("nothing: plain http", vi: "không gì: http thường")
        }
        if let pin {
            let short = PublicKeyHash(curlText: pin).map { KeyPin(of: $0).text } ?? pin
            return Message("the pin \(short)", vi: "mã ghim \(short)")
        }
        return authorities == nil
            ? Message("this system's authorities", vi: "tổ chức chứng thực của hệ thống")
            : Message(
                "the authorities given at enrolment", vi: "tổ chức chứng thực khai khi đăng ký")
    }
}
