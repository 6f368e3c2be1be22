internal import Replication

extension RecordSchema {
    private static let name = FieldType.text(charactersMax: DossierLimits.nameCharactersMax)
    private static let address = FieldType.text(charactersMax: DossierLimits.addressCharactersMax)
    private static let title = address
    private static let details = FieldType.text(
        charactersMax: DossierLimits.detailsCharactersMax)
    private static let note = FieldType.text(charactersMax: DossierLimits.noteCharactersMax)
    private static let notes = FieldDefinition(notesField, note, isPersonal: true, isEntries: true)
    private static let erased = FieldDefinition(
        erasedField, .erasure, isEntries: true, hasColumn: false)

    static let dossier = SchemaTable([
        FieldDefinition("code", .code),
        // A code of the catalog, or a title where an office has no codes yet.
        FieldDefinition("procedure", name),
        FieldDefinition("applicant_name", name, isPersonal: true),
        FieldDefinition("applicant_id", .identityNumber, isPersonal: true),
        FieldDefinition("applicant_phone", .phone, isPersonal: true),
        FieldDefinition("applicant_address", address, isPersonal: true),
        FieldDefinition("channel", .choice(["counter", "online", "post"])),
        FieldDefinition(officeField, .code),
        FieldDefinition(statusField, .status),
        FieldDefinition("received_at", .instant),
        FieldDefinition("due_at", .instant),
        FieldDefinition("finished_at", .instant),
        FieldDefinition("returned_at", .instant),
        FieldDefinition("return_method", .choice(["counter", "post"])),
        FieldDefinition("fee_vnd", .integer(DossierLimits.feeVND)),
        FieldDefinition("officer", name),
        notes,
        // What was handed in, and what happened to the result.
        FieldDefinition("papers", note, isPersonal: true, isEntries: true, hasColumn: false),
        FieldDefinition(pausesField, .status, isEntries: true, hasColumn: false),
        FieldDefinition("returned_to", name, isPersonal: true, hasColumn: false),
        FieldDefinition("tracking_number", .code, isPersonal: true, hasColumn: false),
        FieldDefinition(
            "delivery", .choice(["sent", "delivered", "failed", "sent_back"]), hasColumn: false),
        FieldDefinition("delivered_at", .instant, hasColumn: false),
        // Who is to settle its conflicts; the latest counts.
        FieldDefinition(assignedField, name, isEntries: true, hasColumn: false),
        erased,
    ])

    static let contact = SchemaTable([
        FieldDefinition("way", .choice(["in_person", "incoming_call", "outgoing_call"])),
        FieldDefinition("topic", address),
        FieldDefinition(officeField, .code),
        FieldDefinition("officer", name),
        FieldDefinition("occurred_at", .instant),
        FieldDefinition("procedure", name),
        FieldDefinition("caller_name", name, isPersonal: true),
        FieldDefinition("caller_phone", .phone, isPersonal: true),
        FieldDefinition("dossier", .code),
        notes,
        erased,
    ])

    static let office = SchemaTable([
        FieldDefinition("code", .code),
        FieldDefinition("name", title),
        FieldDefinition("address", address),
        FieldDefinition("phone", .phone),
        // The offsets in use on Earth: UTC-12:00 to UTC+14:00.
        FieldDefinition("time_zone_offset_minutes", .integer(-720...840)),
        FieldDefinition("hours", .officeHours, hasColumn: false),
    ])

    static let procedure = SchemaTable([
        FieldDefinition("code", .code),
        FieldDefinition("name", title),
        FieldDefinition("field", name),
        FieldDefinition("fee_vnd", .integer(DossierLimits.feeVND)),
        // Ten years: longer than any published limit.
        FieldDefinition("processing_days", .integer(0...3650)),
        FieldDefinition("details", details),
        // Before `processing_days`, which are working days.
        FieldDefinition("limit", .timeLimit, hasColumn: false),
        // One code may have several entries, each for what is received from its day on.
        FieldDefinition("effective_from", .day, hasColumn: false),
        FieldDefinition("transitions", .transitions, hasColumn: false),
    ])

    static let holiday = SchemaTable([
        FieldDefinition("date", .day),
        FieldDefinition("name", title),
        // `worked`: the offices work, in exchange for another day; all else: they are closed.
        FieldDefinition("day_kind", .choice(["off", "worked"]), hasColumn: false),
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
