// Sealed boxes (libsodium's crypto_box_seal): anybody can seal for a key, only its owner opens. The
// X25519 keys are those that belong to the Ed25519 keys which devices and central have anyway.
// https://doc.libsodium.org/public-key_cryptography/sealed_boxes

internal import CSodium

/// What a sealed box adds to its content.
public enum SealedBox {
    /// Bytes that sealing adds: a key of one use, and an authenticator.
    public static let overheadByteCount = 48
}

extension PublicKey {
    /// Seals bytes so that only the key's owner can open them; `nil` when this is no key of a person
    /// who could: its point is not on the curve.
    public func seal(_ content: [UInt8]) -> [UInt8]? {
        Sodium.start()
        var exchangeKey = [UInt8](repeating: 0, count: Int(crypto_box_publickeybytes()))
        guard crypto_sign_ed25519_pk_to_curve25519(&exchangeKey, bytes) == 0 else { return nil }
        var sealed = [UInt8](
            repeating: 0, count: content.count + SealedBox.overheadByteCount)
        guard crypto_box_seal(&sealed, content, UInt64(content.count), exchangeKey) == 0 else {
            return nil
        }
        return sealed
    }
}

extension SigningKey {
    /// The content of a box that was sealed for this key; `nil` for one that was sealed for another or
    /// altered.
    public func open(_ sealed: [UInt8]) -> [UInt8]? {
        guard sealed.count >= SealedBox.overheadByteCount else { return nil }
        var exchangeKey = [UInt8](repeating: 0, count: Int(crypto_box_publickeybytes()))
        var exchangeSecret = [UInt8](repeating: 0, count: Int(crypto_box_secretkeybytes()))
        guard crypto_sign_ed25519_pk_to_curve25519(&exchangeKey, publicKey.bytes) == 0,
            crypto_sign_ed25519_sk_to_curve25519(&exchangeSecret, secret) == 0
        else { return nil }
        var content = [UInt8](
            repeating: 0, count: sealed.count - SealedBox.overheadByteCount)
        guard
            crypto_box_seal_open(
                &content, sealed, UInt64(sealed.count), exchangeKey, exchangeSecret) == 0
        else { return nil }
        return content
    }
}
