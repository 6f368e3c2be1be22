// What a clerk's edit is judged by: a value, complete before a rule is asked.

public import Causality
internal import Dossiers
public import Replication

/// A step of a record's history with what its writer saw.
public struct TakenStep: Sendable {
    /// A field that it wrote, or added to.
    public struct Field: Sendable {
        /// The field.
        public var name: FieldName
        /// What its writer saw there.
        public var before: FieldValue?
        /// What was written or added.
        public var after: FieldValue

        /// A field.
        public init(name: FieldName, before: FieldValue?, after: FieldValue) {
            self.name = name
            self.before = before
            self.after = after
        }
    }

    /// The change.
    public var change: Change
    /// The day on which it arrived here, by the office's clock on the wall.
    public var isOfToday: Bool
    /// Whether central refused it.
    public var isVoid: Bool
    /// Its fields.
    public var fields: [Field]

    /// A step.
    public init(change: Change, isOfToday: Bool, isVoid: Bool, fields: [Field]) {
        self.change = change
        self.isOfToday = isOfToday
        self.isVoid = isVoid
        self.fields = fields
    }
}

/// What is read for an edit once its record was found.
public struct EditReads: Hashable, Sendable {
    /// Offices as people wrote them: wanted is how the catalog writes them.
    public var offices: Set<String> = []
    /// A code that is written, and its kind: wanted is who has it.
    public var code: String?
    /// The kind of the record.
    public var kind: RecordKind
    /// The procedure that a dossier is given: wanted is whether the catalog has it.
    public var procedure: String?
    /// The procedure whose own steps count.
    public var steps: String?
    /// What others refer to the entry by, which is about to change.
    public var reference: String?
    /// Whether the record's history is wanted: a step is taken back.
    public var wantsHistory = false

    /// What has to be read for a request.
    ///
    /// - Parameter state: the record; `nil` for one that is made.
    public init(for request: EditRequest, on state: RecordState?) {
        if case .make(let made, _, _, _) = request.act {
            kind = made
        } else {
            kind = state?.kind ?? .dossier
        }
        let writes = request.writes
        func text(_ name: FieldName) -> String? {
            writes.first { $0.name == name }?.value.text
        }
        for write in writes where write.name == RecordSchema.officeField {
            if let code = write.value.text { offices.insert(code) }
        }
        code = text("code")
        if kind == .dossier {
            procedure = text("procedure")
            if text(RecordSchema.statusField) != nil {
                steps = state?.shownValue("procedure")?.text
            }
        }
        if case .undo = request.act { wantsHistory = true }
        if case .edit = request.act, let state {
            reference = CatalogKey.change(of: state, by: writes)?.present
        }
    }
}

/// What is known when an edit is judged.
public struct EditReadSet: Sendable {
    /// The record that is written; the one that has the id of one that is made. `nil` when there is none.
    public var record: RecordState?
    /// Whether it has a row. One that was refused before it began has a row and no fields.
    public var exists = false
    /// The kind whose record has the id of one that is made.
    public var claimant: RecordKind?
    /// How the catalog writes the offices that it has, by how people wrote them.
    public var offices: [String: String] = [:]
    /// The records of the kind that have the code that is written, and the days from which they hold.
    public var holders: [CodeHolder] = []
    /// Whether the catalog has the procedure.
    public var isProcedureKnown = false
    /// The editions of the dossier's procedure.
    public var editions: [ProcedureEdition] = []
    /// How many records, and devices of an office, refer to the entry.
    public var references = (records: 0, devices: 0)
    /// The record's history.
    public var history: [TakenStep] = []
    /// What is wrong with this machine's clock.
    public var clockFault: ClockFault?
    /// This machine's clock.
    public var now: Timestamp

    /// A record that has a code.
    public struct CodeHolder: Hashable, Sendable {
        /// The record.
        public var id: RecordID
        /// From when an entry of the catalog holds.
        public var effectiveFrom: FieldValue?

        /// A holder.
        public init(id: RecordID, effectiveFrom: FieldValue?) {
            self.id = id
            self.effectiveFrom = effectiveFrom
        }
    }

    /// Nothing but the time.
    public init(now: Timestamp) { self.now = now }
}

/// What others refer to an entry of the catalog by: an office's code, a procedure's, a holiday's day. It stays
/// as it is, since records and devices keep the old one.
enum CatalogKey {
    /// The key that writes would change, and what it is now.
    static func change(
        of state: RecordState, by writes: [FieldWrite]
    ) -> (write: FieldWrite, present: String)? {
        let key: FieldName
        switch state.kind {
        case .office, .procedure: key = "code"
        case .holiday: key = "date"
        default: return nil
        }
        guard let write = writes.first(where: { $0.name == key }),
            let present = state.shownValue(key)?.text, write.value != .text(present),
            state.kind != .holiday || write.value != .null
        else { return nil }
        return (write, present)
    }
}
