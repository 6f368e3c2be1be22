internal import ReplicaStore
internal import Wire

/// One reading connection to central's database, on its own serial executor.
actor CentralReader {
    private let executor = DatabaseExecutor(label: "central.reader")
    private let database: ReplicaDatabase

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    init(path: String) throws {
        database = try ReplicaDatabase(path: path, role: .central)
    }

    /// Runs `body` on one consistent view of the database.
    func read<R: Sendable>(_ body: @Sendable (ReplicaDatabase) throws -> R) throws -> R {
        try database.read { try body(database) }
    }
}

extension SyncFailure {
    /// Failures stay what they are; a store that failed is said without its details.
    init(_ error: any Error) {
        self =
            switch error {
            case let failure as SyncFailure: failure
            case let error as StoreError: .centralStore(reason: "\(error)")
            default: .centralStore(reason: "internal error")
            }
    }
}
