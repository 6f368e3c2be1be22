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
        for base in others where given.vv.covers(base.dot) {
            for write in base.writes {
                let isReplaced = { (change: Change) in
                    change.context.covers(base.dot)
                        && change.writes.contains { $0.name == write.name }
                }
                guard withheld.contains(where: isReplaced), !others.contains(where: isReplaced)
                else { continue }
                given.restore(write, of: base)
            }
        }
        return given
    }
}
