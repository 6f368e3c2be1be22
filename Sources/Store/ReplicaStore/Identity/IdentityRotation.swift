// A counter's file takes a new identity because another copy of it has synced other changes (a
// clone, or the machine that went on after this backup was made), or because central was restored
// from a backup and may have forgotten that one did. What central has of the old identity stays;
// what it lacks is issued again under the new one, in the same order.

public import Causality
internal import Crypto
internal import Editing
internal import Replication
internal import SQLite

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
}

extension ReplicaDatabase {
    /// The changes of identity of this replica, oldest first.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func identityRotations() throws -> [IdentityRotation] {
        let statement = try connection.statement(
            "SELECT at, old, new, kept_seq, reissued, cause FROM rotations ORDER BY rowid")
        defer { statement.reset() }
        var rotations: [IdentityRotation] = []
        while try statement.step() {
            rotations.append(
                IdentityRotation(
                    at: Timestamp(milliseconds: statement.int64(0)),
                    old: ReplicaID(UInt64(bitPattern: statement.int64(1))),
                    new: ReplicaID(UInt64(bitPattern: statement.int64(2))),
                    keptSeq: UInt64(clamping: statement.int64(3)),
                    reissuedCount: UInt64(clamping: statement.int64(4)),
                    cause: IdentityRotation.Cause(rawValue: statement.text(5)) ?? .copied))
        }
        return rotations
    }
}

