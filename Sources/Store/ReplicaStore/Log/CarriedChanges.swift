// Changes that another device wrote, that central does not have, and that came in a file: this
// device issues them, with the context that they were written in.
//
// Why nothing is lost or guessed: a change replaces the values that its writer had seen, and no others.
// The writer's own changes in its context are renamed to what they are called here, as when a replica
// takes a new identity; those that central has keep their names. What the context names and this
// device has not seen waits for a sync. A device's own changes must follow each other in the contexts
// of a record (a vector cannot leave one out), so this device's own values that the writer had not
// seen are named one by one, in `Change.unseen`: they stand beside the new ones.
//
// What was taken is remembered by its first name, the writer and its seq: the same file again changes
// nothing.

internal import Causality
internal import Dossiers
public import Replication
internal import SQLite
internal import Text

/// A change of another device, as it was written there.
public struct CarriedChange: Sendable, Hashable {
    /// The change.
    public var change: Change
    /// Its record.
    public var record: RecordID
    /// The last of the writer's changes to the record that central has confirmed to it; 0 for none.
    public var keptSeq: UInt64

    /// Puts a change together with what the writer knew of it.
    public init(_ change: Change, of record: RecordID, keptSeq: UInt64) {
        self.change = change
        self.record = record
        self.keptSeq = keptSeq
    }
}

/// What became of a carried change.
public enum CarriedOutcome: Sendable {
    /// It was issued here, but for values that could not stand.
    case issued([CarriedFault])
    /// It waits for what its context names, which this device has not seen.
    case waits
    /// It was taken before, or came from central.
    case known
}

/// A value of a carried change that could not stand.
public struct CarriedFault: Sendable {
    /// The value.
    public var write: FieldWrite
    /// Why.
    public var error: StoreError
}

enum CarriedSchema {
    /// `bytes` while the change waits; `new_replica` and `new_seq` once it was issued; none of them
    /// when it is known or nothing of it could stand.
    static let counter = """
        CREATE TABLE carried(
            replica INTEGER NOT NULL, seq INTEGER NOT NULL, record BLOB NOT NULL,
            kept_seq INTEGER NOT NULL, new_replica INTEGER, new_seq INTEGER, bytes BLOB,
            PRIMARY KEY (replica, seq)) STRICT;
        CREATE INDEX carried_waiting ON carried(seq) WHERE bytes IS NOT NULL;
        """
}

extension ReplicaDatabase {
    /// The own changes that central has not confirmed, in their order, as another device takes them; then
    /// those that came in a file themselves and wait here.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    public func forEachCarried(_ body: (CarriedChange) throws -> Void) throws {
        let (identity, replica) = try enrolledIdentity()
        guard let key = try interning.knownKey(of: replica) else { return }
        var seq = identity.pushedSeq
        while let one = try outbox(of: replica, after: seq, bytesMax: 1) {
            seq = one.firstSeq
            let change = try Self.change(one.changes, at: seq)
            let record = change.record ?? RecordID(derivedFrom: one.hashAfter)
            let kept = try lastSeq(of: key, to: record, change.kind, through: identity.pushedSeq)
            try body(CarriedChange(change, of: record, keptSeq: kept))
        }
        for waiting in try waitingCarried() { try body(waiting) }
    }

    /// Carried changes that wait for what this device has not seen, in their writers' order.
    func waitingCarried() throws -> [CarriedChange] {
        let statement = try connection.statement(
            """
            SELECT record, kept_seq, bytes, seq FROM carried WHERE bytes IS NOT NULL
            ORDER BY replica, seq
            """)
        defer { statement.reset() }
        var waiting: [CarriedChange] = []
        while try statement.step() {
            let seq = UInt64(clamping: statement.int64(3))
            guard let record = RecordID(bytes: statement.bytes(0)) else {
                throw StoreError.damaged(table: "carried", key: statement.int64(3))
            }
            waiting.append(
                CarriedChange(
                    try Self.change(statement.bytes(2), at: seq), of: record,
                    keptSeq: UInt64(clamping: statement.int64(1))))
        }
        return waiting
    }

    /// How many carried changes wait.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func waitingCarriedCount() throws -> Int {
        let statement = try connection.statement(
            "SELECT count(*) FROM carried WHERE bytes IS NOT NULL")
        defer { statement.reset() }
        return try statement.step() ? Int(statement.int64(0)) : 0
    }

    private func lastSeq(
        of replicaKey: Int64, to record: RecordID, _ kind: RecordKind, through seq: UInt64
    ) throws -> UInt64 {
        guard let stored = try table(of: kind)?.load(record) else { return 0 }
        let statement = try connection.statement(
            """
            SELECT max(seq) FROM changes
            WHERE kind = ?1 AND record = ?2 AND replica = ?3 AND seq <= ?4 AND form < 3
            """)
        try statement.bind(1, Int64(kind.rawValue))
        try statement.bind(2, stored.key)
        try statement.bind(3, replicaKey)
        try statement.bind(4, Int64(clamping: seq))
        defer { statement.reset() }
        return try statement.step() ? UInt64(clamping: statement.int64OrNil(0) ?? 0) : 0
    }

    private static func change(_ bytes: [UInt8], at seq: UInt64) throws -> Change {
        do throws(FormatError) {
            return try Change(canonicalBytes: bytes)
        } catch {
            throw StoreError.damaged(table: "changes", key: Int64(clamping: seq))
        }
    }
}

