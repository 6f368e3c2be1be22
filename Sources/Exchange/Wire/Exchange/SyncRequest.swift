// What a counter says in one exchange (`Protocol/sync.md` §Request). The same bytes travel over
// HTTP and in bundles. Deterministic CBOR; members that are absent have no bytes.

internal import CBOR
public import Causality
public import Crypto
public import Replication

/// Changes that a replica hands to central, in the order of its chain.
public struct Push: Hashable, Sendable {
    /// The seq of the first change.
    public var firstSeq: UInt64
    /// The chain's hash before it; `nil` in a push in columns that was read: central's own is meant,
    /// and if that is another the signature does not fit.
    public var hashBefore: Hash256?
    /// The canonical changes: a CBOR sequence (RFC 8742), or columns.
    public var changes: [UInt8]
    /// How they are written.
    public var form = BatchForm.sequence
    /// Ed25519 over the chain's hash after the last change.
    public var signature: [UInt8]

    /// Makes a push.
    public init(firstSeq: UInt64, hashBefore: Hash256?, changes: [UInt8], signature: [UInt8]) {
        self.firstSeq = firstSeq
        self.hashBefore = hashBefore
        self.changes = changes
        self.signature = signature
    }
}

/// How a request came to central.
public enum RequestWay: Hashable, Sendable {
    /// Over a link, from the device itself.
    case link
    /// In a bundle, made some time ago.
    case bundle
    /// By central itself, which goes on where a bundle ends: from places that the device has not
    /// reached yet.
    case beyondBundle
}

/// One sync request.
public struct SyncRequest: Hashable, Sendable {
    /// The protocol version of the sender.
    public var version = WireLimits.version
    /// The replica that asks.
    public var replica: ReplicaID
    /// Its place in the feed; `nil` when it has none and wants the states.
    public var cursor: Cursor?
    /// The end of its own chain, whether pushed or not: how forks and restores are noticed.
    public var chain: ChainEnd
    /// Changes for central.
    public var push: Push?
    /// Bytes of items wanted in the reply, before compression.
    public var wantedBytes = UInt64(WireLimits.pullBytesDefault)
    /// Seconds that central may hold the request until there is news.
    public var waitSeconds: UInt64 = 0
    /// Where to go on with the states: central's mark from the reply before.
    public var resumeMark: [UInt8]?
    /// Records whose states are wanted because a change to them met a causal gap.
    public var fetchedRecords: [RecordID] = []
    /// States that central asked for, or takes in while it recovers: a CBOR sequence.
    public var states: [UInt8]?
    /// Changes that remain to be pushed after this request.
    public var pendingCount: UInt64 = 0
    /// The device's clock.
    public var time: Timestamp
    /// Asks for a new identity; then nothing else of the request counts.
    public var rotation: Rotation?

    /// The epoch that the device knows; `nil` when central has not told it of one.
    public var epoch: KnownEpoch?
    /// The digests of its buckets: asks what central has in those that differ.
    public var bucketDigests: BucketDigests?
    /// What the device says of batches; `nil` of an older revision, which reads sequences.
    public var batches: BatchWishes?

    /// Records of which the device keeps a copy although they have left its office: a central that
    /// recovers names those that it lacks among the records that it needs.
    public var heldCopies: [HeldCopy] = []

    /// Changes of the push that central has refused before: restored from a backup, it refuses them
    /// again, since the others know their dots as void.
    public var refusedBefore: [RefusedBefore] = []

    /// How it came; not part of the request itself.
    public var way = RequestWay.link

    /// The dictionary to pack the body with, one that central is known to have; not part of the
    /// request itself.
    public var dictionary: CompressionDictionary?

    /// The highest number of a desk that the device knows of in its office: told to a central that was
    /// restored, which may have forgotten whom it gave it to.
    public var highestDesk: Int64?

    /// Whether the device lacks the key of central's present epoch, which bundles want.
    public var wantsCentralKey = false

    /// Makes a request that neither pushes nor waits.
    public init(replica: ReplicaID, cursor: Cursor?, chain: ChainEnd, time: Timestamp) {
        self.replica = replica
        self.cursor = cursor
        self.chain = chain
        self.time = time
    }
}

