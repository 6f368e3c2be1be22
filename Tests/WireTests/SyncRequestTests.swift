import CBOR
import Causality
import Crypto
import Replication
import SeededRandom
import Testing
import Wire

@Suite("Requests in the bytes of the wire")
struct SyncRequestTests {
    private let plain = SyncRequest(
        replica: ReplicaID(5), cursor: nil, chain: ChainEnd(seq: 3, hash: .zero),
        time: Timestamp(milliseconds: -1))

    @Test("what is written is read again, and gives the same bytes")
    func roundTrip() throws {
        for seed in Seeds.all(300) {
            var random = SeededGenerator(seed: seed)
            let request = randomRequest(&random)
            let bytes = request.encoded()
            let again = try SyncRequest(encoded: bytes)
            #expect(again == request, "seed \(seed)")
            #expect(again.encoded() == bytes, "seed \(seed)")
            #expect(try CBORValue(decoding: bytes).encoded() == bytes, "seed \(seed)")
        }
    }

    @Test("the smallest request has the members and bytes of the document")
    func goldenBytes() throws {
        let hash = [UInt8](repeating: 0, count: 8)
        let expected: [UInt8] =
            [0xa5, 0x00, 0x02, 0x01, 0x05, 0x03, 0x82, 0x03, 0x48] + hash
            + [0x05, 0x1a, 0x00, 0x10, 0x00, 0x00, 0x0b, 0x20]
        #expect(plain.encoded() == expected)
    }

    @Test("every member has the key of the document")
    func keysOfMembers() throws {
        var request = plain
        request.cursor = Cursor(position: 9, hash: .zero)
        request.push = Push(firstSeq: 3, hashBefore: .zero, changes: [0x61], signature: [1, 2])
        request.waitSeconds = 55
        request.resumeMark = [7]
        request.fetchedRecords = [RecordID(derivedFrom: .zero)]
        request.states = [0xa0]
        request.pendingCount = 12
        let map = try EncodedMap(request.encoded())
        let short = CBORValue.bytes([UInt8](repeating: 0, count: 8))
        let hash = CBORValue.bytes([UInt8](repeating: 0, count: 32))
        let id = CBORValue.bytes(RecordID(derivedFrom: .zero).bytes)
        #expect(map.members.map(\.key) == (0...11).map { CBORValue.unsigned($0).encoded() })
        #expect(map[2] == .array([.unsigned(9), short]))
        #expect(map[4] == .array([.unsigned(3), hash, .bytes([0x61]), .bytes([1, 2])]))
        #expect(map[6] == .unsigned(55))
        #expect(map[7] == .bytes([7]))
        #expect(map[8] == .array([id]))
        #expect(map[9] == .bytes([0xa0]))
        #expect(map[10] == .unsigned(12))
        #expect(map[11] == .negative(0))
        request.wantsCentralKey = true
        #expect(try EncodedMap(request.encoded())[18] == .bool(true))
    }

    @Test("members of a newer version are passed over")
    func unknownMembers() throws {
        for seed in Seeds.all(50) {
            var random = SeededGenerator(seed: seed)
            let request = randomRequest(&random)
            var map = try EncodedMap(request.encoded())
            map[40] = .map([CBORPair(.text("deep"), .array([.tag(9, .double(0.5)), .null]))])
            map[random.number() | 1 << 40] = .text(random.word())
            #expect(try SyncRequest(encoded: map.bytes) == request, "seed \(seed)")
        }
    }

