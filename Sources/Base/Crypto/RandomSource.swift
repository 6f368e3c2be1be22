internal import CSodium

/// Where random bytes come from; passed in, so that the simulator can seed it.
public protocol RandomSource: Sendable {
    /// Unpredictable bytes, as many as asked for.
    func bytes(_ count: Int) -> [UInt8]
}

extension RandomSource {
    /// A random 64-bit number other than 0.
    public func number() -> UInt64 {
        while true {
            let value = bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            if value != 0 { return value }
        }
    }
}

/// The operating system's randomness, by libsodium.
public struct SystemRandomSource: RandomSource {
    /// The operating system's randomness.
    public init() {}

    /// Unpredictable bytes, as many as asked for.
    public func bytes(_ count: Int) -> [UInt8] {
        Sodium.start()
        var bytes = [UInt8](repeating: 0, count: count)
        randombytes_buf(&bytes, count)
        return bytes
    }
}
