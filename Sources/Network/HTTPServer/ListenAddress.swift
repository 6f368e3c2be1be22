import Glibc
public import HTTP

/// A numeric address and port to listen on.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// The numeric IPv4 or IPv6 address, without brackets.
    public let host: String
    /// The port; 0 lets the system choose one.
    public let port: UInt16

    /// Parses `127.0.0.1:0`, `[::1]:8080`, `0.0.0.0:80` or `localhost:8080`.
    /// - Throws: `HTTPError.invalidListenAddress`.
    public init(_ text: String) throws(HTTPError) {
        guard let colon = text.lastIndex(of: ":") else { throw .invalidListenAddress(text) }
        let digits = text[text.index(after: colon)...]
        var host = text[..<colon]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits)
        else { throw .invalidListenAddress(text) }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { throw .invalidListenAddress(text) }
        } else if host.contains(":") {
            throw .invalidListenAddress(text)
        }
        self.host = host == "localhost" ? "127.0.0.1" : String(host)
        self.port = port
        if isIPv6 ? ipv6 == nil : ipv4 == nil { throw .invalidListenAddress(text) }
    }

    /// Whether only programs on this machine can connect.
    public var isLoopback: Bool {
        if let ipv4 { return UInt32(bigEndian: ipv4.s_addr) >> 24 == 127 }
        guard let ipv6 else { return false }
        return withUnsafeBytes(of: ipv6) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }

    /// The address as `init(_:)` takes it.
    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    var isIPv6: Bool { host.contains(":") }

    private var ipv4: in_addr? {
        var address = in_addr()
        return inet_pton(AF_INET, host, &address) == 1 ? address : nil
    }

    private var ipv6: in6_addr? {
        var address = in6_addr()
        return inet_pton(AF_INET6, host, &address) == 1 ? address : nil
    }

    /// Opens a listening socket, which the caller must close.
    /// - Throws: `HTTPError.cannotListen`.
    func openSocket() throws(HTTPError) -> Int32 {
        let family = isIPv6 ? AF_INET6 : AF_INET
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw refusal() }
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        if isIPv6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, size) }
        guard bindSocket(descriptor) == 0, listen(descriptor, SOMAXCONN) == 0 else {
            let error = refusal()
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private func refusal() -> HTTPError {
        .cannotListen(address: description, reason: String(cString: strerror(errno)))
    }

    private func bindSocket(_ descriptor: Int32) -> Int32 {
        if let ipv4 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr = ipv4
            return bindSocket(descriptor, to: &address)
        }
        guard let ipv6 else { return -1 }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_addr = ipv6
        return bindSocket(descriptor, to: &address)
    }

    private func bindSocket<Address>(_ descriptor: Int32, to address: inout Address) -> Int32 {
        let size = socklen_t(MemoryLayout<Address>.size)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
    }

    /// The port a socket is bound to, or 0 when the system does not tell.
    static func boundPort(of descriptor: Int32) -> UInt16 {
        var storage = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        // The port has the same place in sockaddr_in and sockaddr_in6.
        return result == 0 ? UInt16(bigEndian: storage.sin6_port) : 0
    }
}
