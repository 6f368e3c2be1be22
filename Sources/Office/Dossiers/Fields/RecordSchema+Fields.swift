internal import Replication

extension RecordSchema {
    private static let name = FieldType.text(charactersMax: DossierLimits.nameCharactersMax)
    private static let address = FieldType.text(charactersMax: DossierLimits.addressCharactersMax)
    private static let title = address
    private static let number = FieldType.text(
        charactersMax: DossierLimits.codeCharactersMax)
    private static let details = FieldType.text(
        charactersMax: DossierLimits.detailsCharactersMax)
    private static let note = FieldType.text(charactersMax: DossierLimits.noteCharactersMax)
    private static let notes = FieldDefinition(
        17, notesField, note, isPersonal: true, isEntries: true)
    private static let erased = FieldDefinition(
        25, erasedField, .erasure, isEntries: true, hasColumn: false)

    private static let clockOff = FieldDefinition(
        45, clockOffField, .clockOff, isEntries: true, hasColumn: false)
    private static let timesFixed = FieldDefinition(
        46, timesFixedField, .timesFix, isEntries: true, hasColumn: false)
    private static let events = FieldDefinition(
        47, eventsField, .events, isEntries: true, hasColumn: false)

    static let dossier = SchemaTable([
        FieldDefinition(1, "code", .code),
        // A code of the catalog, or a title where an office has no codes yet.
        FieldDefinition(2, "procedure", name),
        FieldDefinition(3, "applicant_name", name, isPersonal: true),
        FieldDefinition(4, "applicant_id", .identityNumber, isPersonal: true),
        FieldDefinition(5, "applicant_phone", .phone, isPersonal: true),
        FieldDefinition(6, "applicant_address", address, isPersonal: true),
        FieldDefinition(7, "channel", .choice(["counter", "online", "post"])),
        FieldDefinition(8, officeField, .code),
        FieldDefinition(9, statusField, .status),
        FieldDefinition(10, "received_at", .instant),
        FieldDefinition(11, "due_at", .instant),
        FieldDefinition(12, "finished_at", .instant),
        FieldDefinition(13, "returned_at", .instant),
        FieldDefinition(14, "return_method", .choice(["counter", "post"])),
        FieldDefinition(15, "fee_vnd", .integer(DossierLimits.feeVND)),
        FieldDefinition(16, "officer", name),
        notes,
        // What was handed in, and what happened to the result.
        FieldDefinition(18, "papers", note, isPersonal: true, isEntries: true, hasColumn: false),
        FieldDefinition(19, pausesField, .status, isEntries: true, hasColumn: false),
        FieldDefinition(20, "returned_to", name, isPersonal: true, hasColumn: false),
        FieldDefinition(21, "tracking_number", .code, isPersonal: true, hasColumn: false),
        FieldDefinition(
            22, "delivery", .choice(["sent", "delivered", "failed", "sent_back"]), hasColumn: false),
        FieldDefinition(23, "delivered_at", .instant, hasColumn: false),
        // Who is to settle its conflicts; the latest counts.
        FieldDefinition(24, assignedField, name, isEntries: true, hasColumn: false),
        erased, clockOff, timesFixed, events,
        // What the office's forms ask for beside; none is required.
        FieldDefinition(48, "applicant_email", .email, isPersonal: true, hasColumn: false),
        FieldDefinition(
            49, "applicant_kind", .choice(["citizen", "enterprise", "household"]),
            hasColumn: false),
        // Who comes for the applicant.
        FieldDefinition(50, "agent_name", name, isPersonal: true, hasColumn: false),
        FieldDefinition(51, "agent_id", .identityNumber, isPersonal: true, hasColumn: false),
        FieldDefinition(52, "agent_phone", .phone, isPersonal: true, hasColumn: false),
        // How and where the result is wanted.
        FieldDefinition(
            53, "result_wish", .choice(["counter", "post", "online"]), hasColumn: false),
        FieldDefinition(54, "result_address", address, isPersonal: true, hasColumn: false),
        FieldDefinition(55, "fee_paid_at", .instant, hasColumn: false),
        FieldDefinition(56, "fee_way", .choice(["cash", "transfer", "online"]), hasColumn: false),
        FieldDefinition(57, "receipt_number", number, hasColumn: false),
        FieldDefinition(
            58, extensionsField, .limitExtension, isEntries: true, hasColumn: false),
        FieldDefinition(
            59, stepsField, .officeStep, isPersonal: true, isEntries: true, hasColumn: false),
        // Where it stands in the register.
        FieldDefinition(60, "book", number, hasColumn: false),
        FieldDefinition(61, "serial", number, hasColumn: false),
    ])

    static let contact = SchemaTable([
        FieldDefinition(26, "way", .choice(["in_person", "incoming_call", "outgoing_call"])),
        FieldDefinition(27, "topic", address),
        FieldDefinition(8, officeField, .code),
        FieldDefinition(16, "officer", name),
        FieldDefinition(28, "occurred_at", .instant),
        FieldDefinition(2, "procedure", name),
        FieldDefinition(29, "caller_name", name, isPersonal: true),
        FieldDefinition(30, "caller_phone", .phone, isPersonal: true),
        FieldDefinition(31, "dossier", .code),
        notes,
        erased, clockOff, timesFixed, events,
    ])

    static let office = SchemaTable([
        FieldDefinition(1, "code", .code),
        FieldDefinition(32, "name", title),
        FieldDefinition(33, "address", address),
        FieldDefinition(34, "phone", .phone),
        // The offsets in use on Earth: UTC-12:00 to UTC+14:00.
        FieldDefinition(35, "time_zone_offset_minutes", .integer(-720...840)),
        FieldDefinition(36, "hours", .officeHours, hasColumn: false),
        // What central says of who writes there; nobody writes it as a field.
        FieldDefinition(64, desksField, .desks, isEntries: true, hasColumn: false),
    ])

    static let procedure = SchemaTable([
        FieldDefinition(1, "code", .code),
        FieldDefinition(32, "name", title),
        FieldDefinition(37, "field", name),
        FieldDefinition(15, "fee_vnd", .integer(DossierLimits.feeVND)),
        // Ten years: longer than any published limit.
        FieldDefinition(38, "processing_days", .integer(0...3650)),
        FieldDefinition(39, "details", details),
        // Before `processing_days`, which are working days.
        FieldDefinition(40, "limit", .timeLimit, hasColumn: false),
        // One code may have several entries, each for what is received from its day on.
        FieldDefinition(41, "effective_from", .day, hasColumn: false),
        FieldDefinition(42, "transitions", .transitions, hasColumn: false),
        FieldDefinition(
            62, "level", .choice(["central", "province", "district", "commune"]),
            hasColumn: false),
        // The papers that are handed in, one a line.
        FieldDefinition(63, "paper_list", details, hasColumn: false),
    ])

    static let holiday = SchemaTable([
        FieldDefinition(43, "date", .day),
        FieldDefinition(32, "name", title),
        // `worked`: the offices work, in exchange for another day; all else: they are closed.
        FieldDefinition(44, "day_kind", .choice(["off", "worked"]), hasColumn: false),
    ])

    /// Every field of every kind once, for lines that do not say the kind.
    static let allKinds: SchemaTable = {
        var definitions: [FieldDefinition] = []
        for table in [dossier, contact, office, procedure, holiday] {
            for definition in table.definitions
            where !definitions.contains(where: { $0.name == definition.name }) {
                definitions.append(definition)
            }
        }
        return SchemaTable(definitions)
    }()
}
