// What is drawn of an edit: whatever stands in `ScriptedEdit`, and nothing else.

internal import Causality
internal import Demonstration
internal import Dossiers
internal import Replication
internal import SeededRandom

extension EditScript {
    /// Draws one edit of any kind.
    func draw(
        _ label: Label, _ random: inout SeededGenerator, _ ledger: Ledger
    ) -> ScriptedEdit {
        guard !known.isEmpty, !random.happens(perMille: 220) else {
            return drawMaking(label, &random)
        }
        let isHot = random.happens(perMille: plan.weather.hotRecords)
        let record =
            isHot
            ? known[random.number(below: min(3, known.count))] : random.element(of: known)
        var edit = ScriptedEdit(label: label, does: .edit, record: ledger.name(of: record.id))
        if let (name, value) = conflict(in: record, &random), random.happens(perMille: 400) {
            edit.does = .resolve
            edit.writes = [ScriptedWrite(FieldWrite(name, value))]
            return edit
        }
        if random.happens(perMille: 250) {
            edit.additions = [ScriptedWrite(FieldText.note(&random))]
        }
        if edit.additions.isEmpty || random.happens(perMille: 300) {
            edit.writes = FieldText.writes(
                of: record,
                offices: plan.handsOver ? plan.offices + plan.emptyOffices : nil, &random
            ).map { ScriptedWrite($0) }
        }
        if random.happens(perMille: 200) { edit.at = FieldText.instant(&random).milliseconds }
        return edit
    }

    /// Draws a dossier or a contact.
    private func drawMaking(_ label: Label, _ random: inout SeededGenerator) -> ScriptedEdit {
        let kind: RecordKind = random.happens(perMille: 800) ? .dossier : .contact
        let offices = writer == .central ? plan.offices : [office ?? ""]
        let home = random.element(of: offices)
        var writes = [FieldWrite("office", .text(home))]
        var edit = ScriptedEdit(label: label, does: .make, kind: kind.rawValue)
        if kind == .dossier {
            writes.append(FieldWrite("status", .text(FieldText.anyStatus(&random))))
            if writer != .central, random.happens(perMille: 300) {
                edit.codeDay = random.number(in: 1...3)
            }
            writes.append(FieldWrite("applicant_name", .text(FieldText.name(&random))))
        } else {
            writes.append(FieldWrite("topic", .text(FieldText.name(&random))))
        }
        edit.writes = writes.map { ScriptedWrite($0) }
        if random.happens(perMille: 200) {
            edit.additions = [ScriptedWrite(FieldText.note(&random))]
        }
        if random.happens(perMille: 150) {
            // Ids of dossiers and contacts are kept apart: an id names one record of one kind.
            let number = UInt8(random.number(below: 6)) + (kind == .dossier ? 0x80 : 0x90)
            var bytes = [UInt8](repeating: number, count: RecordID.byteCount)
            if !plan.sharesIDs { bytes[0] = UInt8(plan.offices.firstIndex(of: home) ?? 0) }
            edit.record = RecordID(bytes: bytes)?.description
        }
        return edit
    }

    /// Draws one write of central.
    func drawAtCentral(
        _ label: Label, _ random: inout SeededGenerator, _ ledger: Ledger
    ) throws -> ScriptedEdit {
        switch random.number(below: 8) {
        case 0...2: return drawMaking(label, &random)
        case 3: return draw(label, &random, ledger)
        case 4:
            return catalogEntry(
                label, .procedure,
                [
                    FieldWrite("code", .text("P\(random.number(below: 4))")),
                    FieldWrite("name", .text("Procedure " + random.digits(2))),
                ])
        case 5:
            return catalogEntry(
                label, .holiday,
                [
                    FieldWrite("date", .text("2021-09-0\(random.number(in: 1...9))")),
                    FieldWrite("name", .text("Holiday")),
                ])
        default: return try drawCatalogEdit(label, &random, ledger)
        }
    }

    private func catalogEntry(
        _ label: Label, _ kind: RecordKind, _ writes: [FieldWrite]
    ) -> ScriptedEdit {
        ScriptedEdit(
            label: label, does: .make, kind: kind.rawValue,
            writes: writes.map { ScriptedWrite($0) })
    }

    /// Renames an entry, or gives an office without devices another code: devices that have not
    /// heard of it may still hand dossiers over to the old one, and are refused.
    private func drawCatalogEdit(
        _ label: Label, _ random: inout SeededGenerator, _ ledger: Ledger
    ) throws -> ScriptedEdit {
        let entries = try records().values.filter(\.kind.isCatalog)
        let entry = random.element(of: entries.sorted { $0.id < $1.id })
        var write = FieldWrite("name", .text("Renamed " + random.digits(2)))
        if entry.kind == .office, let code = entry["code"].first?.value.text,
            code.hasPrefix("EMPTY")
        {
            write = FieldWrite("code", .text("EMPTY.\(random.number(below: 4))"))
        }
        return ScriptedEdit(
            label: label, does: .edit, record: ledger.name(of: entry.id),
            writes: [ScriptedWrite(write)])
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
