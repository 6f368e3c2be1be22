internal import CBOR
internal import Causality
internal import Columns
internal import Crypto
internal import Replication
internal import Wire

/// Some changes of a batch as one exchange carries them.
struct WireSample {
    private var before: HashChain
    private let replica: ReplicaID
    private let time: Int64
    private(set) var changes: [UInt8] = []
    private(set) var lines: [UInt8] = []
    private var sequence: [[UInt8]] = []

    /// The batch in pushes of the usual size.
    static func chunks(of batch: SizeSamples.Batch) -> [WireSample] {
        var chain = batch.origin
        var chunks: [WireSample] = []
        for (change, line) in zip(batch.changes, batch.lines) {
            let isFull = chunks.last.map {
                $0.changes.count + change.count > WireLimits.pushBytesDefault
            }
            if isFull ?? true {
                chunks.append(WireSample(before: chain, replica: batch.replica, time: batch.time))
            }
            chain.append(change)
            chunks[chunks.count - 1].changes += change
            chunks[chunks.count - 1].lines += line
            chunks[chunks.count - 1].sequence.append(change)
        }
        return chunks
    }

    /// Where the push begins.
    var origin: PushOrigin {
        PushOrigin(replica: replica, firstSeq: before.seq + 1, hashBefore: before.hash)
    }

    /// The changes in columns.
    var columns: ColumnarBatch { ColumnarBatch(changes: changes, from: origin) }

    /// The body of the push that carries them. Its hashes and signature are as random as real ones.
    func request(_ form: BatchForm) -> [UInt8] {
        let hash = Hash256(hashing: changes)
        var request = SyncRequest(
            replica: replica, cursor: Cursor(position: hash.lanes.x % 1_000_000, hash: hash),
            chain: ChainEnd(seq: before.seq + 1, hash: Hash256(hashing: hash.bytes)),
            time: Timestamp(milliseconds: time))
        request.batches = BatchWishes()
        request.epoch = KnownEpoch(
            epoch: ShortHash(hash).rawValue >> 1, acknowledgedSeq: before.seq, formerSeq: 0)
        request.push = Push(
            firstSeq: before.seq + 1, hashBefore: before.hash,
            changes: form == .columns ? columns.bytes : changes,
            signature: Hash256(hashing: hash.bytes + [1]).bytes
                + Hash256(hashing: hash.bytes + [2]).bytes)
        request.push?.form = form
        return request.encoded()
    }

    /// The body of the reply that brings them to another device.
    ///
    /// - Throws: `FormatError`.
    func reply() throws -> [UInt8] {
        let hash = Hash256(hashing: changes)
        var items = CBORWriter()
        var after = before
        var hashes: [UInt64: Hash256] = [before.seq: before.hash]
        for bytes in sequence {
            after.append(bytes)
            hashes[after.seq] = after.hash
            let change = try Change(canonicalBytes: bytes)
            let made = change.record == nil ? change.recordID(after: after.hash) : nil
            bytes.withUnsafeBytes {
                FeedItem.encodeChange(canonicalBytes: $0, madeRecord: made, to: &items)
            }
        }
        var reply = SyncReply(
            accepted: ChainEnd(seq: hash.lanes.y % 100_000, hash: hash),
            time: Timestamp(milliseconds: time))
        reply.cursor = Cursor(
            position: hash.lanes.x % 1_000_000, hash: Hash256(hashing: hash.bytes))
        reply.digest = Digest(Hash256(hashing: hash.bytes + [3]))
        reply.epoch = ShortHash(hash).rawValue >> 1
        reply.items = ColumnarBatch(items: items.bytes, for: reader) { hashes[$0.seq] }.bytes
        reply.itemsForm = .columns
        reply.itemCount = UInt64(sequence.count)
        reply.batches = .readsColumns
        return reply.encoded()
    }

    private var reader: ReplicaID { ReplicaID(replica.rawValue ^ 0x5B17_C4D2_90EE_1A3F) }
}
