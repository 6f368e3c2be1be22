// What central says in one exchange (`Protocol/sync.md` §Reply).

internal import CBOR
public import Causality
public import Crypto
public import Replication

/// A change that central set aside, with the reason.
public struct Refusal: Hashable, Sendable {
    /// The change's seq.
    public var seq: UInt64
    /// A stable code from `Protocol/errors.md`.
    public var code: RefusalCode
    /// The reason in words, for a person; holds no content of the change.
    public var reason: String
    /// Central's state of the record, to go on from; `nil` when the device may not see it.
    public var state: RecordState?

    /// Makes a refusal.
    public init(seq: UInt64, code: RefusalCode, reason: String, state: RecordState?) {
        self.seq = seq
        self.code = code
        self.reason = reason
        self.state = state
    }
}

/// What central wants of the device beyond the exchange at hand.
public enum DeviceRequest: UInt64, Hashable, Sendable {
    /// An admin asked for a sync now.
    case syncNow = 1
    /// The device's identity is used twice: take a new one.
    case rotateIdentity = 2
    /// Central is recovering from a restoration: send the states of records that it lacks.
    case sendStates = 3
    /// Central was restored, and does not have what a change that it had taken before builds on: wait
    /// until an admin lets it recover.
    case awaitRecovery = 4
}

/// One sync reply.
public struct SyncReply: Hashable, Sendable {
    /// The protocol version of the sender.
    public var version = WireLimits.version
    /// The device's chain as central has it on disk: all through this seq is durable.
    public var accepted: ChainEnd
    /// Changes among them that were set aside.
    public var refusals: [Refusal] = []
    /// Changes, voids and states: a CBOR sequence of `FeedItem`, or columns.
    public var items: [UInt8] = []
    /// How they are written.
    public var itemsForm = BatchForm.sequence
    /// The number of items.
    public var itemCount: UInt64 = 0
    /// The cursor for the next request; `nil` while states are still being sent.
    public var cursor: Cursor?
    /// Whether there is more to pull at once.
    public var hasMore = false
    /// Items that remain after this reply, for a progress bar.
    public var remainingCount: UInt64 = 0
    /// Central's digest of the scope; `nil` while there is more.
    public var digest: Digest?
    /// Central's clock.
    public var time: Timestamp
    /// What central wants.
    public var requests: [DeviceRequest] = []
    /// Where the states go on.
    public var resumeMark: [UInt8]?
    /// Records whose states central needs before it can take the next change.
    public var neededRecords: [RecordID] = []
    /// The identity that the device asked for.
    public var identity: NewIdentity?

    /// Central's epoch.
    public var epoch: UInt64?
    /// What central has in buckets that differ from the device's; not all of them may be listed.
    public var bucketListing: BucketListing?
    /// What central says of batches; `nil` of an older revision, which reads sequences.
    public var batches: BatchAnswer?
    /// The newest dictionary that central reads; 0 for none.
    public var dictionary: UInt32 = 0

    /// Central's key, for a device that wants it.
    public var centralKey: PublicKey?
    /// Where records are now that have left the device's office, and nothing else of them.
    public var moves: [MovedCopy] = []

    /// Makes a reply that accepts and brings nothing new.
    public init(accepted: ChainEnd, time: Timestamp) {
        self.accepted = accepted
        self.time = time
    }
}

extension SyncReply {
    private enum Key {
        static let version: UInt64 = 0
        static let accepted: UInt64 = 1
        static let refusals: UInt64 = 2
        static let items: UInt64 = 3
        static let cursor: UInt64 = 4
        static let hasMore: UInt64 = 5
        static let remainingCount: UInt64 = 6
        static let digest: UInt64 = 7
        static let time: UInt64 = 8
        static let requests: UInt64 = 9
        static let resumeMark: UInt64 = 10
        static let neededRecords: UInt64 = 11
        static let identity: UInt64 = 12
        static let epoch: UInt64 = 13
        static let bucketListing: UInt64 = 14
        static let batches: UInt64 = 15
        static let centralKey: UInt64 = 16
        static let moves: UInt64 = 17
    }

