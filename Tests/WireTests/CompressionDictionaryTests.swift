import Foundation
import SeededRandom
import Testing

@testable import Wire

@Suite("The shared dictionary")
struct CompressionDictionaryTests {
    private static let file = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Protocol/dictionaries/1.zdict")

    /// A small body: what two of them have in common is in the dictionary.
    private func body(_ seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var request = randomRequest(&random)
        request.states = nil
        request.heldCopies = []
        request.bucketDigests = nil
        return Array(
            ("Nguyễn Thị Lan Phường Ba Đình received_at applicant_address " + "\(seed)").utf8)
            + request.encoded().prefix(200)
    }

    @Test("the program's own is that of Protocol/dictionaries, with its number")
    func file() throws {
        let bytes = Array(try Data(contentsOf: Self.file))
        #expect(CompressionDictionary.newest.bytes == bytes)
        #expect(bytes.prefix(8) == [0x37, 0xA4, 0x30, 0xEC, 1, 0, 0, 0])
        #expect(bytes.count <= CompressionDictionary.byteCountMax)
    }

    @Test("what was packed with it comes out again, and a text of an office is much smaller so")
    func roundTrip() throws {
        for seed in Seeds.all(50) {
            let body = body(seed)
            let plain = try Compression.compressed(body)
            let packed = try Compression.compressed(body, dictionary: .newest)
            #expect(try Compression.decompressed(packed) == body, "seed \(seed)")
            #expect(packed.count < plain.count, "seed \(seed)")
        }
    }

    @Test("a frame that needs another dictionary is named as such, and nothing comes out")
    func unknownDictionary() throws {
        var frame = try Compression.compressed(body(1), dictionary: .newest)
        // The number stands after the magic number and one byte of the head (RFC 8878 §3.1.1).
        #expect(frame[5] == 1)
        frame[5] = 77
        let failure = failure { () throws(SyncFailure) in _ = try Compression.decompressed(frame) }
        #expect(
            failure
                == .unsupportedContent(reason: "it needs dictionary 77, which is not known here"))
        #expect(CompressionDictionary.newest(through: 0) == nil)
        #expect(CompressionDictionary.newest(through: 900)?.number == 1)
    }

    @Test(
        "small bodies get the highest level and the dictionary, others the level that was asked for"
    )
    func packing() throws {
        let small = body(3)
        let packed = try #require(
            try Compression.packed(body: small, level: 1, dictionary: .newest))
        #expect(packed == (try Compression.compressed(small, level: 19, dictionary: .newest)))
        let large = (0..<200).flatMap { body($0) }
        #expect(large.count > WireLimits.smallBodyBytesMax)
        #expect(
            try Compression.packed(body: large, level: 1, dictionary: .newest)
                == Compression.compressed(large, level: 1))
        // What would not shrink goes as it is.
        var random = SeededGenerator(seed: 4)
        #expect(
            try Compression.packed(body: random.bytes(300...300), level: 1, dictionary: nil) == nil)
        #expect(try Compression.packed(body: [1, 1, 1], level: 1, dictionary: .newest) == nil)
    }
}
