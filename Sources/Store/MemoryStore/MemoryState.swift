// All that a store in memory holds, as one value: a transaction is a copy of it.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Editing
internal import Replication
internal import Store

/// What central's store in memory holds.
public struct MemoryState: Sendable {
    /// A record's row.
    struct Row {
        /// Its place among the records of its kind, from 1.
        var number: Int
        var state: RecordState
    }

    /// A bucket of a scope.
    struct Bucket {
        var digest = Digest()
        var records: Int64 = 0
    }

    /// A row of the log: its position is its place, from 1.
    var log: [LoggedRow] = []
    /// The positions that a scope reads.
    var feed: [FeedScope: [Int]] = [:]
    /// When each row was written.
    var arrivals: [Timestamp] = []
    var commits: [FeedEnd] = []
    var records: [RecordName: Row] = [:]
    /// The records of a kind in the order of their making.
    var order: [RecordKind: [RecordID]] = [:]
    /// The positions of a record's rows, and of changes.
    var positions: [RecordName: [Int]] = [:]
    var changes: [Dot: Int] = [:]
    var digests: [FeedScope: [UInt8: Bucket]] = [:]
    var counts: [RecordKind: RecordCounts] = [:]
    var moves: [RecordID: [LedgerEntry]] = [:]
    var wrongClock: Set<RecordName> = []
    var movedRecords: [String: [(position: Int, move: MovedRecord)]] = [:]
    var refusals: [ReplicaID: [UInt64: RefusalNote]] = [:]
    var refusedBytes: [ReplicaID: Int64] = [:]
    var signatures: [ReplicaID: [UInt64: [UInt8]]] = [:]
    var clockWatch = ClockWatch()
    var registers = MemoryRegisters()

    var end: FeedEnd { commits.last ?? FeedEnd(position: 0, hash: .zero) }
}

extension MemoryState {
    /// Writes a write set; the feed's chain goes on in `chain`.
    mutating func commit(
        _ set: CentralWriteSet, _ chain: inout FeedEnd, now: Timestamp
    ) throws {
        for written in set.records { save(written) }
        for row in set.rows {
            append(row, &chain)
            arrivals.append(now)
        }
        for written in set.records where written.isErased { try erase(written.after) }
        for note in set.refusals { refusals[set.replica, default: [:]][note.seq] = note }
        if set.refusedBytes > 0 { refusedBytes[set.replica, default: 0] += set.refusedBytes }
        if let signature = set.signature {
            signatures[set.replica, default: [:]][signature.seq] = signature.bytes
        }
        if set.recoveredCount > 0 {
            changeEpoch { $0.recordsRecovered += UInt64(set.recoveredCount) }
        }
    }

    private mutating func save(_ written: WrittenRecord) {
        let name = written.name
        if records[name] == nil {
            order[name.kind, default: []].append(name.id)
            records[name] = Row(
                number: order[name.kind]?.count ?? 1, state: written.after)
            counts[name.kind, default: RecordCounts()].records += 1
        } else {
            records[name]?.state = written.after
        }
        counts[name.kind]?.conflicts +=
            written.after.conflictCount - written.before.conflictCount
        note(written.before, sign: -1)
        note(written.after, sign: 1)
        if name.kind == .dossier { moves[name.id] = DossierLedger(written.after).entries }
        if written.after.wrongClockMarks.isEmpty {
            wrongClock.remove(name)
        } else {
            wrongClock.insert(name)
        }
    }

    private mutating func note(_ state: RecordState, sign: Int64) {
        let scopes = FeedScope.scopes(of: state)
        guard !scopes.isEmpty else { return }
        let digest = Digest(of: state)
        for scope in scopes {
            var bucket = digests[scope]?[state.id.bucket] ?? Bucket()
            if sign > 0 {
                bucket.digest.formUnion(digest)
            } else {
                bucket.digest.subtract(digest)
            }
            bucket.records += sign
            digests[scope, default: [:]][state.id.bucket] = bucket
        }
    }

    private mutating func append(_ row: LoggedRow, _ chain: inout FeedEnd) {
        log.append(row)
        let position = log.count
        if let id = row.record {
            positions[RecordName(row.kind, id), default: []].append(position)
        }
        if row.entry.form != .state, let dot = row.entry.dot { changes[dot] = position }
        guard row.isChained else { return }
        chain.hash = chain.hash.chained(with: row.entry.hash ?? .zero)
        chain.position = UInt64(position)
        for reader in row.readers { feed[reader, default: []].append(position) }
        guard let move = row.move, let id = row.record else { return }
        for office in move.former {
            movedRecords[office, default: []].append(
                (position, MovedRecord(id, to: move.office)))
        }
    }

    /// Takes what was erased out of the rows of a record, and of what was refused of it without a trace.
    private mutating func erase(_ state: RecordState) throws {
        let name = RecordName(state.kind, state.id)
        var places = RecordKind.known.filter { other in
            other == state.kind
                || records[RecordName(other, state.id)]?.state.fields.isEmpty == true
        }.flatMap { positions[RecordName($0, name.id)] ?? [] }
        for (replica, notes) in refusals {
            for note in notes.values where note.record == state.id {
                guard let position = changes[Dot(replica, note.seq)],
                    log[position - 1].record == nil
                else { continue }
                places.append(position)
            }
        }
        for position in places {
            let entry = log[position - 1].entry
            log[position - 1].entry = try entry.erased(from: state)
        }
    }
}

extension RecordState {
    /// The fields in conflict.
    var conflictCount: Int {
        fields.count { field in
            guard field.entries.count > 1 else { return false }
            let rule = RecordSchema.rule(of: field.name, in: kind)
            return shown(field.name, by: rule)?.isConflict == true
        }
    }
}
