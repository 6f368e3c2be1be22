// What central does with a push: checks that it continues the device's chain, then applies each
// change or refuses it. A refused change never blocks those behind it (promise 9), and a push that
// was seen before gets the answer that it got then.

internal import Causality
internal import Crypto
internal import Dossiers
internal import ReplicaStore
internal import Replication
internal import Text
internal import Wire

/// Takes a device's changes into central's store, in one write transaction.
struct CentralIngest {
    let transaction: WriteTransaction
    let database: ReplicaDatabase
    private(set) var result: IngestResult
    private var states: [RecordID: RecordState] = [:]
    /// The change that the states were asked for; `nil` when the request brings none.
    private var askedSeq: UInt64?
    private(set) var isRecovering = false
    private var toldOfErasure: Set<RecordID> = []
    private var refusedBefore: [UInt64: RefusalCode] = [:]
    /// Central had taken the changes through this one before it was restored, the device says.
    private(set) var formerSeq: UInt64 = 0

    init(_ transaction: WriteTransaction, _ database: ReplicaDatabase, device: Device) {
        self.transaction = transaction
        self.database = database
        result = IngestResult(device: device)
    }

    /// Takes what a request brings.
    ///
    /// - Parameter epoch: central's. Of a device that knows another one nothing is taken: it has to
    ///   hear of this one first, and then pushes under this identity only what central had of it.
    /// - Throws: `SyncFailure.forked`, `.badSignature`, `.malformed`; `StoreError`.
    mutating func ingest(
        _ request: SyncRequest, _ push: VerifiedPush?, _ given: GivenStates?, in epoch: CentralEpoch
    ) throws -> IngestResult {
        try Self.checkChainEnd(request.chain, of: result.device)
        guard request.epoch?.epoch ?? epoch.id == epoch.id else { return result }
        isRecovering = epoch.isRecovering
        formerSeq = request.epoch?.formerSeq ?? 0
        for refused in request.refusedBefore { refusedBefore[refused.seq] = refused.code }
        states = given?.states ?? [:]
        // They were asked for with the first of these changes in view; a repetition of the request
        // may have come further, and asks again.
        if request.states != nil { askedSeq = push?.firstSeq }
        if let push { try take(push) }
        if epoch.isRecovering { try takeBackStates() }
        try transaction.applyAwaitedOrders()
        return result
    }

    private mutating func take(_ push: VerifiedPush) throws {
        let device = result.device
        guard push.firstSeq <= device.seq + 1 else {
            // Central was restored from a backup: the device pushes again from there.
            return
        }
        guard
            try database.chainHash(of: device.replica, seq: push.firstSeq - 1) == push.hashBefore,
            push.changes.allSatisfy({
                $0.chain.seq != device.seq || $0.chain.hash == device.chainHash
            })
        else { throw SyncFailure.forked(accepted: device.seq) }
        guard push.isSigned else { throw SyncFailure.badSignature }
        try repeatRefusals(of: push)
        for change in push.changes where change.chain.seq > device.seq {
            guard try take(change) else { break }
            result.device.seq = change.chain.seq
            result.device.chainHash = change.chain.hash
        }
        // What was signed is the end of the whole push.
        if let last = push.changes.last?.chain.seq, last == result.device.seq, last > device.seq {
            try transaction.keepSignature(push.signature, of: device.replica, through: last)
        }
    }

    /// Tells again which changes of a push were refused when it came before.
    private mutating func repeatRefusals(of push: VerifiedPush) throws {
        let device = result.device
        guard push.firstSeq <= device.seq,
            try database.chainHash(of: device.replica, seq: push.firstSeq - 1) == push.hashBefore
        else { return }
        result.refusals += try database.refusals(of: device, seqs: push.firstSeq...device.seq)
    }

