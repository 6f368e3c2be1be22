internal import Causality
internal import Crypto
public import SQLiteStore

/// A database whose backups are told from those of others.
public protocol BackedUpDatabase: RoleDatabase {
    /// Whose backups those of this database are; `nil` when that cannot be told yet.
    ///
    /// - Throws: `StoreError`.
    func backupSeries() throws -> String?
}

extension CentralDatabase: BackedUpDatabase {
    /// Central is known by its key.
    ///
    /// - Throws: `StoreError`.
    public func backupSeries() throws -> String? {
        try centralKeySeed().flatMap(SigningKey.init(seed:)).map {
            Hexadecimal.text(Hash256(hashing: $0.publicKey.bytes).bytes.prefix(8))
        }
    }
}

extension CounterDatabase: BackedUpDatabase {
    /// A counter is known by its first replica; one that is not enrolled has none.
    ///
    /// - Throws: `StoreError`.
    public func backupSeries() throws -> String? {
        try (identityRotations().first?.old ?? identity()?.replica)?.description
    }
}
