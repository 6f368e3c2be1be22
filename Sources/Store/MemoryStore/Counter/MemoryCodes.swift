// Records by the codes that people write, in memory: exactly, or by what all ways of writing a code have in
// common (`CodeText.key`).

internal import Dossiers
internal import Editing
internal import Replication
internal import Store
internal import Text

/// What codes are looked for in.
protocol MemoryRecords {
    /// The records of a kind that have fields, in the order of their making.
    func states(of kind: RecordKind) -> [RecordState]
    /// The number and the state of a record's row.
    func row(of name: RecordName) -> (number: Int64, state: RecordState)?
    /// The office whose own records go before copies; `nil` at central.
    var ownOffice: String? { get }
}

extension MemoryCounterState: MemoryRecords {
    func states(of kind: RecordKind) -> [RecordState] {
        records.filter { $0.key.kind == kind && !$0.value.state.fields.isEmpty }.map(\.value)
            .sorted { $0.number < $1.number }.map(\.state)
    }

    func row(of name: RecordName) -> (number: Int64, state: RecordState)? {
        records[name].map { ($0.number, $0.state) }
    }

    var ownOffice: String? { identity?.office }
}

extension MemoryRecords {
    /// The records of a kind whose code is written exactly so, else those that write it otherwise; a
    /// procedure also by the number without its authority.
    func states(ofCode code: String, kind: RecordKind) -> [RecordState] {
        let all = states(of: kind)
        let exact = all.filter { $0.code == code }
        if !exact.isEmpty { return exact }
        for key in kind == .procedure ? CodeText.procedureKeys(code) : [code] {
            let found = all.filter { $0.hasCode(like: key) }
            if !found.isEmpty { return found }
        }
        return []
    }

    /// The records of a kind that have a code, however it is written.
    func states(likeCode code: String, kind: RecordKind) -> [RecordState] {
        states(of: kind).filter { $0.hasCode(like: code) }
    }

    /// The dossiers whose code ends like this, at the beginning of one of its parts.
    private func dossiers(endingLike end: String) -> [RecordState] {
        let key = CodeText.key(end)
        guard key.count >= DossierLimits.codeEndCharactersMin else { return [] }
        return states(of: .dossier).filter { state in
            guard let whole = state.code.map(CodeText.key), whole.hasSuffix(key) else {
                return false
            }
            guard let before = whole.dropLast(key.count).last else { return true }
            return !before.isLetter && !before.isNumber
        }
    }

    /// The catalog's own way of writing an office's code, from the code in any spelling or the office's
    /// name where one office alone has it.
    func officeCode(like code: String) -> String? {
        let offices = states(of: .office)
        if offices.contains(where: { $0.code == code }) { return code }
        if let known = offices.first(where: { $0.hasCode(like: code) })?.code { return known }
        let name = Self.joinedName(code)
        guard !name.isEmpty else { return nil }
        let found = offices.filter {
            $0.shownValue("name")?.text.map(Self.joinedName) == name
        }.compactMap(\.code)
        return found.count == 1 ? found[0] : nil
    }

    private static func joinedName(_ text: String) -> String {
        Folding.folded(text).filter { $0.isLetter || $0.isNumber }
    }

    /// The record that a person named.
    func record(named reference: RecordReference) throws -> OpenRecord? {
        switch reference {
        case .id(let id):
            return RecordKind.known.reversed().lazy.map { open($0, id) }
                .first { $0.exists && !$0.state.fields.isEmpty }
        case .code(let code):
            let found = states(ofCode: code, kind: .dossier)
            guard found.count > 1 else { return found.first.map { open($0.kind, $0.id) } }
            // A copy of what has left stands behind the office's own.
            let office = ownOffice
            let own = found.filter { state in
                office.map { DossierRules.scope(of: state).includes(office: $0) } ?? true
            }
            guard own.count == 1 else { throw StoreError.ambiguousCode(found.map(\.id).sorted()) }
            return open(own[0].kind, own[0].id)
        case .typed(let text):
            if let found = try record(named: .code(text)) { return found }
            let found = dossiers(endingLike: text)
            guard found.count <= 1 else {
                throw StoreError.ambiguousEnd(found.compactMap(\.code).sorted())
            }
            return found.first.map { open($0.kind, $0.id) }
        }
    }

    func open(_ kind: RecordKind, _ id: RecordID) -> OpenRecord {
        let row = row(of: RecordName(kind, id))
        var record = OpenRecord(row?.state ?? RecordState(kind: kind, id: id), row: row?.number)
        if record.state.fields.isEmpty {
            record.claimant = RecordKind.known.first { other in
                other != kind && self.row(of: RecordName(other, id))?.state.fields.isEmpty == false
            }
        }
        return record
    }

    /// The editions of a procedure, however its code is written.
    func editions(of code: String) -> [ProcedureEdition] {
        states(ofCode: code, kind: .procedure).map {
            ProcedureEdition(
                effectiveFrom: $0.shownValue("effective_from")?.text ?? "",
                transitions: $0.shownValue("transitions")?.text)
        }
    }

    /// How many records name an office or a procedure, or have a deadline that a holiday may move.
    func referenceCount(to kind: RecordKind, _ key: String) -> Int {
        let all = states(of: .dossier) + states(of: .contact)
        return switch kind {
        case .office: all.count { $0.shownValue(RecordSchema.officeField)?.text == key }
        case .procedure: all.count { $0.shownValue("procedure")?.text == key }
        default: states(of: .dossier).count { $0.shownValue("procedure")?.text != nil }
        }
    }

    /// Adds what follows from a request and its record.
    func add(_ reads: EditReads, of record: OpenRecord?, to set: inout EditReadSet) {
        for code in reads.offices { set.offices[code] = officeCode(like: code) }
        if let code = reads.code {
            // Of procedures alone several may have one code.
            let isProcedure = reads.kind == .procedure
            let found =
                isProcedure
                ? states(ofCode: code, kind: reads.kind)
                : states(likeCode: code, kind: reads.kind)
            set.holders = found.map { state in
                let from =
                    isProcedure && record == nil ? state.shownValue("effective_from") : nil
                return EditReadSet.CodeHolder(id: state.id, effectiveFrom: from)
            }
        }
        if let code = reads.procedure {
            set.isProcedureKnown = !states(ofCode: code, kind: .procedure).isEmpty
        }
        if let code = reads.steps { set.editions = editions(of: code) }
        if let key = reads.reference {
            set.references = (referenceCount(to: reads.kind, key), 0)
        }
    }

    /// The dossiers' codes of this form, of an agency.
    func codes(ofAgency agency: String) -> [DossierCode] {
        states(of: .dossier).compactMap(\.code).compactMap { DossierCode(parsing: $0) }
            .filter { $0.agency == agency }
    }
}

extension RecordState {
    var code: String? { shownValue("code")?.text }

    /// Whether the code is this one, however it is written.
    fileprivate func hasCode(like code: String) -> Bool {
        self.code.map(CodeText.key) == CodeText.key(code)
    }
}
