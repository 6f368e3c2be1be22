import CBOR
import SeededRandom
import Testing
import Wire

/// What damage must never do: trap, be taken for something that no peer could have written, or put
/// a citizen's data into an error.
@Suite("Damaged bytes")
struct DamagedBytesTests {
    private enum Message: String, CaseIterable {
        case request, reply

        func make(_ random: inout SeededGenerator) -> [UInt8] {
            switch self {
            case .request: randomRequest(&random).encoded()
            case .reply: randomReply(&random).encoded()
            }
        }

        /// Decodes and writes again.
        func rewritten(_ bytes: [UInt8]) throws(SyncFailure) -> [UInt8] {
            switch self {
            case .request: try SyncRequest(encoded: bytes).encoded()
            case .reply: try SyncReply(encoded: bytes).encoded()
            }
        }

        func failure(_ bytes: [UInt8]) -> SyncFailure? {
            WireTests.failure { () throws(SyncFailure) in try rewritten(bytes) }
        }
    }

    @Test("no message is the beginning of another", arguments: ["request", "reply"])
    func truncations(_ name: String) throws {
        let message = try #require(Message(rawValue: name))
        for seed in Seeds.all(12) {
            var random = SeededGenerator(seed: seed)
            let bytes = message.make(&random)
            for count in bytes.indices {
                expectMalformed(
                    message.failure(Array(bytes[..<count])), name, "seed \(seed), \(count) bytes")
            }
            for tail: [UInt8] in [[0], [0xf6], bytes] {
                expectMalformed(message.failure(bytes + tail), name, "seed \(seed), a tail")
            }
        }
    }

    @Test(
        "a changed byte is refused, or read as deterministic CBOR", arguments: ["request", "reply"])
    func flips(_ name: String) throws {
        let message = try #require(Message(rawValue: name))
        var (taken, refused) = (0, 0)
        for seed in Seeds.all(40) {
            var random = SeededGenerator(seed: seed)
            let bytes = message.make(&random)
            for _ in 0..<120 {
                let place = Int.random(in: bytes.indices, using: &random)
                var damaged = bytes
                damaged[place] ^= UInt8.random(in: 1...255, using: &random)
                let comment: Comment = "seed \(seed), byte \(place) became \(damaged[place])"
                do throws(SyncFailure) {
                    let again = try message.rewritten(damaged)
                    taken += 1
                    #expect(try message.rewritten(again) == again, comment)
                    let value = try? CBORValue(decoding: damaged)  // nil fails below
                    #expect(value?.encoded() == damaged, comment)
                } catch {
                    refused += 1
                    checkRefusal(error, name, comment)
                }
            }
        }
        #expect(taken > 100 && refused > 100, "\(taken) taken and \(refused) refused say little")
    }

    private func checkRefusal(_ error: SyncFailure, _ name: String, _ comment: Comment) {
        switch error {
        case .malformed(let what, let reason):
            #expect(what == name, comment)
            for part in citizen.split(separator: " ") {
                #expect(!reason.contains(part), comment)
            }
        case .unsupportedVersion(let counter, let central):
            #expect(counter != central && (counter == 2 || central == 2), comment)
        default: Issue.record("\(error): \(comment)")
        }
    }

    @Test("items are refused unless the cut falls between two")
    func truncatedItems() throws {
        for seed in Seeds.all(12) {
            var random = SeededGenerator(seed: seed)
            let items = (0..<3).map { _ in randomItem(&random) }
            let bytes = encodedSequence(items)
            let borders = (0...3).map { encodedSequence(Array(items[..<$0])).count }
            for count in 0...bytes.count {
                let failure = failureOfItems(Array(bytes[..<count]))
                if borders.contains(count) {
                    #expect(failure == nil, "seed \(seed), \(count) bytes")
                } else {
                    expectMalformed(failure, "reply", "seed \(seed), \(count) bytes")
                }
            }
        }
    }

