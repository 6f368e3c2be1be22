import Replication
import Testing

@testable import Dossiers

@Suite("The fields of records")
struct RecordSchemaTests {
    private let kinds: [RecordKind] = [.dossier, .contact, .office, .procedure, .holiday]

    @Test("The columns of every kind are those of the contract, in its order.")
    func columns() {
        func names(_ kind: RecordKind) -> String {
            RecordSchema.definitions(of: kind).map(\.name.rawValue).joined(separator: " ")
        }
        #expect(
            names(.dossier)
                == "code procedure applicant_name applicant_id applicant_phone applicant_address "
                + "channel office status received_at due_at finished_at returned_at return_method "
                + "fee_vnd officer notes papers pauses returned_to tracking_number delivery "
                + "delivered_at assigned erased clock_off times_fixed events applicant_email "
                + "applicant_kind agent_name agent_id agent_phone result_wish result_address "
                + "fee_paid_at fee_way receipt_number extensions steps book serial")
        #expect(
            names(.contact)
                == "way topic office officer occurred_at procedure caller_name caller_phone "
                + "dossier notes erased clock_off times_fixed events")
        #expect(names(.office) == "code name address phone time_zone_offset_minutes hours desks")
        #expect(
            names(.procedure)
                == "code name field fee_vnd processing_days details limit effective_from "
                + "transitions level paper_list")
        #expect(names(.holiday) == "date name day_kind")
        #expect(names(RecordKind(rawValue: 99)).isEmpty)
    }

    /// What stands in stored rows (`StateBlob`). A line may be added, and never changed, moved or removed.
    private static let numbers: [(UInt64, FieldName)] = [
        (1, "code"), (2, "procedure"), (3, "applicant_name"), (4, "applicant_id"),
        (5, "applicant_phone"), (6, "applicant_address"), (7, "channel"), (8, "office"),
        (9, "status"), (10, "received_at"), (11, "due_at"), (12, "finished_at"),
        (13, "returned_at"), (14, "return_method"), (15, "fee_vnd"), (16, "officer"),
        (17, "notes"), (18, "papers"), (19, "pauses"), (20, "returned_to"),
        (21, "tracking_number"), (22, "delivery"), (23, "delivered_at"), (24, "assigned"),
        (25, "erased"), (26, "way"), (27, "topic"), (28, "occurred_at"), (29, "caller_name"),
        (30, "caller_phone"), (31, "dossier"), (32, "name"), (33, "address"), (34, "phone"),
        (35, "time_zone_offset_minutes"), (36, "hours"), (37, "field"), (38, "processing_days"),
        (39, "details"), (40, "limit"), (41, "effective_from"), (42, "transitions"),
        (43, "date"), (44, "day_kind"), (45, "clock_off"), (46, "times_fixed"),
        (47, "events"), (48, "applicant_email"), (49, "applicant_kind"), (50, "agent_name"),
        (51, "agent_id"), (52, "agent_phone"), (53, "result_wish"), (54, "result_address"),
        (55, "fee_paid_at"), (56, "fee_way"), (57, "receipt_number"), (58, "extensions"),
        (59, "steps"), (60, "book"), (61, "serial"), (62, "level"), (63, "paper_list"),
        (64, "desks"),
    ]

    @Test("Every field has the number that it was given once, the same in all kinds.")
    func fieldNumbers() {
        #expect(Set(Self.numbers.map(\.0)).count == Self.numbers.count)
        let given = Dictionary(uniqueKeysWithValues: Self.numbers.map { ($1, $0) })
        var found = Set<FieldName>()
        for kind in kinds {
            for field in RecordSchema.definitions(of: kind) {
                #expect(field.number == given[field.name], "\(kind.name) \(field.name)")
                found.insert(field.name)
            }
        }
        #expect(found == Set(given.keys))
    }

    @Test(
        "A field of any name may be added: the index by name holds it.",
        .timeLimit(.minutes(5)))
    func anyName() {
        // The first of these once sent the search for a perfect hash round for ever.
        let names: [FieldName] = ["resolved_at", "received_at", "a", "aa", "ab", "ba", ""]
        let table = SchemaTable(
            names.enumerated().map { FieldDefinition(UInt64($0), $1, .code) })
        for (place, name) in names.enumerated() { #expect(table.place(of: name) == place) }
        #expect(table.place(of: "resolved_by") == nil)
    }

    @Test("Every field is found by its name in its kind and in no other that lacks it.")
    func lookup() {
        for kind in kinds {
            for field in RecordSchema.definitions(of: kind) {
                #expect(RecordSchema.definition(of: field.name, in: kind) == field)
            }
        }
        #expect(RecordSchema.definition(of: "status", in: .contact) == nil)
        #expect(RecordSchema.definition(of: "stetus", in: .dossier) == nil)
        #expect(RecordSchema.definition(of: "", in: .dossier) == nil)
        #expect(RecordSchema.definition(of: "code", in: RecordKind(rawValue: 99)) == nil)
    }

    @Test("One name means one thing in all kinds, so a line need not say the kind.")
    func oneNameOneType() {
        for kind in kinds {
            for field in RecordSchema.definitions(of: kind) {
                #expect(
                    RecordSchema.definition(of: field.name) == field, "\(kind.name) \(field.name)")
            }
        }
    }

    @Test("Custom names have the prefix and small letters, digits and _ . - only.")
    func customNames() {
        for name in ["x.a", "x.so-to_khai.2", "x." + String(repeating: "a", count: 64)] {
            let field = RecordSchema.definition(of: FieldName(name), in: .dossier)
            #expect(field?.type == .custom, "\(name)")
            #expect(field?.isPersonal == true)
        }
        let bad = [
            "x", "x.", "x.A", "x.é", "x.a b", "y.a", "X.a", "x.\u{0}",
            "x." + String(repeating: "a", count: 65),
        ]
        for name in bad {
            #expect(RecordSchema.definition(of: FieldName(name), in: .dossier) == nil, "\(name)")
            #expect(RecordSchema.definition(of: FieldName(name)) == nil, "\(name)")
        }
        #expect(RecordSchema.definition(of: "x.a", in: RecordKind(rawValue: 99)) == nil)
    }

    @Test("The rule by name is the definition's rule; what is unknown is a register.")
    func rules() {
        for kind in kinds {
            for field in RecordSchema.definitions(of: kind) {
                let rule = ruleName(RecordSchema.rule(of: field.name, in: kind))
                #expect(rule == ruleName(field.rule))
                switch field.name {
                case "status": #expect(rule == "workflow")
                case "notes", "papers", "pauses", "assigned", "erased", "clock_off", "times_fixed",
                    "events", "extensions", "steps", "desks":
                    #expect(rule == "entries")
                default: #expect(rule == "register")
                }
            }
        }
        #expect(ruleName(RecordSchema.rule(of: "x.a", in: .dossier)) == "register")
        #expect(ruleName(RecordSchema.rule(of: "notes", in: .holiday)) == "register")
        #expect(ruleName(RecordSchema.rule(of: "notes", in: RecordKind(rawValue: 9))) == "register")
    }

    @Test("What may name a citizen is marked as personal, and the office's own data is not.")
    func personalFields() {
        let personal = kinds.flatMap { RecordSchema.definitions(of: $0) }.filter(\.isPersonal)
        #expect(
            Set(personal.map(\.name)) == [
                "applicant_name", "applicant_id", "applicant_phone", "applicant_address", "notes",
                "caller_name", "caller_phone", "papers", "returned_to", "tracking_number",
                "applicant_email", "agent_name", "agent_id", "agent_phone", "result_address",
                "steps",
            ])
    }

    @Test("The names of kinds read back, and a newer kind has a name of its own.")
    func kindNames() {
        for kind in kinds {
            #expect(RecordKind(name: kind.name) == kind)
            #expect(kind.isKnown)
        }
        #expect(kinds.map(\.name) == ["dossier", "contact", "office", "procedure", "holiday"])
        #expect(RecordKind(rawValue: 9).name == "kind-9")
        #expect(!RecordKind(rawValue: 9).isKnown && !RecordKind(rawValue: 0).isKnown)
        #expect(RecordKind(name: "kind-9") == nil && RecordKind(name: "Dossier") == nil)
    }

    private func ruleName(_ rule: MergeRule) -> String {
        switch rule {
        case .register: "register"
        case .workflow: "workflow"
        case .entries: "entries"
        }
    }
}
