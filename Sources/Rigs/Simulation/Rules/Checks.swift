// What must hold at the end of a history, when all has been exchanged. Every check reads the files
// anew; none trusts what another part of the engine says of itself.

internal import Causality
internal import Dossiers
internal import Editing
internal import SQLiteStore
internal import Replication
internal import Store

/// All that is in the files at the end.
struct FinalState {
    /// Central's records.
    var central: [RecordID: RecordState] = [:]
    /// The writes that central took, by record.
    var taken: [RecordID: Set<Label>] = [:]
    /// The records of every device.
    var devices: [Int: [RecordID: RecordState]] = [:]
    /// The writes that were refused and are shown with a reason at their device.
    var refused: [Int: Set<Label>] = [:]
}

extension World {
    /// Checks all rules.
    ///
    /// - Throws: `Violation`; `StoreError`.
    func checkAll() throws {
        try collectDots()
        for device in activeDevices { try checkCausalView(of: device.slot) }
        let state = try readAll()
        try checkConvergence(state)
        try checkWrites(state)
        try checkModel(state)
        try checkLogs(state)
        try checkScopes(state)
        if plan.configuration.erases { try checkErasures(state) }
        try checkReceipts()
    }

    /// Reads every file.
    func readAll() throws -> FinalState {
        var state = FinalState()
        state.central = try central.database.recordStates()
        for id in state.central.keys.sorted() {
            let history = try central.database.history(ofRecord: id)
            state.taken[id] = Set(history.filter { !$0.isVoid }.compactMap(\.change.by))
        }
        var refused = dots.voids
        for device in try central.database.devices() {
            for note in try central.database.refusals(of: device.replica, seqs: 1...UInt64.max) {
                refused.insert(Dot(device.replica, note.seq))
            }
        }
        // What came back in a state after a restoration is in no log of central. A vector covers what it has
        // never seen, when the writer went on without it: what was refused so has to stand.
        for (dot, label) in dots.labels {
            guard let id = ledger.writes[label]?.record, let record = state.central[id],
                record.hasSeen(dot),
                !refused.contains(dot) || record.stampPlace(of: dot) != nil
                    || !isPassedOver(dot, label, of: id)
            else { continue }
            state.taken[id]?.insert(label)
        }
        for device in sortedDevices {
            state.devices[device.slot] = try device.store.recordStates()
            let refused = try device.store.refusedAtDesk()
            for refusal in refused where refusal.code.isEmpty || refusal.reason.isEmpty {
                throw Violation(.durability, "\(refusal.change.dot) was refused without a reason")
            }
            state.refused[device.slot] = Set(refused.compactMap(\.change.by))
        }
        return state
    }

    /// Whether its writer wrote to the record again without having it before the eyes: what was refused.
    private func isPassedOver(_ dot: Dot, _ label: Label, of id: RecordID) -> Bool {
        dots.labels.contains { later, other in
            later.replica == dot.replica && later.seq > dot.seq
                && ledger.writes[other].map { $0.record == id && !$0.seen.contains(label) }
                    ?? false
        }
    }

    /// Equal states and digests per scope, the kept digests and those taken anew.
    private func checkConvergence(_ state: FinalState) throws {
        for device in activeDevices {
            let mine = try checkStates(of: device, at: state.central)
            let kept = try device.store.scopeDigest(ofOffice: device.office)
            let atCentral = try central.database.digest(ofOffice: device.office)
            var taken = Digest()
            for record in mine.values { taken.formUnion(Digest(of: record)) }
            guard kept == atCentral, kept.digest == taken, kept.recordCount == Int64(mine.count)
            else {
                throw Violation(
                    .convergence,
                    "d\(device.slot) keeps the digest \(kept), central \(atCentral); "
                        + "it is \(taken) of \(mine.count)")
            }
        }
    }

    /// Equal states in the device's scope.
    ///
    /// - Returns: those.
    @discardableResult
    func checkStates(
        of device: SimulatedDevice, at central: [RecordID: RecordState]
    ) throws -> [RecordID: RecordState] {
        let all = try device.store.recordStates()
        let (mine, theirs) = (all.within(device.office), central.within(device.office))
        for id in Set(mine.keys).union(theirs.keys).sorted() where mine[id] != theirs[id] {
            throw Violation(
                .convergence,
                "d\(device.slot) has of \(id) \(words(all[id])), central \(words(central[id]))")
        }
        return mine
    }

    private func words(_ state: RecordState?) -> String {
        guard let state else { return "nothing" }
        let fields = state.fields.map { field in
            "\(field.name)=" + field.entries.map { "\($0.value)@\($0.dot)" }.joined(separator: "|")
        }
        return "\(state.vv) without \(state.voids) \(fields.joined(separator: " "))"
    }

