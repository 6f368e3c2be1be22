internal import Causality
internal import Columns
internal import Crypto
internal import Foundation
internal import Replication
internal import Wire

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
        try report("one new dossier", samples.makeNew(1, gap: 60_000...60_000))
        try report("one change of status", samples.makeStatusChanges(1, gap: 60_000...60_000))
    }

    private func report(_ title: String, _ batch: SizeSamples.Batch) throws {
        let count = batch.changes.count
        say("")
        say(title)
        say("  bytes each            as is   zstd -3  zstd -19")
        let chunks = WireSample.chunks(of: batch)
        let columns = chunks.map(\.columns)
        try row("request, columns", chunks.map { $0.request(.columns) }, count)
        try row("  as it goes out", chunks.map { $0.request(.columns) }, count, .newest)
        try row("request, CBOR", chunks.map { $0.request(.sequence) }, count)
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

    /// - Parameter dictionary: packs the bodies as they go out, which small ones alone do with it.
    private func row(
        _ name: String, _ bodies: [[UInt8]], _ count: Int,
        _ dictionary: CompressionDictionary? = nil
    ) throws {
        var sizes = [bodies.reduce(0) { $0 + $1.count }]
        for level in Self.levels {
            sizes.append(
                try bodies.reduce(0) { sum, body in
                    guard let dictionary else {
                        return sum + (try Compression.compressed(body, level: level)).count
                    }
                    let packed = try Compression.packed(
                        body: body, level: level, dictionary: dictionary)
                    return sum + (packed ?? body).count
                })
        }
        let figures = sizes.map { String(format: "%10.2f", Double($0) / Double(count)) }
        say("  " + name.padding(toLength: 18, withPad: " ", startingAt: 0) + figures.joined())
    }

    private func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
}