    /// Joins a state that the device gave. The other devices of its office learn by it when it says
    /// that the record has left them, and so does who could read it before central was restored.
    ///
    /// - Returns: whether it brought anything.
    @discardableResult
    private func join(_ state: RecordState) throws -> Bool {
        // What a former life of central had refused to who gives this stands, if this one has taken it.
        let present = try transaction.open(state.kind, state.id).state
        let whole = state.restoringUnreplaced(of: present) {
            RecordSchema.definition(of: $0, in: state.kind)?.isEntries == true
        }
        let hasBrought = try MergeApply(transaction).join(whole)
        guard !state.kind.isCatalog else { return hasBrought }
        let office = result.device.office
        let record = try transaction.open(state.kind, state.id)
        // Another life of central had taken what this one has refused: to who wrote it that stays refused.
        let refused = try database.refusedDots(in: record)
        let state = state.filtered { !refused.contains($1.dot) }
        if hasBrought, !DossierRules.scope(of: state).includes(office: office) {
            try transaction.tell(office: office, ofCopy: state)
            return true
        }
        if !DossierRules.scope(of: record.state).includes(office: office),
            try !database.hasEverRead(office: office, record)
        {
            // The offices that it had left by then are not told of as if it were still theirs.
            let copy = state.filtered { name, entry in
                name != RecordSchema.officeField || record.state.holds(entry.dot)
            }
            try transaction.tell(office: office, ofCopy: copy)
        }
        return hasBrought
    }

    /// Joins what the device holds of records that central lost when it was restored. Another office
    /// may have come first with an id that both have given: then the device hears that.
    private mutating func takeBackStates() throws {
        var count = 0
        for state in states.values.sorted(by: { $0.id < $1.id }) where state.kind.isKnown {
            let record = try transaction.open(state.kind, state.id)
            let fit = try fitPart(of: state)
            guard try mayJoin(fit, over: record) else {
                if try isOthers(record, than: state) { result.othersRecords.append(state) }
                continue
            }
            if try join(fit) { count += 1 }
        }
        if count > 0 { try transaction.noteRecovered(count) }
    }
}

extension CentralIngest {
    /// A device whose chain ends before, or otherwise than, what central has from it is a copy.
    ///
    /// - Throws: `SyncFailure.forked`.
    static func checkChainEnd(_ chain: ChainEnd, of device: Device) throws(SyncFailure) {
        if chain.seq < device.seq || (chain.seq == device.seq && chain.hash != device.chainHash) {
            throw SyncFailure.forked(accepted: device.seq)
        }
    }
}

extension CentralIngest {
    /// Applies or refuses one change.
    ///
    /// - Returns: `false` when a record's state is needed first.
    private mutating func take(_ pushed: PushedChange) throws -> Bool {
        let change = pushed.change
        guard change.kind.isKnown else {
            try refuse(pushed, Objection(.unknownKind))
            return true
        }
        if let fault = pushed.fault {
            try refuse(pushed, Objection(code: .invalidField, reason: fault.message))
            return true
        }
        if change.touches(RecordSchema.erasedField) {
            try refuse(pushed, Objection(.onlyCentralErases))
            return true
        }
        var record = try transaction.open(change.kind, pushed.record)
        // Another device may have brought it back in a state, from a life of central that had taken it.
        if let before = refusedBefore[change.dot.seq], !record.state.holds(change.dot) {
            let reason = RefusalReason.refusedBefore.message
            try refuse(pushed, Objection(code: before, reason: reason))
            return true
        }
        if record.claimant != nil {
            // The first has it, whatever central had taken before it was restored.
            try refuse(pushed, Objection(.otherKind))
            return true
        }
        guard try !awaitsOrder(pushed, &record) else { return false }
        try tellOfErasure(of: record, theWriterOf: change)
        let scope = try wasTaken(pushed, record) ? nil : scopeObjection(to: change, of: record)
        let isGap =
            !record.state.vv.covers(change.context) && !record.state.vv.covers(change.dot)
        // What led the record back to this office a recovering central may have lost.
        if let scope, !isGap || !isRecovering || scope.code != .handedOver {
            return try refuseOrWait(pushed, scope)
        }
        if isGap {
            guard let state = states[pushed.record] else {
                guard askedSeq != change.dot.seq else {
                    return try refuseOrWait(pushed, scope ?? Objection(.unknownBase))
                }
                result.neededRecords.append(pushed.record)
                return false
            }
            guard state.kind == change.kind, state.vv.covers(change.context) else {
                return try refuseOrWait(pushed, scope ?? Objection(.unknownBase))
            }
            let fit = try fitPart(of: state)
            guard try mayJoin(fit, over: record) else {
                return try refuseOrWait(pushed, scope ?? Objection(.otherOffice))
            }
            try join(fit)
            record = try transaction.open(change.kind, pushed.record)
        }
        if let objection = try objection(to: change, of: record),
            try !wasTaken(pushed, record)
        {
            return try refuseOrWait(pushed, objection)
        }
        let outcome = try MergeApply(transaction).apply(
            change, canonicalBytes: pushed.bytes, to: record, chainHash: pushed.chain.hash,
            office: result.device.office)
        switch outcome {
        case .applied, .alreadyCovered: return true
        case .causalGap: preconditionFailure("the context was covered just now")
        }
    }

