import CBOR
import Causality
import Crypto
import Replication
import SeededRandom
import Testing
import Wire

@Suite("Items of the feed")
struct FeedItemTests {
    private let id = RecordID(derivedFrom: .zero)

    @Test("what is written is read again, and gives the same bytes")
    func roundTrip() throws {
        for seed in Seeds.all(200) {
            var random = SeededGenerator(seed: seed)
            let items = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                randomItem(&random)
            }
            let bytes = encodedSequence(items)
            let again = try decodedSequence(bytes)
            #expect(again == items, "seed \(seed)")
            #expect(encodedSequence(again) == bytes, "seed \(seed)")
        }
    }

    @Test("each form has the tag of the document, and a made record's id stands behind its change")
    func forms() throws {
        var random = SeededGenerator(seed: 1)
        let making = randomChange(of: nil, &random)
        let editing = randomChange(of: id, &random)
        let state = randomState(&random)
        let idBytes = CBORValue.bytes(id.bytes)
        func value(_ item: FeedItem) throws -> CBORValue {
            try CBORValue(decoding: encodedSequence([item]))
        }
        #expect(
            try value(.change(making, record: id))
                == .array([.unsigned(1), CBORValue(decoding: making.canonicalBytes), idBytes]))
        #expect(
            try value(.change(editing, record: id))
                == .array([.unsigned(1), CBORValue(decoding: editing.canonicalBytes)]))
        #expect(
            try value(.void(kind: .dossier, record: id, dot: Dot(ReplicaID(9), 8)))
                == .array([.unsigned(2), .unsigned(1), idBytes, .unsigned(9), .unsigned(8)]))
        #expect(
            try value(.state(state))
                == .array([.unsigned(3), CBORValue(decoding: state.canonicalBytes)]))
    }

    @Test("members of a newer version in a change survive")
    func unknownMembersSurvive() throws {
        var random = SeededGenerator(seed: 2)
        var map = try EncodedMap(randomChange(of: id, &random).canonicalBytes)
        map[99] = .map([CBORPair(.text("new"), .bytes([1, 2]))])
        let change = try Change(canonicalBytes: map.bytes)
        let items = try decodedSequence(encodedSequence([.change(change, record: id)]))
        #expect(items == [.change(change, record: id)])
        guard case .change(let read, _)? = items.first else { return }
        #expect(read.canonicalBytes == map.bytes)
    }

    private static let id = CBORValue.bytes([UInt8](repeating: 1, count: 16))

    @Test(
        "other forms are refused",
        arguments: [
            .array([]), .unsigned(1), .map([]), .array([.unsigned(0), .null]),
            .array([.unsigned(4), .null]), .array([.unsigned(1)]), .array([.unsigned(3)]),
            .array([.unsigned(3), .map([])]), .array([.text("1"), .map([])]),
            .array([.unsigned(2), .unsigned(1), id, .unsigned(0), .unsigned(1)]),
            .array([.unsigned(2), .unsigned(1), id, .unsigned(1), .unsigned(0)]),
            .array([.unsigned(2), .unsigned(1), id, .unsigned(1), .unsigned(1 << 63)]),
            .array([.unsigned(2), .unsigned(256), id, .unsigned(1), .unsigned(1)]),
            .array([.unsigned(2), .unsigned(1), .bytes([1]), .unsigned(1), .unsigned(1)]),
            .array([.unsigned(2), .unsigned(1), id, .unsigned(1)]),
            .array([.unsigned(2), .unsigned(1), id, .unsigned(1), .unsigned(1), .null]),
        ] as [CBORValue])
    func badForm(_ value: CBORValue) {
        expectMalformed(failureOfItems(value.encoded()), "reply")
    }

    @Test("a change has its record's id once: in itself, or behind it")
    func idOnce() throws {
        var random = SeededGenerator(seed: 3)
        let editing = try CBORValue(decoding: randomChange(of: id, &random).canonicalBytes)
        let making = try CBORValue(decoding: randomChange(of: nil, &random).canonicalBytes)
        let wrong: [CBORValue] = [
            .array([.unsigned(1), editing, .bytes(id.bytes)]), .array([.unsigned(1), making]),
            .array([.unsigned(1), making, .bytes([1, 2, 3])]),
        ]
        for value in wrong { expectMalformed(failureOfItems(value.encoded()), "reply") }
    }

    @Test("what the caller throws comes through, and nothing after it is read")
    func callersError() throws {
        struct Stop: Error {}
        var random = SeededGenerator(seed: 4)
        let bytes = encodedSequence((0..<3).map { _ in randomItem(&random) }) + [0xff]
        var count = 0
        #expect(throws: Stop.self) {
            try FeedItem.forEach(in: bytes) { _ in
                count += 1
                if count == 2 { throw Stop() }
            }
        }
        #expect(count == 2)
    }
}
