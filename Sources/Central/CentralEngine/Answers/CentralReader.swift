internal import Store
internal import Wire

/// One way to read central's store, on its own serial executor.
actor CentralReader<Store: CentralNodeStore> {
    private let executor = DatabaseExecutor(label: "central.reader")
    private let store: Store

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    init(_ store: sending Store) {
        self.store = store
    }

    /// Runs `body` on one consistent view of the store.
    func read<R: Sendable>(_ body: @Sendable (Store.View) throws -> R) throws -> R {
        try store.view { try body($0) }
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
