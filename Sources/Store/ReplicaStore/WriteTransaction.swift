// One write transaction and all that it has to leave consistent: the record's row, the digest of
// its scopes, the log and, at central, the feed. `LocalEdit`, `CounterMerge` and `MergeApply` are the doors
// to it; nothing else writes a record.

public import Causality
internal import Crypto
internal import Dossiers
public import Editing
public import Replication
internal import SQLite
public import Store

/// A write transaction in progress.
public final class WriteTransaction {
    /// The time of the transaction by this machine's clock; at the edge of what records can hold when
    /// the clock is beyond it.
    public let now: Timestamp
    let database: ReplicaDatabase
    /// Who writes, once it was asked for.
    public var author: Author?
    /// Records that were erased in this transaction.
    public private(set) var erasedRecords: [RecordID] = []
    private var differences: [DigestTable.Place: DigestTable.Difference] = [:]
    private var feedHash: Hash256?
    private var lastPosition: Int64?
    var knownProcedures: [String: Bool] = [:]
    /// The entries of procedures by code, as long as no procedure is stored.
    var knownEditions: [String: [ProcedureEdition]] = [:]
    /// Whether a change of this machine's own was written.
    private var hasOwnChange = false
    /// What is wrong with the clock, once it was asked for: it does not change within the transaction.
    private var judgedClock: ClockFault??

    init(_ database: ReplicaDatabase, now: Timestamp) {
        self.database = database
        self.now = now.storable
    }

    /// Stores at central what became of a record, and logs why.
    func storeAtCentral(
        _ after: RecordState, over before: OpenRecord, log entry: LogEntry?
    ) throws {
        precondition(database.role == .central, "a counter commits write sets")
        guard let table = database.table(of: after.kind) else { throw FormatError.member }
        if let other = before.claimant, !after.fields.isEmpty { throw StoreError.otherKind(other) }
        let key = try save(after, over: before.state, key: before.row, in: table)
        let kept = after.keptFields
        if kept != nil, kept != before.state.keptFields {
            try eraseContent(of: after, key: key)
            noteErased(after.id)
        }
        guard let entry else { return }
        let rows = try LoggedRow.rows(
            for: entry, of: after, over: before.state, exists: before.exists
        ) {
            try database.scopesThatRead(after.kind, key: key).map(\.office)
        }
        for row in rows { try append(row, key: key) }
    }

    /// Writes a record's row, and what follows from it: the digests of its scopes, the rows of its moves,
    /// and whether it is among those of a wrong clock.
    ///
    /// - Parameter key: its row's; `nil` for a new one.
    /// - Returns: the row's key.
    func save(
        _ after: RecordState, over before: RecordState, key: Int64?, in table: RecordTable
    ) throws -> Int64 {
        if after.kind == .procedure { knownEditions = [:] }
        let isNew = key == nil
        let key = try key ?? table.insert(after)
        if !isNew, after != before { try table.update(key, after, over: before) }
        try noteWrongClock(after, over: before, key: key)
        try noteEvents(after, over: before, isNew: isNew, key: key)
        if after != before {
            try note(before, sign: -1)
            try note(after, sign: 1)
        }
        return key
    }

    /// Notes that a record was erased in this transaction.
    func noteErased(_ id: RecordID) { erasedRecords.append(id) }

    /// Runs one of several pieces of work of a transaction: what it throws undoes its own part only.
    ///
    /// - Throws: what `body` throws.
    public func attempt<R>(_ body: () throws -> R) throws -> R {
        let saved = (
            differences, feedHash, lastPosition, author, erasedRecords, knownProcedures,
            hasOwnChange
        )
        do {
            return try database.connection.savepoint(body)
        } catch {
            (
                differences, feedHash, lastPosition, author, erasedRecords, knownProcedures,
                hasOwnChange
            ) = saved
            knownEditions = [:]
            database.interning.forget()
            throw StoreError.wrapping(error)
        }
    }

    /// What is wrong with this machine's clock; `nil` for nothing.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func clockFault() throws -> ClockFault? {
        if let judgedClock { return judgedClock }
        let fault = try database.clockFault(at: now)
        judgedClock = .some(fault)
        return fault
    }

    /// Writes what came of a request.
    ///
    /// - Throws: `StoreError`.
    public func commit(_ write: LocalWrite, over record: OpenRecord) throws {
        switch database.role {
        case .counter: try commitEdit(write, over: record)
        case .central: try storeAtCentral(write.after, over: record, log: write.entry)
        }
        hasOwnChange = true
    }

    /// Writes what the transaction has collected.
    func flush() throws {
        try database.digests.add(differences)
        differences = [:]
        if database.role == .counter, let author { try saveIdentity(of: author) }
        if hasOwnChange || feedHash != nil { try noteChange() }
        if let feedHash, let lastPosition {
            let statement = try database.connection.statement(
                "INSERT INTO commits(last, hash, at) VALUES (?1, ?2, ?3)")
            try statement.bind(1, lastPosition)
            try feedHash.withBytes { try statement.bind(2, bytes: $0) }
            try statement.bind(3, now.milliseconds)
            try statement.run()
        }
    }
}

extension WriteTransaction {
    func append(_ entry: LogEntry, kind: RecordKind, key: Int64) throws -> Int64 {
        let replicaKey = try entry.dot.map { try database.interning.key(of: $0.replica) } ?? 0
        return try database.changeLog.append(
            entry, replicaKey: replicaKey, kind: kind, recordKey: key, now: now)
    }

    /// Logs a row that no replica reads, of a record.
    func keep(_ entry: LogEntry, of kind: RecordKind, key: Int64) throws {
        _ = try append(entry, kind: kind, key: key)
    }

    /// Tells offices of a record by a state that is not the record's own.
    func tell(_ offices: [String], of state: RecordState, key: Int64) throws {
        for row in LoggedRow.told(state, to: offices.map(FeedScope.office)) {
            try append(row, key: key)
        }
    }

    func chainFeed(_ hash: Hash256, _ position: Int64) throws {
        if feedHash == nil { feedHash = try database.lastCommit().hash }
        feedHash = feedHash?.chained(with: hash)
        lastPosition = position
    }

    func enterFeed(_ scope: Int64, _ position: Int64) throws {
        let statement = try database.connection.statement(
            "INSERT INTO feed(scope, position) VALUES (?1, ?2)")
        try statement.bind(1, scope)
        try statement.bind(2, position)
        try statement.run()
    }

    private func note(_ state: RecordState, sign: Int64) throws {
        let scopes = FeedScope.scopes(of: state)
        guard !scopes.isEmpty else { return }
        let digest = Digest(of: state)
        for scope in scopes {
            let place = DigestTable.Place(scope: try scopeKey(of: scope), bucket: state.id.bucket)
            if sign > 0 {
                differences[place, default: .init()].digest.formUnion(digest)
            } else {
                differences[place, default: .init()].digest.subtract(digest)
            }
            differences[place, default: .init()].records += sign
        }
    }
}
