import Causality
import Crypto
import Replication
import SeededRandom
import Testing

@Suite("Record identifiers")
struct RecordIDTests {
    @Test("A derived id is the first 16 bytes of the hash with version 8 and the RFC's variant set")
    func derived() throws {
        let bytes = try #require(
            Hexadecimal.bytes("00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0"))
        let hash = try #require(Hash256(bytes: bytes))
        #expect("\(RecordID(derivedFrom: hash))" == "00112233-4455-8677-8899-aabbccddeeff")
        let ones = try #require(Hash256(bytes: [UInt8](repeating: 0xff, count: 32)))
        #expect("\(RecordID(derivedFrom: ones))" == "ffffffff-ffff-8fff-bfff-ffffffffffff")
        #expect("\(RecordID(derivedFrom: .zero))" == "00000000-0000-8000-8000-000000000000")
    }

    @Test("Version and variant stand in every derived id, and all else comes from the hash")
    func derivedBits() {
        for seed in Seeds.all(200) {
            let hash = Hash256(hashing: Array("\(seed)".utf8))
            var expected = Array(hash.bytes.prefix(16))
            expected[6] = expected[6] & 0x0f | 0x80
            expected[8] = expected[8] & 0x3f | 0x80
            let id = RecordID(derivedFrom: hash)
            #expect(id.bytes == expected, "seed \(seed)")
            #expect(id.bucket == expected[15], "seed \(seed)")
        }
    }

    @Test("An id by its time is the clock's 48 bits and 74 of the hash, of version 7")
    func derivedByTime() throws {
        let bytes = try #require(
            Hexadecimal.bytes("00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0"))
        let hash = try #require(Hash256(bytes: bytes))
        let clock = HybridTimestamp(rawValue: 0x019b_1234_5678_abcd)
        let id = RecordID(by: .time, from: hash, at: clock)
        #expect("\(id)" == "019b1234-5678-7677-8899-aabbccddeeff")
        #expect(RecordID(by: .chain, from: hash, at: clock) == RecordID(derivedFrom: hash))
        let change = Change(
            dot: Dot(ReplicaID(1), 1), clock: clock, kind: .dossier, record: nil,
            context: VersionVector(), writes: [])
        #expect(change.recordID(after: hash) == RecordID(derivedFrom: hash))
        var timed = change
        timed.idRule = .time
        #expect(timed.recordID(after: hash) == id)
    }

    @Test("What is not the clock's of an id by its time comes from the hash, bit for bit")
    func bitsOfTheHash() {
        let clock = HybridTimestamp(rawValue: 0x019b_1234_5678_0000)
        for seed in Seeds.all(200) {
            let hash = Hash256(hashing: Array("\(seed)".utf8))
            var expected = [0x01, 0x9b, 0x12, 0x34, 0x56, 0x78] + hash.bytes[6..<16]
            expected[6] = expected[6] & 0x0f | 0x70
            expected[8] = expected[8] & 0x3f | 0x80
            #expect(RecordID(by: .time, from: hash, at: clock).bytes == expected, "seed \(seed)")
        }
    }

    @Test("Ids come in the order of their clocks, and a clock that is absurd is bounded")
    func clocks() {
        let hashes = (0..<3).map { Hash256(hashing: [$0]) }
        func id(_ milliseconds: Int64, _ hash: Hash256) -> RecordID {
            RecordID(
                by: .time, from: hash,
                at: HybridTimestamp(Timestamp(milliseconds: milliseconds), counter: .max))
        }
        for hash in hashes {
            for other in hashes {
                #expect(id(1_790_000_000_000, hash) < id(1_790_000_000_001, other))
            }
            for milliseconds in [0, -1, .min] as [Int64] {
                #expect(Array(id(milliseconds, hash).bytes.prefix(6)) == [0, 0, 0, 0, 0, 0])
            }
            for milliseconds in [(1 << 48) - 1, 1 << 48, Int64.max] as [Int64] {
                let bytes = id(milliseconds, hash).bytes
                #expect(Array(bytes.prefix(6)) == [UInt8](repeating: 0xff, count: 6))
                #expect(bytes[6] & 0xf0 == 0x70 && bytes[8] & 0xc0 == 0x80)
            }
        }
    }

    @Test("Ids from elsewhere are carried as they are, whatever their version")
    func foreign() throws {
        let id = try #require(RecordID("F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"))
        #expect("\(id)" == "f81d4fae-7dec-11d0-a765-00a0c91e6bf6")
        #expect(RecordID(bytes: id.bytes) == id)
    }

    @Test("Sixteen bytes make an id; any other count makes none")
    func byteCounts() {
        #expect(RecordID(bytes: 0..<16)?.bytes == Array(0..<16))
        for count in [0, 15, 17, 32] as [UInt8] { #expect(RecordID(bytes: 0..<count) == nil) }
    }

    @Test(
        "Anything but the usual text form is refused",
        arguments: [
            "", "f81d4fae7dec11d0a76500a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf60", "g81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "f81d4fae7-dec-11d0-a765-00a0c91e6bf6", "-f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6-",
        ])
    func otherTexts(text: String) {
        #expect(RecordID(text) == nil)
    }

    @Test("The order is that of the bytes")
    func byteOrder() throws {
        let texts = [
            "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-8000-000000000000",
            "00000000-0000-0001-0000-000000000000", "80000000-0000-0000-0000-000000000000",
        ]
        let ids = try texts.map { try #require(RecordID($0)) }
        #expect(ids.reversed().sorted() == ids)
    }
}
