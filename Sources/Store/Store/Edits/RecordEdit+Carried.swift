// How a change that another device wrote is issued here, as far as `CarriedJudgement` lets it stand, with the
// context that it was written in.

internal import Causality
internal import Dossiers
internal import Editing
internal import Replication

extension RecordEdit where Transaction: CounterTransaction {
    /// Takes a change that another device wrote.
    ///
    /// - Throws: `StoreError` when nothing of it can stand here; that is remembered as well.
    public func take(_ carried: CarriedChange) throws -> CarriedOutcome {
        let change = carried.change
        guard change.kind.isKnown, !change.kind.isCatalog else { throw StoreError.outOfScope }
        let names = CarriedNames(transaction)
        if try transaction.view.isCarriedSettled(change.dot) { return .known }
        let record = try transaction.open(change.kind, carried.record)
        if let other = record.claimant { throw StoreError.otherKind(other) }
        // What was erased by law since is nothing any more.
        let isNothing = change.writes.isEmpty && change.additions.isEmpty
        if try isNothing || names.isHere(change, in: record.state) {
            try transaction.keep(carried, .settled)
            return .known
        }
        guard let seen = try names.context(of: carried, in: record.state) else {
            try transaction.keep(carried, .waits)
            return .waits
        }
        let judged = try judge(change, seeing: seen, in: record.state)
        guard !judged.change.writes.isEmpty || !judged.change.additions.isEmpty else {
            throw judged.faults.first?.error
                ?? StoreError.domain(.notAnEdit(reason: "nothing is written"))
        }
        let dot = try issue(judged.change, of: carried.record, seeing: seen, over: record)
        try transaction.keep(carried, .issued(dot))
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
            change.idRule = .chain
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
            let entry = LogEntry(
                form: .change, dot: change.dot, hash: author.chain.hash, bytes: bytes)
            try transaction.store(state, over: record, log: entry, replacing: change)
            if let code = change.writes.first(where: { $0.name == "code" })?.value.text {
                try noteCode(code, by: author)
            }
            return change.dot
        }
    }
}

extension RecordEdit where Transaction: CounterTransaction {
    /// What of a carried change can stand, by the rules that central judges by.
    private func judge(
        _ written: Change, seeing seen: SeenDots, in state: RecordState
    ) throws -> (change: Change, faults: [CarriedFault]) {
        guard let office = try transaction.withAuthor({ $0.office }) else {
            throw StoreError.notEnrolled
        }
        let view = transaction.view
        let offices = written.writes.filter { $0.name == RecordSchema.officeField }
            .compactMap(\.value.text)
        let isStep = written.writes.contains { $0.name == RecordSchema.statusField }
        let procedure = isStep ? state.shownValue("procedure")?.text : nil
        let judgement = CarriedJudgement(
            for: office, on: state, seeing: seen,
            offices: try Set(offices.filter(view.hasOffice)),
            editions: try procedure.map(view.editions(of:)) ?? [], now: transaction.now)
        do throws(EditFault) {
            let (change, unfit) = try judgement.fitPart(of: written)
            return (
                change, unfit.map { CarriedFault(write: $0.write, error: StoreError($0.fault)) }
            )
        } catch {
            throw StoreError(error)
        }
    }
}