extension WriteTransaction {
    /// A carried change that was issued here has another name since; and what this replica wrote itself
    /// is known when an export from before its new identity comes back.
    func renameCarried(_ old: Dot, to new: Dot, of record: RecordID) throws {
        let renaming = try database.connection.statement(
            """
            UPDATE carried SET new_replica = ?3, new_seq = ?4
            WHERE new_replica = ?1 AND new_seq = ?2
            """)
        for (statement, isOwn) in [
            (renaming, false),
            (
                try database.connection.statement(
                    """
                    INSERT OR IGNORE INTO carried(
                        replica, seq, new_replica, new_seq, record, kept_seq)
                    VALUES (?1, ?2, ?3, ?4, ?5, 0)
                    """), true
            ),
        ] {
            try statement.bind(1, Int64(bitPattern: old.replica.rawValue))
            try statement.bind(2, Int64(clamping: old.seq))
            try statement.bind(3, Int64(bitPattern: new.replica.rawValue))
            try statement.bind(4, Int64(clamping: new.seq))
            if isOwn { try record.withBytes { try statement.bind(5, bytes: $0) } }
            try statement.run()
        }
    }

    /// Issues the carried changes that waited for what this device has seen by now.
    ///
    /// - Returns: how many were issued.
    /// - Throws: `StoreError`.
    public func takeWaiting() throws -> Int {
        let waiting = try database.waitingCarried()
        guard !waiting.isEmpty else { return 0 }
        let edit = try LocalEdit(self)
        var count = 0
        for carried in waiting {
            do {
                let outcome = try attempt { try edit.take(carried) }
                guard case .issued(let faults) = outcome else { continue }
                count += 1
                guard let fault = faults.first else { continue }
                var left = carried.change
                left.writes.removeAll { write in !faults.contains { $0.write == write } }
                left.additions.removeAll { write in !faults.contains { $0.write == write } }
                try keepUnissued(left, of: carried, because: fault.error)
            } catch let error as StoreError where error.isOfOneEdit {
                try CarriedNames(self).note(carried, as: nil)
                try keepUnissued(carried.change, of: carried, because: error)
            }
        }
        return count
    }

    /// Keeps what could not stand for a person, among the refused changes.
    private func keepUnissued(
        _ change: Change, of carried: CarriedChange, because error: StoreError
    ) throws {
        let statement = try database.connection.statement(
            """
            INSERT OR IGNORE INTO refused(
                seq, kind, record, code, reason, bytes, refused_at, replica)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        try statement.bind(1, Int64(clamping: change.dot.seq))
        try statement.bind(2, Int64(change.kind.rawValue))
        try carried.record.withBytes { try statement.bind(3, bytes: $0) }
        try statement.bind(4, error.code)
        try statement.bind(5, error.message.english)
        try statement.bind(6, change.canonicalBytes)
        try statement.bind(7, now.milliseconds)
        try statement.bind(8, Int64(bitPattern: change.dot.replica.rawValue))
        try statement.run()
    }

    /// Takes out of waiting changes what was erased from their record.
    func eraseWaiting(of state: RecordState) throws {
        guard database.role == .counter, let kept = state.keptFields else { return }
        for carried in try database.waitingCarried() where carried.record == state.id {
            var left = carried
            left.change = carried.change.erased(keeping: kept)
            try CarriedNames(self).await(left)
        }
    }
}
