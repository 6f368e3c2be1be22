import CGnuTLS

/// The SHA-256 of a public key in its X.509 form (SubjectPublicKeyInfo): what a pin compares, as in
/// RFC 7469 §2.4.
public struct PublicKeyHash: Hashable, Sendable {
    /// How many bytes it has.
    public static let byteCount = 32
    private static let prefix = "sha256//"

    /// The hash.
    public let bytes: [UInt8]

    /// Takes a hash; `nil` unless it has 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Reads curl's form, `sha256//` and Base64 (RFC 4648 §4); `nil` for anything else.
    public init?(curlText: String) {
        guard curlText.hasPrefix(Self.prefix) else { return nil }
        let base64 = curlText.dropFirst(Self.prefix.count).utf8
        let decoded = try? withDatum(base64) { text throws(GnuTLSError) in
            var datum = gnutls_datum_t()
            try check(gnutls_base64_decode2(&text, &datum))
            return taken(datum)
        }
        // GnuTLS passes over what is no Base64: the text has to be the one that the hash gives.
        guard let decoded, let hash = Self(bytes: decoded), hash.curlText == curlText else {
            return nil
        }
        self = hash
    }

    /// curl's form: `sha256//` and Base64.
    public var curlText: String {
        let base64 = try? withDatum(bytes) { datum throws(GnuTLSError) in
            var text = gnutls_datum_t()
            try check(gnutls_base64_encode2(&datum, &text))
            return taken(text)
        }
        // GnuTLS fails here for lack of memory only, and then Swift's own allocations end the program too.
        guard let base64 else { fatalError("no memory for 44 bytes") }
        // Lines end in no text of 32 bytes; a zero byte may.
        return Self.prefix + String(decoding: base64.filter { $0 > 0x20 }, as: UTF8.self)
    }
}
