internal import CSodium

/// BLAKE2b-256 of bytes that come piece by piece: what `b2sum -l 256` says of a file.
public final class RunningHash {
    private let state: UnsafeMutableRawPointer

    /// As libsodium takes it: Swift does not import a type of such an alignment.
    private var opaque: OpaquePointer { OpaquePointer(state) }

    /// Of no bytes yet.
    public init() {
        Sodium.start()
        // libsodium wants its state at such an address, which Swift's own variables do not promise.
        state = .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
        crypto_generichash_init(opaque, nil, 0, Hash256.byteCount)
    }

    deinit {
        state.deallocate()
    }

    /// Takes the next bytes.
    public func update(_ bytes: [UInt8]) {
        crypto_generichash_update(opaque, bytes, UInt64(bytes.count))
    }

    /// The hash of all bytes; to be asked for once, at the end.
    public func finish() -> Hash256 {
        var bytes = [UInt8](repeating: 0, count: Hash256.byteCount)
        crypto_generichash_final(opaque, &bytes, bytes.count)
        return Hash256(bytes: bytes) ?? .zero
    }
}