    @Test("a member of a newer version that is not deterministic CBOR is refused all the same")
    func malformedUnknownMember() throws {
        let faults: [[UInt8]] = [
            [0x18, 0x01], [0x9f, 0xff], [0xa2, 0x02, 0xf6, 0x01, 0xf6],
            [0xa2, 0x01, 0xf6, 0x01, 0xf6],
            [0x61, 0xff], [0xfb] + [UInt8](repeating: 0, count: 8),
            [UInt8](repeating: 0x81, count: 100_000) + [0xf6],
        ]
        for fault in faults {
            var map = try EncodedMap(plain.encoded())
            map.members.append((CBORValue.unsigned(40).encoded(), fault))
            expectMalformed(
                failure { () throws(SyncFailure) in
                    try SyncRequest(encoded: map.bytes)
                }, "request", "\(fault.prefix(12))")
        }
    }

    @Test("a required member that is missing is noticed", arguments: [0, 1, 3, 11] as [UInt64])
    func missingMember(key: UInt64) throws {
        var map = try EncodedMap(plain.encoded())
        map[key] = nil
        let bytes = map.bytes
        expectMalformed(
            failure { () throws(SyncFailure) in try SyncRequest(encoded: bytes) }, "request")
    }

    @Test("the bytes wanted may be absent, and are then the default")
    func absentWantedBytes() throws {
        var map = try EncodedMap(plain.encoded())
        map[5] = nil
        #expect(try SyncRequest(encoded: map.bytes).wantedBytes == 1 << 20)
    }

    private static let hash = CBORValue.bytes([UInt8](repeating: 9, count: 32))
    private static let short = CBORValue.bytes([UInt8](repeating: 9, count: 8))
    private static let beyond = CBORValue.unsigned(1 << 63)
    private static func ids(_ count: Int, bytes: Int = 16) -> CBORValue {
        .array([CBORValue](repeating: .bytes([UInt8](repeating: 1, count: bytes)), count: count))
    }

    @Test(
        "a member outside its range or type is refused",
        arguments: [
            (1, .unsigned(0)), (1, .text("5")), (1, .negative(0)),
            (2, .array([beyond, short])), (2, .array([.unsigned(1), hash])),
            (2, .array([.unsigned(1)])), (2, .null),
            (2, .array([.unsigned(1), .bytes([1])])), (2, .array([.unsigned(1), short, .null])),
            (3, .array([beyond, short])), (3, .array([.unsigned(1), hash])), (3, .map([])),
            (4, .array([.unsigned(0), hash, .bytes([]), .bytes([])])),
            (4, .array([beyond, hash, .bytes([]), .bytes([])])),
            (4, .array([.unsigned(1), .bytes([]), .bytes([]), .bytes([])])),
            (4, .array([.unsigned(1), hash, .text(""), .bytes([])])),
            (4, .array([.unsigned(1), hash, .bytes([])])),
            (5, .negative(0)), (6, .double(1.5)), (7, .text("mark")),
            (8, ids(1, bytes: 15)), (8, ids(1, bytes: 17)), (9, .array([])), (10, .bool(true)),
            (11, .unsigned(1 << 63)), (11, .negative(1 << 63)), (11, .double(1)),
        ] as [(UInt64, CBORValue)])
    func badMember(key: UInt64, value: CBORValue) throws {
        var map = try EncodedMap(plain.encoded())
        map[key] = value
        let bytes = map.bytes
        expectMalformed(
            failure { () throws(SyncFailure) in try SyncRequest(encoded: bytes) }, "request")
    }

    @Test("more records than may be asked for at once are refused")
    func tooManyRecords() throws {
        var map = try EncodedMap(plain.encoded())
        map[8] = Self.ids(WireLimits.fetchedRecordsMax + 1)
        let bytes = map.bytes
        expectMalformed(
            failure { () throws(SyncFailure) in try SyncRequest(encoded: bytes) }, "request")
    }

