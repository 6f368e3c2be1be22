// What a counter gives central of a record: what it knows, but for what central is yet to judge.

public import Causality
internal import Dossiers
public import Replication

extension ReplicaDatabase {
    /// A record's state without own changes that central never had and without refused ones. The first
    /// come as changes, perhaps under another identity; the second are kept for people only. Values
    /// that those changes had replaced stand again as far as the log has them.
    ///
    /// - Parameter seq: the last own change that central ever had. What others have read and built on
    ///   stays.
    ///
    /// - Returns: `nil` when there is no such record.
    /// - Throws: `StoreError`.
    public func givenState(
        of id: RecordID, from replica: ReplicaID, through seq: UInt64
    ) throws -> RecordState? {
        guard let record = try find(.id(id)) else { return nil }
        let history = try changeLog.history(kind: record.state.kind, recordKey: record.key)
        func isHeldBack(_ change: Change) -> Bool {
            change.dot.replica == replica && change.dot.seq > seq
        }
        let withheld = history.filter { $0.isVoid || isHeldBack($0.change) }.map(\.change)
        guard !withheld.isEmpty else { return record.state }
        let dots = Set(withheld.map(\.dot))
        var given = record.state.filtered { !dots.contains($1.dot) }
        let ownSeq = history.map(\.change.dot).filter { $0.replica == replica && $0.seq <= seq }
            .map(\.seq).max()
        given.vv = VersionVector(
            given.vv.entries.compactMap { entry in
                entry.replica == replica ? ownSeq.map { Dot(replica, min($0, entry.seq)) } : entry
            })
        let others = history.filter { !$0.isVoid && !dots.contains($0.change.dot) }.map(\.change)
        func putBack(_ write: FieldWrite, _ dot: Dot, _ stamp: Stamp) {
            let isReplaced = { (change: Change) in
                change.hasSeen(dot) && change.writes.contains { $0.name == write.name }
            }
            if withheld.contains(where: isReplaced), !others.contains(where: isReplaced) {
                given.restore(write, dot, stamp)
            }
        }
        for base in others {
            for write in base.writes { putBack(write, base.dot, base.stamp) }
        }
        for base in try changeLog.replaced(kind: record.state.kind, recordKey: record.key) {
            for field in base.fields {
                for entry in field.entries {
                    guard let stamp = base.stamp(of: entry.dot) else { continue }
                    putBack(FieldWrite(field.name, entry.value), entry.dot, stamp)
                }
            }
        }
        return given
    }
}

extension WriteTransaction {
    /// Keeps the values that an own change replaces and that came in a state, so that no logged change
    /// holds them: were the change refused, they would be nowhere.
    func keepReplaced(by change: Change, in record: OpenRecord) throws {
        guard database.role == .counter, let key = record.key else { return }
        let names = Set(change.writes.map(\.name))
        var replaced = Set<Dot>()
        for field in record.state.fields where names.contains(field.name) {
            for entry in field.entries where change.hasSeen(entry.dot) {
                let replica = try database.interning.key(of: entry.dot.replica)
                if try !database.changeLog.holds(replicaKey: replica, seq: entry.dot.seq) {
                    replaced.insert(entry.dot)
                }
            }
        }
        guard !replaced.isEmpty else { return }
        let values = record.state.filtered { names.contains($0) && replaced.contains($1.dot) }
        try keep(LogEntry(form: .state, bytes: values.canonicalBytes), of: change.kind, key: key)
    }
}
