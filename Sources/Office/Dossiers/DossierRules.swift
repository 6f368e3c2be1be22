internal import Causality
public import Replication
internal import Time

/// The rules that edits keep: at the counter before a change is written, and at central before a
/// change from a device is taken.
public enum DossierRules {
    /// Checks the fields of a new record: known, well-formed and in order. Nothing is required, and
    /// a dossier may be entered in any status: offices bring running ones with them.
    ///
    /// - Parameter believed: the writes whose instants have to be in order; all where it is `nil`.
    /// - Throws: `DossierError`.
    public static func checkNew(
        _ kind: RecordKind, writes: [FieldWrite], additions: [FieldWrite] = [],
        believed: [FieldWrite]? = nil
    ) throws(DossierError) {
        guard kind.isKnown else { throw .unknownKind }
        try checkFields(of: kind, writes: writes, additions: additions)
        guard kind == .dossier else { return }
        func instant(_ name: FieldName) -> Int64? {
            (believed ?? writes).first { $0.name == name }?.value.integer
        }
        try checkOrder(
            received: instant("received_at"), due: instant("due_at"),
            finished: instant("finished_at"), returned: instant("returned_at"))
    }

    /// Checks an edit's fields against the kind of the record: every field known to this version.
    ///
    /// - Throws: `DossierError`.
    public static func checkFields(
        of kind: RecordKind, writes: [FieldWrite], additions: [FieldWrite] = []
    ) throws(DossierError) {
        try requireKnown(writes, of: kind)
        try requireKnown(additions, of: kind)
        try check(writes: writes, additions: additions, kind: kind)
    }

    private static func requireKnown(
        _ fields: [FieldWrite], of kind: RecordKind
    ) throws(DossierError) {
        for field in fields where RecordSchema.definition(of: field.name, in: kind) == nil {
            throw .unknownField(field.name, kind)
        }
    }

    /// Checks what a person enters here, beyond what changes of other desks have to keep: a dossier's applicant,
    /// procedure, code and day of receipt are not emptied, and a name is more than blanks.
    ///
    /// - Parameter state: the record before; `nil` for a new one.
    /// - Throws: `DossierError.required`, `.blank`.
    public static func checkEntered(
        _ writes: [FieldWrite], over state: RecordState?
    ) throws(DossierError) {
        for write in writes {
            if let text = write.value.text, namesOfPeople.contains(write.name),
                text.allSatisfy(\.isWhitespace)
            {
                throw .blank(write.name)
            }
            let isEmptied = write.value == .null || write.value.text?.isEmpty == true
            if let state, state.kind == .dossier, isEmptied, requiredFields.contains(write.name),
                let present = state.shownValue(write.name), present != .null
            {
                throw .required(write.name)
            }
        }
    }

    /// Whether a field names somebody, and blanks in it are nobody's name.
    public static func namesPeople(_ field: FieldName) -> Bool { namesOfPeople.contains(field) }

    private static let requiredFields: Set<FieldName> = [
        "applicant_name", "procedure", "code", "received_at",
    ]
    private static let namesOfPeople: Set<FieldName> = [
        "applicant_name", "officer", "caller_name", "returned_to", "procedure",
    ]

    /// Checks that a dossier may go from one status to another. A dossier without a status, or with
    /// one that only a newer version knows, may take any.
    ///
    /// - Parameter table: the steps that the dossier's procedure allows; `nil` for the general ones.
    /// - Throws: `DossierError.illegalTransition`, or `unknownChoice` when `target` is no status.
    public static func checkTransition(
        from source: String?, to target: String, by table: TransitionTable? = nil
    ) throws(DossierError) {
        let next = try FieldCodec.status(target)
        guard let source, let present = DossierStatus(rawValue: source) else { return }
        let isAllowed = table?.allows(present, next) ?? present.canTransition(to: next)
        if !isAllowed { throw .illegalTransition(from: present, to: next) }
    }

    /// Checks the order of a dossier's instants, in milliseconds since the Unix epoch: nothing is
    /// due, finished or returned before it was received.
    ///
    /// The first instant of a day stands for the day: a dossier received at 08:00 and finished "on
    /// that day" is in order.
    /// - Throws: `DossierError.outOfOrder`.
    public static func checkOrder(
        received: Int64?, due: Int64?, finished: Int64?, returned: Int64?
    ) throws(DossierError) {
        guard let received else { return }
        let later: [(FieldName, Int64?)] = [
            ("due_at", due), ("finished_at", finished), ("returned_at", returned),
        ]
        for case (let name, let instant?) in later where isBefore(instant, received) {
            throw .outOfOrder(name, before: "received_at")
        }
    }

