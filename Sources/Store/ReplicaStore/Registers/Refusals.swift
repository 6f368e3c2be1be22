// Refused changes: at central, so that a repeated push gets the same answer; at a counter, so that
// a person sees what was set aside and why.

public import Causality
internal import Crypto
internal import Dossiers
public import Editing
public import Replication
internal import SQLite

/// A refused change as a counter keeps it.
public struct RefusedChange: Sendable {
    /// The seq of the change.
    public var seq: UInt64
    /// The record it was for.
    public var record: RecordID
    /// Central's code.
    public var code: String
    /// Central's reason.
    public var reason: String
    /// The change: its content waits here for a person.
    public var change: Change
    /// When the refusal arrived.
    public var refusedAt: Timestamp
}

extension ReplicaDatabase {
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
                    seq: UInt64(clamping: seq), record: record, code: statement.text(2),
                    reason: statement.text(3), change: change,
                    refusedAt: Timestamp(milliseconds: statement.int64(5))))
        }
        return changes
    }

    /// How many refused changes wait at this counter.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func refusedCount() throws -> UInt64 {
        let statement = try connection.statement("SELECT count(*) FROM refused")
        defer { statement.reset() }
        return try statement.step() ? UInt64(clamping: statement.int64(0)) : 0
    }

    /// Whether an office could ever read a record: its feed holds a row of it.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func hasEverRead(office: String, _ record: OpenRecord) throws -> Bool {
        guard let key = record.key else { return false }
        return try hasEverRead(office: office, record.state.kind, key)
    }

    /// Whether an office could ever read a record: its feed holds a row of it.
    ///
    /// - Throws: `StoreError`.
    public func hasEverRead(office: String, _ id: RecordID) throws -> Bool {
        guard let record = try find(.id(id)) else { return false }
        return try hasEverRead(office: office, record.state.kind, record.key)
    }

    func hasEverRead(office: String, _ kind: RecordKind, _ key: Int64) throws -> Bool {
        guard let scope = try interning.knownKey(ofOffice: office) else { return false }
        let statement = try connection.statement(
            """
            SELECT 1 FROM changes AS c JOIN feed AS f ON f.position = c.position AND f.scope = ?3
            WHERE c.kind = ?1 AND c.record = ?2 LIMIT 1
            """)
        try statement.bind(1, Int64(kind.rawValue))
        try statement.bind(2, key)
        try statement.bind(3, scope)
        defer { statement.reset() }
        return try statement.step()
    }

    /// The codes of a counter's own changes within a range of seqs that central has refused.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func refusedBefore(
        of replica: ReplicaID, seqs: ClosedRange<UInt64>
    ) throws -> [(seq: UInt64, code: String)] {
        // SQLite uses the partial index only when its very condition is there.
        let statement = try connection.statement(
            """
            SELECT c.seq, coalesce(r.code, '') FROM changes AS c
            LEFT JOIN refused AS r ON r.replica = ?1 AND r.seq = c.seq
            WHERE c.replica = ?2 AND c.seq BETWEEN ?3 AND ?4 AND c.form < 3 AND c.form = 2
            ORDER BY c.seq
            """)
        try statement.bind(1, Int64(bitPattern: replica.rawValue))
        try statement.bind(2, try interning.knownKey(of: replica) ?? -1)
        try statement.bind(3, Int64(clamping: seqs.lowerBound))
        try statement.bind(4, Int64(clamping: seqs.upperBound))
        defer { statement.reset() }
        var refused: [(seq: UInt64, code: String)] = []
        while try statement.step() {
            refused.append((UInt64(clamping: statement.int64(0)), statement.text(1)))
        }
        return refused
    }

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

extension WriteTransaction {
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

    /// Sets one's own change aside at a counter, because central refused it: its content is kept,
    /// and the record goes on from central's state with what was written after.
    ///
    /// - Parameters:
    ///   - state: central's state of the record; `nil` when this office may not see it: then it leaves this
    ///     office's scope, and the copy stays without what was refused.
    ///   - isOthers: whether the record never was this office's for central, when its state is `nil`.
    /// - Returns: whether this was news.
    /// - Throws: `StoreError`.
    public func setAside(
        _ dot: Dot, code: String, reason: String, goingOnFrom state: RecordState?,
        isOthers: Bool = false
    ) throws -> Bool {
        let replicaKey = try database.interning.key(of: dot.replica)
        var found: (bytes: [UInt8], hash: Hash256)?
        try database.changeLog.forEachChange(replicaKey: replicaKey, from: dot.seq) {
            if $0 == dot.seq { found = ($2, $1) }
            return false
        }
        guard let found else { return false }
        let refused: Change
        do throws(FormatError) {
            refused = try Change(canonicalBytes: found.bytes)
        } catch {
            throw StoreError.damaged(table: "changes", key: Int64(clamping: dot.seq))
        }
        let record = refused.record ?? RecordID(derivedFrom: found.hash)
        guard try keepRefused(dot.seq, refused, record, code, reason, found.bytes) else {
            return false
        }
        if let state {
            // Central has another kind of record under the id.
            if state.kind != refused.kind, refused.kind.isKnown {
                try makeWay(open(refused.kind, record))
            }
            // Central knows the refused dot, and none of its values. Of what was written here after it central
            // may have some from elsewhere; the log has it.
            try keepConcurrent(state.before(dot), to: open(state.kind, state.id))
            try goOn(from: state)
        } else if refused.kind.isKnown {
            if isOthers {
                _ = try setAside(refused.kind, record, code: code, reason: reason)
            } else {
                try depart(try open(refused.kind, record), without: dot)
            }
        }
        return true
    }

