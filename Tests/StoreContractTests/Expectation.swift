import Causality
import Crypto
import Dossiers
import Editing
import Replication
import Store

/// What a store has to say after some write sets, worked out from these alone and in the most tedious way:
/// nothing is kept that can be counted anew.
struct Expectation {
    private(set) var rows: [(row: LoggedRow, commit: Int)] = []
    private(set) var hashes: [Hash256] = []
    /// Records in the order of their making.
    private(set) var order: [RecordName] = []
    private(set) var states: [RecordName: RecordState] = [:]
    private(set) var refusals: [ReplicaID: [RefusalNote]] = [:]
    private(set) var refusedBytes: [ReplicaID: Int64] = [:]
    var devices: [ReplicaID: String] = [:]

    /// Takes what one transaction has committed.
    mutating func take(_ sets: [CentralWriteSet]) {
        var hash = hashes.last ?? .zero
        var isChained = false
        for set in sets {
            for written in set.records {
                if states[written.name] == nil { order.append(written.name) }
                states[written.name] = written.after
            }
            for row in set.rows {
                rows.append((row, hashes.count))
                guard row.isChained else { continue }
                hash = hash.chained(with: row.entry.hash ?? .zero)
                isChained = true
            }
            refusals[set.replica, default: []] += set.refusals
            refusedBytes[set.replica, default: 0] += set.refusedBytes
        }
        if isChained { hashes.append(hash) }
    }

    /// The rows without what was erased since, in order.
    private func entries() throws -> [LoggedRow] {
        try rows.map { row, _ in
            var row = row
            var id = row.record
            if id == nil, let bytes = row.entry.bytes {
                id = try Change(canonicalBytes: bytes).record
            }
            for kind in RecordKind.known {
                guard let id, let state = states[RecordName(kind, id)] else { continue }
                row.entry = try row.entry.erased(from: state)
            }
            return row
        }
    }

    private func rows(of name: RecordName) throws -> [LoggedRow] {
        try entries().filter { $0.kind == name.kind && $0.record == name.id }
    }

    func office(_ office: String, reads state: RecordState) -> Bool {
        !state.fields.isEmpty && DossierRules.scope(of: state).includes(office: office)
    }

    /// The scope's records, newest first within their kinds.
    func scope(of office: String) -> [RecordState] {
        RecordKind.known.flatMap { kind in
            order.reversed().filter { $0.kind == kind }.compactMap { states[$0] }
                .filter { self.office(office, reads: $0) }
        }
    }

    func isRead(_ name: RecordName, by office: String) throws -> Bool {
        try rows(of: name).contains { $0.readers.contains(.office(office)) }
    }
}

extension Expectation {
    func feed(of office: String, except reader: ReplicaID) throws -> [FeedRow.Content] {
        try entries().filter { row in
            (row.readers.contains(.catalog) || row.readers.contains(.office(office)))
                && row.entry.dot?.replica != reader
        }.compactMap(content)
    }

    func departed(of office: String) throws -> [FeedRow.Content] {
        try entries().filter { row in
            row.readers.contains(.office(office))
                && row.record.flatMap { states[RecordName(row.kind, $0)] }.map {
                    !DossierRules.scope(of: $0).includes(office: office)
                } ?? true
        }.compactMap(content)
    }

    private func content(_ row: LoggedRow) throws -> FeedRow.Content? {
        guard let id = row.record else { return nil }
        switch row.entry.form {
        case .change:
            return .change(
                bytes: row.entry.bytes ?? [], madeRecord: row.entry.isMaking ? id : nil)
        case .void: return row.entry.dot.map { .void(kind: row.kind, record: id, dot: $0) }
        case .state:
            if let bytes = row.entry.bytes {
                return .copy(try RecordState(canonicalBytes: bytes))
            }
            return states[RecordName(row.kind, id)].map(FeedRow.Content.state)
        }
    }

    /// The hash of the commit that holds each row of an office's feed.
    func commitHashes(of office: String, except reader: ReplicaID) -> [Hash256] {
        rows.filter { row, _ in
            (row.readers.contains(.catalog) || row.readers.contains(.office(office)))
                && row.entry.dot?.replica != reader
        }.map { hashes[$0.commit] }
    }

