internal import Addresses
internal import Administration
internal import CentralServer
internal import CommandLine
internal import Dispatch
internal import HTTPServer
internal import Text

/// The limits that `central serve` is given on its command line.
enum ServeLimits {
    static let connections = Option(
        "--connections", valueName: "N",
        help: Message(
            "connections at once; further ones are told to come back (default 5000)",
            vi: "số kết nối cùng lúc; nhiều hơn thì phải quay lại sau (mặc định 5000)"))
    static let connectionsPerAddress = Option(
        "--connections-per-address", valueName: "N",
        help: Message(
            "of one IPv4 address or IPv6 /64: an office may sit behind one (default 100)",
            vi: "của một địa chỉ IPv4 hoặc IPv6 /64: một cơ quan có thể dùng chung (mặc định 100)"))
    static let trustedProxy = Option(
        "--trusted-proxy", valueName: "CIDR",
        help: Message(
            "a proxy whose X-Forwarded-For or Forwarded says who asks: 127.0.0.1 or 10.0.0.0/8",
            vi: "proxy mà X-Forwarded-For hoặc Forwarded cho biết ai hỏi: 127.0.0.1 hoặc 10.0.0.0/8"
        ),
        repeats: true)

    /// The limits of an invocation, within what the system allows.
    ///
    /// - Throws: `UsageError`, `CommandFailure`.
    static func limits(
        _ invocation: Invocation, _ log: @Sendable (LogLine) -> Void
    ) throws -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        if let count = try invocation.integer("--connections", in: 1...1_000_000) {
            limits.connectionsMax = count
        }
        if let count = try invocation.integer("--connections-per-address", in: 1...1_000_000) {
            limits.connectionsPerAddressMax = count
        }
        limits.trustedProxies = try invocation.values("--trusted-proxy").map { text in
            guard let range = AddressRange(text) else {
                throw UsageError(
                    Message(
                        "--trusted-proxy needs an address or a range such as 10.0.0.0/8",
                        vi: "--trusted-proxy cần một địa chỉ hoặc dải địa chỉ như 10.0.0.0/8"),
                    hint: Message(
                        "write the number without bits beyond the prefix",
                        vi: "ghi số không có bit nào sau tiền tố"))
            }
            return range
        }
        do throws(ServingError) {
            return try limits.fitted(log)
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    /// What it means for the person that a central does not serve.
    init(_ error: ServingError) {
        switch error {
        case .noOpenFiles(let limit):
            self.init(
                .osError,
                Message(
                    "the limit of \(limit) open files leaves none for connections",
                    vi: "giới hạn \(limit) tệp mở không còn chỗ cho kết nối"),
                hint: Message(
                    "raise it with ulimit -n, or LimitNOFILE of the service",
                    vi: "tăng bằng ulimit -n, hoặc LimitNOFILE của dịch vụ"))
        case .cannotListen(let address, let reason):
            self.init(
                .unavailable,
                Message(
                    "cannot listen on \(address): \(reason)",
                    vi: "không lắng nghe được ở \(address): \(reason)"),
                hint: Message(
                    "is another program using the port?",
                    vi: "có chương trình khác đang dùng cổng không?"))
        }
    }
}
