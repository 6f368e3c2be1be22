internal import Causality
internal import Columns
internal import Crypto
internal import Foundation
internal import Replication
internal import Wire

/// Processor time that both ends take for the bytes of an exchange alone, without a store: `bench --coding`.
struct Coding {
    let dossiers: Int
    let runs: Int

    func run() throws {
        var samples = SizeSamples()
        let new = samples.makeNew(dossiers, gap: 0...0)
        try report("\(dossiers) new dossiers", new, samples)
        let changes = samples.makeStatusChanges(dossiers, gap: 0...0)
        try report("\(dossiers) changes of status", changes, samples)
    }

    private func report(
        _ title: String, _ batch: SizeSamples.Batch, _ samples: SizeSamples
    ) throws {
        say("")
        say("\(title), processor time, best of \(runs)")
        say("                        µs each    × hashing")
        let count = Double(batch.changes.count)
        let hashing = best {
            var chain = batch.origin
            for change in batch.changes { chain.append(change) }
        }
        func row(_ name: String, _ seconds: Double) {
            let figures = String(format: "%10.2f%13.2f", seconds * 1e6 / count, seconds / hashing)
            say("  " + name.padding(toLength: 20, withPad: " ", startingAt: 0) + figures)
        }
        row("chain's hashes", hashing)
        let chunks = WireSample.chunks(of: batch)
        row("columns written", best { for chunk in chunks { _ = chunk.columns } })
        let columns = chunks.map(\.columns.bytes)
        row(
            "columns read",
            try best {
                for (chunk, bytes) in zip(chunks, columns) {
                    let sequence = try ColumnarBatch.changes(
                        of: bytes, from: chunk.origin,
                        within: ColumnBudget(bytesMax: chunk.changes.count)
                    ) { dot in samples.record(of: dot) }
                    guard sequence == chunk.changes else {
                        throw BenchError(description: "other changes came out than went in")
                    }
                }
            })
        let packed = try columns.map { try Compression.compressed($0, level: Self.level) }
        row(
            "columns packed",
            try best {
                for bytes in columns { _ = try Compression.compressed(bytes, level: Self.level) }
            })
        row(
            "columns unpacked",
            try best {
                for (bytes, whole) in zip(packed, columns) {
                    _ = try Compression.decompressed(bytes, limitBytes: whole.count)
                }
            })
    }

    /// Seconds of processor time of the quickest run.
    private func best(_ body: () throws -> Void) rethrows -> Double {
        var least = Double.infinity
        for _ in 0..<runs {
            let start = clock()
            try body()
            least = min(least, Double(clock() - start) / Double(CLOCKS_PER_SEC))
        }
        return least
    }

    private static let level: Int32 = 3

    private func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
}