    func moves(for office: String) -> [MovedRecord] {
        rows.compactMap { row, _ in
            guard let move = row.move, move.former.contains(office), let id = row.record else {
                return nil
            }
            return MovedRecord(id, to: move.office)
        }
    }

    /// Every change of the log, its chain hash and its record.
    func changes() -> [(dot: Dot, hash: Hash256?, record: RecordID?)] {
        rows.compactMap { row, _ in
            row.entry.form == .state
                ? nil : row.entry.dot.map { ($0, row.entry.hash, row.record) }
        }
    }

    func refusals(of replica: ReplicaID) -> [RefusalNote] {
        (refusals[replica] ?? []).sorted { $0.seq < $1.seq }
    }

    func counts(of kind: RecordKind) -> RecordCounts {
        let present = states.filter { $0.key.kind == kind }.values
        let conflicts = present.reduce(0) { count, state in
            count
                + state.fields.count { field in
                    let rule = RecordSchema.rule(of: field.name, in: kind)
                    return field.entries.count > 1
                        && state.shown(field.name, by: rule)?.isConflict == true
                }
        }
        return RecordCounts(records: present.count, conflicts: conflicts)
    }
}

extension Expectation {
    /// Every change of the log as it is now.
    func contents() throws -> [(dot: Dot, change: Change)] {
        try entries().compactMap { row in
            guard row.entry.form != .state, let dot = row.entry.dot, let bytes = row.entry.bytes
            else { return nil }
            return (dot, try Change(canonicalBytes: bytes))
        }
    }

    /// The record that has an id and has begun; `nil` where several have it.
    func name(of id: RecordID) -> RecordName? {
        let names = RecordKind.known.map { RecordName($0, id) }
            .filter { states[$0]?.fields.isEmpty == false }
        return names.count == 1 ? names[0] : nil
    }

    /// What a record was after a change; `nil` when that cannot be told any more.
    func past(
        of name: RecordName, through dot: Dot, with writer: ReplicaID?
    ) throws -> RecordState? {
        guard states[name]?.erasures.isEmpty == true else { return nil }
        let rows = try rows(of: name)
        guard !rows.contains(where: { $0.entry.form == .state && $0.entry.isMaking }) else {
            return nil
        }
        var state = RecordState(kind: name.kind, id: name.id)
        var isPast = true
        for row in rows where row.entry.form != .state {
            guard let bytes = row.entry.bytes else { return nil }
            let change = try Change(canonicalBytes: bytes)
            guard isPast || change.dot.replica == writer else { continue }
            if row.entry.form == .void {
                state.void(change.dot)
            } else if state.apply(change) != .applied {
                // It had seen what others wrote after the position.
                return nil
            }
            if change.dot == dot { isPast = false }
        }
        return isPast ? nil : state
    }

    /// What is to be found of a record in the first round of reading and the second.
    func found(_ name: RecordName, by office: String) throws -> FoundRecord {
        let state = states[name]
        var found = FoundRecord(
            state ?? RecordState(kind: name.kind, id: name.id), exists: state != nil)
        guard state != nil else { return found }
        let rows = try rows(of: name)
        found.isRead = try isRead(name, by: office)
        found.readers = Set(rows.flatMap { $0.readers.compactMap(\.office) }).sorted()
        for row in rows where row.entry.form == .change {
            try row.entry.bytes.map { found.history.append(try Change(canonicalBytes: $0)) }
        }
        for row in rows where row.entry.form == .state && row.readers.contains(.office(office)) {
            try row.entry.bytes.map {
                found.toldCopies.append(try RecordState(canonicalBytes: $0).vv)
            }
        }
        return found
    }

    func editions(of code: String) -> [ProcedureEdition] {
        order.filter { $0.kind == .procedure }.compactMap { states[$0] }
            .filter { $0.shownValue("code")?.text == code }.map {
                ProcedureEdition(
                    effectiveFrom: $0.shownValue("effective_from")?.text ?? "",
                    transitions: $0.shownValue("transitions")?.text)
            }
    }
}
