// A counter's store in memory, for rigs and tests. What is kept is a `MemoryDisk`; a `MemoryReplica` is a
// connection to it, of which there may be several, as of programs to one file.

public import Causality
internal import Dossiers
internal import Replication
public import Store
internal import Synchronization

/// What a counter has on its disk, kept in memory.
public final class MemoryDisk: Sendable {
    private let kept: Mutex<(state: MemoryCounterState, version: Int64)>

    /// An empty disk.
    public convenience init() { self.init(MemoryCounterState()) }

    private init(_ state: MemoryCounterState) { kept = Mutex((state, 0)) }

    /// Another disk that holds what this one holds now.
    public func copied() -> MemoryDisk { MemoryDisk(state) }

    /// A number that grows with each transaction.
    public var version: Int64 { kept.withLock(\.version) }

    var state: MemoryCounterState { kept.withLock(\.state) }

    /// One writer at a time, as with a file.
    func write<R>(
        _ body: (MemoryCounterState) throws -> (result: R, state: MemoryCounterState)
    ) throws -> R {
        // The result is the caller's own and goes nowhere else.
        nonisolated(unsafe) var result: R?
        try kept.withLock { kept in
            let written = try body(kept.state)
            kept = (written.state, kept.version + 1)
            result = written.result
        }
        guard let result else { preconditionFailure("a body that ends has a result") }
        return result
    }
}

/// A connection to a counter's store in memory. Not Sendable: it lives with its owner.
public final class MemoryReplica: CounterStore {
    /// What it is connected to.
    public let disk: MemoryDisk

    /// Connects to a disk.
    public init(_ disk: MemoryDisk) { self.disk = disk }

    /// Runs `body` on the store as it is now.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    public func view<R>(_ body: (MemoryCounterView) throws -> R) throws -> R {
        do {
            return try body(MemoryCounterView(disk.state))
        } catch {
            throw StoreError.ofStore(error)
        }
    }

    /// Runs `body` in one write transaction.
    ///
    /// - Throws: `StoreError`, and what `body` throws; then nothing was written.
    public func transaction<R>(
        now: Timestamp, _ body: (MemoryCounterTransaction) throws -> R
    ) throws -> R {
        do {
            return try disk.write { state in
                let transaction = MemoryCounterTransaction(state, now: now)
                let result = try body(transaction)
                try transaction.flush()
                return (result, transaction.view.state)
            }
        } catch {
            throw StoreError.ofStore(error)
        }
    }

    /// A number that changes when something was written.
    public var dataVersion: Int64 { disk.version }

    /// Nothing remains of what was erased.
    public func emptyLog() -> Bool { true }
}