    @Test("more held copies or earlier refusals than the budget has are refused, and no less")
    func tooManyListed() throws {
        var request = plain
        let id = RecordID(derivedFrom: .zero)
        let seen = VersionVector(Dot(ReplicaID(1), 1))
        request.heldCopies = [HeldCopy(id: id, vv: seen), HeldCopy(id: id, vv: seen)]
        request.refusedBefore = [1, 2].map { RefusedBefore(seq: $0, code: .other) }
        let bytes = request.encoded()
        func refusal(records: Int, changes: Int) -> SyncFailure? {
            let budget = WireBudget(
                bytesMax: 1 << 20, listedRecordsMax: records, pushedChangesMax: changes)
            return failure { () throws(SyncFailure) in
                try SyncRequest(encoded: bytes, within: budget)
            }
        }
        #expect(refusal(records: 2, changes: 2) == nil)
        expectMalformed(refusal(records: 1, changes: 2), "request")
        expectMalformed(refusal(records: 2, changes: 1), "request")
    }

    @Test("members at the ends of their ranges are taken")
    func extremes() throws {
        var map = try EncodedMap(plain.encoded())
        map[1] = .unsigned(.max)
        map[2] = .array([.unsigned(UInt64(Int64.max)), Self.short])
        map[4] = .array([.unsigned(UInt64(Int64.max)), Self.hash, .bytes([]), .bytes([])])
        map[8] = Self.ids(WireLimits.fetchedRecordsMax)
        map[11] = .negative(1 << 63 - 1)
        let request = try SyncRequest(encoded: map.bytes)
        #expect(request.replica == ReplicaID(.max))
        #expect(request.cursor?.position == UInt64(Int64.max))
        #expect(request.push?.firstSeq == UInt64(Int64.max))
        #expect(request.fetchedRecords.count == 1000)
        #expect(request.time == Timestamp(milliseconds: .min))
    }

    @Test(
        "another version is named before anything else is looked at",
        arguments: [0, 1, 3, 24, .max])
    func otherVersion(_ version: UInt64) throws {
        let number = CBORValue.unsigned(version).encoded()
        var whole = try EncodedMap(plain.encoded())
        whole[0] = .unsigned(version)
        for bytes in [whole.bytes, [0xa2, 0x00] + number + [0xff, 0xff], [0xa1, 0x00] + number] {
            #expect(
                failure { () throws(SyncFailure) in try SyncRequest(encoded: bytes) }
                    == .unsupportedVersion(counter: version, central: 2))
            #expect(
                failure { () throws(SyncFailure) in try SyncReply(encoded: bytes) }
                    == .unsupportedVersion(counter: 2, central: version))
        }
    }

    @Test("a bundle's requests and replies of version 1 are read, those of other versions are not")
    func bundledVersions() throws {
        var request = try EncodedMap(plain.encoded())
        let accepted = ChainEnd(seq: 3, hash: .zero)
        let time = Timestamp(milliseconds: 5)
        var reply = try EncodedMap(SyncReply(accepted: accepted, time: time).encoded())
        for version in WireLimits.bundledVersions {
            request[0] = .unsigned(version)
            reply[0] = .unsigned(version)
            let asked = try SyncRequest(
                encoded: request.bytes, versions: WireLimits.bundledVersions)
            #expect(asked.version == version && asked.replica == plain.replica)
            let frame = CBORValue.array([.bytes(request.bytes), .bytes(reply.bytes)]).encoded()
            let answered = try AnsweredRequest(encoded: frame)
            #expect(answered.reply.version == version && answered.reply.accepted == accepted)
            // Central writes what it answers in its own version.
            #expect(AnsweredRequest(asked, answered.reply).request.version == 2)
        }
        for version: UInt64 in [0, 3] {
            request[0] = .unsigned(version)
            reply[0] = .unsigned(version)
            #expect(throws: SyncFailure.unsupportedVersion(counter: version, central: 2)) {
                try SyncRequest(encoded: request.bytes, versions: WireLimits.bundledVersions)
            }
            let frame = CBORValue.array([.bytes(request.bytes), .bytes(reply.bytes)]).encoded()
            #expect(throws: SyncFailure.unsupportedVersion(counter: 2, central: version)) {
                try AnsweredRequest(encoded: frame)
            }
        }
    }
}
