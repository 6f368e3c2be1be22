// One write transaction and all that it has to leave consistent: the record's row, the digest of
// its scopes, the log and, at central, the feed. `RecordEdit`, `CounterMerge` and central's write sets are
// the doors to it; nothing else writes a record.

public import Causality
internal import Crypto
internal import Dossiers
internal import Editing
public import Replication
internal import SQLite
public import Store

/// A write transaction in progress, as far as both roles have it in common.
public class WriteTransaction {
    /// The time of the transaction by this machine's clock; at the edge of what records can hold when
    /// the clock is beyond it.
    public let now: Timestamp
    private let file: ReplicaDatabase
    /// The file that is written.
    var database: ReplicaDatabase { file }
    /// Who writes, once it was asked for.
    public var author: Author?
    /// Records that were erased in this transaction.
    public private(set) var erasedRecords: [RecordID] = []
    private var differences: [DigestTable.Place: DigestTable.Difference] = [:]
    var knownProcedures: [String: Bool] = [:]
    /// The entries of procedures by code, as long as no procedure is stored.
    var knownEditions: [String: [ProcedureEdition]] = [:]
    /// Whether a change of this machine's own was written.
    var hasOwnChange = false
    /// What is wrong with the clock, once it was asked for: it does not change within the transaction.
    private var judgedClock: ClockFault??

    required init(_ database: ReplicaDatabase, now: Timestamp) {
        file = database
        self.now = now.storable
    }

    /// Writes a record's row, and what follows from it: the digests of its scopes, the rows of its moves,
    /// whether it is among those of a wrong clock, and whether the search index lacks it now.
    ///
    /// - Parameter key: its row's; `nil` for a new one.
    /// - Returns: the row's key.
    func save(
        _ after: RecordState, over before: RecordState, key: Int64?, in table: RecordTable
    ) throws -> Int64 {
        if after.kind == .procedure { knownEditions = [:] }
        let isNew = key == nil
        let isChanged = after != before
        if isNew || isChanged { try count(after, over: key, in: table) }
        let key = try key ?? table.insert(after)
        if !isNew, isChanged { try table.update(key, after, over: before) }
        try noteWrongClock(after, over: before, key: key)
        try noteEvents(after, over: before, isNew: isNew, key: key)
        try noteSearched(after, over: before, isNew: isNew, key: key)
        if isChanged {
            try note(before, sign: -1)
            try note(after, sign: 1)
        }
        return key
    }

    /// Counts a record that is about to be written: over the row of a key, or anew.
    func count(_ state: RecordState, over key: Int64?, in table: RecordTable) throws {}

    /// Notes that a record was erased in this transaction.
    func noteErased(_ id: RecordID) { erasedRecords.append(id) }

    /// Runs one of several pieces of work of a transaction: what it throws undoes its own part only.
    ///
    /// - Throws: what `body` throws.
    public func attempt<R>(_ body: () throws -> R) throws -> R {
        let saved = (
            differences, author, erasedRecords, knownProcedures, hasOwnChange
        )
        let waiting = database.changeLog.waiting
        do {
            return try database.connection.savepoint(body)
        } catch {
            (
                differences, author, erasedRecords, knownProcedures, hasOwnChange
            ) = saved
            knownEditions = [:]
            database.interning.forget()
            database.changeLog.forgetSegments()
            database.changeLog.waiting = waiting
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

    /// Writes what the transaction has collected.
    func flush() throws {
        try database.digests.add(differences)
        differences = [:]
    }

    /// Whether something was written that tells of the clock.
    var hasChange: Bool { hasOwnChange }

    /// What rows of refused changes have for a record that they left no trace in.
    static let keyOfNoRecord: Int64 = 0

    /// The keys of rows besides a record's own that may name it.
    var keysOfUnlogged: [Int64] { [] }

    /// Takes what was erased of a record out of what is kept of refused changes.
    func eraseRefused(of state: RecordState, key: Int64) throws {}
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

    func scopeKey(of scope: FeedScope) throws -> Int64 {
        switch scope {
        case .catalog: Interning.catalogScope
        case .office(let code): try database.interning.key(ofOffice: code)
        }
    }

    /// Counts a record into digests that are made anew.
    func countAnew(_ state: RecordState) throws { try note(state, sign: 1) }

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