    @Test("items with a changed byte are refused, or come out as the bytes say")
    func flippedItems() throws {
        var (taken, refused) = (0, 0)
        for seed in Seeds.all(40) {
            var random = SeededGenerator(seed: seed)
            let bytes = encodedSequence((0..<3).map { _ in randomItem(&random) })
            for _ in 0..<120 {
                let place = Int.random(in: bytes.indices, using: &random)
                var damaged = bytes
                damaged[place] ^= UInt8.random(in: 1...255, using: &random)
                let comment: Comment = "seed \(seed), byte \(place) became \(damaged[place])"
                if let failure = failureOfItems(damaged) {
                    refused += 1
                    expectMalformed(failure, "reply", comment)
                    #expect(!"\(failure)".contains("Nguyễn"), comment)
                } else {
                    taken += 1
                    #expect(encodedSequence(try decodedSequence(damaged)) == damaged, comment)
                }
            }
        }
        #expect(taken > 100 && refused > 100, "\(taken) taken and \(refused) refused say little")
    }

    @Test("random bytes are refused")
    func noise() {
        for seed in Seeds.all(500) {
            var random = SeededGenerator(seed: seed)
            // Begins like a message, so that more than its first byte is looked at.
            let bytes = [0xa5, 0, 2, 1, 5] + random.bytes(0...60)
            for message in Message.allCases {
                expectMalformed(message.failure(bytes), message.rawValue, "seed \(seed)")
            }
        }
    }

    /// A request with a wish for 100 bytes at the time 42.
    private static let plain: [UInt8] =
        [0xa5, 0x00, 0x02, 0x01, 0x05, 0x03, 0x82, 0x03, 0x48]
        + [UInt8](repeating: 7, count: 8) + [0x05, 0x18, 0x64, 0x0b, 0x18, 0x2a]

    /// Another encoding of it: at a place, some bytes become others.
    private static func other(_ place: Int, _ count: Int, _ bytes: [UInt8]) -> [UInt8] {
        var whole = plain
        whole.replaceSubrange(place..<place + count, with: bytes)
        return whole
    }

    @Test(
        "other encodings of the same content are refused",
        arguments: [
            ("a long count of members", other(0, 1, [0xb8, 0x05])),
            ("a map that ends with a break", other(0, 1, [0xbf]) + [0xff]),
            ("a long key", other(1, 1, [0x18, 0x00])),
            ("a long version", other(2, 1, [0x18, 0x02])),
            ("a version that is a float", other(2, 1, [0xf9, 0x40, 0x00])),
            ("a long replica", other(4, 1, [0x19, 0x00, 0x05])),
            ("a tagged replica", other(4, 1, [0xc9, 0x05])),
            ("a bignum for a replica", other(4, 1, [0xc2, 0x41, 0x05])),
            ("a long count of elements", other(6, 1, [0x98, 0x02])),
            (
                "an array that ends with a break",
                other(6, 11, [0x9f] + Array(plain[7..<17]) + [0xff])
            ),
            ("a long seq", other(7, 1, [0x18, 0x03])),
            ("a long length", other(8, 1, [0x58, 0x08])),
            (
                "a byte string in two pieces",
                other(8, 9, [0x5f, 0x44] + plain[9..<13] + [0x44] + plain[13..<17] + [0xff])
            ),
            ("members not in order", other(17, 6, [0x0b, 0x18, 0x2a, 0x05, 0x18, 0x64])),
            ("a member twice", [0xa6] + other(17, 0, [0x05, 0x18, 0x64]).dropFirst()),
            ("a key that is a text", other(17, 1, [0x61, 0x35])),
            ("a key that is negative", other(17, 1, [0x25])),
        ] as [(String, [UInt8])])
    func nonCanonical(name: String, bytes: [UInt8]) throws {
        #expect(try Message.request.rewritten(Self.plain) == Self.plain)
        expectMalformed(Message.request.failure(bytes), "request", "\(name)")
    }
}
