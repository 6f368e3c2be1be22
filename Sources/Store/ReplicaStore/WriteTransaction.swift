// One write transaction and all that it has to leave consistent: the record's row, the digest of
// its scopes, the log and, at central, the feed. `LocalEdit` and `MergeApply` are the two doors to
// it; nothing else writes a record.

public import Causality
internal import Crypto
internal import Dossiers
public import Replication
internal import SQLite

/// The writer of local edits in a transaction: its identity, chain and clock.
struct Author {
    var replica: ReplicaID
    var replicaKey: Int64
    var chain: HashChain
    var clock: HybridClock
    /// The only office that the author may write for; `nil` at central.
    var office: String?
    var desk: Int64
}

/// A record as a transaction found it.
public struct OpenRecord {
    /// Its state; empty when there is no such record yet.
    public internal(set) var state: RecordState
    /// Whether there is a row of it.
    public var exists: Bool { key != nil }
    /// The kind whose record has the id, where this one has yet to begin.
    public internal(set) var claimant: RecordKind?
    var key: Int64?

    init(state: RecordState, key: Int64?, claimant: RecordKind? = nil) {
        self.state = state
        self.key = key
        self.claimant = claimant
    }
}

/// A write transaction in progress.
public final class WriteTransaction {
    /// The time of the transaction by this machine's clock; at the edge of what records can hold when
    /// the clock is beyond it.
    public let now: Timestamp
    let database: ReplicaDatabase
    var author: Author?
    /// Records that were erased in this transaction.
    public private(set) var erasedRecords: [RecordID] = []
    private var differences: [DigestTable.Place: DigestTable.Difference] = [:]
    private var feedHash: Hash256?
    private var lastPosition: Int64?
    var knownProcedures: [String: Bool] = [:]
    /// Whether a change of this machine's own was written.
    private var hasOwnChange = false
    /// What is wrong with the clock, once it was asked for: it does not change within the transaction.
    private var judgedClock: ClockFault??

    init(_ database: ReplicaDatabase, now: Timestamp) {
        self.database = database
        let instants = DossierLimits.instant
        self.now = Timestamp(
            milliseconds: min(max(now.milliseconds, instants.lowerBound), instants.upperBound))
    }

    /// Finds a record, or the empty state that a first change starts from.
    ///
    /// - Throws: `StoreError`; `FormatError.member` for a kind that is not known.
    public func open(_ kind: RecordKind, _ id: RecordID) throws -> OpenRecord {
        try database.open(kind, id)
    }

    /// Stores what became of a record, and logs why.
    ///
    /// - Parameter office: an office that reads the log's row besides those of the record.
    func store(
        _ after: RecordState, over before: OpenRecord, log entry: LogEntry?,
        alsoFor office: String? = nil
    ) throws {
        guard let table = database.table(of: after.kind) else { throw FormatError.member }
        if let other = before.claimant, !after.fields.isEmpty {
            try takeID(for: after, from: other)
        }
        let key: Int64
        if let known = before.key {
            key = known
            if after != before.state { try table.update(known, after) }
        } else {
            key = try table.insert(after)
        }
        try noteWrongClock(after, over: before.state, key: key)
        try noteEvents(after, over: before, key: key)
        let scopesBefore = try scopes(of: before.state)
        let scopesAfter = try scopes(of: after)
        if after != before.state {
            note(before.state, in: scopesBefore, sign: -1)
            note(after, in: scopesAfter, sign: 1)
        }
        let kept = after.keptFields
        let isErased = kept != nil && kept != before.state.keptFields
        if isErased {
            try eraseContent(of: after, key: key)
            erasedRecords.append(after.id)
        }
        guard var entry else { return }
        if kept != nil { entry = try entry.erased(from: after) }
        if database.role == .central, entry.form == .state, entry.hash == nil {
            entry.hash = Hash256(hashing: after.canonicalBytes)
        }
        let position = try append(entry, kind: after.kind, key: key)
        guard database.role == .central else { return }
        try chainFeed(entry.hash ?? .zero, position)
        // An office that the record is new to needs its state; the change alone would be a gap.
        let newcomers =
            before.key == nil || entry.form == .state
            ? [] : scopesAfter.filter { !scopesBefore.contains($0) }
        var readers =
            entry.form == .state || before.key == nil
            ? scopesAfter : scopesBefore.isEmpty ? [] : scopesBefore
        if let scope = try office.map(database.interning.key(ofOffice:)), !readers.contains(scope) {
            readers.append(scope)
        }
        for scope in readers { try enterFeed(scope, position) }
        if before.key != nil, scopesAfter != scopesBefore, scopesAfter.count == 1,
            let office = after[RecordSchema.officeField].first?.value.text
        {
            try noteMove(of: after, key: key, to: scopesAfter, office: office, at: position)
        }
        if !newcomers.isEmpty {
            let state = LogEntry(form: .state, hash: Hash256(hashing: after.canonicalBytes))
            let statePosition = try append(state, kind: after.kind, key: key)
            try chainFeed(state.hash ?? .zero, statePosition)
            for scope in newcomers { try enterFeed(scope, statePosition) }
        }
        if isErased {
            let former = try database.scopesThatRead(after.kind, key: key).map(\.key)
                .filter { !readers.contains($0) && !newcomers.contains($0) }
            try tell(scopes: former, of: after.erasureNotice, key: key)
        }
    }

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

