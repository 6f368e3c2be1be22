import CBOR
import Causality
import Crypto
import JSON
import Replication
import SeededRandom
import Testing
import Wire

@Suite("Replies in the bytes of the wire")
struct SyncReplyTests {
    private let plain = SyncReply(
        accepted: ChainEnd(seq: 3, hash: .zero), time: Timestamp(milliseconds: 24))

    @Test("what is written is read again, and gives the same bytes")
    func roundTrip() throws {
        for seed in Seeds.all(300) {
            var random = SeededGenerator(seed: seed)
            let reply = randomReply(&random)
            let bytes = reply.encoded()
            let again = try SyncReply(encoded: bytes)
            // A reply without items has no count of them either.
            #expect(again == reply, "seed \(seed)")
            #expect(again.encoded() == bytes, "seed \(seed)")
            #expect(try CBORValue(decoding: bytes).encoded() == bytes, "seed \(seed)")
        }
    }

    @Test("the smallest reply has the members and bytes of the document")
    func goldenBytes() {
        let hash = [UInt8](repeating: 0, count: 8)
        let expected: [UInt8] =
            [0xa3, 0x00, 0x02, 0x01, 0x82, 0x03, 0x48] + hash + [0x08, 0x18, 0x18]
        #expect(plain.encoded() == expected)
    }

