// All that a counter's store in memory holds, as one value: a transaction is a copy of it, and so is a
// backup, a clone, and what is left when the machine dies.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Editing
internal import Replication
internal import Store
internal import Time

/// What a counter's store in memory holds.
public struct MemoryCounterState: Sendable {
    /// A record's row.
    struct Row: Sendable {
        var number: Int64
        var state: RecordState
    }

    /// A row of the log.
    struct LogRow: Sendable {
        var entry: LogEntry
        var record: RecordRow
        var arrived: Timestamp
    }

    /// The range of numbers of a desk on a day.
    struct NumberRange: Hashable, Sendable {
        var agency: String
        var day: CalendarDate
        var first: Int64
    }

    /// A change that came in a file.
    struct Carried: Sendable {
        var carried: CarriedChange
        var standing: CarriedStanding
    }

    var records: [RecordName: Row] = [:]
    private(set) var names: [RecordRow: RecordName] = [:]
    private var rowCount: Int64 = 0
    /// The log by position, and the positions of each record's rows and of each change.
    private(set) var log: [Int64: LogRow] = [:]
    private var lastPosition: Int64 = 0
    private(set) var positions: [RecordRow: [Int64]] = [:]
    private(set) var changes: [Dot: Int64] = [:]
    private(set) var digests: [FeedScope: [UInt8: MemoryState.Bucket]] = [:]
    private(set) var wrongClock: Set<RecordName> = []
    var refused: [Dot: RefusedChange] = [:]
    var gaps: Set<RecordID> = []
    var places: [RecordID: String] = [:]
    var identity: ReplicaIdentity?
    var rotations: [IdentityRotation] = []
    var formers: [FormerIdentity] = []
    var tokens: (replica: ReplicaID, history: TokenHistory)?
    var trust = CentralTrust()
    var centralKey: (key: PublicKey, epoch: UInt64?)?
    var newsWait: (url: String, seconds: UInt64)?
    var bundles: BundleProgress?
    var needs: (seq: UInt64, records: [RecordID])?
    var receipts: [Int64: CounterReceipt] = [:]
    var carried: [Dot: Carried] = [:]
    var given: [NumberRange: Int64] = [:]
    var clockWatch = ClockWatch()
}

extension MemoryCounterState {
    /// Writes a record and the rows of the log that belong to it.
    mutating func commit(_ set: CounterWriteSet, now: Timestamp) throws {
        let kind = set.before.state.kind
        guard kind.isKnown else { throw FormatError.member }
        var row = set.before.row
        if let after = set.after { row = try save(after, over: set.before.state, row: row) }
        guard let row else { return }
        if let after = set.after, set.isErased {
            try erase(after, at: RecordRow(kind, row))
        }
        for entry in set.rows { append(entry, to: RecordRow(kind, row), now) }
    }

    private mutating func save(
        _ after: RecordState, over before: RecordState, row: Int64?
    ) throws -> Int64 {
        let name = RecordName(after.kind, after.id)
        let number: Int64
        if let row {
            number = row
            records[name]?.state = after
        } else {
            guard records[name] == nil else {
                throw StoreError.damaged(table: "records", key: rowCount)
            }
            rowCount += 1
            number = rowCount
            records[name] = Row(number: number, state: after)
            names[RecordRow(after.kind, number)] = name
        }
        if after != before {
            note(before, sign: -1)
            note(after, sign: 1)
        }
        if after.wrongClockMarks.isEmpty {
            wrongClock.remove(name)
        } else {
            wrongClock.insert(name)
        }
        return number
    }

    private mutating func note(_ state: RecordState, sign: Int64) {
        let scopes = FeedScope.scopes(of: state)
        guard !scopes.isEmpty else { return }
        let digest = Digest(of: state)
        for scope in scopes {
            digests[scope, default: [:]][state.id.bucket, default: MemoryState.Bucket()]
                .add(digest, sign: sign)
        }
    }

    private mutating func append(_ entry: LogEntry, to record: RecordRow, _ now: Timestamp) {
        lastPosition += 1
        log[lastPosition] = LogRow(entry: entry, record: record, arrived: now)
        positions[record, default: []].append(lastPosition)
        if entry.form != .state, let dot = entry.dot { changes[dot] = lastPosition }
    }

    /// Takes what was erased out of the log and out of what was refused.
    private mutating func erase(_ state: RecordState, at place: RecordRow) throws {
        var rows = [place]
        for kind in RecordKind.known where kind != state.kind {
            guard let other = records[RecordName(kind, state.id)], other.state.fields.isEmpty
            else { continue }
            rows.append(RecordRow(kind, other.number))
        }
        for position in rows.flatMap({ positions[$0] ?? [] }) {
            guard let entry = log[position]?.entry else { continue }
            log[position]?.entry = try entry.erased(from: state)
        }
        guard let kept = state.keptFields else { return }
        for (dot, one) in refused where one.record == state.id {
            refused[dot]?.change = one.change.erased(keeping: kept)
        }
    }
}

extension MemoryCounterState {
    /// Marks a change of the log as refused, or as taken after all.
    mutating func mark(_ dot: Dot, as form: LogForm) {
        guard let position = changes[dot], log[position]?.entry.form != .state else { return }
        log[position]?.entry.form = form
    }

    /// Gives a change of the log another name.
    mutating func reissue(_ position: Int64, as dot: Dot, hash: Hash256, bytes: [UInt8]) {
        guard var row = log[position] else { return }
        if let old = row.entry.dot { changes[old] = nil }
        row.entry.dot = dot
        row.entry.isMaking = false
        row.entry.hash = hash
        row.entry.bytes = bytes
        log[position] = row
        changes[dot] = position
    }

    /// Takes a row out of the log.
    mutating func remove(_ position: Int64) {
        guard let row = log.removeValue(forKey: position) else { return }
        if let dot = row.entry.dot { changes[dot] = nil }
        positions[row.record]?.removeAll { $0 == position }
    }

    /// The first seq of a replica's changes after one. O(1) where they follow each other.
    func seq(of replica: ReplicaID, after seq: UInt64) -> UInt64? {
        guard seq < .max else { return nil }
        if changes[Dot(replica, seq + 1)] != nil { return seq + 1 }
        return changes.keys.lazy.filter { $0.replica == replica && $0.seq > seq }.map(\.seq).min()
    }

    func row(of dot: Dot) -> LogRow? { changes[dot].flatMap { log[$0] } }

    func rows(of record: OpenRecord) -> [(position: Int64, row: LogRow)] {
        guard let row = record.row else { return [] }
        return (positions[RecordRow(record.state.kind, row)] ?? []).compactMap { position in
            log[position].map { (position, $0) }
        }
    }
}

extension MemoryState.Bucket {
    mutating func add(_ digest: Digest, sign: Int64) {
        if sign > 0 {
            self.digest.formUnion(digest)
        } else {
            self.digest.subtract(digest)
        }
        records += sign
    }
}
