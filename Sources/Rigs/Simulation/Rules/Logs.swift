// The logs of all machines: which dot names which bytes, and whether the chains hold.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Replication
internal import Store

/// A replica's changes in a database, with its chain computed anew.
struct OwnChanges {
    private(set) var changes: [Change] = []
    /// The chain's end by recomputation.
    private(set) var chain = HashChain()

    /// Walks the changes of a counter's own replica.
    init(of store: any SimulatedReplica) throws {
        try self.init(of: try store.enrolled().replica, in: store)
    }

    /// Walks the changes of a replica.
    ///
    /// - Throws: `Violation` when a stored hash is not the recomputed one.
    init(of replica: ReplicaID, in store: any CheckedStore) throws {
        while let chunk = try store.nextChange(of: replica, after: chain.seq) {
            guard chunk.hashBefore == chain.hash, chunk.count == 1 else {
                throw Violation(.chain, "\(replica) has another hash before \(chain.seq + 1)")
            }
            let change = try Change(canonicalBytes: chunk.changes)
            chain.append(innerHash: change.innerHash)
            guard change.dot == Dot(replica, chain.seq), chunk.hashAfter == chain.hash else {
                throw Violation(.chain, "\(replica) has another hash at \(chain.seq)")
            }
            changes.append(change)
        }
    }
}

/// Which bytes every dot names, wherever it was seen.
struct DotCollector {
    private var hashes: [Dot: Hash256] = [:]
    /// The write that each dot is of.
    private(set) var labels: [Dot: Label] = [:]
    /// The dots of each write: several when it was issued again under a new identity.
    private(set) var dots: [Label: Set<Dot>] = [:]
    /// Dots of changes that were refused, at whatever time.
    private(set) var voids = Set<Dot>()

    /// Notes a change.
    ///
    /// - Throws: `Violation` when its dot names another elsewhere.
    mutating func collect(_ change: Change) throws {
        try collect(change.dot, innerHash: change.innerHash)
        guard let label = change.by else { return }
        labels[change.dot] = label
        dots[label, default: []].insert(change.dot)
    }

    /// Notes the hash of a dot's change.
    ///
    /// - Throws: `Violation` when it names another elsewhere.
    mutating func collect(_ dot: Dot, innerHash hash: Hash256) throws {
        guard hashes.updateValue(hash, forKey: dot) ?? hash == hash else {
            throw Violation(.dots, "\(dot) names two changes")
        }
    }

    /// Notes all changes of some replicas.
    mutating func collect(from store: any CheckedStore, replicas: [ReplicaID]) throws {
        for replica in replicas {
            for change in try OwnChanges(of: replica, in: store).changes {
                try collect(change)
            }
        }
    }

    /// Notes a counter's own changes.
    mutating func collectOwn(from store: any SimulatedReplica) throws {
        try collect(from: store, replicas: [store.enrolled().replica])
    }

    /// Notes all changes in the histories of records.
    mutating func collectHistories(of records: [RecordID], in store: any CheckedStore) throws {
        for id in records {
            for logged in try store.history(ofRecord: id) {
                try collect(logged.change)
                if logged.isVoid { voids.insert(logged.change.dot) }
            }
        }
    }
}
