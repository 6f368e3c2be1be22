public import Crypto
internal import Synchronization

/// What stands for the system's randomness where a run is to be had again: bytes that follow from a seed, call
/// after call.
public final class SeededRandomSource: RandomSource {
    private let generator: Mutex<SeededGenerator>

    /// Starts the sequence of a seed.
    public init(seed: UInt64) {
        generator = Mutex(SeededGenerator(seed: seed))
    }

    /// Starts the sequence of another seed.
    public func reseed(_ seed: UInt64) {
        generator.withLock { $0 = SeededGenerator(seed: seed) }
    }

    /// The next bytes.
    public func bytes(_ count: Int) -> [UInt8] {
        generator.withLock { generator in
            (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        }
    }
}
