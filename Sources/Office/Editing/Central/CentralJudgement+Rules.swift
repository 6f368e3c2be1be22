// How central judges what a device brings: whether a change may be taken, by scope, by erasure and by the
// domain, and what of a state the device may give.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Replication
internal import Text

/// Why a change cannot be taken.
struct Objection {
    var code: RefusalCode
    var reason: Message

    init(_ reason: RefusalReason) {
        self.init(code: reason.code, reason: reason.message)
    }

    init(code: RefusalCode, reason: Message) {
        self.code = code
        self.reason = reason
    }
}

extension CentralJudgement {
    /// Whether central, as it recovers, takes a change without judging it anew, because it had taken it
    /// before: the catalog and the records that it judged by may not have come back yet.
    func wasTaken(_ pushed: PushedChange, _ record: JudgedRecord) -> Bool {
        guard isRecovering, pushed.change.dot.seq <= delivery.formerSeq,
            !pushed.change.kind.isCatalog
        else { return false }
        // Nobody has a record whose making this life has refused: what builds on that is judged, and refused too.
        if record.state.fields.isEmpty,
            record.state.voids.contains(where: { pushed.change.hasSeen($0.dot) })
        {
            return false
        }
        let office = device.office
        return record.state.fields.isEmpty
            || DossierRules.scope(of: record.state).includes(office: office)
            || hasEverRead(record, havingSeen: pushed.change.context)
    }

    /// Whether the device's office could ever read a record. A central that recovers may have forgotten
    /// that: who has seen a change which it has too has the same record, not another of its id.
    func hasEverRead(_ record: JudgedRecord, havingSeen seen: VersionVector) -> Bool {
        records.isRead(record) || isRecovering && record.state.vv.meets(seen)
    }

    /// Why the device may not write to a record at all; `nil` when it may.
    func scopeObjection(to change: Change, of record: JudgedRecord) -> Objection? {
        guard !change.kind.isCatalog else {
            return Objection(.catalog)
        }
        let office = device.office
        guard !record.state.vv.covers(change.dot), !record.state.fields.isEmpty,
            !DossierRules.scope(of: record.state).includes(office: office)
        else { return nil }
        guard hasEverRead(record, havingSeen: change.context) else {
            return Objection(.otherOffice)
        }
        let offices = record.state[RecordSchema.officeField]
        // Nobody can check what a device says it had not seen: it may not get a record back so, to
        // read what the other office has written since.
        let takesBack = change.writes.contains {
            $0.name == RecordSchema.officeField && $0.value == .text(office)
        }
        if takesBack, takesBackOwnHandOver(change, of: record) { return nil }
        return takesBack || offices.allSatisfy({ change.hasSeen($0.dot) })
            ? Objection(.handedOver) : nil
    }

    /// Whether a device takes back its own hand-over before another office has written: there is nothing that it
    /// would get to read. What it says of its context proves nothing; what the hand-over had seen was checked
    /// when that was taken.
    private func takesBackOwnHandOver(_ change: Change, of record: JudgedRecord) -> Bool {
        let (state, office) = (record.state, device.office)
        let offices = state[RecordSchema.officeField]
        guard offices.count == 1, let present = offices.first,
            present.dot.replica == change.dot.replica, change.context.covers(state.vv),
            change.takesBack(
                from: present.value.text, to: office, of: state.stamp(of: present.dot)),
            let handOver = records.history(of: record).last(where: { $0.dot == present.dot })
        else { return false }
        return state.vv.entries.allSatisfy { entry in
            handOver.context.covers(entry) || read.deviceOffices[entry.replica] == office
        }
    }

    /// Why a change cannot be taken, by scope and by the domain; `nil` when it can.
    func objection(
        to change: Change, of record: JudgedRecord
    ) throws(IncompleteReadSet) -> Objection? {
        if let objection = scopeObjection(to: change, of: record) { return objection }
        let office = device.office
        let target = change.officeWritten
        if record.state.vv.covers(change.dot) { return nil }
        if let objection = erasureObjection(to: change, of: record.state) { return objection }
        guard change.context[change.dot.replica] >= record.state.vv[change.dot.replica] else {
            return Objection(.unseenOwnChange)
        }
        guard !record.state.fields.isEmpty else {
            if target == .text(office) { return nil }
            return record.exists && !change.context.isEmpty
                ? Objection(.refusedMaking)
                : Objection(.otherOfficesRecord)
        }
        if let target {
            guard let code = target.text, read.offices.contains(code) else {
                return Objection(.unknownOffice)
            }
        }
        return try transitionObjection(to: change, of: record)
    }

    /// What was erased is not written again by who knows of it, and nobody else's content is.
    private func erasureObjection(
        to change: Change, of state: RecordState
    ) -> Objection? {
        guard let kept = state.keptFields else {
            return change.erasedContent == nil
                ? nil : Objection(.notErased)
        }
        let isKnown = state[RecordSchema.erasedField].contains { change.hasSeen($0.dot) }
        return isKnown && change.erased(keeping: kept) != change
            ? Objection(.erased) : nil
    }