extension SyncRequest {
    private enum Key {
        static let version: UInt64 = 0
        static let replica: UInt64 = 1
        static let cursor: UInt64 = 2
        static let chain: UInt64 = 3
        static let push: UInt64 = 4
        static let wantedBytes: UInt64 = 5
        static let waitSeconds: UInt64 = 6
        static let resumeMark: UInt64 = 7
        static let fetchedRecords: UInt64 = 8
        static let states: UInt64 = 9
        static let pendingCount: UInt64 = 10
        static let time: UInt64 = 11
        static let rotation: UInt64 = 12
        static let epoch: UInt64 = 13
        static let bucketDigests: UInt64 = 14
        static let heldCopies: UInt64 = 15
        static let refusedBefore: UInt64 = 16
        static let batches: UInt64 = 17
        static let wantsCentralKey: UInt64 = 18
        static let highestDesk: UInt64 = 19
    }

    /// The request's bytes.
    public func encoded() -> [UInt8] {
        var map = MapWriter(capacity: 256 + (push?.changes.count ?? 0))
        map.add(Key.version) { $0.writeUnsigned(version) }
        map.add(Key.replica) { $0.writeUnsigned(replica.rawValue) }
        map.add(Key.cursor, cursor) { NumberedHash.encode($1.position, $1.hash, to: &$0) }
        map.add(Key.chain) { NumberedHash.encode(chain.seq, chain.hash, to: &$0) }
        let columns = push?.form == .columns ? push : nil
        map.add(Key.push, columns == nil ? push : nil) { $1.encode(to: &$0) }
        map.add(Key.wantedBytes) { $0.writeUnsigned(wantedBytes) }
        map.add(Key.waitSeconds, waitSeconds == 0 ? nil : waitSeconds) { $0.writeUnsigned($1) }
        map.add(Key.resumeMark, resumeMark) { $0.writeBytes($1) }
        map.add(Key.fetchedRecords, fetchedRecords.isEmpty ? nil : fetchedRecords) {
            RecordIDs.encode($1, to: &$0)
        }
        map.add(Key.states, states) { $0.writeBytes($1) }
        map.add(Key.pendingCount, pendingCount == 0 ? nil : pendingCount) { $0.writeUnsigned($1) }
        map.add(Key.time) { $0.writeInteger(time.milliseconds) }
        map.add(Key.rotation, rotation) { $1.encode(to: &$0) }
        map.add(Key.epoch, epoch) { $1.encode(to: &$0) }
        map.add(Key.bucketDigests, bucketDigests) { $1.encode(to: &$0) }
        map.add(Key.heldCopies, heldCopies.isEmpty ? nil : heldCopies) { writer, copies in
            writer.writeArrayHeader(count: copies.count)
            for copy in copies { copy.encode(to: &writer) }
        }
        map.add(Key.refusedBefore, refusedBefore.isEmpty ? nil : refusedBefore) {
            writer, refusals in
            writer.writeArrayHeader(count: refusals.count)
            for refusal in refusals { refusal.encode(to: &writer) }
        }
        map.add(Key.batches, columns == nil ? batches : batches ?? BatchWishes()) {
            $1.encode(columns, to: &$0)
        }
        map.add(Key.wantsCentralKey, wantsCentralKey ? true : nil) { $0.writeBool($1) }
        map.add(Key.highestDesk, highestDesk) { $0.writeInteger($1) }
        return map.encoded()
    }

    /// Reads a request's bytes, of a version among `versions`. Members of a newer revision are passed
    /// over.
    ///
    /// - Throws: `SyncFailure.unsupportedVersion` before anything else is looked at;
    ///   `SyncFailure.malformed` for bytes that are no request.
    public init(
        encoded bytes: [UInt8],
        versions: ClosedRange<UInt64> = WireLimits.version...WireLimits.version,
        within budget: WireBudget = .request
    ) throws(SyncFailure) {
        self = try WireDecoding.decode(bytes, as: .request, versions: versions, within: budget) {
            reader, version in
            try Self.decode(from: &reader, version: version, budget)
        }
    }