    /// Checks a change from a device before central takes it. Types and limits of the fields that
    /// this version knows are checked; fields and kinds of a newer version pass.
    ///
    /// - Parameters:
    ///   - change: The change.
    ///   - encodedBytes: The bytes of its canonical form, when they have been counted already.
    ///   - areWritesChecked: Whether `checkFields` has seen the values that it writes.
    /// - Throws: `DossierError`.
    public static func validate(
        change: Change, encodedBytes: Int? = nil, areWritesChecked: Bool = false
    ) throws(DossierError) {
        if let at = change.at {
            try FieldCodec.check(at.milliseconds, in: DossierLimits.instant, name: "at")
        }
        if let by = change.by {
            try FieldCodec.check(
                by, charactersMax: DossierLimits.writerCharactersMax, name: "by")
        }
        try check(
            writes: change.writes, additions: change.additions, kind: change.kind,
            areWritesChecked: areWritesChecked)
        let bytes = encodedBytes ?? change.canonicalBytes.count
        if bytes > DossierLimits.changeBytesMax {
            throw .changeTooLarge(bytesMax: DossierLimits.changeBytesMax)
        }
        let others = change.context.entries.count { $0.replica != change.dot.replica }
        if others >= Limits.writersMax { throw .tooManyWriters(max: Limits.writersMax) }
    }

    /// Which offices a record belongs to: all that its field `office` names at present, so that a
    /// hand-over in conflict stays visible to both sides.
    public static func scope(of state: RecordState) -> RecordScope {
        switch state.kind {
        case .office, .procedure, .holiday: return .catalog
        default: break
        }
        let entries = state[RecordSchema.officeField]
        if entries.count == 1 {
            return entries[0].value.text.map { .offices([$0]) } ?? .none
        }
        let codes = Set(entries.compactMap(\.value.text)).sorted()
        return codes.isEmpty ? .none : .offices(codes)
    }

    private static func check(
        writes: [FieldWrite], additions: [FieldWrite], kind: RecordKind,
        areWritesChecked: Bool = false
    ) throws(DossierError) {
        guard writes.count + additions.count <= DossierLimits.changeFieldsMax else {
            throw .tooManyFields(max: DossierLimits.changeFieldsMax)
        }
        if let name = repeatedName(in: writes) ?? repeatedName(in: additions) {
            throw .repeatedField(name)
        }
        for write in writes where !areWritesChecked {
            guard let field = try field(write.name, of: kind) else { continue }
            if field.isEntries { throw .onlyAdded(write.name) }
            try FieldCodec.check(write.value, for: field)
        }
        for addition in additions {
            guard let field = try field(addition.name, of: kind) else {
                // A field that we know is either written or added to; of others we see only this.
                if writes.contains(where: { $0.name == addition.name }) {
                    throw .repeatedField(addition.name)
                }
                continue
            }
            if !field.isEntries { throw .onlyWritten(addition.name) }
            try FieldCodec.check(addition.value, for: field)
        }
    }

    /// The field's definition; `nil` when it may be one of a newer version.
    private static func field(
        _ name: FieldName, of kind: RecordKind
    ) throws(DossierError) -> FieldDefinition? {
        if let field = RecordSchema.definition(of: name, in: kind) { return field }
        if !RecordSchema.isWellFormed(name) { throw .unknownField(name, nil) }
        return nil
    }

    /// A name that occurs twice. Fields of a change are sorted, which spares hashing them.
    private static func repeatedName(in fields: [FieldWrite]) -> FieldName? {
        let isAscending = zip(fields, fields.dropFirst()).allSatisfy { $0.name < $1.name }
        if isAscending { return nil }
        var names = Set<FieldName>()
        return fields.first { !names.insert($0.name).inserted }?.name
    }

    private static func isBefore(_ instant: Int64, _ received: Int64) -> Bool {
        guard OfficeTime.isStartOfDay(instant) else { return instant < received }
        return OfficeTime.day(ofMilliseconds: instant) < OfficeTime.day(ofMilliseconds: received)
    }
}
