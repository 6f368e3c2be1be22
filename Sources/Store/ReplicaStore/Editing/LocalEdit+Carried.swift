// How a change that another device wrote is issued here: judged value by value, as central would, and
// with the context that it was written in.

internal import Causality
internal import Dossiers
internal import Editing
internal import Replication

extension LocalEdit {
    /// Takes a change that another device wrote.
    ///
    /// - Throws: `StoreError` when nothing of it can stand here; that is remembered as well.
    public func take(_ carried: CarriedChange) throws -> CarriedOutcome {
        let change = carried.change
        guard change.kind.isKnown, !change.kind.isCatalog else { throw StoreError.outOfScope }
        let names = CarriedNames(transaction)
        if try names.isSettled(change.dot) { return .known }
        let record = try transaction.open(change.kind, carried.record)
        if let other = record.claimant { throw StoreError.otherKind(other) }
        // What was erased by law since is nothing any more.
        let isNothing = change.writes.isEmpty && change.additions.isEmpty
        if try isNothing || names.isHere(change, in: record.state) {
            try names.note(carried, as: nil)
            return .known
        }
        guard let seen = try names.context(of: carried, in: record.state) else {
            try names.await(carried)
            return .waits
        }
        let judged = try judge(change, seeing: seen, in: record.state)
        guard !judged.change.writes.isEmpty || !judged.change.additions.isEmpty else {
            throw judged.faults.first?.error
                ?? StoreError.domain(.notAnEdit(reason: "nothing is written"))
        }
        let dot = try issue(judged.change, of: carried.record, seeing: seen, over: record)
        try names.note(carried, as: dot)
        return .issued(judged.faults)
    }

    /// Issues a change under the own identity. Its clock stays: it orders nothing but what is shown.
    private func issue(
        _ written: Change, of id: RecordID, seeing seen: SeenDots, over record: OpenRecord
    ) throws -> Dot {
        try transaction.withAuthor { author in
            var change = written
            change.dot = Dot(author.replica, author.chain.seq + 1)
            change.record = id
            change.erasedContent = nil
            (change.context, change.unseen) = seen.context(
                of: change, by: author.replica, in: record.state)
            guard change.unseen.count <= Limits.unseenDotsMax else {
                throw StoreError.domain(.tooManyFields(max: Limits.unseenDotsMax))
            }
            let bytes = change.canonicalBytes
            try DossierRules.validate(change: change, encodedBytes: bytes.count)
            author.chain.append(bytes)
            author.clock.observe(change.clock, now: transaction.now)
            var state = record.state
            guard state.apply(change) == .applied else { throw StoreError.identityTaken }
            try transaction.keepReplaced(by: change, in: record)
            let entry = LogEntry(
                form: .change, dot: change.dot, hash: author.chain.hash, bytes: bytes)
            try transaction.store(state, over: record, log: entry)
            if let code = change.writes.first(where: { $0.name == "code" })?.value.text {
                try transaction.noteCode(code, by: author)
            }
            return change.dot
        }
    }
}

extension LocalEdit {
    /// What of a carried change can stand, by the rules that central judges by: a value that cannot
    /// leaves the others alone.
    private func judge(
        _ written: Change, seeing seen: SeenDots, in state: RecordState
    ) throws -> (change: Change, faults: [CarriedFault]) {
        guard let office = try transaction.withAuthor({ $0.office }) else {
            throw StoreError.notEnrolled
        }
        let own = FieldWrite(RecordSchema.officeField, .text(office))
        guard
            state.fields.isEmpty
                ? written.writes.contains(own) : transaction.database.scopeIncludes(office, state)
        else {
            throw state.fields.isEmpty && !written.context.isEmpty
                ? StoreError.noSuchRecord : StoreError.outOfScope
        }
        var (change, faults) = (written, [CarriedFault]())
        for write in written.writes + written.additions {
            guard let error = try fault(of: write, in: written, seeing: seen, state) else {
                continue
            }
            faults.append(CarriedFault(write: write, error: error))
            change.writes.removeAll { $0.name == write.name }
            change.additions.removeAll { $0.name == write.name }
            // The entry of a pause goes with the status that it tells of.
            if write.name == RecordSchema.statusField {
                change.additions.removeAll { $0.name == RecordSchema.pausesField }
            }
        }
        return (change, faults)
    }

    private func fault(
        of write: FieldWrite, in written: Change, seeing seen: SeenDots, _ state: RecordState
    ) throws -> StoreError? {
        if write.name == RecordSchema.erasedField { return .domain(.notWritable(write.name)) }
        if let kept = state.keptFields, !kept.contains(write.name) {
            return .domain(.erased(write.name))
        }
        var alone = written
        alone.writes = written.writes.filter { $0 == write }
        alone.additions = written.additions.filter { $0 == write }
        do throws(DossierError) {
            try DossierRules.validate(change: alone)
        } catch {
            return .domain(error)
        }
        if write.name == RecordSchema.officeField {
            guard let code = write.value.text, try transaction.database.hasOffice(code) else {
                return .unknownOffice
            }
        }
        return write.name == RecordSchema.statusField
            ? try transitionFault(write.value, seeing: seen, state) : nil
    }

    /// A step is judged only where the writer had seen every status that is here.
    private func transitionFault(
        _ value: FieldValue, seeing seen: SeenDots, _ state: RecordState
    ) throws -> StoreError? {
        let entries = state[RecordSchema.statusField]
        guard let target = value.text, entries.allSatisfy({ seen.contains($0.dot) }),
            !entries.contains(where: { $0.value == value }),
            let source = state.shownValue(RecordSchema.statusField)?.text
        else { return nil }
        func fault(by table: TransitionTable?) -> DossierError? {
            do throws(DossierError) {
                try DossierRules.checkTransition(from: source, to: target, by: table)
                return nil
            } catch {
                return error
            }
        }
        guard let general = fault(by: nil) else { return nil }
        if let table = try transaction.transitions(of: state), fault(by: table) == nil {
            return nil
        }
        return .domain(general)
    }
}

/// What the writer of a carried change had seen of its record, in the names that are known here.
struct SeenDots {
    /// All but what was issued here.
    var vector: VersionVector
    /// Dots that the vector covers too much.
    var unseen: Set<Dot>
    /// The writer's earlier changes that were issued here.
    var issued: Set<Dot>

    func contains(_ dot: Dot) -> Bool {
        vector.covers(dot) && !unseen.contains(dot) || issued.contains(dot)
    }

    /// The context that says so, and the dots that it covers too much. It has to cover all of this
    /// device's own changes to the record, and those that were issued here.
    func context(
        of change: Change, by replica: ReplicaID, in state: RecordState
    ) -> (VersionVector, [Dot]) {
        var context = vector
        for dot in issued { context.insert(dot) }
        if state.vv[replica] > 0 { context.insert(Dot(replica, state.vv[replica])) }
        let names = Set(change.writes.map(\.name))
        var unseen = Set<Dot>()
        for field in state.fields where names.contains(field.name) {
            for entry in field.entries where context.covers(entry.dot) && !contains(entry.dot) {
                unseen.insert(entry.dot)
            }
        }
        return (context, unseen.sorted())
    }
}