    /// Takes a record out of this office's scope at a counter, because central has another office's under
    /// its id. What was written here under earlier identities is set aside with it: nobody will push that
    /// again.
    ///
    /// - Returns: how many changes were news among what is set aside.
    /// - Throws: `StoreError`.
    public func setAside(
        _ kind: RecordKind, _ id: RecordID, code: String, reason: String
    ) throws -> UInt64 {
        let present = try open(kind, id)
        guard let key = present.key else { return 0 }
        let former = Set(try database.identityRotations().map(\.old))
        var count: UInt64 = 0
        for logged in try database.changeLog.history(kind: kind, recordKey: key)
        where !logged.isVoid && former.contains(logged.change.dot.replica) {
            let change = logged.change
            let bytes = change.canonicalBytes
            if try keepRefused(change.dot.seq, change, id, code, reason, bytes) { count += 1 }
        }
        try empty(present)
        return count
    }

    /// Takes all out of a record: whatever comes under its id is another record. What was erased stays so,
    /// but nothing else counts as seen: should what was here come again, its values are not replaced.
    private func empty(_ record: OpenRecord) throws {
        let state = record.state
        let isErased = !state.erasures.isEmpty
        let nothing = RecordState(kind: state.kind, id: state.id)
        try MergeApply(self).replace(record, with: isErased ? state.erasureNotice : nothing)
    }

    /// Lets a record leave the office without what was refused of it. What central took stays in the copy:
    /// central may lose it.
    private func depart(_ record: OpenRecord, without refused: Dot) throws {
        guard record.exists else { return }
        let office = try database.enrolledIdentity().identity.office
        // Where else it is stays: a value that is gone from a copy which has seen it counts as replaced.
        let copy = record.state.filtered { name, entry in
            entry.dot != refused
                && !(name == RecordSchema.officeField && entry.value == .text(office))
        }
        try MergeApply(self).replace(record, with: copy)
    }

    /// Takes back that changes to a record were refused: a central that was restored and had forgotten its
    /// refusals has taken them, as its state shows.
    ///
    /// - Throws: `StoreError`.
    public func withdrawRefusals(of state: RecordState) throws {
        let connection = database.connection
        let looking = try connection.statement("SELECT replica, seq FROM refused WHERE record = ?1")
        try state.id.withBytes { try looking.bind(1, bytes: $0) }
        var taken: [Dot] = []
        while try looking.step() {
            let dot = Dot(
                ReplicaID(UInt64(bitPattern: looking.int64(0))), UInt64(clamping: looking.int64(1)))
            if state.holds(dot) { taken.append(dot) }
        }
        looking.reset()
        for dot in taken { _ = try withdrawRefusal(of: dot) }
    }

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
        let marking = try connection.statement(
            "UPDATE changes SET form = 1 WHERE replica = ?1 AND seq = ?2 AND form = 2")
        try marking.bind(1, try database.interning.key(of: dot.replica))
        try marking.bind(2, Int64(clamping: dot.seq))
        try marking.run()
        return true
    }

    private func keepRefused(
        _ seq: UInt64, _ change: Change, _ record: RecordID, _ code: String, _ reason: String,
        _ bytes: [UInt8]
    ) throws -> Bool {
        let statement = try database.connection.statement(
            """
            INSERT OR IGNORE INTO refused(
                seq, kind, record, code, reason, bytes, refused_at, replica)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        try statement.bind(1, Int64(clamping: seq))
        try statement.bind(2, Int64(change.kind.rawValue))
        try record.withBytes { try statement.bind(3, bytes: $0) }
        try statement.bind(4, code)
        try statement.bind(5, reason)
        try statement.bind(6, bytes)
        try statement.bind(7, now.milliseconds)
        try statement.bind(8, Int64(bitPattern: change.dot.replica.rawValue))
        try statement.run()
        guard database.connection.changedRowCount > 0 else { return false }
        let marking = try database.connection.statement(
            "UPDATE changes SET form = 2 WHERE replica = ?1 AND seq = ?2 AND form = 1")
        try marking.bind(1, try database.interning.key(of: change.dot.replica))
        try marking.bind(2, Int64(clamping: seq))
        try marking.run()
        return true
    }

    /// Lets a record go on from central's state, with what was written here after on top: changes that
    /// central's state does not cover, and all other values that a central restored from a backup has
    /// lost. It may have lost others' changes that had replaced what stands in its state.
    func goOn(from state: RecordState) throws {
        let replica = try database.enrolledIdentity().replica
        let record = try open(state.kind, state.id)
        var rebuilt = state
        var refused = Set<Dot>()
        if let key = record.key {
            for logged in try database.changeLog.history(kind: state.kind, recordKey: key) {
                if logged.isVoid {
                    refused.insert(logged.change.dot)
                } else if logged.change.dot.replica == replica
                    || record.state.vv.covers(logged.change.dot)
                {
                    // What does not fit, because central lacks what it builds on, is kept below. What was
                    // refused is no gap.
                    let context = logged.change.context
                    var next = rebuilt
                    for dot in refused where context.covers(dot) && !next.vv.covers(dot) {
                        next.void(dot)
                    }
                    if next.apply(logged.change) == .applied { rebuilt = next }
                }
            }
        }
        rebuilt.adoptUnseen(from: record.state, except: refused)
        try MergeApply(self).replace(record, with: rebuilt)
    }
}
