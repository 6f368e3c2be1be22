public import Text

extension HTTPClientError {
    /// What happened, in one sentence for a person.
    public var message: Message {
        switch self {
        case .couldNotResolve(let host):
            Message("no address found for \(host)", vi: "không tìm thấy địa chỉ của \(host)")
        case .couldNotConnect(let host, let reason):
            Message("cannot connect to \(host)", vi: "không kết nối được tới \(host)")
                + Self.cause(reason)
        case .timedOut(let host, true):
            Message(
                "no connection to \(host) in time",
                vi: "chờ quá lâu mà chưa kết nối được tới \(host)")
        case .timedOut(let host, false):
            Message(
                "no complete answer from \(host) in time",
                vi: "chờ quá lâu mà \(host) chưa trả lời xong")
        case .tooSlow(let host):
            Message("the link to \(host) is too slow", vi: "đường truyền tới \(host) quá chậm")
        case .tlsFailure(let host, let problem, let reason):
            Message(
                "no secure connection to \(host): ", vi: "không có kết nối an toàn tới \(host): ")
                + problem.words + Message(" (\(reason))", vi: "")
        case .connectionLost(let host, let reason):
            Message("connection to \(host) lost", vi: "mất kết nối với \(host)")
                + Self.cause(reason)
        case .responseTooLarge(let limitBytes):
            Message(
                "the answer is larger than \(limitBytes) bytes",
                vi: "câu trả lời lớn hơn \(limitBytes) byte")
        case .invalidReply(let host, let reason):
            Message(
                "\(host) did not answer in HTTP: \(reason)", vi: "\(host) không trả lời bằng HTTP")
        case .invalidURL:
            Message("not an http or https URL", vi: "không phải địa chỉ http hay https")
        case .invalidHeader(let name):
            Message(
                "header or method cannot be sent: \(name)", vi: "không gửi được tiêu đề: \(name)")
        case .cancelled: Message("cancelled", vi: "đã hủy")
        case .other(let code, let message):
            Message(
                "transfer failed (libcurl \(code)): \(message)",
                vi: "truyền dữ liệu thất bại (libcurl \(code))")
        case .proxyUnreachable(let proxy, let reason):
            Message(
                "the proxy \(proxy.address) cannot be reached",
                vi: "không kết nối được tới proxy \(proxy.address)") + Self.cause(reason)
        case .proxyWantsPassword(let proxy):
            Self.named(proxy) + Message(" wants a password", vi: " đòi mật khẩu")
        case .proxyRefused(let proxy, let status):
            Self.named(proxy)
                + Message(
                    " lets nothing through to central (status \(status))",
                    vi: " không cho đi tới trung tâm (mã \(status))")
        }
    }

    /// What the operator can do about it.
    public var hint: Message {
        switch self {
        case .couldNotResolve:
            Message(
                "is the network up, and the server's name written correctly?",
                vi: "mạng có chạy không, và tên máy chủ có viết đúng không?")
        case .couldNotConnect:
            Message(
                "is the network up, and the server running at this port?",
                vi: "mạng có chạy không, và máy chủ có mở cổng này không?")
        case .timedOut, .tooSlow, .connectionLost:
            Message(
                "the link is bad; it is tried again later", vi: "đường truyền kém; sẽ thử lại sau")
        case .tlsFailure(_, let problem, _): problem.hint
        case .responseTooLarge:
            Message(
                "ask for less at once, or raise the limit",
                vi: "hỏi ít hơn mỗi lần, hoặc tăng giới hạn")
        case .invalidReply:
            Message(
                "does a portal or proxy of the network answer in the server's place?",
                vi: "có phải cổng đăng nhập hay proxy của mạng trả lời thay máy chủ không?")
        case .invalidURL:
            Message(
                "write http://host:port/ or https://host/",
                vi: "ghi http://máy:cổng/ hoặc https://máy/")
        case .invalidHeader:
            Message("remove control characters from it", vi: "bỏ ký tự điều khiển")
        case .cancelled: Message("start it again when it is wanted", vi: "chạy lại khi cần")
        case .other:
            Message(
                "it is tried again later; if it stays, report the code",
                vi: "sẽ thử lại sau; nếu vẫn vậy, báo mã lỗi này")
        case .proxyUnreachable(let proxy, _):
            Message(
                "it is named by \(proxy.variable): correct or unset that variable, or have the proxy started",
                vi: "proxy lấy từ biến \(proxy.variable): sửa hoặc bỏ biến đó, hoặc cho proxy chạy")
        case .proxyWantsPassword(let proxy):
            Message(
                "the password belongs into \(proxy?.variable ?? "http_proxy"): "
                    + "http://NAME:PASSWORD@HOST:PORT",
                vi: "ghi mật khẩu vào \(proxy?.variable ?? "http_proxy"): "
                    + "http://TÊN:MẬT-KHẨU@MÁY:CỔNG")
        case .proxyRefused:
            Message(
                "ask those who run the network to let this machine reach central's address and port",
                vi: "nhờ người quản trị mạng cho máy này tới địa chỉ và cổng của trung tâm")
        }
    }

    private static func named(_ proxy: ProxySetting?) -> Message {
        guard let proxy else { return Message("the proxy of the network", vi: "proxy của mạng") }
        return Message(
            "the proxy \(proxy.address) (from \(proxy.variable))",
            vi: "proxy \(proxy.address) (từ \(proxy.variable))")
    }

    /// The system's or libcurl's cause; in Vietnamese where it is one of those that offices meet.
    private static func cause(_ reason: String) -> Message {
        let known = causes.first { reason.contains($0.0) }?.1
        return Message(": \(reason)", vi: known.map { ": " + $0 } ?? "")
    }

    private static let causes = [
        ("refused", "máy đó từ chối kết nối"), ("Couldn't connect", "máy đó không nhận kết nối"),
        ("Network is unreachable", "máy này không có mạng"),
        ("No route to host", "không có đường tới máy đó"), ("timed out", "quá thời gian chờ"),
        ("reset", "kết nối bị ngắt giữa chừng"), ("Empty reply", "máy đó không trả lời"),
        ("Broken pipe", "kết nối bị ngắt giữa chừng"), ("SSL", "kết nối an toàn bị ngắt"),
        ("remaining to read", "dữ liệu đến chưa đủ"),
    ]
}
