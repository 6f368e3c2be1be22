import SeededRandom
import Testing
import Wire

@Suite("The zstd content coding")
struct CompressionTests {
    /// What zstd hands out at a time: contents around it end at the border of a step.
    private static let step = 131_072

    private func failureOf(_ bytes: [UInt8], limitBytes: Int = 1 << 20) -> SyncFailure? {
        failure { () throws(SyncFailure) in
            try Compression.decompressed(bytes, limitBytes: limitBytes)
        }
    }

    /// Bytes of which about every `period`-th is new.
    private func content(_ count: Int, period: Int, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        for place in stride(from: 0, to: count, by: period) {
            bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
        return bytes
    }

    @Test(
        "content of any length comes back, however well it packs",
        arguments: [0, 1, 63, 64, 1000, step - 1, step, step + 1, 2 * step, 300_000], [1, 50])
    func roundTrip(count: Int, period: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let bytes = content(count, period: period, &random)
        for level: Int32 in [1, Compression.levelDefault, 19] {
            let packed = try Compression.compressed(bytes, level: level)
            #expect(try Compression.decompressed(packed) == bytes)
            #expect(try Compression.decompressed(packed, limitBytes: count) == bytes)
            if count > 0 {
                #expect(
                    failureOf(packed, limitBytes: count - 1) == .tooLarge(limitBytes: count - 1))
            }
            if count >= 1000, period == 50 { #expect(packed.count < count / 10) }
        }
    }

    @Test("messages come back")
    func messages() throws {
        for seed in Seeds.all(50) {
            var random = SeededGenerator(seed: seed)
            let bytes = randomReply(&random).encoded()
            let packed = try Compression.compressed(bytes)
            #expect(try Compression.decompressed(packed) == bytes, "seed \(seed)")
        }
    }

    /// "hello" by hand after RFC 8878: magic, one segment with its size in a byte, one raw block.
    private let hello: [UInt8] =
        [0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0x29, 0, 0] + Array("hello".utf8)

    @Test("frames that others wrote are read")
    func framesByHand() throws {
        let word = Array("hello".utf8)
        #expect(try Compression.decompressed(hello) == word)
        // One body is one frame: each further one would have a size of its own.
        expectMalformed(failureOf(hello + hello), "body")
        let skipped: [UInt8] = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]
        expectMalformed(failureOf(skipped + hello), "body")
        expectMalformed(failureOf(hello + skipped), "body")
    }

