// How two ends whose digests differ find the records in which they do (`Protocol/sync.md`
// §Repair): the device sends short digests of its buckets, central answers with those of the records
// in the buckets that differ.

internal import CBOR
public import Causality
public import Crypto
public import Replication

extension ShortHash {
    /// The short form of a digest: the whole digest is compared at the end.
    public init(_ digest: Digest) {
        self.init(digest.hash)
    }
}

/// The short digests of a device's buckets from one on, to the last.
public struct BucketDigests: Hashable, Sendable {
    /// The first of the buckets.
    public var firstBucket: Int
    /// The digests.
    public var digests: [ShortHash]

    /// The short forms of the digests of buckets.
    ///
    /// - Parameter all: of all buckets.
    public init(_ all: [Digest], from firstBucket: Int) {
        precondition(all.count == RecordID.bucketCount, "one for each bucket")
        self.firstBucket = firstBucket
        digests = all[firstBucket...].map(ShortHash.init)
    }

    func encode(to writer: inout CBORWriter) {
        writer.writeBytes(digests.flatMap(\.bytes))
    }

    init(from reader: inout CBORReader) throws {
        let bytes = try reader.readBytes()
        let count = bytes.count / ShortHash.byteCount
        guard bytes.count.isMultiple(of: ShortHash.byteCount),
            (1...RecordID.bucketCount).contains(count)
        else { throw FormatError.member }
        firstBucket = RecordID.bucketCount - count
        digests = stride(from: 0, to: bytes.count, by: ShortHash.byteCount).compactMap {
            ShortHash(bytes: bytes[$0..<$0 + ShortHash.byteCount])
        }
    }
}

/// What central has in the buckets of the device's scope that differ.
public struct BucketListing: Hashable, Sendable {
    /// The bucket from which to ask on; `RecordID.bucketCount` at the end.
    public var nextBucket = RecordID.bucketCount
    /// The buckets that are listed whole, ascending.
    public var buckets: [UInt8] = []
    /// Their records.
    public var records: [RecordID: ShortHash] = [:]

    private static let entryByteCount = RecordID.byteCount + ShortHash.byteCount

    /// Lists nothing.
    public init() {}

    /// Bytes of the listing on the wire, about.
    public var byteCount: Int { buckets.count + records.count * Self.entryByteCount }

    func encode(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 3)
        writer.writeUnsigned(UInt64(nextBucket))
        writer.writeBytes(buckets)
        var entries: [UInt8] = []
        entries.reserveCapacity(records.count * Self.entryByteCount)
        for (id, digest) in records.sorted(by: { $0.key < $1.key }) {
            id.withBytes { entries += $0 }
            entries += digest.bytes
        }
        writer.writeBytes(entries)
    }

    init(from reader: inout CBORReader) throws {
        guard try reader.readArrayHeader() == 3 else { throw FormatError.member }
        nextBucket = Int(clamping: try reader.readUnsigned())
        guard (1...RecordID.bucketCount).contains(nextBucket) else { throw FormatError.member }
        buckets = try reader.readBytes()
        let entries = try reader.readBytes()
        guard zip(buckets, buckets.dropFirst()).allSatisfy({ $0 < $1 }),
            buckets.last.map({ $0 < nextBucket }) ?? true,
            entries.count.isMultiple(of: Self.entryByteCount)
        else { throw FormatError.member }
        var last: RecordID?
        for start in stride(from: 0, to: entries.count, by: Self.entryByteCount) {
            let middle = start + RecordID.byteCount
            guard let id = RecordID(bytes: Array(entries[start..<middle])),
                last.map({ $0 < id }) ?? true, buckets.contains(id.bucket),
                let digest = ShortHash(bytes: entries[middle..<start + Self.entryByteCount])
            else { throw FormatError.member }
            last = id
            records[id] = digest
        }
    }
}

/// A record of which a device keeps a copy although it has left its office.
public struct HeldCopy: Hashable, Sendable {
    /// The record.
    public var id: RecordID
    /// What the copy has seen.
    public var vv: VersionVector

    /// Names a copy.
    public init(id: RecordID, vv: VersionVector) {
        self.id = id
        self.vv = vv
    }

    func encode(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 2)
        id.withBytes { writer.writeBytes($0) }
        vv.encode(to: &writer)
    }

    init(from reader: inout CBORReader, _ budget: WireBudget) throws {
        guard try reader.readArrayHeader() == 2,
            let id = RecordID(bytes: try reader.readBytesSlice())
        else { throw FormatError.member }
        self.id = id
        vv = try VersionVector(from: &reader, within: budget.format)
    }
}

/// A change that central has refused before it was restored.
public struct RefusedBefore: Hashable, Sendable {
    /// The change's seq.
    public var seq: UInt64
    /// Why it was refused.
    public var code: RefusalCode

    /// Names a refused change.
    public init(seq: UInt64, code: RefusalCode) {
        self.seq = seq
        self.code = code
    }

    func encode(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 2)
        writer.writeUnsigned(seq)
        writer.writeText(code.rawValue)
    }

    init(from reader: inout CBORReader) throws {
        guard try reader.readArrayHeader() == 2 else { throw FormatError.member }
        seq = try reader.readUnsigned()
        guard (1...Limits.seqMax).contains(seq) else { throw FormatError.member }
        code = RefusalCode(rawValue: try reader.readText()) ?? .other
    }
}

/// The epoch of central that a device knows, and how far central has acknowledged its changes.
public struct KnownEpoch: Hashable, Sendable {
    /// The epoch.
    public var epoch: UInt64
    /// The highest of the device's changes that central had on disk in it, by its own word.
    public var acknowledgedSeq: UInt64
    /// The highest that central had acknowledged before this epoch, while the device pushes those
    /// again; 0 when it does not.
    public var formerSeq: UInt64

    /// Says what the device knows.
    public init(epoch: UInt64, acknowledgedSeq: UInt64, formerSeq: UInt64 = 0) {
        self.epoch = epoch
        self.acknowledgedSeq = acknowledgedSeq
        self.formerSeq = formerSeq
    }

    func encode(to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: formerSeq == 0 ? 2 : 3)
        writer.writeUnsigned(epoch)
        writer.writeUnsigned(acknowledgedSeq)
        if formerSeq > 0 { writer.writeUnsigned(formerSeq) }
    }

    init(from reader: inout CBORReader) throws {
        let count = try reader.readArrayHeader()
        guard count == 2 || count == 3 else { throw FormatError.member }
        epoch = try reader.readUnsigned()
        acknowledgedSeq = try reader.readUnsigned()
        formerSeq = count == 3 ? try reader.readUnsigned() : 0
        guard epoch <= UInt64(Int64.max), acknowledgedSeq <= Limits.seqMax,
            formerSeq <= Limits.seqMax, count == 2 || formerSeq > 0
        else { throw FormatError.member }
    }
}
