import Foundation

/// SplitMix64 (Steele et al. 2014): the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The seeds that laws run over.
enum Seeds {
    /// Seeds at which a law once failed: they stay here for good.
    static let found: [UInt64] = []

    /// `DOSSIER_SEEDS=50` in the environment runs over fifty times as many seeds.
    private static let factor =
        ProcessInfo.processInfo.environment["DOSSIER_SEEDS"].flatMap(UInt64.init) ?? 1

    static func all(_ count: UInt64) -> [UInt64] { found + Array(1...count * factor) }
}