    /// The reply's bytes.
    public func encoded() -> [UInt8] {
        var map = MapWriter(capacity: 256 + items.count)
        map.add(Key.version) { $0.writeUnsigned(version) }
        map.add(Key.accepted) { NumberedHash.encode(accepted.seq, accepted.hash, to: &$0) }
        map.add(Key.refusals, refusals.isEmpty ? nil : refusals) { writer, refusals in
            writer.writeArrayHeader(count: refusals.count)
            for refusal in refusals { refusal.encode(to: &writer) }
        }
        let columns = itemsForm == .columns && !items.isEmpty ? items : nil
        map.add(Key.items, items.isEmpty || columns != nil ? nil : items) { writer, items in
            writer.writeArrayHeader(count: 2)
            writer.writeUnsigned(itemCount)
            writer.writeBytes(items)
        }
        map.add(Key.cursor, cursor) { NumberedHash.encode($1.position, $1.hash, to: &$0) }
        map.add(Key.hasMore, hasMore ? true : nil) { $0.writeBool($1) }
        map.add(Key.remainingCount, remainingCount == 0 ? nil : remainingCount) {
            $0.writeUnsigned($1)
        }
        map.add(Key.digest, digest) { writer, digest in
            digest.hash.withBytes { writer.writeBytes($0) }
        }
        map.add(Key.time) { $0.writeInteger(time.milliseconds) }
        map.add(Key.requests, requests.isEmpty ? nil : requests) { writer, requests in
            writer.writeArrayHeader(count: requests.count)
            for request in requests { writer.writeUnsigned(request.rawValue) }
        }
        map.add(Key.resumeMark, resumeMark) { $0.writeBytes($1) }
        map.add(Key.neededRecords, neededRecords.isEmpty ? nil : neededRecords) {
            RecordIDs.encode($1, to: &$0)
        }
        map.add(Key.identity, identity) { $1.encode(to: &$0) }
        map.add(Key.epoch, epoch) { $0.writeUnsigned($1) }
        map.add(Key.bucketListing, bucketListing) { $1.encode(to: &$0) }
        map.add(Key.batches, columns == nil ? batches : batches ?? .readsColumns) {
            writer, batches in
            writer.writeArrayHeader(count: columns == nil ? 1 : 3)
            writer.writeUnsigned(
                batches.rawValue | UInt64(dictionary) << BatchAnswer.bitCount)
            guard let columns else { return }
            writer.writeUnsigned(itemCount)
            writer.writeBytes(columns)
        }
        map.add(Key.centralKey, centralKey) { $0.writeBytes($1.bytes) }
        map.add(Key.moves, moves.isEmpty ? nil : moves) { writer, moves in
            writer.writeArrayHeader(count: moves.count)
            for move in moves {
                writer.writeArrayHeader(count: 2)
                move.record.withBytes { writer.writeBytes($0) }
                writer.writeText(move.office)
            }
        }
        return map.encoded()
    }

    /// Reads a reply's bytes, of a version among `versions`. Members of a newer revision are passed
    /// over.
    ///
    /// - Throws: `SyncFailure.unsupportedVersion`, `SyncFailure.malformed`.
    public init(
        encoded bytes: [UInt8],
        versions: ClosedRange<UInt64> = WireLimits.version...WireLimits.version,
        within budget: WireBudget = .reply
    ) throws(SyncFailure) {
        self = try WireDecoding.decode(bytes, as: .reply, versions: versions, within: budget) {
            reader, version in
            try Self.decode(from: &reader, version: version, budget)
        }
    }

