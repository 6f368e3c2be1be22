// A counter's store in memory, for rigs and tests. What is kept is a `MemoryDisk`; a `MemoryReplica` is a
// connection to it, of which there may be several, as of programs to one file.

public import Causality
internal import Dossiers
internal import Replication
public import Store

extension MemoryDisk where Content == MemoryCounterState {
    /// A counter's disk, empty.
    public convenience init() { self.init(MemoryCounterState()) }
}

/// A connection to a counter's store in memory. Not Sendable: it lives with its owner.
public final class MemoryReplica: CounterStore {
    /// What it is connected to.
    public let disk: MemoryDisk<MemoryCounterState>

    /// Connects to a disk.
    public init(_ disk: MemoryDisk<MemoryCounterState>) { self.disk = disk }

    /// Runs `body` on the store as it is now.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    public func view<R>(_ body: (MemoryCounterView) throws -> R) throws -> R {
        do {
            return try body(MemoryCounterView(disk.content))
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
