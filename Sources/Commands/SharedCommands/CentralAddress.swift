public import Text

/// Central's address as it is typed: `http` or `https`, a host, perhaps a port and a
/// path before the routes.
public struct CentralAddress {
    /// The address without a slash at its end.
    public let text: String
    /// Whether it is https.
    public let isTLS: Bool
    /// Whether it stays on this machine: nobody else can listen on the way.
    public let isLoopback: Bool

    /// Reads an address; `nil` for other schemes, credentials, queries, or no host.
    public init?(_ typed: String) {
        var text = Substring(typed)
        while text.hasSuffix("/") { text = text.dropLast() }
        let lowered = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: { lowered.hasPrefix($0) }),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !text.contains(where: { "?#@\\\"<>".contains($0) })
        else { return nil }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" }
        guard Self.isAuthority(authority) else { return nil }
        self.text = String(text)
        isTLS = scheme == "https://"
        isLoopback = Self.isLoopback(authority)
    }

    /// What is wrong with an address that is none.
    public static func problem(of typed: String) -> Message {
        let lowered = typed.lowercased()
        guard lowered.hasPrefix("http://") || lowered.hasPrefix("https://") else {
            return Message(
                "URL is no http or https address", vi: "URL không phải địa chỉ http hay https")
        }
        let rest = typed.drop { $0 != "/" }.dropFirst(2)
        let host = rest.prefix { !"/:?#".contains($0) }
        if host.isEmpty {
            return Message("URL names no host", vi: "URL không có tên máy")
        }
        if !host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            return Message(
                "the host name of URL cannot be read: it may have letters A to Z, digits, dots and hyphens",
                vi:
                    "không đọc được tên máy trong URL: chỉ có chữ A đến Z không dấu, số, dấu chấm, gạch nối"
            )
        }
        return Message(
            "URL has something besides scheme, host, port and path",
            vi: "URL có phần thừa ngoài giao thức, tên máy, cổng và đường dẫn")
    }

    /// Only what needs no name server: a name that looks like an address may lead anywhere.
    private static func isLoopback(_ authority: Substring) -> Bool {
        if authority.hasPrefix("[") { return authority.hasPrefix("[::1]") }
        let host = authority.prefix { $0 != ":" }
        if host.lowercased() == "localhost" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.first == "127"
            && parts.allSatisfy { part in
                part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil
            }
    }

    /// A host, in brackets when it is an IPv6 address, and perhaps a port.
    private static func isAuthority(_ authority: Substring) -> Bool {
        let port: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]"),
                end > authority.index(after: authority.startIndex)
            else { return false }
            port = authority[authority.index(after: end)...]
        } else {
            let host = authority.prefix { $0 != ":" }
            guard !host.isEmpty else { return false }
            port = authority[host.endIndex...]
        }
        guard !port.isEmpty else { return true }
        return port.hasPrefix(":") && UInt16(port.dropFirst()).map { $0 > 0 } == true
    }
}
