// The stream inside a bundle's body: frames, each four bytes of length, big-endian, and so many bytes
// of zstd.

/// Takes chunks of the stream and gives frames.
public struct BundleFrames {
    private static let lengthByteCount = 4

    private var waiting: [UInt8] = []
    /// Bytes of those that were given out already: they are dropped with the next chunk, since to move
    /// the rest for each frame would take steps by the square of a chunk.
    private var given = 0

    /// An empty stream.
    public init() {}

    /// Whether nothing waits.
    public var isEmpty: Bool { waiting.count == given }

    /// Takes the next chunk.
    public mutating func append(_ chunk: [UInt8]) {
        waiting.removeFirst(given)
        given = 0
        waiting += chunk
    }

    /// The next frame's content; `nil` when more of the stream is needed.
    ///
    /// - Throws: `SyncFailure.tooLarge`; `.malformed` for bytes that are no zstd.
    public mutating func next() throws(SyncFailure) -> [UInt8]? {
        let rest = waiting[given...]
        guard rest.count >= Self.lengthByteCount else { return nil }
        let count = rest.prefix(Self.lengthByteCount).reduce(0) { $0 << 8 | Int($1) }
        guard count <= BundleLimits.packedFrameBytesMax else {
            throw .tooLarge(limitBytes: BundleLimits.packedFrameBytesMax)
        }
        guard rest.count >= Self.lengthByteCount + count else { return nil }
        let packed = Array(rest.dropFirst(Self.lengthByteCount).prefix(count))
        given += Self.lengthByteCount + count
        return try Compression.decompressed(packed, limitBytes: BundleLimits.frameBytesMax)
    }

    /// A frame of this content.
    ///
    /// - Throws: `SyncFailure.tooLarge`.
    public static func packed(_ content: [UInt8]) throws(SyncFailure) -> [UInt8] {
        guard content.count <= BundleLimits.frameBytesMax else {
            throw .tooLarge(limitBytes: BundleLimits.frameBytesMax)
        }
        // A stick is slow to carry, and its medium small: the best level that is not slow to read.
        let packed = try Compression.compressed(content, level: Compression.levelForSlowLinks)
        guard packed.count <= BundleLimits.packedFrameBytesMax else {
            throw .tooLarge(limitBytes: BundleLimits.packedFrameBytesMax)
        }
        let count = UInt32(packed.count)
        return (0..<lengthByteCount).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
            + packed
    }
}