    /// A transition is judged only when the writer had seen every status that central has: then both
    /// looked at the same one. A step is taken that the general table allows, or the procedure's own: the
    /// counter may not have heard of that, or of its latest edition.
    private func transitionObjection(
        to change: Change, of record: JudgedRecord
    ) throws(IncompleteReadSet) -> Objection? {
        let (state, field) = (record.state, RecordSchema.statusField)
        let entries = state[field]
        guard let target = change.writes.first(where: { $0.name == field })?.value.text,
            entries.allSatisfy({ change.hasSeen($0.dot) }),
            !entries.contains(where: { $0.value == .text(target) }),
            let rule = state.shown(field, by: RecordSchema.rule(of: field, in: state.kind))
        else { return nil }
        let source = rule.value.text
        // A slip that is taken back is a legal step, and none of the workflow's; it leads to where the dossier was.
        if entries.contains(where: {
            change.takesBack(from: source, to: target, of: state.stamp(of: $0.dot))
        }),
            records.history(of: record).contains(where: {
                $0.writes.contains(FieldWrite(field, .text(target)))
            })
        {
            return nil
        }
        func fault(by table: TransitionTable?) -> DossierError? {
            do throws(DossierError) {
                try DossierRules.checkTransition(from: source, to: target, by: table)
                return nil
            } catch {
                return error
            }
        }
        guard let general = fault(by: nil) else { return nil }
        if let own = try transitions(of: state), fault(by: own) == nil { return nil }
        return Objection(code: .illegalTransition, reason: general.message)
    }

    /// The steps that the dossier's procedure allows in its edition of the day of receipt; `nil` where the
    /// general ones hold.
    private func transitions(
        of dossier: RecordState
    ) throws(IncompleteReadSet) -> TransitionTable? {
        guard let code = dossier.shownValue("procedure")?.text else { return nil }
        guard let editions = read.procedures[code] else { throw IncompleteReadSet() }
        return editions.transitions(of: dossier, now: delivery.now)
    }
}

extension CentralJudgement {
    /// Whether a device may give central a state. A record that central does not have must be its
    /// office's, or one that it has itself handed over: the state holds all that it wrote since. While
    /// central recovers, who holds what it has lost may give it, the catalog and copies of what has
    /// left too.
    func mayJoin(_ state: RecordState, over record: JudgedRecord) -> Bool {
        guard record.claimant == nil else { return false }
        let office = device.office
        // Joined, the record could not be read any more by those who hold to the same budget.
        let budget = FormatBudget.standard
        let joined = record.state.joined(with: state)
        guard joined.vv.entries.count <= budget.vectorEntriesMax,
            joined.voids.count <= budget.voidsMax
        else { return false }
        // A copy of which the device heard only that it has left would take its office away here too.
        guard state.kind.isCatalog || DossierRules.scope(of: state) != .none else { return false }
        if isRecovering {
            let isFree = state.kind.isCatalog || record.state.fields.isEmpty
            if isFree || hasEverRead(record, havingSeen: state.vv) { return true }
        }
        guard case .offices(let codes) = DossierRules.scope(of: state) else { return false }
        let isOwnHandOver = state[RecordSchema.officeField].allSatisfy {
            $0.dot.replica == device.replica
        }
        return record.state.fields.isEmpty
            ? codes.contains(office) || isOwnHandOver
            : DossierRules.scope(of: record.state).includes(office: office)
    }

    /// Whether a record is another office's and never was the device's, which holds this state under its id.
    func isOthers(_ record: JudgedRecord, than state: RecordState) -> Bool {
        let office = device.office
        return !record.state.fields.isEmpty && !record.state.kind.isCatalog
            && !DossierRules.scope(of: record.state).includes(office: office)
            && !hasEverRead(record, havingSeen: state.vv)
    }

    /// A state without the values that could not have come by a change that is taken here. Their dots
    /// stay: they are those of changes that are refused when they come.
    func fitPart(of state: RecordState) -> RecordState {
        let key = read.centralKey
        return state.filtered { field, entry in
            // Nobody but central itself ordered it, whoever brings it back.
            if field == RecordSchema.erasedField {
                guard let key, let erasure = Erasure(entry.value) else { return false }
                return erasure.isValid(for: state.id, by: key)
            }
            let isEntries =
                RecordSchema.definition(of: field, in: state.kind)?.isEntries == true
            let write = [FieldWrite(field, entry.value)]
            let stamp = state.stamp(of: entry.dot)
            let change = Change(
                dot: entry.dot, clock: HybridTimestamp(rawValue: 0), kind: state.kind,
                record: state.id, context: VersionVector(),
                writes: isEntries ? [] : write, additions: isEntries ? write : [],
                at: stamp?.at, by: stamp?.by)
            do throws(DossierError) {
                try DossierRules.validate(change: change)
                return true
            } catch {
                return false
            }
        }
    }
}
