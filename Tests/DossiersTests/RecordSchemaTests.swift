import Dossiers
import Replication
import Testing

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
                + "delivered_at assigned erased")
        #expect(
            names(.contact)
                == "way topic office officer occurred_at procedure caller_name caller_phone "
                + "dossier notes erased")
        #expect(names(.office) == "code name address phone time_zone_offset_minutes hours")
        #expect(
            names(.procedure)
                == "code name field fee_vnd processing_days details limit effective_from "
                + "transitions")
        #expect(names(.holiday) == "date name day_kind")
        #expect(names(RecordKind(rawValue: 99)).isEmpty)
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
                case "notes", "papers", "pauses", "assigned", "erased": #expect(rule == "entries")
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
