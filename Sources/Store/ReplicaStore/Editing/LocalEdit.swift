// The door through which this machine's own writes come in: what an edit is judged by is read,
// `EditJudgement` says what becomes of it, and record, change, hash chain and digest are written in one
// transaction.

public import Causality
public import Dossiers
internal import Editing
public import Replication
internal import SQLite
public import Time

/// What a local edit did.
public struct EditResult: Sendable {
    /// The record.
    public var record: RecordID
    /// The change that was written.
    public var change: Change
    /// Conflicts that the edit settled, because it had seen all values.
    public var settledConflicts: [FieldName]
    /// The procedure's code when the catalog does not know it: taken, with a warning.
    public var unknownProcedure: String?

    /// The name of the change that was written.
    public var dot: Dot { change.dot }
}

/// Writes records on behalf of this machine, in a write transaction.
public struct LocalEdit {
    let transaction: WriteTransaction

    /// Opens the door for a counter's replica.
    ///
    /// - Throws: `StoreError.notEnrolled`.
    public init(_ transaction: WriteTransaction) throws {
        self.transaction = transaction
        try transaction.withAuthor { _ in }
    }

    /// Opens the door for central, whose every writing session has an identity of its own: a central
    /// that is restored from a backup can then never give one dot to two changes.
    ///
    /// - Throws: `StoreError.sqlite`.
    public init(_ transaction: WriteTransaction, session: ReplicaID) throws {
        self.transaction = transaction
        precondition(transaction.database.role == .central, "counters write as themselves")
        if transaction.author?.replica != session {
            transaction.author = Author(
                replica: session, replicaKey: try transaction.database.interning.key(of: session),
                chain: try transaction.database.chain(of: session), clock: HybridClock(),
                office: nil, desk: 0)
        }
    }

    /// Makes a record. A dossier without a status is `new`; without an office, this office's.
    ///
    /// - Throws: `StoreError.duplicateID`, `.otherKind`, `.duplicateCode`, `.outOfScope`, `.unknownOffice`,
    ///   `.domain`, `.sqlite`.
    public func make(
        _ kind: RecordKind, id: RecordID? = nil, writes: [FieldWrite],
        additions: [FieldWrite] = [], at: Timestamp? = nil, by: String? = nil
    ) throws -> EditResult {
        try write(
            .make(kind, id: id, writes: writes, additions: additions),
            on: id.flatMap { kind.isKnown ? try transaction.open(kind, $0) : nil }, at: at, by: by)
    }

    /// Writes fields of a record that exists.
    ///
    /// - Throws: `StoreError.noSuchRecord`, `.ambiguousCode`, `.outOfScope`, `.unknownOffice`,
    ///   `.domain`, `.sqlite`.
    public func edit(
        _ reference: RecordReference, writes: [FieldWrite], additions: [FieldWrite] = [],
        at: Timestamp? = nil, by: String? = nil
    ) throws -> EditResult {
        try write(
            .edit(writes: writes, additions: additions), on: transaction.find(reference), at: at,
            by: by)
    }

    /// Settles a conflict with a value that the person chose, having seen all of them.
    ///
    /// - Throws: `StoreError.notInConflict`, and as `edit`. A status is settled with any of the
    ///   values in conflict, or with one that can follow the shown one.
    public func resolve(
        _ reference: RecordReference, _ field: FieldName, value: FieldValue,
        at: Timestamp? = nil, by: String? = nil
    ) throws -> EditResult {
        try write(.resolve(field, value), on: transaction.find(reference), at: at, by: by)
    }

    /// Takes back the last step that this machine took with a record today: a change of the status, a hand-over
    /// or a void. What else the step wrote is as it was before; what it added, notes and papers, stays.
    ///
    /// - Throws: `DossierError.nothingToUndo`, `.notToday`, `.writtenSince`; `StoreError`.
    public func undo(_ reference: RecordReference, by: String? = nil) throws -> EditResult {
        try write(.undo, on: transaction.find(reference), by: by)
    }

    /// Takes up again what had ended, or what was void after all: the dossier is being worked on, or new when it
    /// had not been accepted, and has neither day of its end.
    ///
    /// - Throws: `DossierError.notEnded`; `StoreError`.
    public func reopen(
        _ reference: RecordReference, reason: String, at: Timestamp? = nil, by: String? = nil
    ) throws -> EditResult {
        try write(.reopen(reason: reason), on: transaction.find(reference), at: at, by: by)
    }

