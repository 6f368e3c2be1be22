// A stream of messages under one secret key (libsodium's crypto_secretstream_xchacha20poly1305): none
// can be altered, left out, repeated or moved, and the last one is marked as such.
// https://doc.libsodium.org/secret-key_cryptography/secretstream

internal import CSodium

/// The sizes of a secret stream.
public enum SecretStream {
    /// Bytes of its key.
    public static let keyByteCount = 32
    /// Bytes that stand before the first message.
    public static let headerByteCount = 24
    /// Bytes that each message grows by.
    public static let overheadByteCount = 17

    static let finalTag = UInt8(crypto_secretstream_xchacha20poly1305_tag_final())
    static let messageTag = UInt8(crypto_secretstream_xchacha20poly1305_tag_message())
}

/// Encrypts a stream.
public struct SecretStreamWriter {
    /// What stands before the first message.
    public let header: [UInt8]
    private var state = crypto_secretstream_xchacha20poly1305_state()

    /// Begins a stream; `nil` for a key of another length.
    public init?(key: [UInt8]) {
        guard key.count == SecretStream.keyByteCount else { return nil }
        Sodium.start()
        var header = [UInt8](repeating: 0, count: SecretStream.headerByteCount)
        guard crypto_secretstream_xchacha20poly1305_init_push(&state, &header, key) == 0 else {
            return nil
        }
        self.header = header
    }

    /// Encrypts the next message, bound to `context`.
    public mutating func encrypt(_ message: [UInt8], isLast: Bool, context: [UInt8]) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: message.count + SecretStream.overheadByteCount)
        let status = crypto_secretstream_xchacha20poly1305_push(
            &state, &sealed, nil, message, UInt64(message.count), context, UInt64(context.count),
            isLast ? SecretStream.finalTag : SecretStream.messageTag)
        precondition(status == 0, "a message in memory is short enough")
        return sealed
    }
}

/// Decrypts a stream.
public struct SecretStreamReader {
    private var state = crypto_secretstream_xchacha20poly1305_state()

    /// Begins to read; `nil` for a header or a key of another length.
    public init?(header: [UInt8], key: [UInt8]) {
        guard key.count == SecretStream.keyByteCount, header.count == SecretStream.headerByteCount
        else { return nil }
        Sodium.start()
        guard crypto_secretstream_xchacha20poly1305_init_pull(&state, header, key) == 0 else {
            return nil
        }
    }

    /// Decrypts the next message; `nil` for one that is not it, or of another context.
    public mutating func decrypt(
        _ sealed: [UInt8], context: [UInt8]
    ) -> (message: [UInt8], isLast: Bool)? {
        guard sealed.count >= SecretStream.overheadByteCount else { return nil }
        var message = [UInt8](repeating: 0, count: sealed.count - SecretStream.overheadByteCount)
        var tag: UInt8 = 0
        let status = crypto_secretstream_xchacha20poly1305_pull(
            &state, &message, nil, &tag, sealed, UInt64(sealed.count), context,
            UInt64(context.count))
        guard status == 0 else { return nil }
        return (message, tag == SecretStream.finalTag)
    }
}
