/// The path and query of a request line, decoded (RFC 9112 §3.2, RFC 3986 §2.1).
struct RequestTarget: Equatable {
    let path: String
    let query: [String: String]

    /// Decodes a path and raw query pairs as they were sent; nil when they are malformed.
    ///
    /// Strict on purpose: a bad escape, a NUL or text that is not UTF-8 refuses the request, so
    /// that no two layers can read different paths.
    init?(rawPath: String, rawQuery: [(name: String, value: String)]) {
        let originForm = Self.originForm(rawPath)
        // Proxies differ on whether an encoded slash parts a path.
        guard !originForm.lowercased().contains("%2f"),
            let path = Self.decoded(originForm, plusIsSpace: false),
            path == "*" || path.utf8.first == UInt8(ascii: "/")
        else { return nil }
        var query: [String: String] = [:]
        for (rawName, rawValue) in rawQuery {
            guard let name = Self.decoded(rawName, plusIsSpace: true),
                let value = Self.decoded(rawValue, plusIsSpace: true)
            else { return nil }
            if query[name] == nil { query[name] = value }
        }
        self.path = path
        self.query = query
    }

    /// Drops scheme and authority of the absolute form, which every server must accept.
    private static func originForm(_ text: String) -> String {
        let schemes = ["http://", "https://"]  // in any case (RFC 3986 §3.1)
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0) }) else {
            return text
        }
        let afterScheme = text.dropFirst(scheme.count)
        guard let slash = afterScheme.firstIndex(of: "/") else { return "/" }
        return String(afterScheme[slash...])
    }

    private static func decoded(_ text: String, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next()?.hexadecimalValue,
                    let low = rest.next()?.hexadecimalValue, high | low != 0
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            case 0: return nil
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
