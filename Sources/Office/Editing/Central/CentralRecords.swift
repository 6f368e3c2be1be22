// The records of a read set while a delivery is judged: each merge is made here, on values, and leaves
// the rows of the log and the feed that follow from it.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Replication

/// A record as it is after what was merged so far.
struct JudgedRecord {
    var state: RecordState
    var exists: Bool
    /// The kind whose record has the id, where this one has yet to begin.
    var claimant: RecordKind?

    var name: RecordName { RecordName(state.kind, state.id) }
}

/// A record was wanted that the read set does not have: a rule asks for more than the rounds of reading
/// give.
public struct IncompleteReadSet: Error, Sendable {}

struct CentralRecords {
    private var found: [RecordName: FoundRecord]
    /// The office of the device that brings something.
    private let office: String
    /// Where each written record stands among those.
    private var places: [RecordName: Int] = [:]
    private(set) var written: [WrittenRecord] = []
    private(set) var rows: [LoggedRow] = []

    init(_ found: [RecordName: FoundRecord], office: String) {
        self.found = found
        self.office = office
    }

    func open(_ kind: RecordKind, _ id: RecordID) throws(IncompleteReadSet) -> JudgedRecord {
        guard let record = found[RecordName(kind, id)] else { throw IncompleteReadSet() }
        var claimant: RecordKind?
        if record.state.fields.isEmpty {
            claimant = RecordKind.known.first { other in
                other != kind && found[RecordName(other, id)]?.state.fields.isEmpty == false
            }
        }
        return JudgedRecord(state: record.state, exists: record.exists, claimant: claimant)
    }

    /// Whether the device's office could ever read the record.
    func isRead(_ record: JudgedRecord) -> Bool { found[record.name]?.isRead ?? false }

    /// The changes to the record that were taken, in order of arrival.
    func history(of record: JudgedRecord) -> [Change] {
        let history = found[record.name]?.history ?? []
        guard let kept = record.state.keptFields else { return history }
        return history.map { $0.erased(keeping: kept) }
    }
}

extension CentralRecords {
    /// Applies a change and logs it; a causal gap leaves everything as it was.
    mutating func apply(_ pushed: PushedChange, to record: JudgedRecord) throws -> ApplyOutcome {
        let change = pushed.change
        var state = record.state
        let outcome = state.apply(change)
        if case .causalGap = outcome { return outcome }
        let entry = LogEntry(
            form: .change, dot: change.dot, isMaking: change.record == nil,
            hash: pushed.chain.hash, bytes: pushed.bytes)
        // A change that a state has brought already may be of a record that left this office with that
        // state: its other devices learn it here.
        let isForOffice = outcome == .alreadyCovered && !hasTold(of: change.dot, record)
        try store(state, over: record, entry, alsoFor: isForOffice ? office : nil)
        found[record.name]?.history.append(change)
        return outcome
    }

    /// Notes in a record that a change to it was refused.
    mutating func void(_ pushed: PushedChange, bytes: [UInt8], in record: JudgedRecord) throws {
        let dot = pushed.change.dot
        var state = record.state
        state.void(dot)
        let entry = LogEntry(
            form: .void, dot: dot, isMaking: pushed.change.record == nil, hash: pushed.chain.hash,
            bytes: bytes)
        try store(state, over: record, entry)
    }

    /// Logs a refused change that leaves no trace in any record: of another office's record, or of
    /// a kind that is not known here.
    mutating func logRefused(_ pushed: PushedChange, bytes: [UInt8]) throws {
        let change = pushed.change
        var entry = LogEntry(
            form: .void, dot: change.dot, hash: pushed.chain.hash, bytes: bytes)
        if change.kind.isKnown, let id = change.record {
            entry = try entry.erased(from: open(change.kind, id).state)
        }
        rows.append(LoggedRow(entry, change.kind, nil))
    }

    /// Joins a whole state that came in.
    ///
    /// - Returns: whether it brought anything.
    mutating func join(_ state: RecordState) throws -> Bool {
        let record = try open(state.kind, state.id)
        var joined = record.state.joined(with: state)
        let field = RecordSchema.officeField
        // A copy that was told of its departure knows the dot of the value that it has lost.
        if joined[field].isEmpty { joined.restore(field, from: state) }
        guard joined != record.state else { return false }
        if joined[field].isEmpty { keepOffice(of: record) }
        try store(joined, over: record, LogEntry(form: .state, isMaking: true))
        return true
    }

    /// Tells the device's office that a record has left it, by the state that the device held.
    mutating func tellOffice(ofCopy state: RecordState) throws {
        let record = try open(state.kind, state.id)
        guard record.exists else { return }
        let isErased = record.state.keptFields != nil
        let copy = isErased ? state.joined(with: record.state.erasureNotice) : state
        try enter(LoggedRow.told(copy, to: [.office(office)]))
    }

    /// Keeps in the log whose a record was that leaves: a central that is restored may have forgotten both,
    /// and takes no record that is nobody's.
    private mutating func keepOffice(of record: JudgedRecord) {
        let office = record.state.filtered { name, _ in name == RecordSchema.officeField }
        guard record.exists, !office.fields.isEmpty else { return }
        var row = LoggedRow(
            LogEntry(form: .state, bytes: office.canonicalBytes), record.state.kind,
            record.state.id)
        row.isChained = false
        rows.append(row)
    }

    /// Whether the office was told that a record has left it by a copy that has seen this change: then
    /// the change alone would bring the record back to who has not read the copy.
    private func hasTold(of dot: Dot, _ record: JudgedRecord) -> Bool {
        record.exists && !DossierRules.scope(of: record.state).includes(office: office)
            && found[record.name]?.toldCopies.contains { $0.covers(dot) } == true
    }

    private mutating func store(
        _ after: RecordState, over before: JudgedRecord, _ entry: LogEntry,
        alsoFor office: String? = nil
    ) throws {
        let name = before.name
        if let place = places[name] {
            written[place].after = after
        } else {
            places[name] = written.count
            written.append(
                WrittenRecord(before: before.state, existed: before.exists, after: after))
        }
        let readers = found[name]?.readers ?? []
        let rows = try LoggedRow.rows(
            for: entry, of: after, over: before.state, exists: before.exists, alsoFor: office,
            everRead: { readers })
        found[name]?.state = after
        found[name]?.exists = true
        try enter(rows)
    }

    /// Adds rows, and what follows from them for who has read their records.
    private mutating func enter(_ rows: [LoggedRow]) throws(FormatError) {
        for row in rows {
            self.rows.append(row)
            guard let id = row.record else { continue }
            let name = RecordName(row.kind, id)
            for reader in row.readers {
                guard case .office(let code) = reader else { continue }
                if found[name]?.readers.contains(code) == false {
                    found[name]?.readers.append(code)
                }
                guard code == office else { continue }
                found[name]?.isRead = true
                if row.entry.form == .state, let bytes = row.entry.bytes {
                    found[name]?.toldCopies.append(try RecordState(canonicalBytes: bytes).vv)
                }
            }
        }
    }
}
