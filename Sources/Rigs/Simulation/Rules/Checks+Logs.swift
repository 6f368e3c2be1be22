internal import Causality
internal import Dossiers
internal import Editing
internal import SQLiteStore
internal import Replication
internal import Store

extension World {
    /// Chains hold by recomputation.
    func checkLogs(_ state: FinalState) throws {
        let known = try central.database.devices()
        for device in known {
            let own = try OwnChanges(of: device.replica, in: central.database)
            guard own.chain.seq == device.seq, own.chain.hash == device.chainHash else {
                throw Violation(
                    .chain, "central has \(own.chain.seq) of \(device.replica), not \(device.seq)")
            }
        }
        for device in sortedDevices {
            let identity = try device.store.enrolled().identity
            let own = try OwnChanges(of: device.store)
            guard own.chain.seq == identity.seq, own.chain.hash == identity.chainHash else {
                throw Violation(
                    .chain, "d\(device.slot) has \(own.chain.seq) changes, not \(identity.seq)")
            }
        }
        try checkRefusalCounts(known)
        try checkVoids(state)
    }

    /// What central's log calls refused its records know as refused, unless somebody brought it from a life of
    /// central that had taken it.
    private func checkVoids(_ state: FinalState) throws {
        for (id, record) in state.central.sorted(by: { $0.key < $1.key }) {
            for logged in try central.database.history(ofRecord: id)
            where logged.isVoid && !record.vv.covers(logged.change.dot) {
                throw Violation(
                    .honesty, "central refused \(logged.change.dot), and \(id) does not know it")
            }
        }
    }

    /// Where a record was erased, no value of it is in any log or among what was refused; and every
    /// file is sound.
    func checkErasures(_ state: FinalState) throws {
        for (id, record) in state.central.sorted(by: { $0.key < $1.key }) {
            guard let kept = record.keptFields else { continue }
            try checkErased(id, kept, in: central.database, refused: [], at: "central")
            for device in activeDevices where state.devices[device.slot]?[id] != nil {
                // Two offices may have given one id; who never read the record has another one.
                guard try central.database.hasEverRead(office: device.office, id) else { continue }
                try checkErased(
                    id, kept, in: device.store, refused: device.store.refusedAtDesk(),
                    at: "d\(device.slot)")
            }
        }
        let stores: [(String, any CheckedStore)] =
            [("central", central.database)] + activeDevices.map { ("d\($0.slot)", $0.store) }
        for (place, store) in stores {
            if let fault = try store.firstFault() {
                throw Violation(.erasure, "\(place): \(fault)")
            }
        }
    }

    private func checkErased(
        _ id: RecordID, _ kept: Set<FieldName>, in store: any CheckedStore,
        refused: [RefusedChange], at place: String
    ) throws {
        guard try store.state(ofRecord: id)?.keptFields == kept else {
            throw Violation(.erasure, "\(place) has not heard that \(id) was erased")
        }
        let changes =
            try store.history(ofRecord: id).map(\.change)
            + refused.filter { $0.record == id }.map(\.change)
        for change in changes where change.erased(keeping: kept) != change {
            throw Violation(.erasure, "\(place) has values of \(id) in \(change.dot)")
        }
    }

    /// Reads every log, and checks that no dot names two changes.
    func collectDots() throws {
        try collectDotsOfCentral()
        for device in sortedDevices {
            // A copy that was shut out before it could be told of its fork keeps what it wrote under
            // dots that are another's by now. Nobody else ever sees those.
            let mayBeForked = plan.configuration.forks != .none && device.isRevoked
            guard !mayBeForked else { continue }
            try dots.collectOwn(from: device.store)
            try dots.collectHistories(
                of: device.store.recordStates().keys.sorted(), in: device.store)
        }
    }

    /// Central and the device agree on how many changes were refused.
    private func checkRefusalCounts(_ known: [Device]) throws {
        for device in activeDevices {
            // A copy that has taken a new identity still shows what was refused of the old one.
            guard try device.store.rotations().isEmpty else { continue }
            let replica = try device.store.enrolled().replica
            let here = UInt64(try device.store.refusedAtDesk().count)
            let notes = try central.database.refusals(of: replica, seqs: 1...UInt64(Int64.max))
            guard UInt64(notes.count) == here else {
                throw Violation(
                    .honesty,
                    "central notes \(notes.count) refusals of d\(device.slot), it shows \(here)")
            }
        }
    }

    /// A device holds the catalog, its office's records, and copies of what was its office's once;
    /// of such a copy nothing that was written by those who had seen that it was not any more.
    func checkScopes(_ state: FinalState) throws {
        for device in sortedDevices {
            for (id, record) in (state.devices[device.slot] ?? [:]).sorted(by: { $0.key < $1.key })
            where !DossierRules.scope(of: record).includes(office: device.office) {
                let claims = ledger.labels.filter { label in
                    guard let write = ledger.writes[label], write.record == id else { return false }
                    return write.writes.contains {
                        $0.name == RecordSchema.officeField && $0.value == .text(device.office)
                    }
                }
                guard !claims.isEmpty else {
                    throw Violation(.scope, "d\(device.slot) of \(device.office) has \(id)")
                }
                // A write that central has under two dots may outlast the one that replaced it, and
                // with it the record its stay in the office.
                if claims.contains(where: { isIssuedTwice($0, in: record) }) { continue }
                for label in record.stamps.compactMap(\.stamp.by) {
                    guard let write = ledger.writes[label], write.office != device.office,
                        write.erasure == nil,
                        claims.allSatisfy({ write.seen.contains($0) }),
                        !isOffice(device.office, before: write, taken: state.taken[id] ?? [])
                    else { continue }
                    throw Violation(
                        .scope,
                        "d\(device.slot) of \(device.office) has \(label), which was "
                            + "written to \(id) after it had left")
                }
            }
        }
    }

    /// Whether the record was (also) this office's when somebody wrote to it, as far as central took what the
    /// writer had seen: by a hand-over that was refused nothing ever left. What a restored central lost, and
    /// nobody gave back, it had taken.
    private func isOffice(_ office: String, before write: Write, taken: Set<Label>) -> Bool {
        let seen = write.seen.filter {
            taken.contains($0) || ledger.writes[$0]?.mayBeLost == true
        }
        let before = ledger.standing(of: seen)[RecordSchema.officeField] ?? []
        return before.contains { $0.value == .text(office) }
            || write.writes.contains {
                $0.name == RecordSchema.officeField && $0.value == .text(office)
            }
    }
}
