// Refused changes: at central, so that a repeated push gets the same answer; at a counter, so that
// a person sees what was set aside and why.

public import Causality
internal import Crypto
internal import Dossiers
public import Editing
public import Replication
internal import SQLite

extension CounterDatabase {
    /// The refused changes that wait at this counter, oldest first.
    ///
    /// - Throws: `StoreError`.
    public func refusedChanges() throws -> [RefusedChange] {
        let statement = try connection.statement(
            """
            SELECT seq, record, code, reason, bytes, refused_at FROM refused
            ORDER BY refused_at, replica, seq
            """)
        defer { statement.reset() }
        var changes: [RefusedChange] = []
        while try statement.step() {
            let seq = statement.int64(0)
            guard let record = RecordID(bytes: statement.bytes(1)),
                let change = try? Change(canonicalBytes: statement.bytes(4))  // named just below
            else { throw StoreError.damaged(table: "refused", key: seq) }
            changes.append(
                RefusedChange(
                    change, of: record, code: statement.text(2), reason: statement.text(3),
                    at: Timestamp(milliseconds: statement.int64(5))))
        }
        return changes
    }

    /// The refused changes to a record, by their dots.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func refusedDots(of record: RecordID) throws -> [Dot] {
        let statement = try connection.statement(
            "SELECT replica, seq FROM refused WHERE record = ?1")
        try record.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        var dots: [Dot] = []
        while try statement.step() {
            dots.append(
                Dot(
                    ReplicaID(UInt64(bitPattern: statement.int64(0))),
                    UInt64(clamping: statement.int64(1))))
        }
        return dots
    }

    /// How many refused changes wait at this counter.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func refusedCount() throws -> UInt64 {
        let statement = try connection.statement("SELECT count(*) FROM refused")
        defer { statement.reset() }
        return try statement.step() ? UInt64(clamping: statement.int64(0)) : 0
    }

    /// The codes of a counter's own changes within a range of seqs that central has refused.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func refusedBefore(
        of replica: ReplicaID, seqs: ClosedRange<UInt64>
    ) throws -> [(seq: UInt64, code: String)] {
        guard let key = try interning.knownKey(of: replica) else { return [] }
        let statement = try connection.statement(
            "SELECT code FROM refused WHERE replica = ?1 AND seq = ?2")
        var refused: [(seq: UInt64, code: String)] = []
        try changeLog.forEachRow(replicaKey: key, from: seqs.lowerBound, through: seqs.upperBound) {
            guard $0.form == .void else { return true }
            try statement.bind(1, Int64(bitPattern: replica.rawValue))
            try statement.bind(2, Int64(clamping: $0.seq))
            refused.append(($0.seq, try statement.step() ? statement.text(0) : ""))
            statement.reset()
            return true
        }
        return refused
    }
}

extension CounterWriteTransaction {
    /// Takes back that a change was refused.
    ///
    /// - Returns: whether it was.
    /// - Throws: `StoreError`.
    public func withdrawRefusal(of dot: Dot) throws -> Bool {
        let connection = database.connection
        let removal = try connection.statement(
            "DELETE FROM refused WHERE replica = ?1 AND seq = ?2")
        try removal.bind(1, Int64(bitPattern: dot.replica.rawValue))
        try removal.bind(2, Int64(clamping: dot.seq))
        try removal.run()
        guard connection.changedRowCount > 0 else { return false }
        try database.changeLog.mark(
            replicaKey: database.interning.key(of: dot.replica), seq: dot.seq, from: .void,
            to: .change)
        return true
    }

    /// Keeps what was refused, or could not stand, for a person.
    ///
    /// - Parameter isLogged: whether the change stands in the log, which is then marked.
    /// - Returns: `false` when it is kept already.
    /// - Throws: `StoreError.sqlite`.
    public func keepRefused(_ refused: RefusedChange, isLogged: Bool) throws -> Bool {
        let statement = try database.connection.statement(
            """
            INSERT OR IGNORE INTO refused(
                seq, kind, record, code, reason, bytes, refused_at, replica)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        let change = refused.change
        try statement.bind(1, Int64(clamping: refused.seq))
        try statement.bind(2, Int64(change.kind.rawValue))
        try refused.record.withBytes { try statement.bind(3, bytes: $0) }
        try statement.bind(4, refused.code)
        try statement.bind(5, refused.reason)
        try statement.bind(6, change.canonicalBytes)
        try statement.bind(7, refused.refusedAt.milliseconds)
        try statement.bind(8, Int64(bitPattern: change.dot.replica.rawValue))
        try statement.run()
        guard database.connection.changedRowCount > 0 else { return false }
        guard isLogged else { return true }
        try database.changeLog.mark(
            replicaKey: database.interning.key(of: change.dot.replica), seq: refused.seq,
            from: .change, to: .void)
        return true
    }
}

extension CentralDatabase {
    func hasEverRead(office: String, _ kind: RecordKind, _ key: Int64) throws -> Bool {
        guard let scope = try interning.knownKey(ofOffice: office) else { return false }
        return try changeLog.rows(of: LogPlace(kind: kind, record: key))
            .contains { try isInFeed($0.position, of: scope) }
    }
}

extension CentralWriteTransaction {
    /// Keeps a refusal at central.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func add(_ note: RefusalNote, of replica: ReplicaID) throws {
        let statement = try database.connection.statement(
            """
            INSERT INTO refusals(replica, seq, kind, record, code, reason, is_content_kept)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        try statement.bind(1, try database.interning.key(of: replica))
        try statement.bind(2, Int64(clamping: note.seq))
        try statement.bind(3, Int64(note.kind.rawValue))
        try note.record.withBytes { try statement.bind(4, bytes: $0) }
        try statement.bind(5, note.code)
        try statement.bind(6, note.reason)
        try statement.bind(7, note.isContentKept ? 1 : 0)
        try statement.run()
    }
}

extension CentralDatabase {
    /// Central's refusals of a device's changes within a range of seqs.
    ///
    /// - Throws: `StoreError`.
    public func refusals(
        of replica: ReplicaID, seqs: ClosedRange<UInt64>
    ) throws -> [RefusalNote] {
        let statement = try connection.statement(
            """
            SELECT seq, kind, record, code, reason FROM refusals
            WHERE replica = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq
            """)
        try statement.bind(1, try interning.knownKey(of: replica) ?? -1)
        try statement.bind(2, Int64(clamping: seqs.lowerBound))
        try statement.bind(3, Int64(clamping: seqs.upperBound))
        defer { statement.reset() }
        var notes: [RefusalNote] = []
        while try statement.step() {
            guard let record = RecordID(bytes: statement.bytes(2)) else {
                throw StoreError.damaged(table: "refusals", key: statement.int64(0))
            }
            notes.append(
                RefusalNote(
                    seq: UInt64(clamping: statement.int64(0)),
                    kind: RecordKind(rawValue: UInt8(clamping: statement.int64(1))),
                    record: record, code: statement.text(3), reason: statement.text(4)))
        }
        return notes
    }
}
