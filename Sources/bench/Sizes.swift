internal import Causality
internal import Columns
internal import Crypto
internal import Foundation
internal import Replication
internal import SyncProtocol

/// Bytes on the wire for each dossier, without timing: `bench --sizes`.
struct Sizes {
    private static let levels: [Int32] = [3, 19]

    let dossiers: Int

    func run() throws {
        var samples = SizeSamples()
        let bulk = samples.makeNew(dossiers, gap: 0...0)
        try report("\(dossiers) new dossiers, written by a program", bulk)
        try report(
            "1,000 new dossiers, 20 to 80 s apart", samples.makeNew(1_000, gap: 20_000...80_000))
        try report(
            "1,000 changes of status, 20 to 80 s apart",
            samples.makeStatusChanges(1_000, gap: 20_000...80_000))
        try report("one change of status", samples.makeStatusChanges(1, gap: 60_000...60_000))
    }

    private func report(_ title: String, _ batch: SizeSamples.Batch) throws {
        let count = batch.changes.count
        say("")
        say(title)
        say("  bytes each            as is   zstd -3  zstd -19")
        let chunks = chunks(of: batch)
        let columns = chunks.map { chunk in
            ColumnarBatch(changes: chunk.changes, from: chunk.origin)
        }
        try row(
            "request, columns", zip(chunks, columns).map { $0.request($1.bytes, .columns) }, count)
        try row("request, CBOR", chunks.map { $0.request($0.changes, .sequence) }, count)
        try row("columns", columns.map(\.bytes), count)
        try row("CBOR sequence", chunks.map(\.changes), count)
        try row("NDJSON", chunks.map(\.lines), count)
        var order: [String] = []
        var parts: [String: [[UInt8]]] = [:]
        for chunk in columns {
            for part in chunk.parts {
                if parts[part.name] == nil { order.append(part.name) }
                parts[part.name, default: []].append(Array(chunk.bytes[part.range]))
            }
        }
        say("  of the columns, each by itself:")
        for name in order { try row("  " + name, parts[name] ?? [], count) }
    }

    private struct Chunk {
        var origin: PushOrigin
        var changes: [UInt8] = []
        var lines: [UInt8] = []

        /// The body that carries it. Its hashes and signature are as random as real ones.
        func request(_ changes: [UInt8], _ form: BatchForm) -> [UInt8] {
            let hash = Hash256(hashing: changes)
            var request = SyncRequest(
                replica: origin.replica, cursor: Cursor(position: 100_000, hash: hash),
                chain: ChainEnd(seq: 100_000, hash: Hash256(hashing: hash.bytes)),
                time: Timestamp(milliseconds: 1_622_505_600_000))
            request.batches = BatchWishes()
            request.push = Push(
                firstSeq: origin.firstSeq, hashBefore: origin.hashBefore, changes: changes,
                signature: Hash256(hashing: [1]).bytes + Hash256(hashing: [2]).bytes)
            request.push?.form = form
            return request.encoded()
        }
    }

    /// The batch in pushes of the usual size.
    private func chunks(of batch: SizeSamples.Batch) -> [Chunk] {
        var chain = HashChain(seq: batch.origin.seq, hash: batch.origin.hash)
        var chunks: [Chunk] = []
        for (change, line) in zip(batch.changes, batch.lines) {
            let isFull = chunks.last.map {
                $0.changes.count + change.count > WireLimits.pushBytesDefault
            }
            if isFull ?? true {
                chunks.append(
                    Chunk(
                        origin: PushOrigin(
                            replica: SizeSamples.replica, firstSeq: chain.seq + 1,
                            hashBefore: chain.hash)))
            }
            chunks[chunks.count - 1].changes += change
            chunks[chunks.count - 1].lines += line
            chain.append(change)
        }
        return chunks
    }

    private func row(_ name: String, _ bodies: [[UInt8]], _ count: Int) throws {
        var sizes = [bodies.reduce(0) { $0 + $1.count }]
        for level in Self.levels {
            sizes.append(
                try bodies.reduce(0) { $0 + (try Compression.compressed($1, level: level)).count })
        }
        let figures = sizes.map { String(format: "%10.2f", Double($0) / Double(count)) }
        say("  " + name.padding(toLength: 18, withPad: " ", startingAt: 0) + figures.joined())
    }

    private func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
}
