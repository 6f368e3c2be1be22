// What may be written here: the office that it is for, codes, what others refer to, what was erased, and a
// dossier's steps and times.

internal import Causality
internal import Dossiers
internal import Replication

extension EditJudgement {
    /// The writes with an office as the catalog writes it: by it a record is in an office's scope.
    func withKnownOffice(_ writes: [FieldWrite]) -> [FieldWrite] {
        writes.map { write in
            guard write.name == RecordSchema.officeField, let code = write.value.text,
                let known = read.offices[code]
            else { return write }
            return FieldWrite(write.name, .text(known))
        }
    }

    /// Whether the catalog has an office with this code, as the catalog writes it.
    private func hasOffice(_ code: String) -> Bool { read.offices.values.contains(code) }

    /// The writes whose times people gave. What a wrong clock gave is in order with nothing, and is no
    /// reason to refuse: it is marked.
    func believed(_ writes: [FieldWrite]) -> [FieldWrite] {
        guard read.clockFault != nil else { return writes }
        return writes.filter { $0.value != .integer(read.now.milliseconds) }
    }

    /// Puts the own office into a new record, and refuses any other.
    func settleOffice(of writes: inout [FieldWrite]) throws {
        let named = writes.first { $0.name == RecordSchema.officeField }?.value.text
        switch (named, author.office) {
        case (nil, let own?): writes.append(FieldWrite(RecordSchema.officeField, .text(own)))
        case (let named?, let own?) where named != own: throw EditFault.outOfScope
        case (let named?, nil):
            guard hasOffice(named) else { throw EditFault.unknownOffice }
        case (nil, nil): throw EditFault.unknownOffice
        default: break
        }
    }

    /// Refuses a new record with a code that another of its kind has. A procedure may have several
    /// entries, each from its day on.
    func checkCode(_ kind: RecordKind, _ writes: [FieldWrite]) throws {
        func written(_ name: FieldName) -> FieldValue? {
            writes.first { $0.name == name }?.value
        }
        guard written("code")?.text != nil else { return }
        for holder in read.holders {
            guard kind == .procedure else {
                throw kind.isCatalog ? EditFault.duplicateEntry : EditFault.duplicateCode
            }
            if holder.effectiveFrom == written("effective_from") {
                throw EditFault.duplicateEntry
            }
        }
    }

    func checkScope(of state: RecordState, _ writes: [FieldWrite]) throws {
        if let office = author.office {
            guard case .offices(let codes) = DossierRules.scope(of: state), codes.contains(office)
            else { throw EditFault.outOfScope }
        }
        // A hand-over: the record goes to an office that the catalog knows.
        if let target = writes.first(where: { $0.name == RecordSchema.officeField })?.value {
            guard let code = target.text, hasOffice(code) else { throw EditFault.unknownOffice }
        }
    }

    /// Refuses another code for an office or procedure that others refer to, and another day for a holiday; that a
    /// holiday is none is no other day. A code that another entry has is refused in any case.
    func checkKey(of state: RecordState, _ writes: [FieldWrite]) throws {
        guard let (write, _) = CatalogKey.change(of: state, by: writes) else { return }
        if write.value.text != nil, state.kind != .holiday,
            read.holders.contains(where: { $0.id != state.id })
        {
            throw EditFault.duplicateEntry
        }
        let (records, devices) = read.references
        // An entry that nobody refers to yet may have been mistyped.
        if records + devices == 0, write.value != .null { return }
        throw EditFault.referredTo(write.name, records: records, devices: devices)
    }

    func checkErased(_ state: RecordState, _ writes: [FieldWrite]) throws {
        guard let kept = state.keptFields else { return }
        if let write = writes.first(where: { !kept.contains($0.name) }) {
            throw DossierError.erased(write.name)
        }
    }

    func checkDossier(_ state: RecordState, _ writes: [FieldWrite]) throws {
        guard state.kind == .dossier else { return }
        func present(_ name: FieldName) -> FieldValue? {
            state.shown(name, by: RecordSchema.rule(of: name, in: .dossier))?.value
        }
        let given = believed(writes)
        let marked = Set(state.wrongClockMarks.map(\.dot))
        func after(_ name: FieldName) -> Int64? {
            if writes.contains(where: { $0.name == name }) {
                return given.first { $0.name == name }?.value.integer
            }
            // Nor can what was written under a wrong clock hold back what is written under a right one.
            if state[name].contains(where: { marked.contains($0.dot) }) { return nil }
            return present(name)?.integer
        }
        if let status = writes.first(where: { $0.name == RecordSchema.statusField })?.value.text {
            try DossierRules.checkTransition(
                from: present(RecordSchema.statusField)?.text, to: status,
                by: read.editions.transitions(of: state, now: read.now))
        }
        if writes.contains(where: { $0.name.rawValue.hasSuffix("_at") }) {
            try DossierRules.checkOrder(
                received: after("received_at"), due: after("due_at"),
                finished: after("finished_at"), returned: after("returned_at"))
        }
        if writes.first(where: { $0.name == "code" })?.value.text != nil,
            read.holders.contains(where: { $0.id != state.id })
        {
            throw EditFault.duplicateCode
        }
    }

    func unknownProcedure(_ kind: RecordKind, _ writes: [FieldWrite]) -> String? {
        guard kind == .dossier,
            let code = writes.first(where: { $0.name == "procedure" })?.value.text
        else { return nil }
        return read.isProcedureKnown ? nil : code
    }
}
