internal import CSodium

/// A device's Ed25519 key pair (RFC 8032). The secret half never leaves the device.
public struct SigningKey: Sendable {
    /// Bytes of the seed from which the pair is made: what is stored.
    public static let seedByteCount = 32
    /// Bytes of a signature.
    public static let signatureByteCount = 64

    /// The seed; secret.
    public let seed: [UInt8]
    /// The public half.
    public let publicKey: PublicKey
    let secret: [UInt8]

    /// Makes the pair of a 32-byte seed; `nil` for any other count.
    public init?(seed: [UInt8]) {
        guard seed.count == Self.seedByteCount else { return nil }
        Sodium.start()
        var publicBytes = [UInt8](repeating: 0, count: PublicKey.byteCount)
        var secretBytes = [UInt8](repeating: 0, count: Int(crypto_sign_secretkeybytes()))
        guard crypto_sign_seed_keypair(&publicBytes, &secretBytes, seed) == 0,
            let key = PublicKey(bytes: publicBytes)
        else { return nil }
        self.seed = seed
        publicKey = key
        secret = secretBytes
    }

    /// Signs the bytes: 64 bytes of detached signature.
    public func signature(of message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Int(crypto_sign_bytes()))
        let status = crypto_sign_detached(
            &signature, nil, message, UInt64(message.count), secret)
        precondition(status == 0, "signing takes every length")
        return signature
    }
}

/// The public half of a device's Ed25519 key.
public struct PublicKey: Hashable, Sendable {
    /// Thirty-two bytes.
    public static let byteCount = 32
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// Takes exactly 32 bytes; `nil` for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Whether the signature over the message was made with the secret half.
    public func isValid(signature: [UInt8], of message: [UInt8]) -> Bool {
        Sodium.start()
        guard signature.count == Int(crypto_sign_bytes()) else { return false }
        return crypto_sign_verify_detached(
            signature, message, UInt64(message.count), bytes) == 0
    }
}

/// Libsodium's start, which chooses its fastest code for this processor once.
enum Sodium {
    private static let status = sodium_init()

    static func start() {
        precondition(status >= 0, "libsodium cannot read randomness from this system")
    }
}