    /// Takes a dossier or contact that was entered by mistake out of lists and figures; or, of a record, one
    /// note. It stays in the log.
    ///
    /// - Parameter note: the number of the note among those that stand, from 1, the earliest first.
    /// - Throws: `DossierError.voided` for what is void, `.noSuchNote`; `StoreError`.
    public func void(
        _ reference: RecordReference, note number: Int? = nil, reason: String,
        at: Timestamp? = nil, by: String? = nil
    ) throws -> EditResult {
        try write(
            .void(note: number, reason: reason), on: transaction.find(reference), at: at, by: by)
    }
}

extension LocalEdit {
    /// Writes what a request comes to.
    private func write(
        _ act: EditRequest.Act, on record: OpenRecord?, at: Timestamp? = nil, by: String? = nil
    ) throws -> EditResult {
        let request = EditRequest(act, at: at, by: by)
        let reads = EditReads(for: request, on: record?.state)
        var read = EditReadSet(now: transaction.now)
        read.record = record?.state
        read.exists = record?.exists ?? false
        read.claimant = record?.claimant
        read.clockFault = try transaction.clockFault()
        try transaction.add(reads, of: record, to: &read)
        if reads.wantsHistory, let record { read.history = try steps(of: record.state.id) }
        return try transaction.withAuthor { author in
            let write: LocalWrite
            do throws(EditFault) {
                write = try EditJudgement.write(
                    for: request,
                    by: EditAuthor(
                        replica: author.replica, chain: author.chain, clock: author.clock,
                        office: author.office), knowing: read)
            } catch {
                throw StoreError.wrapped(error)
            }
            (author.chain, author.clock) = (write.author.chain, write.author.clock)
            let target = OpenRecord(state: write.before, key: record?.key)
            try transaction.keepReplaced(by: write.change, in: target)
            try transaction.store(write.after, over: target, log: write.entry)
            transaction.noteOwnChange()
            if write.change.kind == .dossier,
                let code = write.change.writes.first(where: { $0.name == "code" })?.value.text
            {
                try transaction.noteCode(code, by: author)
            }
            return EditResult(
                record: write.record, change: write.change,
                settledConflicts: write.settledConflicts,
                unknownProcedure: write.unknownProcedure)
        }
    }

    /// The history of a record, as a step that is taken back is judged by it.
    private func steps(of id: RecordID) throws -> [TakenStep] {
        let day = try days()
        let today = day(transaction.now)
        return try transaction.database.audit(of: id).map { audited in
            TakenStep(
                change: audited.logged.change,
                isOfToday: day(audited.logged.arrived) == today,
                isVoid: audited.logged.isVoid,
                fields: audited.fields.map {
                    TakenStep.Field(name: $0.name, before: $0.before, after: $0.after)
                })
        }
    }
}

extension LocalEdit {
    /// The next code of this desk for a day: the desk's number, then a running number of four digits,
    /// which no dossier had before.
    ///
    /// - Throws: `StoreError`; `.domain(.malformed)` where there is none.
    public func nextCode(day: CalendarDate) throws -> String {
        guard let code = try possibleCode(day: day) else {
            throw StoreError.domain(.malformed("code", reason: "cannot be made for this day"))
        }
        return code
    }

    /// The next code of this desk for a day; `nil` when all numbers of the day are given, or the year is
    /// none of 2000 to 2099.
    ///
    /// - Throws: `StoreError`.
    public func possibleCode(day: CalendarDate) throws -> String? {
        let (office, desk) = try transaction.withAuthor { ($0.office ?? "", $0.desk) }
        let range = Self.range(ofDesk: desk)
        let database = transaction.database
        let given = try database.lastGivenNumber(
            agency: office, day: day, first: range.lowerBound)
        let present = try database.numbers(agency: office, day: day, in: range).max()
        let number = max(given ?? range.lowerBound, present ?? range.lowerBound) + 1
        guard range.contains(number) else { return nil }
        return DossierCode(agency: office, day: day, number: number)?.description
    }

    /// Codes that one desk can give out in one day.
    static let codesPerDesk: Int64 = 10_000
}

extension WriteTransaction {
    /// Finds the record that a person named.
    ///
    /// - Throws: `StoreError.noSuchRecord`, `.ambiguousCode`.
    public func find(_ reference: RecordReference) throws -> OpenRecord {
        guard let stored = try database.find(reference) else { throw StoreError.noSuchRecord }
        return OpenRecord(state: stored.state, key: stored.key)
    }

    /// Whether the catalog has the procedure; asked once per transaction and code.
    func hasProcedure(_ code: String) throws -> Bool {
        if let known = knownProcedures[code] { return known }
        let isKnown = try database.hasProcedure(code)
        knownProcedures[code] = isKnown
        return isKnown
    }
}
