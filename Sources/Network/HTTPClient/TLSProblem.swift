internal import Text

/// Why no secure connection came about.
public enum TLSProblem: Sendable, Hashable {
    /// The server's key is none of those that are pinned.
    case wrongKey
    /// No trusted authority stands behind the certificate.
    case unknownAuthority
    /// The certificate has expired, or this machine's clock is ahead.
    case expired
    /// The certificate does not count yet, or this machine's clock is behind.
    case notYetValid
    /// The certificate is for other names.
    case wrongName
    /// The trusted certificates, or the pin, given to the client cannot be used.
    case unusableTrust
    /// The server speaks no TLS, or none of the versions and ciphers of ours.
    case noAgreement

    /// What is wrong, in words that follow “no secure connection to HOST: ”.
    var words: Message {
        switch self {
        case .wrongKey: Message("its key is not the pinned one", vi: "khóa không phải khóa đã ghim")
        case .unknownAuthority:
            Message(
                "no trusted authority stands behind its certificate",
                vi: "chứng thư không do tổ chức tin cậy cấp")
        case .expired:
            Message(
                "its certificate has expired, or this machine's clock is ahead",
                vi: "chứng thư đã hết hạn, hoặc đồng hồ máy này chạy nhanh")
        case .notYetValid:
            Message(
                "its certificate does not count yet, or this machine's clock is behind",
                vi: "chứng thư chưa có hiệu lực, hoặc đồng hồ máy này chạy chậm")
        case .wrongName:
            Message("its certificate is for another name", vi: "chứng thư cấp cho tên khác")
        case .unusableTrust:
            Message(
                "the trusted certificates or the pin given here cannot be used",
                vi: "chứng thư hoặc mã ghim ghi ở đây không dùng được")
        case .noAgreement:
            Message(
                "it does not speak TLS 1.2 or newer there", vi: "máy đó không dùng TLS 1.2 trở lên")
        }
    }

    var hint: Message {
        switch self {
        case .wrongKey:
            Message(
                "somebody may stand between, or the server has a new key: ask those who run it, by "
                    + "another way, before you trust the new one",
                vi:
                    "có thể có kẻ đứng giữa, hoặc máy chủ có khóa mới: hãy hỏi người quản trị bằng cách "
                    + "khác trước khi tin khóa mới")
        case .unknownAuthority:
            Message(
                "does a proxy of the network answer in the server's place? if not, give the authority's "
                    + "certificate or the key's pin",
                vi:
                    "có phải proxy của mạng trả lời thay máy chủ không? nếu không, hãy ghi chứng thư của "
                    + "tổ chức cấp hoặc mã ghim của khóa")
        case .expired, .notYetValid:
            Message(
                "set this machine's clock; if it is right, the server needs another certificate",
                vi: "chỉnh đồng hồ máy này; nếu đúng rồi thì máy chủ cần chứng thư khác")
        case .wrongName:
            Message(
                "write the address with a name that the certificate is for",
                vi: "ghi địa chỉ bằng tên có trong chứng thư")
        case .unusableTrust:
            Message(
                "give PEM certificates, or a pin as sha256// and Base64",
                vi: "dùng chứng thư PEM, hoặc mã ghim dạng sha256// và Base64")
        case .noAgreement:
            Message(
                "is the port right, and does https answer there?",
                vi: "cổng có đúng không, và ở đó có https không?")
        }
    }
}
