// Central's store in memory: for rigs and tests, and the proof that the store's protocols say all that the
// rules, the feed and a node need. It knows no SQL. What is kept is a `MemoryCentralDisk`; a `MemoryStore` is
// a connection to it, of which there may be several, as of programs to one file.

public import Causality
public import Crypto
internal import Dossiers
internal import Editing
internal import Replication
public import Store
internal import Synchronization

/// Why the store in memory could not do what was asked.
public enum MemoryStoreError: Error, Hashable, Sendable {
    /// A row contradicts itself.
    case damaged(position: Int)
    /// Central has no epoch: its disk was never made.
    case noEpoch
}

/// What central has on its disk, kept in memory.
public final class MemoryCentralDisk: Sendable {
    private let kept: Mutex<(state: MemoryState, version: Int64)>

    /// A disk on which central was made just now: with its own key and its first epoch.
    public convenience init(random: any RandomSource = SystemRandomSource()) {
        var state = MemoryState()
        let seed = random.bytes(SigningKey.seedByteCount)
        state.registers.keySeed = seed
        let id = Hash256(hashing: seed).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        state.registers.epochs = [CentralEpoch(id: id >> 1, began: nil, cause: .made)]
        self.init(state)
    }

    private init(_ state: MemoryState) { kept = Mutex((state, 0)) }

    /// Another disk that holds what this one holds now. O(1): what is written later is written apart.
    public func copied() -> MemoryCentralDisk { MemoryCentralDisk(state) }

    /// A number that grows with each transaction.
    var version: Int64 { kept.withLock(\.version) }

    var state: MemoryState { kept.withLock(\.state) }

    /// One writer at a time, as with a file.
    func write<R>(_ body: (MemoryState) throws -> (result: R, state: MemoryState)) throws -> R {
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

/// A connection to central's store in memory. Not Sendable: it lives with its owner.
public final class MemoryStore: CentralNodeStore {
    /// What it is connected to.
    public let disk: MemoryCentralDisk

    /// Connects to a disk.
    public init(at disk: MemoryCentralDisk) { self.disk = disk }

    /// Makes an empty store.
    public convenience init() { self.init(at: MemoryCentralDisk()) }

    /// Memory is never full.
    public static func hasRoom(for byteCount: UInt64, at place: MemoryCentralDisk) -> Bool { true }

    /// A number that changes when something was written.
    public var dataVersion: Int64 { disk.version }

    /// All rests where it is.
    public func settleWhenIdle() throws -> Bool { true }

    /// Runs `body` on the store as it is now.
    public func view<R>(_ body: (MemoryView) throws -> R) throws -> R {
        do {
            return try body(MemoryView(disk.state))
        } catch {
            throw StoreError.ofStore(error)
        }
    }

    /// As in `CentralStore`.
    public func transaction<R, S>(
        now: Timestamp, _ body: (MemoryTransaction) throws -> R,
        finish: (R, MemoryTransaction) throws -> S
    ) throws -> S {
        do {
            return try disk.write { state in
                let transaction = MemoryTransaction(state, now: now)
                let result = try body(transaction)
                try transaction.settle()
                return (try finish(result, transaction), transaction.state)
            }
        } catch {
            throw StoreError.ofStore(error)
        }
    }
}