    private static func decode(
        from reader: inout CBORReader, version: UInt64, _ budget: WireBudget
    ) throws -> SyncRequest {
        var keys = MapKeys(count: try reader.readMapHeader())
        var replica: UInt64?
        var chain: ChainEnd?
        var time: Timestamp?
        var request = SyncRequest(
            replica: ReplicaID(0), cursor: nil, chain: ChainEnd(seq: 0, hash: .zero),
            time: Timestamp(milliseconds: 0))
        while let key = try keys.next(in: &reader) {
            switch key {
            case Key.replica: replica = try reader.readUnsigned()
            case Key.cursor:
                let (position, hash) = try NumberedHash.decode(from: &reader)
                request.cursor = Cursor(position: position, hash: hash)
            case Key.chain:
                let (seq, hash) = try NumberedHash.decode(from: &reader)
                chain = ChainEnd(seq: seq, hash: hash)
            case Key.push: request.push = try Push(.sequence, from: &reader)
            case Key.wantedBytes: request.wantedBytes = try reader.readUnsigned()
            case Key.waitSeconds: request.waitSeconds = try reader.readUnsigned()
            case Key.resumeMark:
                let mark = try reader.readBytesSlice()
                guard mark.count <= WireLimits.resumeMarkBytesMax else { throw FormatError.member }
                request.resumeMark = Array(mark)
            case Key.fetchedRecords:
                request.fetchedRecords = try RecordIDs.decode(from: &reader, budget)
            case Key.states: request.states = try reader.readBytes()
            case Key.pendingCount: request.pendingCount = try reader.readUnsigned()
            case Key.time: time = Timestamp(milliseconds: try reader.readInteger())
            case Key.rotation: request.rotation = try Rotation(from: &reader)
            case Key.epoch: request.epoch = try KnownEpoch(from: &reader)
            case Key.refusedBefore:
                let count = try reader.readArrayHeader()
                guard count <= budget.pushedChangesMax else { throw FormatError.member }
                for _ in 0..<count {
                    request.refusedBefore.append(try RefusedBefore(from: &reader))
                }
            case Key.heldCopies:
                let count = try reader.readArrayHeader()
                guard count <= budget.listedRecordsMax else { throw FormatError.member }
                for _ in 0..<count {
                    request.heldCopies.append(try HeldCopy(from: &reader, budget))
                }
            case Key.bucketDigests: request.bucketDigests = try BucketDigests(from: &reader)
            case Key.batches:
                let (wishes, push) = try BatchWishes.decode(from: &reader)
                guard push == nil || request.push == nil else { throw FormatError.member }
                request.batches = wishes
                request.push = push ?? request.push
            case Key.wantsCentralKey: request.wantsCentralKey = try reader.readBool()
            case Key.highestDesk:
                let number = try reader.readInteger()
                guard WireLimits.desks.contains(number) else { throw FormatError.member }
                request.highestDesk = number
            default: _ = try reader.skipItem()
            }
        }
        guard let replica, replica > 0, let chain, let time else { throw FormatError.member }
        request.replica = ReplicaID(replica)
        request.chain = chain
        request.time = time
        request.version = version
        return request
    }
}

extension Push {
    func encode(to writer: inout CBORWriter) {
        let hash = form == .columns ? nil : hashBefore
        writer.writeArrayHeader(count: hash == nil ? 3 : 4)
        writer.writeUnsigned(firstSeq)
        hash?.withBytes { writer.writeBytes($0) }
        writer.writeBytes(changes)
        writer.writeBytes(signature)
    }

    init(_ form: BatchForm, from reader: inout CBORReader) throws {
        guard try reader.readArrayHeader() == (form == .columns ? 3 : 4) else {
            throw FormatError.member
        }
        let firstSeq = try reader.readUnsigned()
        guard (1...Limits.seqMax).contains(firstSeq) else { throw FormatError.member }
        var hashBefore: Hash256?
        if form == .sequence {
            hashBefore = Hash256(bytes: try reader.readBytesSlice())
            guard hashBefore != nil else { throw FormatError.member }
        }
        self.init(
            firstSeq: firstSeq, hashBefore: hashBefore, changes: try reader.readBytes(),
            signature: try reader.readBytes())
        self.form = form
    }
}
