// What a counter gives central of a record: what it knows, but for what central is yet to judge.

public import Causality
internal import Dossiers
internal import Editing
public import Replication

extension CounterLogView {
    /// A record's state without own changes that central never had: they come as changes, perhaps under another
    /// identity. Values that those had replaced stand again as far as the log has them, and so does the
    /// office of a copy of which only the departure was heard: the change that led it away has not been seen
    /// here.
    ///
    /// - Parameter seq: the last own change that central ever had. What others have read and built on
    ///   stays.
    ///
    /// - Returns: `nil` when there is no such record.
    /// - Throws: `StoreError`.
    public func givenState(
        of id: RecordID, from replica: ReplicaID, through seq: UInt64
    ) throws -> RecordState? {
        guard let record = try record(named: .id(id)) else { return nil }
        let history = try history(of: record)
        let ownSeq = history.map(\.change.dot).filter { $0.replica == replica && $0.seq <= seq }
            .map(\.seq).max()
        let hasOffice =
            record.state.kind.isCatalog || !record.state[RecordSchema.officeField].isEmpty
        let logs = try RecordLogs(history, kept: keptStates(of: record)) {
            $0.replica == replica && $0.seq > seq
        }
        guard !logs.withheld.isEmpty || !hasOffice else { return record.state }
        var known = record.state
        if !logs.withheld.isEmpty {
            known.vv = VersionVector(
                known.vv.entries.compactMap { entry in
                    guard entry.replica == replica else { return entry }
                    return ownSeq.map { Dot(replica, min($0, entry.seq)) }
                })
        }
        return logs.state(known, hasOffice: hasOffice)
    }

    /// A record's state without a change that central refused: what it had replaced stands again.
    ///
    /// - Parameter seq: the last of the writer's changes that central knows of in the record: refused ones after
    ///   it nobody knows of.
    /// - Throws: `StoreError`.
    func state(
        of record: OpenRecord, without refused: Dot, notedThrough seq: UInt64
    ) throws -> RecordState {
        let history = try history(of: record)
        let logs = try RecordLogs(history, kept: keptStates(of: record)) { $0 == refused }
        var state = logs.state(record.state, hasOffice: true)
        state.unsee(refused, knowing: logs.others)
        let seen = history.filter { !$0.isVoid }.map(\.change.dot) + state.stamps.map(\.dot)
        let last = seen.filter { $0.replica == refused.replica && $0 != refused }.map(\.seq).max()
        state.forgetVoids(of: refused.replica, after: max(seq, last ?? 0))
        return state
    }

    /// A record's state with the offices that it had when it was told of its departure, as long as nothing
    /// that is known here replaced them: central's word that the record has left may come from a backup
    /// which has never seen them.
    ///
    /// - Parameter state: the record's state, which its logged changes have led to.
    /// - Returns: the state itself where it has an office.
    /// - Throws: `StoreError`.
    func keptOffice(in state: RecordState, of record: OpenRecord) throws -> RecordState {
        let field = RecordSchema.officeField
        guard record.exists, !state.kind.isCatalog, state[field].isEmpty else { return state }
        var state = state
        let changes = try history(of: record).filter { !$0.isVoid }.map(\.change)
            .filter { $0.touches(field) }
        let kept = try keptStates(of: record)
        for base in kept {
            for entry in base[field] {
                guard let stamp = base.stamp(of: entry.dot) else { continue }
                let isReplaced =
                    changes.contains { $0.hasSeen(entry.dot) }
                    || kept.contains { $0.tellsReplaced(entry.dot, in: field) }
                if !isReplaced { state.restore(FieldWrite(field, entry.value), entry.dot, stamp) }
            }
        }
        return state
    }
}

