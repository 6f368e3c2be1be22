// The door through which this machine's own writes come in: what an edit is judged by is read,
// `EditJudgement` says what becomes of it, and the store commits record, change, hash chain and digest in
// one transaction.

public import Causality
public import Dossiers
internal import Editing
public import Replication
public import Time

/// Writes records on behalf of this machine, in a write transaction.
public struct RecordEdit<Transaction: EditTransaction> {
    /// What it writes in.
    public let transaction: Transaction

    /// Opens the door for whom the store's identity names: a counter's replica.
    ///
    /// - Throws: `StoreError.notEnrolled`.
    public init(_ transaction: Transaction) throws {
        self.transaction = transaction
        try transaction.withAuthor { _ in }
    }

    /// Opens the door for an author of its own, as each writing session of central is: a central that is
    /// restored from a backup can then never give one dot to two changes.
    ///
    /// - Parameter author: called unless that session writes already.
    /// - Throws: what `author` throws.
    public init(
        _ transaction: Transaction, session: ReplicaID, as author: () throws -> Author
    ) rethrows {
        self.transaction = transaction
        if transaction.author?.replica != session { transaction.author = try author() }
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

extension RecordEdit {
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
            try transaction.commit(write, over: OpenRecord(write.before, row: record?.row))
            if write.change.kind == .dossier,
                let code = write.change.writes.first(where: { $0.name == "code" })?.value.text
            {
                try noteCode(code, by: author)
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
        return try transaction.view.audit(of: id).map { audited in
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

extension RecordEdit {
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
        let given = try transaction.view.lastGivenNumber(
            agency: office, day: day, first: range.lowerBound)
        let present = try transaction.view.highestNumber(agency: office, day: day, in: range)
        let number = max(given ?? range.lowerBound, present ?? range.lowerBound) + 1
        guard range.contains(number) else { return nil }
        return DossierCode(agency: office, day: day, number: number)?.description
    }

    /// Codes that one desk can give out in one day.
    public static var codesPerDesk: Int64 { 10_000 }

    /// The numbers that a desk may give out for a day: its own number, then four digits.
    public static func range(ofDesk desk: Int64) -> Range<Int64> {
        desk * codesPerDesk..<(desk + 1) * codesPerDesk
    }

    /// The day of the codes that this desk gives out now: that of its office's clock on the wall.
    ///
    /// - Throws: `StoreError`.
    public func today() throws -> CalendarDate { try day(of: transaction.now) }

    /// The day of a time by its office's clock on the wall.
    ///
    /// - Throws: `StoreError`.
    public func day(of time: Timestamp) throws -> CalendarDate { try days()(time) }

    /// The days of times by the office's clock on the wall.
    func days() throws -> (Timestamp) -> CalendarDate {
        let office = try transaction.withAuthor { $0.office }
        var offset: Int64?
        if let office {
            for state in try transaction.view.offices(ofCode: office) {
                offset = state.shownValue("time_zone_offset_minutes")?.integer ?? offset
            }
        }
        let minutes = offset.map { Int(clamping: $0) } ?? OfficeTime.offsetMinutes
        return { OfficeTime.day(ofMilliseconds: $0.milliseconds, offsetMinutes: minutes) }
    }

    /// Leaves numbers of this desk's codes free, of each day from a time until now: a replica that was
    /// restored from a backup of that time has forgotten the codes that it gave out since, and they are on
    /// citizens' receipts. Until central gives it another desk number at the next sync, it gives none of
    /// them again.
    ///
    /// - Throws: `StoreError`.
    public func leaveCodesFree(_ count: Int64, from time: Timestamp) throws {
        let (office, desk) = try transaction.withAuthor { ($0.office ?? "", $0.desk) }
        let range = Self.range(ofDesk: desk)
        let dayOf = try days()
        let last = dayOf(transaction.now)
        let first = max(
            dayOf(min(time, transaction.now)), last.adding(days: -Self.forgottenDaysMax))
        for number in first.daysSinceEpoch...last.daysSinceEpoch {
            let day = CalendarDate(daysSinceEpoch: number)
            let given = try transaction.view.lastGivenNumber(
                agency: office, day: day, first: range.lowerBound)
            let present = try transaction.view.highestNumber(agency: office, day: day, in: range)
            let known = max(given ?? range.lowerBound, present ?? range.lowerBound)
            try transaction.noteGiven(
                min(known + count, range.upperBound - 1), agency: office, day: day,
                first: range.lowerBound)
        }
    }

    /// An older backup than of a year and a month is of no use to a counter.
    private static var forgottenDaysMax: Int { 400 }

    /// Notes that a code was written, when it is of the author's own range.
    func noteCode(_ text: String, by author: Author) throws {
        guard let office = author.office, let code = DossierCode(parsing: text),
            code.agency == office
        else { return }
        let range = Self.range(ofDesk: author.desk)
        guard range.contains(code.number) else { return }
        try transaction.noteGiven(
            code.number, agency: office, day: code.day, first: range.lowerBound)
    }
}
