internal import Foundation

/// The seeds that random tests run over.
public enum Seeds {
    /// Seeds at which one of them once failed: they stay here for good.
    private static let found: [UInt64] = []

    /// `DOSSIER_SEEDS=50` in the environment runs over fifty times as many seeds.
    private static let factor =
        ProcessInfo.processInfo.environment["DOSSIER_SEEDS"].flatMap(UInt64.init) ?? 1

    /// So many seeds.
    public static func all(_ count: UInt64) -> [UInt64] { found + Array(1...count * factor) }
}
