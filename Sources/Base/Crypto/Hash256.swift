internal import CSodium

/// A 32-byte BLAKE2b hash (RFC 7693), kept as four words so that it needs no heap.
public struct Hash256: Hashable, Sendable {
    /// Thirty-two bytes.
    public static let byteCount = 32

    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Thirty-two zero bytes: what stands before the first change of a chain.
    public static let zero = Hash256()

    private init() {}

    /// Takes exactly 32 bytes; `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// BLAKE2b-256 of the bytes.
    public init(hashing bytes: UnsafeRawBufferPointer) {
        let input = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        Sodium.start()
        let status = withUnsafeMutablePointer(to: &words) { output in
            crypto_generichash(output, Self.byteCount, input, UInt64(bytes.count), nil, 0)
        }
        precondition(status == 0, "BLAKE2b takes every length")
    }

    /// BLAKE2b-256 of the bytes.
    public init(hashing bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { Hash256(hashing: $0) }
    }

    /// BLAKE2b-256 of this hash followed by another: a link of a hash chain.
    public func chained(with next: Hash256) -> Hash256 {
        withUnsafeTemporaryAllocation(byteCount: 2 * Self.byteCount, alignment: 8) { buffer in
            withBytes { buffer.copyMemory(from: $0) }
            next.withBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[Self.byteCount...])
                    .copyMemory(from: $0)
            }
            return Hash256(hashing: UnsafeRawBufferPointer(buffer))
        }
    }

    /// Lends the 32 bytes.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeBytes(of: words, body)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { withBytes { Array($0) } }

    /// The four 64-bit little-endian words, for sums of hashes.
    public var lanes: SIMD4<UInt64> {
        SIMD4(
            UInt64(littleEndian: words.0), UInt64(littleEndian: words.1),
            UInt64(littleEndian: words.2), UInt64(littleEndian: words.3))
    }

    /// The hash whose little-endian words these are.
    public init(lanes: SIMD4<UInt64>) {
        words = (
            lanes.x.littleEndian, lanes.y.littleEndian, lanes.z.littleEndian, lanes.w.littleEndian
        )
    }

    /// Equal when all 32 bytes are.
    public static func == (left: Hash256, right: Hash256) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1
            && left.words.2 == right.words.2 && left.words.3 == right.words.3
    }

    /// Feeds the first eight bytes, which are as random as the rest.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}

extension Hash256: CustomStringConvertible {
    /// Sixty-four lower-case hexadecimal digits.
    public var description: String { Hexadecimal.text(bytes) }
}