    /// Notes that a change of this machine's own was written.
    func noteOwnChange() { hasOwnChange = true }

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
    private func append(_ entry: LogEntry, kind: RecordKind, key: Int64) throws -> Int64 {
        let replicaKey = try entry.dot.map { try database.interning.key(of: $0.replica) } ?? 0
        return try database.changeLog.append(
            entry, replicaKey: replicaKey, kind: kind, recordKey: key, now: now)
    }

    /// Logs a row that no replica reads, of a record.
    func keep(_ entry: LogEntry, of kind: RecordKind, key: Int64) throws {
        _ = try append(entry, kind: kind, key: key)
    }

    /// Logs a row that belongs to no record and that no replica reads.
    func logOnly(_ entry: LogEntry, kind: RecordKind) throws {
        let position = try append(entry, kind: kind, key: 0)
        try chainFeed(entry.hash ?? .zero, position)
    }

    /// Tells an office that a record has left it, by the state that one of its devices held.
    ///
    /// - Throws: `StoreError`.
    public func tell(office: String, ofCopy state: RecordState) throws {
        let record = try open(state.kind, state.id)
        guard let key = record.key else { return }
        let isErased = record.state.keptFields != nil
        let copy = isErased ? state.joined(with: record.state.erasureNotice) : state
        try tell(scopes: [try database.interning.key(ofOffice: office)], of: copy, key: key)
    }

    /// Tells offices of a record by a state that is not the record's own.
    func tell(scopes: [Int64], of state: RecordState, key: Int64) throws {
        guard !scopes.isEmpty else { return }
        let bytes = state.canonicalBytes
        let entry = LogEntry(form: .state, hash: Hash256(hashing: bytes), bytes: bytes)
        let position = try append(entry, kind: state.kind, key: key)
        try chainFeed(entry.hash ?? .zero, position)
        for scope in scopes { try enterFeed(scope, position) }
    }

    /// Whether an office was told that a record has left it by a copy that has seen this change: then
    /// the change alone would bring the record back to who has not read the copy.
    func hasTold(_ office: String, of dot: Dot, in record: OpenRecord) throws -> Bool {
        guard let key = record.key, !database.scopeIncludes(office, record.state),
            let scope = try database.interning.knownKey(ofOffice: office)
        else { return false }
        let statement = try database.connection.statement(
            """
            SELECT c.bytes FROM changes AS c JOIN feed AS f ON f.position = c.position AND f.scope = ?3
            WHERE c.kind = ?1 AND c.record = ?2 AND c.form = 3 AND c.bytes IS NOT NULL
            """)
        try statement.bind(1, Int64(record.state.kind.rawValue))
        try statement.bind(2, key)
        try statement.bind(3, scope)
        defer { statement.reset() }
        while try statement.step() {
            do throws(FormatError) {
                let copy = try RecordState(canonicalBytes: statement.bytes(0))
                if copy.vv.covers(dot) { return true }
            } catch {
                throw StoreError.damaged(table: "changes", key: key)
            }
        }
        return false
    }

    private func chainFeed(_ hash: Hash256, _ position: Int64) throws {
        if feedHash == nil { feedHash = try database.lastCommit().hash }
        feedHash = feedHash?.chained(with: hash)
        lastPosition = position
    }

    private func enterFeed(_ scope: Int64, _ position: Int64) throws {
        let statement = try database.connection.statement(
            "INSERT INTO feed(scope, position) VALUES (?1, ?2)")
        try statement.bind(1, scope)
        try statement.bind(2, position)
        try statement.run()
    }

    private func scopes(of state: RecordState) throws -> [Int64] {
        // A record that was refused before it began, or has yet to begin, is in nobody's digest.
        guard !state.fields.isEmpty else { return [] }
        return switch DossierRules.scope(of: state) {
        case .catalog: [Interning.catalogScope]
        case .offices(let codes): try codes.map { try database.interning.key(ofOffice: $0) }
        case .none: []
        }
    }

    private func note(_ state: RecordState, in scopes: [Int64], sign: Int64) {
        guard !scopes.isEmpty else { return }
        let digest = Digest(of: state)
        for scope in scopes {
            let place = DigestTable.Place(scope: scope, bucket: state.id.bucket)
            if sign > 0 {
                differences[place, default: .init()].digest.formUnion(digest)
            } else {
                differences[place, default: .init()].digest.subtract(digest)
            }
            differences[place, default: .init()].records += sign
        }
    }
}
