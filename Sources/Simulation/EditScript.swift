// What a clerk, or central, writes: one edit after the other in a transaction, drawn from a seed.

internal import Causality
internal import Demonstration
internal import Dossiers
internal import JSON
internal import ReplicaStore
internal import Replication

/// Writes into one transaction and notes what it wrote.
struct EditScript {
    let edit: LocalEdit
    let transaction: WriteTransaction
    let database: ReplicaDatabase
    let writer: Writer
    let office: String?
    let plan: Plan
    /// The records that could be seen when the transaction began, by id.
    let known: [RecordState]
    /// What has been written in this transaction so far.
    private(set) var written: [Label: Write] = [:]
    private(set) var order: [Label] = []

    init(
        _ edit: LocalEdit, _ transaction: WriteTransaction, _ database: ReplicaDatabase,
        writer: Writer, office: String?, plan: Plan
    ) throws {
        self.edit = edit
        self.transaction = transaction
        self.database = database
        self.writer = writer
        self.office = office
        self.plan = plan
        var known: [RecordState] = []
        try database.forEachRecord {
            if !$0.kind.isCatalog { known.append($0) }
            return true
        }
        self.known = known.sorted { $0.id < $1.id }
    }

    /// One edit of any kind.
    ///
    /// - Throws: `StoreError` when a rule forbids it.
    mutating func one(_ label: Label, _ random: inout SeededGenerator, _ ledger: Ledger) throws {
        guard !known.isEmpty, !random.happens(perMille: 220) else {
            return try make(label, &random, ledger)
        }
        let isHot = random.happens(perMille: plan.weather.hotRecords)
        let record =
            isHot
            ? known[random.number(below: min(3, known.count))] : random.element(of: known)
        if let (name, value) = conflict(in: record, &random), random.happens(perMille: 400) {
            let write = FieldWrite(name, value)
            let seen = try seen(record.id, ledger)
            let made = try edit.resolve(.id(record.id), name, value: value, by: label)
            note(label, record.id, record.kind, [write], made.change.additions, seen)
            return
        }
        var writes: [FieldWrite] = []
        var additions: [FieldWrite] = []
        if random.happens(perMille: 250) { additions = [FieldText.note(&random)] }
        if additions.isEmpty || random.happens(perMille: 300) {
            writes = FieldText.writes(
                of: record,
                offices: plan.handsOver ? plan.offices + plan.emptyOffices : nil, &random)
        }
        let seen = try seen(record.id, ledger)
        let made = try edit.edit(
            .id(record.id), writes: writes, additions: additions,
            at: random.happens(perMille: 200) ? FieldText.instant(&random) : nil, by: label)
        note(label, record.id, record.kind, writes, made.change.additions, seen)
    }

    /// Makes a dossier or a contact; some with an id that other desks use too, as imports do.
    mutating func make(_ label: Label, _ random: inout SeededGenerator, _ ledger: Ledger) throws {
        let kind: RecordKind = random.happens(perMille: 800) ? .dossier : .contact
        let offices = writer == .central ? plan.offices : [office ?? ""]
        var writes = [FieldWrite("office", .text(random.element(of: offices)))]
        if kind == .dossier {
            writes.append(FieldWrite("status", .text(FieldText.anyStatus(&random))))
            if writer != .central, random.happens(perMille: 300),
                let day = CalendarDate(year: 2021, month: 3, day: random.number(in: 1...3))
            {
                writes.append(FieldWrite("code", .text(try edit.nextCode(day: day))))
            }
            writes.append(FieldWrite("applicant_name", .text(FieldText.name(&random))))
        } else {
            writes.append(FieldWrite("topic", .text(FieldText.name(&random))))
        }
        let additions = random.happens(perMille: 200) ? [FieldText.note(&random)] : []
        var id: RecordID?
        if random.happens(perMille: 150) {
            // Ids of dossiers and contacts are kept apart: two kinds of record with one id are not
            // told apart everywhere (gaps, and the look-up by id), and nothing forbids them.
            let number = UInt8(random.number(below: 6)) + (kind == .dossier ? 0x80 : 0x90)
            var bytes = [UInt8](repeating: number, count: RecordID.byteCount)
            if !plan.sharesIDs {
                bytes[0] = UInt8(plan.offices.firstIndex { writes[0].value == .text($0) } ?? 0)
            }
            id = RecordID(bytes: bytes)
        }
        let visible = try id.map { try transaction.open(kind, $0).state.stamps } ?? []
        let seen = ledger.seen(from: visible.compactMap(\.stamp.by), also: written)
        let made = try edit.make(kind, id: id, writes: writes, additions: additions, by: label)
        note(label, made.record, kind, writes, made.change.additions, seen)
    }

    mutating func note(
        _ label: Label, _ record: RecordID, _ kind: RecordKind, _ writes: [FieldWrite],
        _ additions: [FieldWrite], _ seen: Set<Label>
    ) {
        written[label] = Write(
            label: label, writer: writer, office: office, record: record, kind: kind,
            writes: writes, additions: additions, seen: seen)
        order.append(label)
    }

    /// What stands on the screen now, and what that had seen.
    func seen(_ record: RecordID, _ ledger: Ledger) throws -> Set<Label> {
        let stamps = try transaction.find(.id(record)).state.stamps
        return ledger.seen(from: stamps.compactMap(\.stamp.by), also: written)
    }

    private func conflict(
        in record: RecordState, _ random: inout SeededGenerator
    ) -> (FieldName, FieldValue)? {
        for field in record.fields {
            let rule = RecordSchema.rule(of: field.name, in: record.kind)
            guard let shown = record.shown(field.name, by: rule), shown.isConflict else { continue }
            return (field.name, random.element(of: field.entries).value)
        }
        return nil
    }
}