    private static func decode(
        from reader: inout CBORReader, version: UInt64, _ budget: WireBudget
    ) throws -> SyncReply {
        var keys = MapKeys(count: try reader.readMapHeader())
        var accepted: ChainEnd?
        var time: Timestamp?
        var reply = SyncReply(
            accepted: ChainEnd(seq: 0, hash: .zero), time: Timestamp(milliseconds: 0))
        while let key = try keys.next(in: &reader) {
            switch key {
            case Key.accepted:
                let (seq, hash) = try NumberedHash.decode(from: &reader)
                accepted = ChainEnd(seq: seq, hash: hash)
            case Key.refusals:
                let count = try reader.readArrayHeader()
                guard count <= budget.pushedChangesMax else { throw FormatError.member }
                for _ in 0..<count {
                    reply.refusals.append(try Refusal(from: &reader, budget))
                }
            case Key.items:
                guard try reader.readArrayHeader() == 2 else { throw FormatError.member }
                reply.itemCount = try Self.count(from: &reader)
                reply.items = try reader.readBytes()
                // The count of no bytes could not be written again: `encoded` leaves out no items.
                guard reply.itemCount == 0 || !reply.items.isEmpty else { throw FormatError.member }
            case Key.cursor:
                let (position, hash) = try NumberedHash.decode(from: &reader)
                reply.cursor = Cursor(position: position, hash: hash)
            case Key.hasMore: reply.hasMore = try reader.readBool()
            case Key.remainingCount: reply.remainingCount = try Self.count(from: &reader)
            case Key.digest:
                guard let hash = Hash256(bytes: try reader.readBytesSlice()) else {
                    throw FormatError.member
                }
                reply.digest = Digest(hash)
            case Key.time: time = Timestamp(milliseconds: try reader.readInteger())
            case Key.requests:
                for _ in 0..<(try reader.readArrayHeader()) {
                    // A request that this version does not know is no reason to stop syncing.
                    if let request = DeviceRequest(rawValue: try reader.readUnsigned()) {
                        reply.requests.append(request)
                    }
                }
            case Key.resumeMark: reply.resumeMark = try reader.readBytes()
            case Key.neededRecords:
                reply.neededRecords = try RecordIDs.decode(from: &reader, budget)
            case Key.identity: reply.identity = try NewIdentity(from: &reader)
            case Key.epoch:
                let epoch = try reader.readUnsigned()
                guard epoch <= UInt64(Int64.max) else { throw FormatError.member }
                reply.epoch = epoch
            case Key.bucketListing: reply.bucketListing = try BucketListing(from: &reader)
            case Key.batches: try reply.decodeBatches(from: &reader)
            case Key.centralKey:
                guard let key = PublicKey(bytes: try reader.readBytes()) else {
                    throw FormatError.member
                }
                reply.centralKey = key
            case Key.moves:
                let count = try reader.readArrayHeader()
                guard count <= budget.pushedChangesMax else { throw FormatError.member }
                for _ in 0..<count {
                    guard try reader.readArrayHeader() == 2,
                        let record = RecordID(bytes: try reader.readBytesSlice())
                    else { throw FormatError.record }
                    reply.moves.append(MovedCopy(record, office: try reader.readText()))
                }
            default: _ = try reader.skipItem()
            }
        }
        guard let accepted, let time else { throw FormatError.member }
        reply.accepted = accepted
        reply.time = time
        reply.version = version
        return reply
    }

    private mutating func decodeBatches(from reader: inout CBORReader) throws {
        let count = try reader.readArrayHeader()
        guard count == 1 || count == 3 else { throw FormatError.member }
        // What a newer central says that is not known here: a sequence is always right.
        let answer = try reader.readUnsigned()
        batches = BatchAnswer(rawValue: answer & BatchAnswer.bits) ?? .wantsSequence
        dictionary = UInt32(clamping: answer >> BatchAnswer.bitCount)
        guard count == 3 else { return }
        guard items.isEmpty else { throw FormatError.member }
        itemCount = try Self.count(from: &reader)
        items = try reader.readBytes()
        itemsForm = .columns
        guard !items.isEmpty else { throw FormatError.member }
    }

    /// Counts are added up for progress bars: no sum of theirs may overflow.
    private static func count(from reader: inout CBORReader) throws -> UInt64 {
        let count = try reader.readUnsigned()
        guard count <= Limits.seqMax else { throw FormatError.member }
        return count
    }
}

extension Refusal {
    fileprivate func encode(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: state == nil ? 3 : 4)
        writer.writeUnsigned(seq)
        writer.writeText(code.rawValue)
        writer.writeText(reason)
        state?.encode(to: &writer)
    }

    fileprivate init(from reader: inout CBORReader, _ budget: WireBudget) throws {
        let count = try reader.readArrayHeader()
        guard count == 3 || count == 4 else { throw FormatError.member }
        let seq = try reader.readUnsigned()
        guard (1...Limits.seqMax).contains(seq) else { throw FormatError.member }
        let code = RefusalCode(rawValue: try reader.readText()) ?? .other
        let reason = try reader.readText()
        self.init(
            seq: seq, code: code, reason: reason,
            state: count == 4 ? try RecordState(from: &reader, within: budget.format) : nil)
    }
}