extension WriteTransaction {
    /// Goes on as another replica. Own changes after `keptSeq` get new dots, contexts and hashes, and
    /// so do the records that hold them; all of them wait to be pushed.
    ///
    /// - Parameter identity: the new identity's replica, desk, token and key; its progress is set
    ///   here.
    /// - Throws: `StoreError`.
    public func takeIdentity(
        _ identity: ReplicaIdentity, keptSeq: UInt64, cause: IdentityRotation.Cause
    ) throws -> IdentityRotation {
        let (before, old) = try database.enrolledIdentity()
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
            at: now, old: old, new: new, keptSeq: keptSeq, reissuedCount: renaming.chain.seq,
            cause: cause)
        try note(rotation)
        return rotation
    }

    private func note(_ rotation: IdentityRotation) throws {
        let statement = try database.connection.statement(
            """
            INSERT INTO rotations(at, old, new, kept_seq, reissued, cause)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        try statement.bind(1, rotation.at.milliseconds)
        try statement.bind(2, Int64(bitPattern: rotation.old.rawValue))
        try statement.bind(3, Int64(bitPattern: rotation.new.rawValue))
        try statement.bind(4, Int64(clamping: rotation.keptSeq))
        try statement.bind(5, Int64(clamping: rotation.reissuedCount))
        try statement.bind(6, rotation.cause.rawValue)
        try statement.run()
    }
}

/// Rewrites the log and the records of one replica for its new identity.
private struct LogRenaming {
    /// A record by the key of its row.
    private struct Place: Hashable {
        var kind: RecordKind
        var key: Int64
    }

    private struct Row {
        var position: Int64
        var seq: UInt64
        var isVoid: Bool
        var place: Place
        var hash: Hash256
        var bytes: [UInt8]
    }

    private let transaction: WriteTransaction
    private let old: ReplicaID
    private let new: ReplicaID
    private let keptSeq: UInt64
    private var renamings: [Place: DotRenaming] = [:]
    /// The new identity's chain.
    private(set) var chain = HashChain()

    init(_ transaction: WriteTransaction, old: ReplicaID, new: ReplicaID, keptSeq: UInt64) {
        self.transaction = transaction
        self.old = old
        self.new = new
        self.keptSeq = keptSeq
    }

    private var connection: Connection { transaction.database.connection }

    mutating func run() throws {
        let oldKey = try transaction.database.interning.key(of: old)
        let newKey = try transaction.database.interning.key(of: new)
        var seq = keptSeq
        while let row = try nextRow(oldKey, after: seq) {
            seq = row.seq
            var renaming = try renamings[row.place] ?? makeRenaming(row.place, oldKey)
            if row.isVoid {
                // Refused already, and then forgotten by a central that was restored: its content
                // waits among the refused changes, and nothing else holds its dot.
                try remove(row)
            } else {
                try reissue(row, &renaming, newKey)
            }
            renamings[row.place] = renaming
        }
        for (place, renaming) in renamings {
            guard let table = transaction.database.table(of: place.kind),
                let record = try table.load(key: place.key)
            else { continue }
            try MergeApply(transaction).replace(
                OpenRecord(state: record.state, key: record.key),
                with: renaming.renamed(record.state))
        }
    }

    private func nextRow(_ replicaKey: Int64, after seq: UInt64) throws -> Row? {
        let statement = try connection.statement(
            """
            SELECT position, seq, form, kind, record, hash, bytes FROM changes
            WHERE replica = ?1 AND seq > ?2 AND form < 3 ORDER BY seq LIMIT 1
            """)
        try statement.bind(1, replicaKey)
        try statement.bind(2, Int64(clamping: seq))
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        guard let hash = Hash256(bytes: statement.bytes(5)) else {
            throw StoreError.damaged(table: "changes", key: statement.int64(0))
        }
        return Row(
            position: statement.int64(0), seq: UInt64(clamping: statement.int64(1)),
            isVoid: statement.int64(2) == LogForm.void.rawValue,
            place: Place(
                kind: RecordKind(rawValue: UInt8(clamping: statement.int64(3))),
                key: statement.int64(4)),
            hash: hash, bytes: statement.bytes(6))
    }

    /// What central keeps of the old identity's changes to a record: the last through `keptSeq`.
    private func makeRenaming(_ place: Place, _ replicaKey: Int64) throws -> DotRenaming {
        let statement = try connection.statement(
            """
            SELECT max(seq) FROM changes
            WHERE kind = ?1 AND record = ?2 AND replica = ?3 AND seq <= ?4 AND form < 3
            """)
        try statement.bind(1, Int64(place.kind.rawValue))
        try statement.bind(2, place.key)
        try statement.bind(3, replicaKey)
        try statement.bind(4, Int64(clamping: keptSeq))
        defer { statement.reset() }
        let seq = try statement.step() ? statement.int64OrNil(0) ?? 0 : 0
        return DotRenaming(of: old, to: new, keptSeq: UInt64(clamping: seq))
    }

    private mutating func reissue(
        _ row: Row, _ renaming: inout DotRenaming, _ newKey: Int64
    ) throws {
        let change: Change
        do throws(FormatError) {
            change = try Change(canonicalBytes: row.bytes)
        } catch {
            throw StoreError.damaged(table: "changes", key: row.position)
        }
        let record = change.record ?? RecordID(derivedFrom: row.hash)
        var renamed = renaming.renamed(change, seq: chain.seq + 1, record: record)
        // What is left of it is a whole change of the new identity's chain.
        renamed.erasedContent = nil
        let bytes = renamed.canonicalBytes
        chain.append(bytes)
        renaming.add(row.seq, as: chain.seq)
        let statement = try connection.statement(
            """
            UPDATE changes SET replica = ?2, seq = ?3, made = 0, hash = ?4, bytes = ?5
            WHERE position = ?1
            """)
        try statement.bind(1, row.position)
        try statement.bind(2, newKey)
        try statement.bind(3, Int64(clamping: chain.seq))
        try chain.hash.withBytes { try statement.bind(4, bytes: $0) }
        try statement.bind(5, bytes)
        try statement.run()
        try transaction.renameCarried(
            Dot(old, row.seq), to: Dot(new, chain.seq), of: record)
    }

    private func remove(_ row: Row) throws {
        let statement = try connection.statement("DELETE FROM changes WHERE position = ?1")
        try statement.bind(1, row.position)
        try statement.run()
    }
}
