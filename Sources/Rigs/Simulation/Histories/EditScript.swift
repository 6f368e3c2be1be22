// What a clerk, or central, writes: one edit after the other in a transaction.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Replication
internal import SeededRandom
internal import Store
internal import Time

/// Writes into one transaction and notes what it wrote.
struct EditScript<Transaction: EditTransaction> {
    let edit: RecordEdit<Transaction>
    var transaction: Transaction { edit.transaction }
    let writer: Writer
    let office: String?
    let plan: Plan
    /// The records that could be seen when the transaction began, in the order of ids.
    let known: [RecordState]
    /// All records that can be seen now.
    let records: () throws -> [RecordID: RecordState]
    /// What has been written in this transaction so far.
    private(set) var written: [Label: Write] = [:]
    private(set) var order: [Label] = []

    init(
        _ edit: RecordEdit<Transaction>, writer: Writer, office: String?, plan: Plan,
        records: @escaping () throws -> [RecordID: RecordState]
    ) throws {
        self.edit = edit
        self.writer = writer
        self.office = office
        self.plan = plan
        self.records = records
        known = try records().values.filter { !$0.kind.isCatalog }.sorted { $0.id < $1.id }
    }

    /// Writes.
    ///
    /// - Throws: `StoreError` when a rule forbids it.
    mutating func perform(_ scripted: ScriptedEdit, _ ledger: Ledger) throws {
        guard scripted.does != .make else { return try make(scripted, ledger) }
        let id = scripted.record.flatMap { ledger.record(named: $0) }
        guard let id else { throw StoreError.noSuchRecord }
        let kind = try transaction.find(.id(id)).state.kind
        let writes = scripted.writes.map(\.write)
        let seen = try seen(id, ledger)
        let made =
            if scripted.does == .resolve, let write = writes.first {
                try edit.resolve(.id(id), write.name, value: write.value, by: scripted.label)
            } else {
                try edit.edit(
                    .id(id), writes: writes, additions: scripted.additions.map(\.write),
                    at: scripted.at.map { Timestamp(milliseconds: $0) }, by: scripted.label)
            }
        note(scripted.label, id, kind, writes, made.change.additions, seen)
    }

    /// Makes a record; some have an id that other desks use too, as imports do.
    private mutating func make(_ scripted: ScriptedEdit, _ ledger: Ledger) throws {
        let kind = RecordKind(rawValue: scripted.kind ?? RecordKind.dossier.rawValue)
        var writes = scripted.writes.map(\.write)
        if let day = scripted.codeDay.flatMap({ CalendarDate(year: 2021, month: 3, day: $0) }) {
            writes.append(FieldWrite("code", .text(try edit.nextCode(day: day))))
        }
        let additions = scripted.additions.map(\.write)
        let id = scripted.record.flatMap { RecordID($0) }
        let visible = try id.map { try transaction.open(kind, $0).state.stamps } ?? []
        let seen = ledger.seen(from: visible.compactMap(\.stamp.by), also: written)
        let made = try edit.make(
            kind, id: id, writes: writes, additions: additions, by: scripted.label)
        note(scripted.label, made.record, kind, writes, made.change.additions, seen, id != nil)
    }

    mutating func makeOffice(_ label: Label, code: String) throws {
        let writes = [FieldWrite("code", .text(code)), FieldWrite("name", .text("Office"))]
        let made = try edit.make(.office, writes: writes, by: label)
        note(label, made.record, .office, writes, [], [])
    }

    fileprivate mutating func note(
        _ label: Label, _ record: RecordID, _ kind: RecordKind, _ writes: [FieldWrite],
        _ additions: [FieldWrite], _ seen: Set<Label>, _ isIDGiven: Bool = false
    ) {
        written[label] = Write(
            label: label, writer: writer, office: office, record: record, kind: kind,
            writes: writes, additions: additions, isIDGiven: isIDGiven, seen: seen)
        order.append(label)
    }

    /// What stands on the screen now, and what that had seen.
    fileprivate func seen(_ record: RecordID, _ ledger: Ledger) throws -> Set<Label> {
        let stamps = try transaction.find(.id(record)).state.stamps
        return ledger.seen(from: stamps.compactMap(\.stamp.by), also: written)
    }
}

/// What central writes in one transaction, whatever its store is.
protocol CentralScript {
    /// The records that could be seen when the transaction began, in the order of ids.
    var known: [RecordState] { get }
    /// What has been written in this transaction so far.
    var written: [Label: Write] { get }
    /// The same, in order.
    var order: [Label] { get }
    /// Makes an office.
    mutating func makeOffice(_ label: Label, code: String) throws
    /// Draws one write of central.
    func drawAtCentral(
        _ label: Label, _ random: inout SeededGenerator, _ ledger: Ledger
    ) throws -> ScriptedEdit
    /// Writes by itself: what a rule forbids leaves nothing behind.
    mutating func attempt(_ scripted: ScriptedEdit, _ ledger: Ledger) throws
    /// Erases a record by order of the law; `seed` is for a central that has no key.
    mutating func erase(_ scripted: ScriptedEdit, orElse seed: [UInt8], _ ledger: Ledger) throws
}

extension EditScript: CentralScript where Transaction: CentralNodeTransaction {
    mutating func attempt(_ scripted: ScriptedEdit, _ ledger: Ledger) throws {
        let transaction = transaction
        try transaction.attempt { try perform(scripted, ledger) }
    }

    mutating func erase(
        _ scripted: ScriptedEdit, orElse seed: [UInt8], _ ledger: Ledger
    ) throws {
        let key = SigningKey(seed: try transaction.centralKeySeed(orElse: seed))
        guard let key else { throw Violation(.fault, "central's key is damaged") }
        guard let id = scripted.record.flatMap({ ledger.record(named: $0) }),
            let record = known.first(where: { $0.id == id })
        else { return }
        let label = scripted.label
        let seen = try seen(id, ledger)
        _ = try edit.erase(.id(id), reason: "law", by: label, signedBy: key)
        let state = try transaction.open(record.kind, id).state
        let order = state[RecordSchema.erasedField].first { state.stamp(of: $0.dot)?.by == label }
        guard let order else { throw Violation(.erasure, "\(label) left no order") }
        note(
            label, id, record.kind, [], [FieldWrite(RecordSchema.erasedField, order.value)], seen)
    }
}
