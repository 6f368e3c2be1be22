import CBOR
import Causality
import Columns
import Crypto
import Replication
import SeededRandom
import Wire

/// Consecutive changes of one replica, to records that they make, that others of them have made, and
/// that were there before.
struct RandomPush {
    var origin: PushOrigin
    var changes: [Change] = []
    /// The records of changes, in this push or before it.
    var records: [Dot: RecordID] = [:]
    /// The chain's hash after each change.
    var hashes: [UInt64: Hash256] = [:]

    var sequence: [UInt8] { changes.flatMap(\.canonicalBytes) }

    init(count: Int, _ random: inout SeededGenerator) {
        let replica = random.replica()
        let others = (0..<3).map { _ in random.replica() }
        let firstSeq = min(random.seq(), Limits.seqMax - 1_000)
        origin = PushOrigin(replica: replica, firstSeq: firstSeq, hashBefore: random.hash())
        var chain = HashChain(seq: firstSeq - 1, hash: origin.hashBefore)
        hashes[chain.seq] = chain.hash
        var vectors: [RecordID: VersionVector] = [:]
        for _ in 0..<6 {
            let id = random.record()
            let dots = others.prefix(Int.random(in: 1...3, using: &random))
                .map { Dot($0, random.seq()) }
                .filter { records[$0] == nil && $0.replica != replica }
            vectors[id] = VersionVector(dots)
            for dot in dots { records[dot] = id }
        }
        for _ in 0..<count {
            let isMaking = Int.random(in: 0..<3, using: &random) == 0
            let id =
                isMaking ? nil : vectors.keys.sorted().randomElement(using: &random)
            var change = randomChange(
                of: id, context: id.flatMap { vectors[$0] } ?? VersionVector(), &random)
            change.dot = Dot(replica, chain.seq + 1)
            if Int.random(in: 0..<10, using: &random) == 0 {
                change = (try? withUnknownMember(change)) ?? change
            }
            if Int.random(in: 0..<10, using: &random) == 0 {
                change = change.erased(keeping: ["status", "office"])
            }
            chain.append(innerHash: change.innerHash)
            hashes[chain.seq] = chain.hash
            let record = change.recordID(after: chain.hash)
            vectors[record, default: VersionVector()].insert(change.dot)
            records[change.dot] = record
            changes.append(change)
        }
    }

    /// The push as the columns say it, with all records known.
    func rebuilt(_ batch: [UInt8], limitBytes: Int = WireLimits.decodedBytesMax) throws -> [UInt8] {
        try ColumnarBatch.changes(
            of: batch, from: origin, within: ColumnBudget(bytesMax: limitBytes)
        ) { records[$0] }
    }

    /// The changes as another device's items.
    var items: [UInt8] {
        encodedSequence(
            changes.map { .change($0, record: records[$0.dot] ?? RecordID(derivedFrom: .zero)) })
    }
}

private func withUnknownMember(_ change: Change) throws -> Change {
    var map = try EncodedMap(change.canonicalBytes)
    map[99] = .map([CBORPair(.text("new"), .bytes([1, 2]))])
    return try Change(canonicalBytes: map.bytes)
}
