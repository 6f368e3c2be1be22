// Promise 11: who shows a write shows all that its writer had seen, across records. What a writer saw is noted
// as it writes, vector by vector; whoever has the write is held against that after each sync, however it ended.
//
// Checked until central is restored for the first time, in fleets without copies: after that, dots are given
// up and issued again, and a state may bring a write before what its writer had read elsewhere. An order of erasure
// goes ahead of what central had seen when it gave it, and so does what was written to a record that is erased.

internal import Causality
internal import CounterEngine
internal import Dossiers
internal import SQLiteStore
internal import Replication
internal import Store

/// What writers had seen, and who was held against it.
struct CausalViews: Sendable {
    /// What each write's writer had seen of all records, and the record that it wrote to.
    var past: [Dot: (record: RecordID, seen: [RecordID: VersionVector])] = [:]
    /// The writes that each device has been held against.
    var checked: [Int: Set<Dot>] = [:]
    /// The devices whose first download is under way: its states are of different moments, until the feed that
    /// came meanwhile is here too.
    var downloading: Set<Int> = []
}

extension World {
    private var watchesCausality: Bool {
        plan.configuration.forks == .none && !central.isRewound
    }

    /// Notes what a writer had seen of all records before it wrote some changes.
    func noteView(
        of replica: ReplicaID, _ seqs: ClosedRange<UInt64>, in store: any CheckedStore
    ) throws {
        guard watchesCausality else { return }
        var seen: [RecordID: VersionVector] = [:]
        var records: [UInt64: RecordID] = [:]
        for (id, state) in try store.recordStates() {
            let own = try store.history(ofRecord: id).map(\.change).filter {
                $0.dot.replica == replica
            }
            for change in own where seqs.contains(change.dot.seq) {
                // An order goes ahead of what central had seen.
                if change.additions.contains(where: { $0.name == RecordState.erasedField }) {
                    continue
                }
                records[change.dot.seq] = id
            }
            let before = own.map(\.dot.seq).filter { $0 < seqs.lowerBound }.max()
            seen[id] = state.vv.with(before, of: replica)
        }
        for (seq, record) in records { views.past[Dot(replica, seq)] = (record, seen) }
    }

    /// Holds what a device shows against what the writers of it had seen.
    func checkCausalView(of slot: Int) throws {
        guard watchesCausality, let device = devices[slot], !device.isRevoked else { return }
        let identity = try device.store.enrolled().identity
        if identity.cursor == nil || identity.resumeMark != nil {
            views.downloading.insert(slot)
        } else if identity.lastOutcome == SyncReport.Outcome.synced.rawValue
            || identity.lastOutcome == SyncReport.Outcome.refused.rawValue
        {
            views.downloading.remove(slot)
        }
        guard !views.downloading.contains(slot) else { return }
        let states = try device.store.recordStates()
        for (dot, past) in views.past.sorted(by: { $0.key < $1.key })
        where views.checked[slot]?.contains(dot) != true {
            // A record that was erased shows none of its writes; it comes as it is now, ahead of the feed.
            guard let shown = states[past.record], shown.erasures.isEmpty, shown.vv.covers(dot)
            else { continue }
            for (id, seen) in past.seen.sorted(by: { $0.key < $1.key }) {
                guard let state = states[id],
                    DossierRules.scope(of: state).includes(office: device.office)
                else { continue }
                let lacking = seen.entries.filter { !state.vv.covers($0) }
                if lacking.isEmpty { continue }
                // What was refused of another office's record is nowhere, and what has left the office is not
                // its own by a write that central has not judged yet.
                guard let known = try central.database.state(ofRecord: id),
                    DossierRules.scope(of: known).includes(office: device.office)
                else { continue }
                guard lacking.allSatisfy({ !known.vv.covers($0) }) else {
                    throw Violation(
                        .causality,
                        "d\(slot) shows \(dot) and lacks of \(id) what its writer had seen")
                }
            }
            views.checked[slot, default: []].insert(dot)
        }
    }
}

extension VersionVector {
    /// The vector with another seq of a replica, or without it.
    fileprivate func with(_ seq: UInt64?, of replica: ReplicaID) -> VersionVector {
        let others = entries.filter { $0.replica != replica }.map { Dot($0.replica, $0.seq) }
        return VersionVector(others + (seq.map { [Dot(replica, $0)] } ?? []))
    }
}