    @Test("every member has the key of the document")
    func keysOfMembers() throws {
        let short = CBORValue.bytes([UInt8](repeating: 0, count: 8))
        let hash = CBORValue.bytes([UInt8](repeating: 0, count: 32))
        let id = RecordID(derivedFrom: .zero)
        let state = RecordState(kind: .dossier, id: id)
        var reply = plain
        reply.refusals = [
            Refusal(seq: 2, code: .noRecord, reason: "r", state: nil),
            Refusal(seq: 3, code: .handedOver, reason: "s", state: state),
        ]
        reply.items = [0x61]
        reply.itemCount = 1
        reply.cursor = Cursor(position: 4, hash: .zero)
        reply.hasMore = true
        reply.remainingCount = 17
        reply.digest = Digest(.zero)
        reply.requests = [.syncNow, .rotateIdentity]
        reply.resumeMark = [8]
        reply.neededRecords = [id]
        let map = try EncodedMap(reply.encoded())
        #expect(map.members.map(\.key) == (0...11).map { CBORValue.unsigned($0).encoded() })
        let stateValue = try CBORValue(decoding: state.canonicalBytes)
        #expect(
            map[2]
                == .array([
                    .array([.unsigned(2), .text("no-record"), .text("r")]),
                    .array([.unsigned(3), .text("handed-over"), .text("s"), stateValue]),
                ]))
        #expect(map[3] == .array([.unsigned(1), .bytes([0x61])]))
        #expect(map[4] == .array([.unsigned(4), short]))
        #expect(map[5] == .bool(true))
        #expect(map[6] == .unsigned(17))
        #expect(map[7] == hash)
        #expect(map[9] == .array([.unsigned(1), .unsigned(2)]))
        #expect(map[10] == .bytes([8]))
        #expect(map[11] == .array([.bytes(id.bytes)]))
        let key = [UInt8](repeating: 6, count: 32)
        reply.centralKey = PublicKey(bytes: key)
        #expect(try EncodedMap(reply.encoded())[16] == .bytes(key))
    }

    @Test("members, requests and refusal codes of a newer version do not stop a sync")
    func unknownContent() throws {
        for seed in Seeds.all(50) {
            var random = SeededGenerator(seed: seed)
            let reply = randomReply(&random)
            var map = try EncodedMap(reply.encoded())
            map[random.number() | 1 << 32] = .array([.text(random.word()), .undefined])
            #expect(try SyncReply(encoded: map.bytes) == reply, "seed \(seed)")
        }
        var map = try EncodedMap(plain.encoded())
        map[9] = .array([.unsigned(77), .unsigned(2), .unsigned(.max)])
        map[2] = .array([.array([.unsigned(1), .text("a-new-code"), .text("why")])])
        let reply = try SyncReply(encoded: map.bytes)
        #expect(reply.requests == [.rotateIdentity])
        #expect(reply.refusals == [Refusal(seq: 1, code: .other, reason: "why", state: nil)])
    }

    @Test("a required member that is missing is noticed", arguments: [0, 1, 8] as [UInt64])
    func missingMember(key: UInt64) throws {
        var map = try EncodedMap(plain.encoded())
        map[key] = nil
        let bytes = map.bytes
        expectMalformed(
            failure { () throws(SyncFailure) in try SyncReply(encoded: bytes) }, "reply")
    }

    private static let hash = CBORValue.bytes([UInt8](repeating: 9, count: 32))
    private static let short = CBORValue.bytes([UInt8](repeating: 9, count: 8))
    private static let beyond = CBORValue.unsigned(1 << 63)
    private static func refusal(_ members: CBORValue...) -> CBORValue { .array([.array(members)]) }

    @Test(
        "a member outside its range or type is refused",
        arguments: [
            (1, .array([beyond, short])), (1, .array([.unsigned(1), hash])),
            (1, .array([.unsigned(1), .bytes([])])), (1, .null),
            (2, .map([])), (2, .array([.unsigned(1)])),
            (2, refusal(.unsigned(0), .text("other"), .text(""))),
            (2, refusal(beyond, .text("other"), .text(""))),
            (2, refusal(.unsigned(1), .text("other"))),
            (2, refusal(.unsigned(1), .unsigned(4), .text(""))),
            (2, refusal(.unsigned(1), .text("other"), .text(""), .null)),
            (2, refusal(.unsigned(1), .text("other"), .text(""), .map([]), .null)),
            (3, .array([.unsigned(1)])), (3, .array([.unsigned(1), .text("")])),
            (3, .array([beyond, .bytes([0x61])])), (3, .array([.unsigned(3), .bytes([])])),
            (4, .array([beyond, short])), (4, .array([.unsigned(1), hash])), (5, .unsigned(1)),
            (6, .negative(0)), (6, beyond),
            (7, .bytes([UInt8](repeating: 0, count: 31))), (7, .text("")),
            (8, .unsigned(1 << 63)), (8, .text("now")), (9, .unsigned(1)),
            (9, .array([.text("sync")])), (10, .unsigned(1)), (11, .array([.bytes([1])])),
        ] as [(UInt64, CBORValue)])
    func badMember(key: UInt64, value: CBORValue) throws {
        var map = try EncodedMap(plain.encoded())
        map[key] = value
        let bytes = map.bytes
        expectMalformed(
            failure { () throws(SyncFailure) in try SyncReply(encoded: bytes) }, "reply")
    }

    @Test("the readable form has the same content")
    func readableForm() throws {
        let id = RecordID(derivedFrom: .zero)
        var reply = plain
        reply.refusals = [Refusal(seq: 2, code: .noRecord, reason: "why", state: nil)]
        reply.items = encodedSequence([
            .void(kind: .contact, record: id, dot: Dot(ReplicaID(10), 4))
        ])
        reply.itemCount = 1
        reply.cursor = Cursor(position: 4, hash: .zero)
        reply.digest = Digest(.zero)
        reply.requests = [.syncNow]
        reply.resumeMark = [8, 255]
        reply.neededRecords = [id]
        let zeros = String(repeating: "0", count: 64)
        let short = String(repeating: "0", count: 16)
        let expected = """
            {"version":2,"accepted":[3,"\(short)"],\
            "refusals":[{"seq":2,"code":"no-record","reason":"why"}],\
            "items":[[2,2,"00000000000080008000000000000000",10,4]],"hasMore":false,\
            "remainingCount":0,"time":24,"requests":["syncNow"],\
            "neededRecords":["00000000-0000-8000-8000-000000000000"],\
            "cursor":[4,"\(short)"],"digest":"\(zeros)","resumeMark":"08ff"}
            """
        #expect(reply.json.serialized() == expected)
    }

    @Test("every reply has a readable form that is JSON, with as many items")
    func readableFormOfAnything() throws {
        for seed in Seeds.all(100) {
            var random = SeededGenerator(seed: seed)
            let reply = randomReply(&random)
            let json = try JSONValue(
                parsing: reply.json.serializedBytes(), within: JSONBudget(depthMax: 64))
            #expect(json["items"]?.arrayValue?.count == Int(reply.itemCount), "seed \(seed)")
            #expect(json["refusals"]?.arrayValue?.count == reply.refusals.count, "seed \(seed)")
        }
    }
}
