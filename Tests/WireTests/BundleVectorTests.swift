import Causality
import Crypto
import Foundation
import Replication
import Testing
import Wire

/// The bundles of `Protocol/vectors/bundles.json`. Sealing is random, so the code cannot make them
/// again: it opens them.
private struct BundlesFile: Codable {
    struct Bundle: Codable {
        var name: String
        var direction: UInt64
        var central: String
        var replica: String
        var bundle: String
        var files: [String]
        var frames: [String]
    }

    var about: [String]
    var deviceSeed: String
    var centralSeed: String
    var bundles: [Bundle]
}

@Suite("Protocol/vectors/bundles.json")
struct BundleVectorTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Protocol/vectors/bundles.json")

    @Test("the bundles of the file are signed and sealed as it says, and hold what it says")
    func vectors() throws {
        if ProcessInfo.processInfo.environment["DOSSIER_WRITE_VECTORS"] != nil {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try (encoder.encode(SampleBundles().file()) + Data("\n".utf8)).write(to: Self.path)
            Issue.record("bundles.json was written anew: read the difference, and run without")
        }
        let file = try JSONDecoder().decode(BundlesFile.self, from: Data(contentsOf: Self.path))
        let keys = try [file.deviceSeed, file.centralSeed].map { text in
            try #require(Hexadecimal.bytes(text).flatMap(SigningKey.init(seed:)))
        }
        #expect(file.bundles.map(\.direction) == [1, 2])
        for bundle in file.bundles {
            let (sender, receiver) = bundle.direction == 1 ? (keys[0], keys[1]) : (keys[1], keys[0])
            try check(bundle, sender: sender.publicKey, receiver: receiver, central: keys[1])
        }
    }

    private func check(
        _ bundle: BundlesFile.Bundle, sender: PublicKey, receiver: SigningKey, central: SigningKey
    ) throws {
        var body: [UInt8] = []
        var envelope: BundleEnvelope?
        for (index, text) in bundle.files.enumerated() {
            let bytes = try #require(Hexadecimal.bytes(text))
            let prelude = try BundlePrelude(readingFrom: bytes, file: bundle.name)
            #expect(prelude.encoded() == Array(bytes.prefix(prelude.byteCount)))
            #expect(prelude.isSigned(by: sender) && !prelude.isSigned(by: receiver.publicKey))
            let part = Array(bytes.dropFirst(prelude.byteCount))
            let header = prelude.header
            #expect(header.part == UInt64(index + 1))
            #expect(header.partCount == UInt64(bundle.files.count))
            #expect(header.bodyByteCount == UInt64(part.count))
            var hash = BundleBodyHash()
            hash.append(block: part)
            #expect(header.bodyHash == hash.value)
            #expect(header.envelope.direction.rawValue == bundle.direction)
            #expect(header.envelope.central == CentralFingerprint(of: central.publicKey))
            #expect(Hexadecimal.text(header.envelope.central.bytes) == bundle.central)
            #expect(header.envelope.replica.description == bundle.replica)
            #expect(header.envelope.id.description == bundle.bundle)
            envelope = header.envelope
            body += part
        }
        var offset = 0
        var reader = try BundleBodyReader(
            try #require(envelope), openedWith: receiver, file: bundle.name
        ) { count in
            defer { offset = min(offset + count, body.count) }
            return Array(body[offset..<min(offset + count, body.count)])
        }
        var frames: [[UInt8]] = []
        while let frame = try reader.next() { frames.append(frame) }
        #expect(frames.map(Hexadecimal.text) == bundle.frames)
        for (index, frame) in frames.enumerated() {
            switch (index, bundle.direction) {
            case (0, _): #expect(try BundleIntroduction(encoded: frame).encoded() == frame)
            case (_, 1):
                let request = try SyncRequest(encoded: frame, versions: WireLimits.bundledVersions)
                #expect(request.version == 1 && request.encoded() == frame)
            default: #expect(try AnsweredRequest(encoded: frame).encoded() == frame)
            }
        }
    }
}

/// Bundles to write into the file.
private struct SampleBundles {
    private let device = [UInt8](repeating: 1, count: 32)
    private let central = [UInt8](repeating: 2, count: 32)

    func file() throws -> BundlesFile {
        let device = try #require(SigningKey(seed: self.device))
        let central = try #require(SigningKey(seed: self.central))
        let replica = ReplicaID(of: device.publicKey)
        let request = SyncRequest(
            replica: replica, cursor: .start, chain: ChainEnd(seq: 0, hash: .zero),
            time: Timestamp(milliseconds: 1_614_560_400_000))
        var reply = SyncReply(
            accepted: request.chain, time: Timestamp(milliseconds: 1_614_560_500_000))
        reply.cursor = .start
        reply.epoch = 7
        var introduction = BundleIntroduction(made: Timestamp(milliseconds: 1_614_560_400_000))
        let up = try bundle(
            "up", .up, device, central, replica, [introduction.encoded(), request.encoded()], 2)
        introduction.appliedBefore = BundleID(bytes: [UInt8](repeating: 9, count: 16))
        introduction.completeAsOf = Timestamp(milliseconds: 1_614_560_300_000)
        introduction.answers = Hexadecimal.bytes(up.bundle).flatMap(BundleID.init(bytes:))
        let down = try bundle(
            "down", .down, central, device, replica,
            [introduction.encoded(), AnsweredRequest(request, reply).encoded()], 1)
        return BundlesFile(
            about: [
                "Bundles (Protocol/bundles.md), in hexadecimal digits: the files, and the frames in them.",
                "The seeds are those of the Ed25519 keys of the device and of central.",
            ], deviceSeed: Hexadecimal.text(self.device),
            centralSeed: Hexadecimal.text(self.central), bundles: [up, down])
    }

    private func bundle(
        _ name: String, _ direction: BundleDirection, _ sender: SigningKey, _ receiver: SigningKey,
        _ replica: ReplicaID, _ frames: [[UInt8]], _ partCount: Int
    ) throws -> BundlesFile.Bundle {
        let central = direction == .up ? receiver : sender
        let envelope = BundleEnvelope(
            direction: direction, central: CentralFingerprint(of: central.publicKey),
            replica: replica, id: BundleID(SystemRandomSource()))
        var writer = try #require(
            BundleBodyWriter(envelope, for: receiver.publicKey, SystemRandomSource()))
        var body = writer.start
        for frame in frames { body += try writer.add(frame) }
        body += writer.finish()
        let size = (body.count + partCount - 1) / partCount
        let files = (0..<partCount).map { part in
            let content = Array(body[(part * size)..<min((part + 1) * size, body.count)])
            var hash = BundleBodyHash()
            hash.append(block: content)
            let header = BundleHeader(
                envelope: envelope, part: UInt64(part + 1), partCount: UInt64(partCount),
                bodyByteCount: UInt64(content.count), bodyHash: hash.value)
            return BundlePrelude(header, signedWith: sender).encoded() + content
        }
        return BundlesFile.Bundle(
            name: name, direction: direction.rawValue,
            central: Hexadecimal.text(envelope.central.bytes), replica: replica.description,
            bundle: envelope.id.description, files: files.map(Hexadecimal.text),
            frames: frames.map(Hexadecimal.text))
    }
}
