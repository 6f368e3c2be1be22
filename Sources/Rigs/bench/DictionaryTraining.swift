internal import CZstd
internal import Causality
internal import Columns
internal import Crypto
internal import Foundation
internal import Replication
internal import Wire

/// Trains the shared dictionary of small bodies on generated dossiers, never on citizens':
/// `bench --train-dictionary FILE`. The same seeds give the same file.
struct DictionaryTraining {
    private static let offices: UInt64 = 400
    /// Seeds that nothing else draws from: what the dictionary is measured on, it has not seen.
    private static let firstSeed: UInt64 = 77_000

    let path: String

    func run() throws {
        let bodies = try (0..<Self.offices).flatMap { try Self.bodies(seed: Self.firstSeed + $0) }
        let bytes = bodies.flatMap(\.self)
        var dictionary = [UInt8](repeating: 0, count: CompressionDictionary.byteCountMax)
        let count = ZDICT_trainFromBuffer(
            &dictionary, dictionary.count, bytes, bodies.map(\.count), UInt32(bodies.count))
        guard ZDICT_isError(count) == 0 else {
            throw BenchError(description: String(cString: ZDICT_getErrorName(count)))
        }
        dictionary.removeLast(dictionary.count - count)
        // The number stands after the magic number (RFC 8878 §5), little-endian.
        let number = CompressionDictionary.newest.number
        withUnsafeBytes(of: number.littleEndian) { dictionary.replaceSubrange(4..<8, with: $0) }
        try Data(dictionary).write(to: URL(fileURLWithPath: path))
    }

    /// Small bodies of one office's device, both ways.
    private static func bodies(seed: UInt64) throws -> [[UInt8]] {
        var samples = SizeSamples(seed: seed)
        var bodies: [[UInt8]] = []
        for count in [1, 2, 5] {
            for batch in [
                samples.makeNew(count, gap: 20_000...400_000),
                samples.makeStatusChanges(count, gap: 20_000...400_000),
            ] {
                for sample in WireSample.chunks(of: batch) {
                    bodies.append(sample.request(.columns))
                    bodies.append(try sample.reply())
                }
            }
        }
        return bodies
    }
}