    @Test("a frame that does not state its content's size is refused, and every frame of ours does")
    func statedSize() throws {
        // No segment size, a window of 1 KiB, one raw block.
        let silent: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0x29, 0, 0] + Array("hello".utf8)
        let failure = failureOf(silent)
        expectMalformed(failure, "body")
        #expect(String(describing: failure).contains("does not state the size"))
        var random = SeededGenerator(seed: 4)
        for count in [0, 1, 255, 256, 70_000, 300_000, 3 << 20] {
            let bytes = content(count, period: 11, &random)
            let dictionaries =
                [nil, CompressionDictionary.newest]
            for dictionary in dictionaries {
                for level: Int32 in [1, 3, 19] where level < 19 || count < 1 << 20 {
                    let frame = try Compression.compressed(
                        bytes, level: level, dictionary: dictionary)
                    #expect(
                        try Compression.contentByteCount(of: frame, limitBytes: count) == count)
                }
            }
            let framed = try BundleFrames.packed(bytes)
            #expect(
                try Compression.contentByteCount(of: Array(framed[4...]), limitBytes: count)
                    == count)
        }
    }

    @Test("a frame that states less than it holds, or more, gives nothing")
    func wrongSize() throws {
        for stated: UInt8 in [0, 4, 6, 255] {
            var frame = hello
            frame[5] = stated
            expectMalformed(failureOf(frame), "body", "\(stated)")
        }
        // A large one that states a little: decompressing ends at what was stated.
        let zeros = try Compression.compressed([UInt8](repeating: 0, count: 70_000))
        let sizeAt = zeros.firstRange(of: [0x70, 0x11, 0x01, 0x00])?.lowerBound
        var small = zeros
        small[try #require(sizeAt) + 2] = 0
        expectMalformed(failureOf(small), "body")
    }

    /// libzstd by itself would reserve 128 MiB for 14 bytes that say they look back so far.
    @Test("a frame that wants a window of more than 8 MiB is refused before memory is reserved")
    func window() throws {
        // The byte is the exponent above 10, in 5 bits, and eighths of it in 3: RFC 8878 §3.1.1.1.2.
        func frame(window: UInt8) -> [UInt8] {
            [0x28, 0xb5, 0x2f, 0xfd, 0x80, window, 5, 0, 0, 0, 0x29, 0, 0] + Array("hello".utf8)
        }
        #expect(try Compression.decompressed(frame(window: 13 << 3)) == Array("hello".utf8))
        for window: UInt8 in [13 << 3 | 1, 14 << 3, 17 << 3, 255] {
            expectMalformed(failureOf(frame(window: window)), "body", "\(window)")
        }
    }

    @Test("a small body that holds more than is allowed is refused")
    func bomb() throws {
        let zeros = [UInt8](repeating: 0, count: WireLimits.decodedBytesMax + 1)
        let packed = try Compression.compressed(zeros)
        #expect(packed.count < 10_000)
        let tooLarge = SyncFailure.tooLarge(limitBytes: WireLimits.decodedBytesMax)
        #expect(
            failure { () throws(SyncFailure) in try Compression.decompressed(packed) } == tooLarge)
        let allowed = try Compression.compressed(Array(zeros.dropLast()))
        #expect(try Compression.decompressed(allowed).count == WireLimits.decodedBytesMax)
        let many = [[UInt8]](repeating: allowed, count: 100).flatMap(\.self)
        expectMalformed(
            failure { () throws(SyncFailure) in try Compression.decompressed(many) }, "body")
    }

    @Test("a frame that only claims to be large is refused for what it is")
    func claimedSize() {
        // One segment of 2^60 bytes, and one of 2^40 with a block of one byte: both are larger than is
        // allowed. One of 2^20 with a block of one byte cannot hold them.
        let claims: [[UInt8]] = [
            [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x10],
            [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 0x09, 0, 0, 7],
        ]
        for claim in claims { #expect(failureOf(claim) == .tooLarge(limitBytes: 1 << 20)) }
        let short: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0x10, 0, 0x09, 0, 0, 7]
        expectMalformed(failureOf(short), "body")
        // By its header and length alone, before memory is taken.
        expectMalformed(
            failure { () throws(SyncFailure) in
                try Compression.contentByteCount(of: short, limitBytes: 1 << 20)
            }, "body")
    }

    @Test("garbage and nothing are refused")
    func garbage() {
        expectMalformed(failureOf([]), "body")
        for seed in Seeds.all(200) {
            var random = SeededGenerator(seed: seed)
            var bytes = random.bytes(1...200)
            expectMalformed(failureOf(bytes), "body", "seed \(seed)")
            // With the first bytes of a frame, the rest is looked at.
            bytes = Array(hello[..<4]) + bytes
            let failure = failureOf(bytes)
            #expect(failure != nil, "seed \(seed)")
        }
    }

    @Test("a frame that is cut short gives nothing")
    func truncated() throws {
        for seed in Seeds.all(5) {
            var random = SeededGenerator(seed: seed)
            let packed = try Compression.compressed(content(3000, period: 7, &random))
            for count in packed.indices {
                expectMalformed(
                    failureOf(Array(packed[..<count])), "body", "seed \(seed), \(count) bytes")
            }
        }
        let large = try Compression.compressed([UInt8](repeating: 1, count: 2 * Self.step))
        for count in large.indices { expectMalformed(failureOf(Array(large[..<count])), "body") }
    }

    @Test("bytes after the frame are refused")
    func trailing() throws {
        for seed in Seeds.all(30) {
            var random = SeededGenerator(seed: seed)
            let packed = try Compression.compressed(content(500, period: 3, &random))
            expectMalformed(failureOf(packed + random.bytes(1...40)), "body", "seed \(seed)")
            expectMalformed(failureOf(packed + [0]), "body", "seed \(seed)")
            expectMalformed(failureOf(packed + packed.dropLast()), "body", "seed \(seed)")
        }
    }

    @Test("a changed byte never brings more than is allowed")
    func flips() throws {
        for seed in Seeds.all(20) {
            var random = SeededGenerator(seed: seed)
            let packed = try Compression.compressed(content(2000, period: 9, &random))
            for _ in 0..<50 {
                var damaged = packed
                damaged[Int.random(in: packed.indices, using: &random)] ^=
                    UInt8.random(in: 1...255, using: &random)
                do throws(SyncFailure) {
                    let content = try Compression.decompressed(damaged, limitBytes: 4000)
                    #expect(content.count <= 4000, "seed \(seed)")
                } catch .tooLarge(let limit) {
                    #expect(limit == 4000, "seed \(seed)")
                } catch .unsupportedContent(let reason) {
                    #expect(reason.contains("dictionary"), "seed \(seed)")
                } catch {
                    expectMalformed(error, "body", "seed \(seed)")
                }
            }
        }
    }
}
