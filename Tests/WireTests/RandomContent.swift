import CBOR
import Causality
import Crypto
import Replication
import SeededRandom
import Wire

/// A citizen's data in every random message: no error may repeat it.
let citizen = "Nguyễn Thị Ánh 079185001234"

private let words = ["", "a", citizen, "e\u{301}", "é", "水", "x\u{0}y", "thửa đất số 12"]

extension SeededGenerator {
    /// A number of any size: small ones are as frequent as large ones.
    mutating func number() -> UInt64 {
        next() >> UInt64.random(in: 0..<64, using: &self)
    }

    /// A seq, position or count.
    mutating func seq() -> UInt64 {
        max(1, number() & Limits.seqMax)
    }

    mutating func bytes(_ counts: ClosedRange<Int>) -> [UInt8] {
        (0..<Int.random(in: counts, using: &self)).map { _ in
            UInt8.random(in: 0...255, using: &self)
        }
    }

    mutating func hash() -> Hash256 {
        Hash256(hashing: bytes(8...8))
    }

    mutating func record() -> RecordID {
        RecordID(derivedFrom: hash())
    }

    mutating func records(_ counts: ClosedRange<Int>) -> [RecordID] {
        (0..<Int.random(in: counts, using: &self)).map { _ in record() }
    }

    mutating func replica() -> ReplicaID {
        ReplicaID(max(1, number()))
    }

    mutating func time() -> Timestamp {
        Timestamp(milliseconds: Int64(bitPattern: number()))
    }

    mutating func word() -> String {
        words[Int.random(in: 0..<words.count, using: &self)]
    }

    /// One in two.
    mutating func some<Value>(_ make: (inout SeededGenerator) -> Value) -> Value? {
        Bool.random(using: &self) ? make(&self) : nil
    }
}

/// A random change of a record, or one that makes its record.
func randomChange(
    of record: RecordID?, context: VersionVector = VersionVector(), _ random: inout SeededGenerator
) -> Change {
    let values: [FieldValue] = [
        .null, .bool(true), .integer(Int64(bitPattern: random.number())), .real(0.1),
        .real(.nan), .text(random.word()), .other(.bytes(random.bytes(0...4))),
    ]
    let writes = (["name", "status", "x.ghi_chu"] as [FieldName])
        .map { FieldWrite($0, values[Int.random(in: 0..<values.count, using: &random)]) }
    var dot = Dot(random.replica(), random.seq())
    while context.covers(dot) { dot = Dot(random.replica(), random.seq()) }
    var change = Change(
        dot: dot, clock: HybridTimestamp(rawValue: random.next()),
        kind: RecordKind(rawValue: UInt8.random(in: 1...6, using: &random)), record: record,
        context: context, writes: writes,
        additions: [FieldWrite("notes", .text(random.word()))],
        at: random.some { $0.time() }, by: random.some { $0.word() })
    if record == nil, Bool.random(using: &random) { change.idRule = .time }
    return change
}

/// A random state, now and then with concurrent values.
func randomState(_ random: inout SeededGenerator) -> RecordState {
    let id = random.record()
    var state = RecordState(kind: .dossier, id: id)
    for _ in 0..<Int.random(in: 0...3, using: &random) {
        let context = Bool.random(using: &random) ? state.vv : VersionVector()
        var change = randomChange(of: id, context: context, &random)
        change.kind = .dossier
        _ = state.apply(change)
    }
    return state
}

/// A random item of a feed.
func randomItem(_ random: inout SeededGenerator) -> FeedItem {
    let record = random.record()
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return .change(randomChange(of: record, &random), record: record)
    case 1: return .change(randomChange(of: nil, &random), record: record)
    case 2:
        return .void(
            kind: RecordKind(rawValue: UInt8.random(in: 0...255, using: &random)), record: record,
            dot: Dot(random.replica(), random.seq()))
    default: return .state(randomState(&random))
    }
}