extension CounterTransaction {
    /// The values of a field that an own change replaces, when one of them came in a state, so that no
    /// logged change holds it: were the change refused, it would be nowhere. `nil` when there are none.
    func replaced(by change: Change, in record: OpenRecord) throws -> LogEntry? {
        guard record.exists else { return nil }
        let names = Set(change.writes.map(\.name))
        var replaced = Set<FieldName>()
        for field in record.state.fields where names.contains(field.name) {
            for entry in field.entries
            where try change.hasSeen(entry.dot) && !view.holds(entry.dot) {
                replaced.insert(field.name)
            }
        }
        guard !replaced.isEmpty else { return nil }
        let values = record.state.filtered {
            replaced.contains($0) && change.context.covers($1.dot)
        }
        return LogEntry(form: .state, bytes: values.canonicalBytes)
    }

    /// Keeps what a state says of fields that own changes wrote which it has not seen: when those are left
    /// out, it tells what others had replaced in the fields without them.
    func keepConcurrent(_ state: RecordState, to record: OpenRecord) throws {
        guard record.exists else { return }
        let replica = try view.enrolledIdentity().replica
        let own = try view.history(of: record)
            .filter { !$0.isVoid && $0.change.dot.replica == replica }.map(\.change)
            .filter { !state.vv.covers($0.dot) }
        let names = Set(own.flatMap { $0.writes.map(\.name) })
        let values = state.filtered { name, _ in names.contains(name) }
        guard !values.fields.isEmpty else { return }
        let entry = LogEntry(form: .state, bytes: values.canonicalBytes)
        try commit(
            CounterWriteSet(
                over: record, after: nil, rows: [entry.erased(from: record.state)]))
    }
}

/// What is logged of a record, with some changes that are to be left out of its state.
private struct RecordLogs {
    /// Those.
    private(set) var withheld: [Change] = []
    /// All others that were not refused.
    private(set) var others: [Change] = []
    private let kept: [RecordState]

    init(_ history: [LoggedChange], kept: [RecordState], without isWithheld: (Dot) -> Bool) {
        self.kept = kept
        for logged in history {
            if isWithheld(logged.change.dot) {
                withheld.append(logged.change)
            } else if !logged.isVoid {
                others.append(logged.change)
            }
        }
    }

    /// A record's state without those changes: the values that they had replaced, and no other change, stand
    /// again as far as they are logged.
    ///
    /// - Parameters:
    ///   - whole: the state, by its vector as it is to be.
    ///   - hasOffice: whether the record is somebody's: else the offices that it had stand again too.
    func state(_ whole: RecordState, hasOffice: Bool) -> RecordState {
        let dots = Set(withheld.map(\.dot))
        var left = whole.filtered { !dots.contains($1.dot) }
        left.voids = whole.voids.filter { left.vv.covers($0.dot) }
        for dot in left.voids.map(\.dot) where withheld.contains(where: { $0.hasSeen(dot) }) {
            left.unsee(dot, knowing: others)
        }
        func putBack(_ write: FieldWrite, _ dot: Dot, _ stamp: Stamp) {
            guard !dots.contains(dot) else { return }
            let isOffice = !hasOffice && write.name == RecordSchema.officeField
            let isReplaced = { (change: Change) in
                change.hasSeen(dot) && change.writes.contains { $0.name == write.name }
            }
            // A change that came in a state, and is in no log here, may have replaced it before: then what
            // was kept when that was replaced in turn has seen it, and does not hold it.
            let isGone = kept.contains { base in
                base.tellsReplaced(dot, in: write.name)
                    && !withheld.contains { base.hasSeen($0.dot) && isReplaced($0) }
            }
            if isOffice || withheld.contains(where: isReplaced),
                !others.contains(where: isReplaced), !isGone
            {
                left.restore(write, dot, stamp)
            }
        }
        for base in others {
            for write in base.writes { putBack(write, base.dot, base.stamp) }
        }
        for base in kept {
            for field in base.fields {
                for entry in field.entries {
                    guard let stamp = base.stamp(of: entry.dot) else { continue }
                    putBack(FieldWrite(field.name, entry.value), entry.dot, stamp)
                }
            }
        }
        return left
    }
}
