// An id names one record of one kind. Central takes what comes first; a counter whose own record is the other
// hears of central's first, or of the refusal: its record makes way then, and its changes wait among the
// refused ones.

internal import Causality
public import Replication

extension CounterTransaction {
    /// What happens when a record begins whose id a record of another kind has. What comes
    /// is central's: an own record that central never had makes way. Any other is central's too, from
    /// before the rule.
    func takeID(for state: RecordState, from other: RecordKind) throws {
        let (identity, replica) = try view.enrolledIdentity()
        let present = try open(other, state.id)
        guard present.exists else { return }
        func isCentrals(_ dot: Dot) -> Bool {
            dot.replica != replica || dot.seq <= identity.onceAcknowledgedSeq
        }
        let history = try view.history(of: present)
        if !present.state.stamps.contains(where: { isCentrals($0.dot) }),
            !history.contains(where: { !$0.isVoid && isCentrals($0.change.dot) })
        {
            try makeWay(present)
        }
    }

    /// Takes a record out of the way of another kind's; its changes stay in the log.
    func makeWay(_ record: OpenRecord) throws {
        guard record.exists, !record.state.fields.isEmpty else { return }
        let nothing = RecordState(kind: record.state.kind, id: record.state.id)
        try store(nothing, over: record, log: nil)
    }

    /// At a counter, when central has told which records have an id: all others make way.
    ///
    /// - Throws: `StoreError`.
    public func keepOnly(_ kinds: Set<RecordKind>, of id: RecordID) throws {
        for kind in try view.kinds(of: id) where !kinds.contains(kind) {
            let record = try open(kind, id)
            let office = try view.enrolledIdentity().identity.office
            // A copy that stayed here of what has left is none of central's business.
            if record.state.isOf(office) { try makeWay(record) }
        }
    }
}
