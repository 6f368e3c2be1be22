// What central does with what a device brings, as a pure function of the delivery and the read set:
// checks that a push continues the device's chain, then applies each change or refuses it. A refused
// change never blocks those behind it (promise 9), and a push that was seen before gets the answer that
// it got then.

internal import Causality
internal import Crypto
internal import Dossiers
public import Replication
internal import Text

/// What a device hears of a change that was refused.
public struct RefusalAnswer: Hashable, Sendable {
    /// The change's seq.
    public var seq: UInt64
    /// A stable code.
    public var code: RefusalCode
    /// The reason, in English.
    public var reason: String
    /// The record, as far as the device's office may see it.
    public var state: RecordState?
}

/// What came of a delivery.
public struct CentralOutcome: Sendable {
    /// The device's chain at central now.
    public var chain: HashChain
    /// What it hears of refused changes, earlier ones first.
    public var refusals: [RefusalAnswer] = []
    /// Records whose states are needed before the next change can be taken.
    public var neededRecords: [RecordID] = []
    /// Records whose states a recovering central was given, and of whose ids other offices have records.
    public var othersRecords: [RecordState] = []
    /// Whether the next change cannot be taken before central recovers.
    public var awaitsRecovery = false
    /// What is to be written.
    public var writes: CentralWriteSet
}

/// Judges what a device brings.
public struct CentralJudgement {
    let delivery: Delivery
    let read: CentralReadSet
    var records: CentralRecords
    private var outcome: CentralOutcome
    private let states: [RecordID: RecordState]
    /// The change that the states were asked for; `nil` when the request brings none.
    private let askedSeq: UInt64?
    private var toldOfErasure: Set<RecordID> = []

    var device: PushingDevice { delivery.device }
    var isRecovering: Bool { delivery.isRecovering }

    private init(_ delivery: Delivery, _ read: CentralReadSet) {
        self.delivery = delivery
        self.read = read
        let device = delivery.device
        records = CentralRecords(read.records, office: device.office)
        outcome = CentralOutcome(
            chain: device.chain, writes: CentralWriteSet(of: device.replica))
        states = delivery.states ?? [:]
        // They were asked for with the first of these changes in view; a repetition of the request
        // may have come further, and asks again.
        askedSeq = delivery.states == nil ? nil : delivery.push?.firstSeq
    }

    /// What comes of a delivery.
    ///
    /// - Throws: `PushFault`; `IncompleteReadSet`, `FormatError` when the read set is not what the two
    ///   rounds of reading give.
    public static func outcome(
        of delivery: Delivery, by read: CentralReadSet
    ) throws -> CentralOutcome {
        var judgement = CentralJudgement(delivery, read)
        if let push = delivery.push { try judgement.take(push) }
        if delivery.isRecovering { try judgement.takeBackStates() }
        judgement.outcome.writes.records = judgement.records.written
        judgement.outcome.writes.rows = judgement.records.rows
        return judgement.outcome
    }

    private mutating func take(_ push: VerifiedPush) throws {
        let chain = device.chain
        // Central was restored from a backup: the device pushes again from there.
        guard push.firstSeq <= chain.seq + 1 else { return }
        guard read.hashBefore == push.hashBefore,
            push.changes.allSatisfy({
                $0.chain.seq != chain.seq || $0.chain.hash == chain.hash
            })
        else { throw PushFault.forked }
        guard push.isSigned else { throw PushFault.unsigned }
        try repeatRefusals()
        for change in delivery.newChanges {
            guard try take(change) else { break }
            outcome.chain = change.chain
        }
        // What was signed is the end of the whole push.
        if let last = push.changes.last?.chain.seq, last == outcome.chain.seq, last > chain.seq {
            outcome.writes.signature = PushSignature(seq: last, bytes: push.signature)
        }
    }

    /// Tells again which changes of a push were refused when it came before.
    private mutating func repeatRefusals() throws {
        for note in read.refusals {
            outcome.refusals.append(
                RefusalAnswer(
                    seq: note.seq, code: RefusalCode(rawValue: note.code) ?? .other,
                    reason: note.reason, state: try visibleState(note.kind, note.record)))
        }
    }

    /// Joins a state that the device gave. The other devices of its office learn by it when it says
    /// that the record has left them, and so does who could read it before central was restored.
    ///
    /// - Returns: whether it brought anything.
    @discardableResult
    private mutating func join(_ state: RecordState) throws -> Bool {
        let hasBrought = try records.join(state)
        guard !state.kind.isCatalog else { return hasBrought }
        let office = device.office
        let record = try records.open(state.kind, state.id)
        if hasBrought, !DossierRules.scope(of: state).includes(office: office) {
            try records.tellOffice(ofCopy: state)
            return true
        }
        if !DossierRules.scope(of: record.state).includes(office: office),
            !records.isRead(record)
        {
            // The offices that it had left by then are not told of as if it were still theirs.
            let copy = state.filtered { name, entry in
                name != RecordSchema.officeField || record.state.holds(entry.dot, in: name)
            }
            try records.tellOffice(ofCopy: copy)
        }
        return hasBrought
    }

