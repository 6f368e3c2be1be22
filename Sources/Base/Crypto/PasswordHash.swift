internal import CSodium

/// A password as it is kept: Argon2id (RFC 9106) by libsodium, with its salt and parameters in the text.
public struct PasswordHash: Hashable, Sendable {
    /// What is kept.
    public let text: String

    /// Takes what was kept.
    public init(text: String) {
        self.text = text
    }

    /// Hashes a password with 64 MiB and two passes; takes about a tenth of a second, on purpose.
    ///
    /// - Returns: `nil` when the machine has not that much memory left.
    public init?(of password: [UInt8]) {
        Sodium.start()
        var output = [CChar](repeating: 0, count: crypto_pwhash_strbytes())
        // A byte more, so that an empty password has an address too.
        let bytes = password.map(CChar.init(bitPattern:)) + [0]
        let status = crypto_pwhash_str(
            &output, bytes, UInt64(password.count), UInt64(crypto_pwhash_opslimit_interactive()),
            crypto_pwhash_memlimit_interactive())
        guard status == 0 else { return nil }
        text = String(
            decoding: output.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether this is the hash of a password. Takes as long whether it is or not.
    public func matches(_ password: [UInt8]) -> Bool {
        Sodium.start()
        let bytes = password.map(CChar.init(bitPattern:)) + [0]
        return crypto_pwhash_str_verify(text, bytes, UInt64(password.count)) == 0
    }
}
