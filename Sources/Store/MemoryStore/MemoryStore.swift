// Central's store in memory: for rigs and tests, and the proof that the store's protocols say all that the
// rules, the feed and a node need. It knows no SQL. What is kept is a `MemoryDisk`; a `MemoryStore` is
// a connection to it, of which there may be several, as of programs to one file.

public import Causality
public import Crypto
internal import Dossiers
internal import Editing
internal import Replication
public import Store

/// Why the store in memory could not do what was asked.
public enum MemoryStoreError: Error, Hashable, Sendable {
    /// A row contradicts itself.
    case damaged(position: Int)
    /// Central has no epoch: its disk was never made.
    case noEpoch
}

extension MemoryDisk where Content == MemoryState {
    /// A disk on which central was made just now: with its own key and its first epoch.
    public convenience init(random: any RandomSource = SystemRandomSource()) {
        var state = MemoryState()
        let seed = random.bytes(SigningKey.seedByteCount)
        state.registers.keySeed = seed
        let id = Hash256(hashing: seed).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        state.registers.epochs = [CentralEpoch(id: id >> 1, began: nil, cause: .made)]
        self.init(state)
    }
}

/// A connection to central's store in memory. Not Sendable: it lives with its owner.
public final class MemoryStore: CentralNodeStore {
    /// What it is connected to.
    public let disk: MemoryDisk<MemoryState>

    /// Connects to a disk.
    public init(at disk: MemoryDisk<MemoryState>) { self.disk = disk }

    /// Makes an empty store.
    public convenience init() { self.init(at: MemoryDisk()) }

    /// Memory is never full.
    public static func hasRoom(for byteCount: UInt64, at place: MemoryDisk<MemoryState>) -> Bool {
        true
    }

    /// A number that changes when something was written.
    public var dataVersion: Int64 { disk.version }

    /// All rests where it is.
    public func settleWhenIdle() throws -> Bool { true }

    /// Runs `body` on the store as it is now.
    public func view<R>(_ body: (MemoryView) throws -> R) throws -> R {
        do {
            return try body(MemoryView(disk.content))
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