    /// Joins what the device holds of records that central lost when it was restored. Another office
    /// may have come first with an id that both have given: then the device hears that.
    private mutating func takeBackStates() throws {
        for state in states.values.sorted(by: { $0.id < $1.id }) where state.kind.isKnown {
            let record = try records.open(state.kind, state.id)
            let fit = fitPart(of: state)
            guard mayJoin(fit, over: record) else {
                if let order = lostOrder(in: fit, over: record) { try join(order) }
                if isOthers(record, than: state) { outcome.othersRecords.append(state) }
                continue
            }
            let hasBrought = try join(fit)
            let present = try records.open(state.kind, state.id).state
            if hasBrought, !present.differsInDesksAlone(from: record.state) {
                outcome.writes.recoveredCount += 1
            }
        }
    }
}

extension CentralJudgement {
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
        var record = try records.open(change.kind, pushed.record)
        // Another device may have brought it back in a state, from a life of central that had taken it, or
        // the word that one had refused it.
        let before = delivery.refusedBefore[change.dot.seq]
        if before != nil && !record.state.hasSeen(change.dot) || record.state.hasVoid(change.dot) {
            let reason = RefusalReason.refusedBefore
            try refuse(pushed, Objection(code: before ?? reason.code, reason: reason.message))
            return true
        }
        if record.claimant != nil {
            // The first has it, whatever central had taken before it was restored.
            try refuse(pushed, Objection(.otherKind))
            return true
        }
        guard try !awaitsOrder(pushed, &record) else { return false }
        let scope = wasTaken(pushed, record) ? nil : scopeObjection(to: change, of: record)
        let isGap =
            !record.state.vv.covers(change.context) && !record.state.vv.covers(change.dot)
        // What led the record back to this office a recovering central may have lost.
        if let scope, !isGap || !isRecovering || scope.code != .handedOver {
            return try refuseOrWait(pushed, scope, record)
        }
        if isGap {
            guard let state = states[pushed.record] else {
                guard askedSeq != change.dot.seq else {
                    return try refuseOrWait(pushed, scope ?? Objection(.unknownBase), record)
                }
                outcome.neededRecords.append(pushed.record)
                return false
            }
            guard state.kind == change.kind, state.vv.covers(change.context) else {
                return try refuseOrWait(pushed, scope ?? Objection(.unknownBase), record)
            }
            let fit = fitPart(of: state)
            guard mayJoin(fit, over: record) else {
                return try refuseOrWait(pushed, scope ?? Objection(.otherOffice), record)
            }
            try join(fit)
            record = try records.open(change.kind, pushed.record)
        }
        if let objection = try objection(to: change, of: record), !wasTaken(pushed, record) {
            return try refuseOrWait(pushed, objection, record)
        }
        try tellOfErasure(of: record, theWriterOf: change)
        switch try records.apply(pushed, to: record) {
        case .applied, .alreadyCovered: return true
        case .causalGap: preconditionFailure("the context was covered just now")
        }
    }

    /// Whether the record's state has to come before a change that was emptied by an order which central
    /// has lost: the state brings the order. Without it values would be gone that nobody had ordered erased.
    private mutating func awaitsOrder(
        _ pushed: PushedChange, _ record: inout JudgedRecord
    ) throws -> Bool {
        let change = pushed.change
        guard isRecovering, change.erasedContent != nil, record.state.keptFields == nil else {
            return false
        }
        guard let state = states[pushed.record] else {
            guard askedSeq != change.dot.seq else { return false }
            outcome.neededRecords.append(pushed.record)
            return true
        }
        let fit = fitPart(of: state)
        guard state.kind == change.kind else { return false }
        if mayJoin(fit, over: record) {
            try join(fit)
        } else if let order = lostOrder(in: fit, over: record) {
            try join(order)
        }
        record = try records.open(change.kind, pushed.record)
        return false
    }

    /// The orders of erasure in a state of which central may join nothing else: it has signed them itself, so
    /// they hold whoever brings them back, of whichever office the record is now.
    private func lostOrder(in state: RecordState, over record: JudgedRecord) -> RecordState? {
        let order = state.erasureNotice
        guard record.claimant == nil, !order.erasures.isEmpty, !record.state.fields.isEmpty,
            !record.state.vv.covers(order.vv)
        else { return nil }
        return order
    }

    /// Tells the office of who wrote without having seen it that a record was erased which has left that
    /// office: a device that came to the office afterwards heard of no order. With each change that is taken or
    /// refused, and not with one that has to come again: whoever waits with it would be told each time.
    private mutating func tellOfErasure(
        of record: JudgedRecord, theWriterOf change: Change
    ) throws {
        let state = record.state
        guard !state.erasures.isEmpty, !toldOfErasure.contains(state.id),
            !state[RecordSchema.erasedField].contains(where: { change.hasSeen($0.dot) }),
            !DossierRules.scope(of: state).includes(office: device.office),
            records.isRead(record)
        else { return }
        try records.tellOffice(ofCopy: state.erasureNotice)
        toldOfErasure.insert(state.id)
    }

    /// Refuses a change; one that central had taken before it was restored waits until it recovers.
    ///
    /// - Returns: whether to go on with the next.
    private mutating func refuseOrWait(
        _ pushed: PushedChange, _ objection: Objection, _ record: JudgedRecord
    ) throws -> Bool {
        if pushed.change.dot.seq <= delivery.formerSeq, !isRecovering {
            outcome.awaitsRecovery = true
            return false
        }
        try tellOfErasure(of: record, theWriterOf: pushed.change)
        try refuse(pushed, objection)
        return true
    }

    private mutating func refuse(_ pushed: PushedChange, _ objection: Objection) throws {
        let change = pushed.change
        let (code, reason) = (objection.code, objection.reason.english)
        var note = RefusalNote(
            seq: change.dot.seq, kind: change.kind, record: pushed.record,
            code: code.rawValue, reason: reason)
        let size = Int64(pushed.bytes.count)
        let kept = read.refusedBytes + outcome.writes.refusedBytes + size
        note.isContentKept = kept <= RefusalLimits.contentBytesMax
        if note.isContentKept { outcome.writes.refusedBytes += size }
        let bytes = note.isContentKept ? pushed.bytes : change.withoutContent().canonicalBytes
        if let record = try markedRecord(pushed, code) {
            try records.void(pushed, bytes: bytes, in: record)
        } else {
            try records.logRefused(pushed, bytes: bytes)
        }
        outcome.writes.refusals.append(note)
        outcome.refusals.append(
            RefusalAnswer(
                seq: change.dot.seq, code: code, reason: reason,
                state: try visibleState(change.kind, pushed.record)))
    }

    /// The record that a refused change is noted in, so that later contexts which name its dot
    /// find no gap: one of the device's own office, past or present, or one that nobody has yet.
    private func markedRecord(
        _ pushed: PushedChange, _ code: RefusalCode
    ) throws -> JudgedRecord? {
        guard pushed.change.kind.isKnown, !pushed.change.kind.isCatalog else { return nil }
        let record = try records.open(pushed.change.kind, pushed.record)
        // Nobody goes on with a record that cannot be: no context will name the dot.
        guard record.claimant == nil else { return nil }
        // Its state, which each change writes anew, does not grow with what one device has refused to it.
        guard record.state.voids.count < Limits.voidsMax else { return nil }
        // What goes on from a change that left no trace leaves none either: the vector would cover both, and the
        // first would count as seen.
        let (change, replica) = (pushed.change, pushed.change.dot.replica)
        guard change.context[replica] <= record.state.vv[replica] else { return nil }
        let scope = DossierRules.scope(of: record.state)
        if scope == .none || scope.includes(office: device.office) { return record }
        // What another life of central had refused so may be of another record of the same id.
        return code == .handedOver && hasEverRead(record, havingSeen: change.context)
            ? record : nil
    }

    /// A record's state, if the device's office may see it or nobody else's office has it.
    private func visibleState(
        _ kind: RecordKind, _ id: RecordID
    ) throws -> RecordState? {
        guard kind.isKnown else { return nil }
        var record = try records.open(kind, id)
        if let other = record.claimant { record = try records.open(other, id) }
        return record.exists
            ? DossierRules.visible(record.state, to: device.office) : nil
    }
}

/// How much of what a device was refused central keeps.
public enum RefusalLimits {
    /// Bytes of refused changes that are kept of one device: some eight thousand of half a KB, more than
    /// mistakes bring in years. Of what comes beyond, central keeps who, when, the record and the
    /// reason; the device still has the content.
    public static let contentBytesMax: Int64 = 4 << 20
}

extension RecordState {
    /// Whether nothing but the list of an office's desks is another one: that central keeps by itself, and nobody
    /// is told that it came back.
    fileprivate func differsInDesksAlone(from other: RecordState) -> Bool {
        func rest(_ state: RecordState) -> [FieldState] {
            state.fields.filter { $0.name != RecordSchema.desksField }
        }
        return kind == .office && rest(self) == rest(other)
    }
}
