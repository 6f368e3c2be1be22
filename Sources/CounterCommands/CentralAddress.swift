/// Central's address as it is typed at enrolment: `http` or `https`, a host, perhaps a port and a
/// path before the routes.
struct CentralAddress {
    /// The address without a slash at its end.
    let text: String

    /// Reads an address; `nil` for other schemes, credentials, queries, or no host.
    init?(_ typed: String) {
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
