// A counter's file takes a new identity because another copy of it has synced other changes (a
// clone, or the machine that went on after this backup was made), or because central was restored
// from a backup and may have forgotten that one did. What central has of the old identity stays;
// what it lacks is issued again under the new one, in the same order.

public import Causality
internal import Crypto
internal import Editing
internal import Replication

/// A change of identity that was made here.
public struct IdentityRotation: Hashable, Sendable {
    /// When.
    public var at: Timestamp
    /// The identity before.
    public var old: ReplicaID
    /// The identity since.
    public var new: ReplicaID
    /// The last change of the old identity that central has as it is here.
    public var keptSeq: UInt64
    /// Changes that were issued again.
    public var reissuedCount: UInt64
    /// Why.
    public var cause: Cause

    /// Why a replica takes a new identity.
    public enum Cause: String, Hashable, Sendable {
        /// A copy of it has synced other changes.
        case copied
        /// Central began a new epoch: it was restored from a backup.
        case newEpoch
    }

    /// A change of identity.
    public init(
        at time: Timestamp, from old: ReplicaID, to new: ReplicaID, keptSeq: UInt64,
        reissuedCount: UInt64, cause: Cause
    ) {
        at = time
        self.old = old
        self.new = new
        self.keptSeq = keptSeq
        self.reissuedCount = reissuedCount
        self.cause = cause
    }
}

extension CounterTransaction {
    /// Goes on as another replica. Own changes after `keptSeq` get new dots, contexts and hashes, and
    /// so do the records that hold them; all of them wait to be pushed.
    ///
    /// - Parameter identity: the new identity's replica, desk, token and key; its progress is set
    ///   here.
    /// - Throws: `StoreError`.
    public func takeIdentity(
        _ identity: ReplicaIdentity, keptSeq: UInt64, cause: IdentityRotation.Cause
    ) throws -> IdentityRotation {
        let (before, old) = try view.enrolledIdentity()
        guard let new = identity.replica else { throw StoreError.notEnrolled }
        var renaming = LogRenaming(self, old: old, new: new, keptSeq: keptSeq)
        try renaming.run()
        var identity = identity
        identity.seq = renaming.chain.seq
        identity.chainHash = renaming.chain.hash
        identity.clock = before.clock
        identity.pushedSeq = 0
        identity.acknowledgedSeq = 0
        identity.pushLimit = nil
        identity.nextSigningSeed = nil
        try save(identity)
        try keep(FormerIdentity(replica: old, signingSeed: before.signingSeed))
        let rotation = IdentityRotation(
            at: now, from: old, to: new, keptSeq: keptSeq, reissuedCount: renaming.chain.seq,
            cause: cause)
        try note(rotation)
        return rotation
    }
}

/// Rewrites the log and the records of one replica for its new identity.
private struct LogRenaming<Transaction: CounterTransaction> {
    private let transaction: Transaction
    private let old: ReplicaID
    private let new: ReplicaID
    private let keptSeq: UInt64
    private var renamings: [RecordRow: DotRenaming] = [:]
    /// What came in files and was issued under the old identity, by its seq there.
    private var carried: [UInt64: [Dot]] = [:]
    /// The new identity's chain.
    private(set) var chain = HashChain()

    init(_ transaction: Transaction, old: ReplicaID, new: ReplicaID, keptSeq: UInt64) {
        self.transaction = transaction
        self.old = old
        self.new = new
        self.keptSeq = keptSeq
    }

    /// O(changes after `keptSeq` + carried changes): the store is locked meanwhile.
    mutating func run() throws {
        carried = try transaction.view.carriedDots(issuedBy: old)
        var seq = keptSeq
        while let row = try transaction.view.nextRow(of: old, after: seq) {
            seq = row.dot.seq
            // Taken out, so that it is not copied when it grows.
            var renaming = try renamings.removeValue(forKey: row.record) ?? makeRenaming(row)
            if row.isVoid {
                // Refused already, and then forgotten by a central that was restored: its content
                // waits among the refused changes, and nothing else holds its dot.
                try transaction.remove(row)
            } else {
                try reissue(row, &renaming)
            }
            renamings[row.record] = renaming
        }
        for (place, renaming) in renamings {
            guard let record = try transaction.view.record(at: place) else { continue }
            try CounterMerge(transaction).replace(record, with: renaming.renamed(record.state))
        }
    }

    /// What central keeps of the old identity's changes to a record: the last through `keptSeq`. One that it refused
    /// as out of scope it knows of no record; what was written after that does not count it as seen.
    ///
    /// - Parameter row: the first of the record that is renamed.
    private func makeRenaming(_ row: OwnRow) throws -> DotRenaming {
        var seq = try transaction.view.lastSeq(of: old, to: row.record, through: keptSeq)
        if seq > 0, !row.isVoid { seq = min(seq, try change(in: row).context[old]) }
        return DotRenaming(of: old, to: new, keptSeq: seq)
    }

    private func change(in row: OwnRow) throws -> Change {
        do throws(FormatError) {
            return try Change(canonicalBytes: row.bytes)
        } catch {
            throw StoreError.damaged(table: "changes", key: row.position)
        }
    }

    private mutating func reissue(_ row: OwnRow, _ renaming: inout DotRenaming) throws {
        let change = try change(in: row)
        let record = change.recordID(after: row.hash)
        var renamed = renaming.renamed(change, seq: chain.seq + 1, record: record)
        // What is left of it is a whole change of the new identity's chain.
        renamed.erasedContent = nil
        let bytes = renamed.canonicalBytes
        chain.append(bytes)
        renaming.add(row.dot.seq, as: chain.seq)
        let dot = Dot(new, chain.seq)
        try transaction.reissue(row, as: dot, hash: chain.hash, bytes: bytes)
        try transaction.renameCarried(
            carried[row.dot.seq] ?? [], from: row.dot, to: dot, of: record)
    }
}
