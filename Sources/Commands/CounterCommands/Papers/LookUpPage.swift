// The office's page on which a citizen looks a dossier up. Who has the paper in hand gets in: the address holds the code,
// and a check that only those can make who know the office's key. Nothing else of the dossier stands in it.

internal import Crypto

/// Where a citizen looks a dossier up.
struct LookUpPage: Sendable {
    static let keyCharacters = 16...200
    private static let addressBytesMax = 180
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    /// The page's address, without a query.
    let address: String
    /// What the page and every desk of the office know.
    let key: String

    /// Whether an address can be one of a page.
    static func isAddress(_ text: String) -> Bool {
        let host = text.dropFirst(text.prefix { $0 != "/" }.count + 2).prefix { $0 != "/" }
        return (text.hasPrefix("https://") || text.hasPrefix("http://")) && !host.isEmpty
            && text.utf8.count <= addressBytesMax
            && text.utf8.allSatisfy { (0x21..<0x7F).contains($0) && $0 != 0x3F && $0 != 0x23 }
    }

    /// `https://tracuu.example.vn/ho-so?ma=CODE&k=CHECK`
    func link(to code: String) -> String {
        "\(address)?ma=\(Self.encoded(code))&k=\(check(of: code))"
    }

    /// Six letters and digits: BLAKE2b-256 of the key and the code, its first 30 bits in Crockford's alphabet.
    func check(of code: String) -> String {
        let hash = Hash256(hashing: Array("dossiersync look-up 1\n\(key)\n\(code)".utf8))
        let number = hash.withBytes { $0.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
        return String((0..<6).map { Self.alphabet[Int(number >> (27 - 5 * $0)) & 31] })
    }

    /// As in RFC 3986: all but letters, digits and `-._~` by their bytes.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                String(UnicodeScalar(byte))
            default: "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }.joined()
    }
}