    /// Whether the record's state has to come before a change that was emptied by an order which central
    /// has lost: the state brings the order. Without it values would be gone that nobody had ordered erased.
    private mutating func awaitsOrder(
        _ pushed: PushedChange, _ record: inout OpenRecord
    ) throws -> Bool {
        let change = pushed.change
        guard isRecovering, change.erasedContent != nil, record.state.keptFields == nil else {
            return false
        }
        guard let state = states[pushed.record] else {
            guard askedSeq != change.dot.seq else { return false }
            result.neededRecords.append(pushed.record)
            return true
        }
        let fit = try fitPart(of: state)
        if state.kind == change.kind, try mayJoin(fit, over: record) {
            try join(fit)
            record = try transaction.open(change.kind, pushed.record)
        }
        return false
    }

    /// Tells the office of who wrote without having seen it that a record was erased which has left that
    /// office: a device that came to the office afterwards heard of no order.
    private mutating func tellOfErasure(
        of record: OpenRecord, theWriterOf change: Change
    ) throws {
        let (state, office) = (record.state, result.device.office)
        guard !state.erasures.isEmpty, !toldOfErasure.contains(state.id),
            !state[RecordSchema.erasedField].contains(where: { change.hasSeen($0.dot) }),
            !DossierRules.scope(of: state).includes(office: office),
            try database.hasEverRead(office: office, record)
        else { return }
        try transaction.tell(office: office, ofCopy: state.erasureNotice)
        toldOfErasure.insert(state.id)
    }

    /// Refuses a change; one that central had taken before it was restored waits until it recovers.
    ///
    /// - Returns: whether to go on with the next.
    private mutating func refuseOrWait(
        _ pushed: PushedChange, _ objection: Objection
    ) throws -> Bool {
        if pushed.change.dot.seq <= formerSeq, !isRecovering {
            result.awaitsRecovery = true
            return false
        }
        try refuse(pushed, objection)
        return true
    }

    /// The record that a refused change is noted in, so that later contexts which name its dot
    /// find no gap: one of the device's own office, past or present, or one that nobody has yet.
    private func markedRecord(
        _ pushed: PushedChange, _ code: RefusalCode
    ) throws -> OpenRecord? {
        guard pushed.change.kind.isKnown, !pushed.change.kind.isCatalog else { return nil }
        let record = try transaction.open(pushed.change.kind, pushed.record)
        // Nobody goes on with a record that cannot be: no context will name the dot.
        guard record.claimant == nil else { return nil }
        let scope = DossierRules.scope(of: record.state)
        if scope == .none || scope.includes(office: result.device.office) { return record }
        // What another life of central had refused so may be of another record of the same id.
        let wasRead =
            try code == .handedOver && hasEverRead(record, havingSeen: pushed.change.context)
        return wasRead ? record : nil
    }

    private mutating func refuse(_ pushed: PushedChange, _ objection: Objection) throws {
        let change = pushed.change
        let (code, reason) = (objection.code, objection.reason.english)
        var note = RefusalNote(
            seq: change.dot.seq, kind: change.kind, record: pushed.record,
            code: code.rawValue, reason: reason)
        note.isContentKept = try transaction.takeRoom(
            forRefused: pushed.bytes.count, of: result.device.replica)
        let bytes = note.isContentKept ? pushed.bytes : change.withoutContent().canonicalBytes
        if let record = try markedRecord(pushed, code) {
            try MergeApply(transaction).void(
                change.dot, in: record, isMaking: change.record == nil,
                canonicalBytes: bytes, chainHash: pushed.chain.hash)
        } else {
            try MergeApply(transaction).logRefused(
                change, canonicalBytes: bytes, chainHash: pushed.chain.hash)
        }
        try transaction.add(note, of: result.device.replica)
        result.device.refused += 1
        result.refusals.append(
            Refusal(
                seq: change.dot.seq, code: code, reason: reason,
                state: try database.visibleState(change.kind, pushed.record, to: result.device)))
    }
}