    /// Every acknowledged write was taken by central, or is shown as refused; that of a device that
    /// may not speak any more is at least still there.
    private func checkWrites(_ state: FinalState) throws {
        var own: [Int: Set<Label>] = [:]
        for label in ledger.labels {
            guard let write = ledger.writes[label] else { continue }
            let isTaken = state.taken[write.record]?.contains(label) == true
            guard case .device(let slot) = write.writer, let device = devices[slot] else {
                guard isTaken || write.mayBeLost else {
                    throw Violation(.durability, "central lost its own \(label)")
                }
                continue
            }
            let isRefused = state.refused[slot]?.contains(label) == true
            // A write that two copies shared, or that was issued again, has several dots: one of them may
            // have been taken and another refused. Of a record that has left the office it does not hear
            // what others brought of it from another life of central.
            let isHere =
                state.central[write.record].map {
                    DossierRules.scope(of: $0).includes(office: device.office)
                } ?? false
            if isTaken, isRefused, (dots.dots[label] ?? []).count < 2, isHere {
                throw Violation(.durability, "\(label) was taken and is shown as refused")
            }
            if isTaken || isRefused || write.mayBeLost { continue }
            // What a copy shares may have been refused to the copy, in a life of central that was
            // replaced, and taken from the one who wrote it in the next: central has seen it, and
            // somebody is shown it.
            let isSeen = (dots.dots[label] ?? []).contains {
                state.central[write.record]?.vv.covers($0) == true
            }
            if isSeen, state.refused.values.contains(where: { $0.contains(label) }) { continue }
            if device.isRevoked {
                if own[slot] == nil { own[slot] = try ownLabels(device.store) }
                if own[slot]?.contains(label) == true { continue }
                // Under a former identity: acknowledged, and then forgotten by a central that was restored.
                let seen = state.devices[slot]?[write.record]?.vv ?? VersionVector()
                if dots.dots[label]?.contains(where: seen.covers) == true { continue }
            }
            throw Violation(.durability, "\(label) of d\(slot) on \(write.record) is nowhere")
        }
    }

    /// Every field of every record holds what the naive model says, at central and everywhere.
    private func checkModel(_ state: FinalState) throws {
        for (id, record) in state.central.sorted(by: { $0.key < $1.key }) {
            let taken = state.taken[id] ?? []
            for label in taken.sorted() where ledger.writes[label] == nil {
                throw Violation(.model, "nobody wrote \(label), which central has taken for \(id)")
            }
            let expected = ledger.standing(of: taken)
            try compare(record, with: expected, at: "central")
            for device in activeDevices {
                guard let copy = state.devices[device.slot]?[id],
                    DossierRules.scope(of: copy).includes(office: device.office)
                else { continue }
                try compare(copy, with: expected, at: "d\(device.slot)")
            }
        }
    }

    /// Whether a record has a write under more than one dot.
    func isIssuedTwice(_ label: Label, in record: RecordState) -> Bool {
        let known = (dots.dots[label] ?? []).filter { record.vv.covers($0) }
        return known.union(record.stamps.filter { $0.stamp.by == label }.map(\.dot)).count > 1
    }

    private func compare(
        _ record: RecordState, with expected: [FieldName: Set<StandingValue>], at place: String
    ) throws {
        // Desks are listed by central itself, when it gives an identity; nobody's write is among them.
        let names = Set(record.fields.map(\.name)).union(expected.keys)
            .subtracting([RecordSchema.desksField])
        for name in names.sorted() {
            let entries = record[name].map { entry in
                StandingValue(
                    label: record.stamp(of: entry.dot)?.by ?? "?", value: entry.value)
            }
            let should = expected[name] ?? []
            // Counted, not only compared: no value may stand twice, but for a write that central has
            // under two dots. It was issued again by a device that had not heard that central had
            // taken it, and then central was restored. It is shown once, and may outlast a write
            // that had seen one of its dots only.
            let sure = entries.filter { !isIssuedTwice($0.label, in: record) }
            let sureShould = should.filter { !isIssuedTwice($0.label, in: record) }
            guard Set(sure) == sureShould, sure.count == sureShould.count,
                should.isSubset(of: entries)
            else {
                let words = [entries, Array(should)].map { values in
                    values.map { "\($0.value)@\($0.label)" }.sorted().joined(separator: " | ")
                }
                throw Violation(
                    .model, "\(name) of \(record.id) at \(place) is \(words[0]), not \(words[1])")
            }
        }
    }
}

extension [RecordID: RecordState] {
    /// Those in an office's scope.
    func within(_ office: String) -> [RecordID: RecordState] {
        filter { DossierRules.scope(of: $0.value).includes(office: office) }
    }
}
