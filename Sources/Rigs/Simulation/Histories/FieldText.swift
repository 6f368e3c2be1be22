internal import Causality
internal import Demonstration
internal import Dossiers
internal import Replication
internal import SeededRandom

/// Values for fields. There are few of each, so that desks often write the same, or one the other's.
enum FieldText {
    static func name(_ random: inout SeededGenerator) -> String {
        // The second is the first with its accent apart: the same to a person, other bytes.
        random.element(of: ["Ánh", "A\u{301}nh", "Lan", "Hoa", "Minh", "Thu"])
    }

    static func note(_ random: inout SeededGenerator) -> FieldWrite {
        let words = random.number(in: 1...(random.happens(perMille: 50) ? 400 : 5))
        return FieldWrite(
            "notes", .text(String(repeating: "note ", count: words) + random.digits(2)))
    }

    static func anyStatus(_ random: inout SeededGenerator) -> String {
        random.element(of: DossierStatus.allCases).rawValue
    }

    static func instant(_ random: inout SeededGenerator) -> Timestamp {
        Timestamp(milliseconds: 1_614_560_400_000 + Int64(random.number(below: 9)) * 86_400_000)
    }

    /// One to three writes to different fields of a record.
    ///
    /// - Parameter offices: where it may be handed over to; `nil` when it may not.
    static func writes(
        of record: RecordState, offices: [String]?, _ random: inout SeededGenerator
    ) -> [FieldWrite] {
        var fields: [FieldName: FieldWrite] = [:]
        for _ in 0..<random.number(in: 1...3) {
            let write =
                record.kind == .dossier
                ? dossierWrite(of: record, offices, &random) : contactWrite(offices, &random)
            fields[write.name] = write
        }
        return fields.values.sorted { $0.name < $1.name }
    }

    private static func dossierWrite(
        of record: RecordState, _ offices: [String]?, _ random: inout SeededGenerator
    ) -> FieldWrite {
        switch random.number(below: 20) {
        case 0...5: FieldWrite("status", .text(nextStatus(of: record, &random)))
        case 6...8: FieldWrite("officer", text(&random))
        case 9: FieldWrite("applicant_name", text(&random))
        case 10: FieldWrite("fee_vnd", number(&random))
        case 11: FieldWrite("x.a", number(&random))
        case 12:
            FieldWrite(
                "x.b", random.happens(perMille: 500) ? .bool(true) : .real(Double(1) / 3))
        case 13, 14: handOver(to: offices, &random)
        case 15: FieldWrite("received_at", .integer(instant(&random).milliseconds))
        case 16: FieldWrite("due_at", .integer(instant(&random).milliseconds + 864_000_000))
        case 17: FieldWrite("procedure", .text("P\(random.number(below: 4))"))
        default: FieldWrite("applicant_phone", .text("09" + random.digits(1)))
        }
    }

    private static func contactWrite(
        _ offices: [String]?, _ random: inout SeededGenerator
    ) -> FieldWrite {
        switch random.number(below: 5) {
        case 0: FieldWrite("officer", text(&random))
        case 1: handOver(to: offices, &random)
        case 2: FieldWrite("x.a", number(&random))
        default: FieldWrite("topic", text(&random))
        }
    }

    private static func handOver(
        to offices: [String]?, _ random: inout SeededGenerator
    ) -> FieldWrite {
        guard let offices else { return FieldWrite("x.c", .text(name(&random))) }
        return FieldWrite("office", .text(random.element(of: offices)))
    }

    /// Mostly one that a person may set.
    private static func nextStatus(
        of record: RecordState, _ random: inout SeededGenerator
    ) -> String {
        let rule = RecordSchema.rule(of: RecordSchema.statusField, in: .dossier)
        let shown = record.shown(RecordSchema.statusField, by: rule)?.value.text
        let next = shown.flatMap(DossierStatus.init(rawValue:))?.nextStatuses ?? []
        guard !next.isEmpty, random.happens(perMille: 850) else { return anyStatus(&random) }
        return random.element(of: next).rawValue
    }

    private static func text(_ random: inout SeededGenerator) -> FieldValue {
        random.happens(perMille: 100) ? .null : .text(name(&random))
    }

    private static func number(_ random: inout SeededGenerator) -> FieldValue {
        random.happens(perMille: 200) ? .null : .integer(Int64(random.number(below: 4)))
    }
}