/// A random request with every member now and then.
func randomRequest(_ random: inout SeededGenerator) -> SyncRequest {
    var request = SyncRequest(
        replica: random.replica(),
        cursor: random.some { Cursor(position: $0.seq(), hash: $0.hash()) },
        chain: ChainEnd(seq: random.seq(), hash: random.hash()), time: random.time())
    request.push = random.some { random in
        let changes = (1...3).flatMap { _ in randomChange(of: nil, &random).canonicalBytes }
        return Push(
            firstSeq: random.seq(), hashBefore: random.hash(), changes: changes,
            signature: random.bytes(64...64))
    }
    request.wantedBytes = random.number()
    request.waitSeconds = random.some { $0.number() } ?? 0
    request.resumeMark = random.some { $0.bytes(0...20) }
    request.fetchedRecords = random.some { $0.records(1...30) } ?? []
    request.states = random.some { randomState(&$0).canonicalBytes }
    request.pendingCount = random.some { $0.number() } ?? 0
    request.rotation = random.some { random in
        let probes = (0..<Int.random(in: 0...WireLimits.probesMax, using: &random)).map { _ in
            ChainEnd(seq: random.seq(), hash: random.hash())
        }
        guard let key = SigningKey(seed: random.bytes(32...32)) else {
            preconditionFailure("32 bytes are a seed")
        }
        return Rotation(
            key: key, after: ReplicaID(9), signedBy: key, probes: probes)
    }
    request.epoch = random.some {
        KnownEpoch(
            epoch: $0.number() >> 1, acknowledgedSeq: $0.seq(),
            formerSeq: $0.some { $0.seq() } ?? 0)
    }
    request.refusedBefore =
        random.some { random in
            [RefusedBefore(seq: max(1, random.seq()), code: .handedOver)]
        } ?? []
    request.heldCopies =
        random.some { random in
            random.records(1...30).map { HeldCopy(id: $0, vv: randomState(&random).vv) }
        } ?? []
    request.wantsCentralKey = Bool.random(using: &random)
    request.batches = random.some { random in
        var wishes = BatchWishes()
        wishes.readsColumns = Bool.random(using: &random)
        wishes.compressionLevel = Int32.random(in: 1...19, using: &random)
        wishes.dictionary = UInt32.random(in: 0...3, using: &random)
        return wishes
    }
    if request.batches != nil, Bool.random(using: &random) {
        request.push?.form = .columns
        request.push?.hashBefore = nil
    }
    request.bucketDigests = random.some { random in
        let digests = (0..<RecordID.bucketCount).map { _ in Digest(random.hash()) }
        return BucketDigests(digests, from: Int.random(in: 0...255, using: &random))
    }
    return request
}

/// A random reply with every member now and then.
func randomReply(_ random: inout SeededGenerator) -> SyncReply {
    let codes: [RefusalCode] = RefusalWord.allCases.map(\.code)
    var reply = SyncReply(
        accepted: ChainEnd(seq: random.seq(), hash: random.hash()), time: random.time())
    reply.refusals = (0..<Int.random(in: 0...3, using: &random)).map { _ in
        Refusal(
            seq: random.seq(), code: codes[Int.random(in: 0..<codes.count, using: &random)],
            reason: random.word(), state: random.some { randomState(&$0) })
    }
    let items = (0..<Int.random(in: 0...4, using: &random)).map { _ in randomItem(&random) }
    reply.items = encodedSequence(items)
    reply.itemCount = UInt64(items.count)
    reply.cursor = random.some { Cursor(position: $0.seq(), hash: $0.hash()) }
    reply.hasMore = Bool.random(using: &random)
    reply.remainingCount = random.some { $0.seq() } ?? 0
    reply.digest = random.some { Digest($0.hash()) }
    reply.requests =
        [[], [.syncNow], [.rotateIdentity, .syncNow]][
            Int.random(in: 0..<3, using: &random)]
    reply.resumeMark = random.some { $0.bytes(0...20) }
    reply.neededRecords = random.some { $0.records(1...30) } ?? []
    reply.identity = random.some { random in
        NewIdentity(
            replica: random.replica(),
            desk: Int64.random(in: WireLimits.desks, using: &random),
            confirmedSeq: random.seq())
    }
    reply.epoch = random.some { $0.number() >> 1 }
    reply.centralKey = PublicKey(bytes: random.bytes(32...32))
    reply.batches = random.some { random in
        Bool.random(using: &random) ? .readsColumns : .wantsSequence
    }
    if reply.batches != nil { reply.dictionary = UInt32.random(in: 0...3, using: &random) }
    if reply.batches != nil, !reply.items.isEmpty, Bool.random(using: &random) {
        reply.itemsForm = .columns
    }
    reply.bucketListing = random.some { random in
        var listing = BucketListing()
        let ids = random.records(1...30)
        listing.buckets = Set(ids.map(\.bucket)).sorted()
        for id in ids { listing.records[id] = ShortHash(Digest(random.hash())) }
        return listing
    }
    return reply
}
