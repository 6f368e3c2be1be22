import Causality
import Crypto
import Testing
import Wire

@Suite("The body of a bundle")
struct BundleBodyTests {
    private let envelope: BundleEnvelope
    private let receiver: SigningKey

    init() throws {
        receiver = try #require(SigningKey(seed: [UInt8](repeating: 3, count: 32)))
        envelope = BundleEnvelope(
            direction: .up, central: CentralFingerprint(of: receiver.publicKey),
            replica: ReplicaID(5), id: BundleID(SystemRandomSource()))
    }

    private func sealed(_ frames: [[UInt8]]) throws -> [UInt8] {
        var writer = try #require(
            BundleBodyWriter(envelope, for: receiver.publicKey, SystemRandomSource()))
        var body = writer.start
        for frame in frames { body += try writer.add(frame) }
        return body + writer.finish()
    }

    private func opened(
        _ body: [UInt8], _ envelope: BundleEnvelope? = nil, with key: SigningKey? = nil
    ) throws -> [[UInt8]] {
        var offset = 0
        var reader = try BundleBodyReader(
            envelope ?? self.envelope, openedWith: key ?? receiver, file: "f"
        ) { count in
            defer { offset = min(offset + count, body.count) }
            return Array(body[offset..<min(offset + count, body.count)])
        }
        var frames: [[UInt8]] = []
        while let frame = try reader.next() { frames.append(frame) }
        return frames
    }

    /// Bytes that zstd cannot make shorter, so that the stream has the wanted length.
    private func noise(_ count: Int) -> [UInt8] { SystemRandomSource().bytes(count) }

    @Test("frames of any length come out as they were, also at the borders of chunks")
    func lengths() throws {
        let chunk = BundleBodyWriter.chunkByteCount
        // With the 4 bytes of length and zstd's frame around it, some stream ends exactly at a chunk.
        for count in [0, 1, 300] + (chunk - 40...chunk) + [2 * chunk, 5 * chunk + 1] {
            let frames = [noise(count), [], noise(7)]
            #expect(try opened(sealed(frames)) == frames, "\(count)")
        }
        #expect(try opened(sealed([])) == [])
    }

    @Test("a body of another bundle, for another key, cut or altered is refused")
    func refused() throws {
        let body = try sealed([noise(3 * BundleBodyWriter.chunkByteCount)])
        var other = envelope
        other.id = BundleID(SystemRandomSource())
        #expect(throws: BundleFailure.damaged(file: "f", .altered)) { try opened(body, other) }
        let stranger = try #require(SigningKey(seed: [UInt8](repeating: 4, count: 32)))
        #expect(throws: BundleFailure.self) { try opened(body, with: stranger) }
        let sealedChunk = BundleBodyWriter.chunkByteCount + SecretStream.overheadByteCount
        let start = body.count % sealedChunk == 0 ? 0 : 104
        #expect(throws: BundleFailure.damaged(file: "f", .cutShort)) {
            try opened(Array(body.prefix(start + 2 * sealedChunk)))
        }
        #expect(throws: BundleFailure.self) { try opened(body + [0]) }
        for place in stride(from: 0, to: body.count, by: 9_973) {
            var altered = body
            altered[place] ^= 0x10
            #expect(throws: BundleFailure.self) { try opened(altered) }
        }
    }

    @Test("heads are read as they were written, and nothing else is")
    func heads() throws {
        let header = BundleHeader(
            envelope: envelope, part: 2, partCount: 3, bodyByteCount: 70_000,
            bodyHash: Hash256(hashing: [1]))
        #expect(BundleHeader(encoded: header.encoded()) == header)
        #expect(BundleHeader(encoded: header.encoded() + [0]) == nil)
        for count in 0..<header.encoded().count {
            #expect(BundleHeader(encoded: Array(header.encoded().prefix(count))) == nil)
        }
        var wrong = header
        for (part, count) in [(0, 3), (4, 3), (1, 0), (1, BundleLimits.partsMax + 1)] {
            (wrong.part, wrong.partCount) = (UInt64(part), UInt64(count))
            #expect(BundleHeader(encoded: wrong.encoded()) == nil, "\(part) of \(count)")
        }
        let prelude = BundlePrelude(header, signedWith: receiver)
        #expect(prelude.encoded().count == prelude.byteCount)
        var newer = prelude.encoded()
        newer[8] = 2
        #expect(throws: BundleFailure.unsupportedFormat(file: "f", found: 2)) {
            try BundlePrelude(readingFrom: newer, file: "f")
        }
        #expect(throws: BundleFailure.notABundle(file: "f")) {
            try BundlePrelude(readingFrom: Array("%PDF-1.7".utf8), file: "f")
        }
        #expect(throws: BundleFailure.notABundle(file: "f")) {
            try BundlePrelude(readingFrom: [], file: "f")
        }
    }

    @Test("a frame that says it is longer than any may be is not waited for")
    func frameLength() throws {
        for (count, isRefused) in [
            (BundleLimits.packedFrameBytesMax, false), (BundleLimits.packedFrameBytesMax + 1, true),
        ] {
            var frames = BundleFrames()
            frames.append((0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } + [0])
            let found = failure { () throws(SyncFailure) in try frames.next() }
            let limit = BundleLimits.packedFrameBytesMax
            #expect(found == (isRefused ? .tooLarge(limitBytes: limit) : nil))
        }
    }
}
