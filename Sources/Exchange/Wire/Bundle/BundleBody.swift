// The body of a bundle (`Protocol/bundles.md` §Body): a key that is sealed to the receiver, and under
// it a secret stream of chunks. In the stream stand frames, each a length and a zstd frame. Chunk by
// chunk and frame by frame, so that memory does not grow with the bundle.

public import Crypto
internal import Text

/// Seals frames into a body.
public struct BundleBodyWriter {
    /// Bytes of the stream in one chunk; the last has fewer.
    public static let chunkByteCount = 64 << 10

    private var stream: SecretStreamWriter
    private let context: [UInt8]
    private var waiting: [UInt8] = []
    /// What stands before the first chunk.
    public let start: [UInt8]

    /// Begins a body; `nil` when nothing can be sealed for the receiver's key.
    public init?(_ envelope: BundleEnvelope, for receiver: PublicKey, _ random: any RandomSource) {
        let key = random.bytes(SecretStream.keyByteCount)
        guard let sealedKey = receiver.seal(key), let stream = SecretStreamWriter(key: key) else {
            return nil
        }
        self.stream = stream
        context = envelope.context
        start = sealedKey + stream.header
    }

    /// Adds a frame; returns the chunks that it fills.
    ///
    /// - Throws: `SyncFailure.tooLarge`.
    public mutating func add(_ frame: [UInt8]) throws(SyncFailure) -> [UInt8] {
        waiting += try BundleFrames.packed(frame)
        var chunks: [UInt8] = []
        var sent = 0
        // A chunk stays behind, since the last one is marked as such.
        while waiting.count - sent > Self.chunkByteCount {
            let chunk = Array(waiting[sent..<(sent + Self.chunkByteCount)])
            chunks += stream.encrypt(chunk, isLast: false, context: context)
            sent += Self.chunkByteCount
        }
        waiting.removeFirst(sent)
        return chunks
    }

    /// The last chunk.
    public mutating func finish() -> [UInt8] {
        defer { waiting = [] }
        return stream.encrypt(waiting, isLast: true, context: context)
    }
}

/// Opens a body and reads its frames.
public struct BundleBodyReader {
    /// Brings the next bytes of the body, fewer than asked for only at its end.
    public typealias Source = (Int) throws(BundleFailure) -> [UInt8]

    private static let startByteCount =
        SealedBox.overheadByteCount + SecretStream.keyByteCount + SecretStream.headerByteCount
    private static let sealedChunkByteCount =
        BundleBodyWriter.chunkByteCount + SecretStream.overheadByteCount

    private var stream: SecretStreamReader
    private let context: [UInt8]
    private let source: Source
    private let file: String
    private var frames = BundleFrames()
    private var hasEnded = false

    /// Begins to read.
    ///
    /// - Parameter file: what failures name.
    /// - Throws: `BundleFailure.damaged` when the body is not sealed for this key.
    public init(
        _ envelope: BundleEnvelope, openedWith key: SigningKey, file: String,
        source: @escaping Source
    ) throws(BundleFailure) {
        let start = try source(Self.startByteCount)
        let sealedCount = SealedBox.overheadByteCount + SecretStream.keyByteCount
        guard start.count == Self.startByteCount else { throw .damaged(file: file, .cutShort) }
        guard let secret = key.open(Array(start.prefix(sealedCount))),
            let stream = SecretStreamReader(
                header: Array(start.dropFirst(sealedCount)), key: secret)
        else {
            throw .damaged(file: file, .malformed(reason: "it is not sealed for this receiver"))
        }
        self.stream = stream
        self.source = source
        self.file = file
        context = envelope.context
    }

    /// The next frame; `nil` after the last.
    ///
    /// - Throws: `BundleFailure.damaged`, and what the source throws.
    public mutating func next() throws(BundleFailure) -> [UInt8]? {
        while true {
            if let frame = try nextWaiting() { return frame }
            guard !hasEnded else {
                guard frames.isEmpty else {
                    throw .damaged(file: file, .malformed(reason: "its last frame is cut short"))
                }
                return nil
            }
            try readChunk()
        }
    }

    private mutating func nextWaiting() throws(BundleFailure) -> [UInt8]? {
        do throws(SyncFailure) {
            return try frames.next()
        } catch {
            throw .damaged(file: file, .malformed(reason: error.message.english))
        }
    }

    private mutating func readChunk() throws(BundleFailure) {
        let sealed = try source(Self.sealedChunkByteCount)
        guard !sealed.isEmpty else { throw .damaged(file: file, .cutShort) }
        guard let chunk = stream.decrypt(sealed, context: context) else {
            throw .damaged(file: file, .altered)
        }
        frames.append(chunk.message)
        hasEnded = chunk.isLast
        if hasEnded, try !source(1).isEmpty { throw .damaged(file: file, .tooLong) }
    }
}
