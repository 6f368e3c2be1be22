// Who asks, when a proxy stands before the server. A proxy says in a header whom it speaks for, and
// so can anybody: only what a trusted proxy has added counts. Each proxy adds the address that it was
// asked from at the end (RFC 7239 §5.2), so the client is the last address that is no trusted proxy.

internal import Addresses
internal import HTTP

/// The proxies whose word counts.
struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    init(_ ranges: [AddressRange]) {
        self.ranges = ranges
    }

    /// Whether an address is one of theirs.
    func contains(_ address: NetworkAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// Who asks through a peer, by `X-Forwarded-For` or `Forwarded`.
    ///
    /// A proxy sets one of them and passes the other on as it came. So when both are there and say
    /// different things neither counts, and the request is the proxy's.
    func client(behind peer: NetworkAddress, _ headers: HTTPHeaders) -> NetworkAddress {
        guard contains(peer) else { return peer }
        let lists = [
            Self.addresses(inXForwardedFor: headers.values("X-Forwarded-For")),
            Self.addresses(inForwarded: headers.values("Forwarded")),
        ]
        let clients = Set(lists.filter { !$0.isEmpty }.map { last(of: $0, before: peer) })
        return clients.count == 1 ? clients.first ?? peer : peer
    }

    private func last(of chain: [NetworkAddress?], before peer: NetworkAddress) -> NetworkAddress {
        var client = peer
        for address in chain.reversed() {
            guard contains(client) else { break }
            // “unknown”, a name or nonsense: what stands before it cannot be believed either.
            guard let address else { break }
            client = address
        }
        return client
    }

    private static func addresses(inXForwardedFor values: [String]) -> [NetworkAddress?] {
        values.flatMap { $0.split(separator: ",", omittingEmptySubsequences: true) }
            .map { address(in: $0) }
    }

    /// The `for` of each element (RFC 7239 §4). Addresses hold neither comma nor semicolon, so that
    /// quotes need no care; what was quoted to deceive is no address.
    private static func addresses(inForwarded values: [String]) -> [NetworkAddress?] {
        values.flatMap { $0.split(separator: ",", omittingEmptySubsequences: true) }.map {
            element in
            for pair in element.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, trimmed(parts[0]).lowercased() == "for" else { continue }
                return address(in: parts[1])
            }
            return nil
        }
    }

    /// The address of a node: perhaps in quotes, in brackets, with a port.
    private static func address(in node: some StringProtocol) -> NetworkAddress? {
        var text = trimmed(node)
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
            text = String(text.dropFirst().dropLast())
        }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return NetworkAddress(text[text.index(after: text.startIndex)..<end])
        }
        // With one colon it is an IPv4 address with a port.
        if let colon = text.firstIndex(of: ":"), colon == text.lastIndex(of: ":") {
            return NetworkAddress(text[..<colon])
        }
        return NetworkAddress(text)
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
