// From a dossier to a paper. What stands on a paper follows from the dossier, the catalog and the time at which it was
// first made, which an event of the dossier keeps: so it comes out the same again, at any desk, with its number.

internal import Causality
internal import Dossiers
internal import Replication
internal import Time

/// Makes the papers of one dossier.
public struct PaperMaker {
    let source: PaperSource
    let dossier: RecordState
    let code: String
    let name: String
    let received: Int64
    let set: PaperFormSet
    let office: RecordState?
    let procedure: RecordState?

    /// - Throws: `PaperProblem` when no paper can be made of it.
    public init(_ source: PaperSource) throws(PaperProblem) {
        let dossier = source.dossier
        guard dossier.kind == .dossier else { throw .noDossier }
        guard !dossier.isVoided else { throw .voided }
        guard let code = dossier.text("code") else { throw .noCode }
        guard let name = dossier.text("applicant_name").map(PaperText.clean), !name.isEmpty else {
            throw .noName
        }
        guard let received = dossier.time("received_at") else { throw .notReceived }
        let day = OfficeTime.day(ofMilliseconds: received)
        guard let set = PaperFormSet.set(receivedOn: day) else { throw .unknownDay(day) }
        (self.source, self.dossier, self.code, self.name) = (source, dossier, code, name)
        (self.received, self.set) = (received, set)
        office = source.catalog.office(dossier.text(RecordSchema.officeField))
        procedure = source.catalog.procedure(dossier.text("procedure"), receivedAt: received)
    }

    /// Makes one.
    ///
    /// - Throws: `PaperProblem`.
    public func make(_ kind: PaperKind) throws(PaperProblem) -> MadePaper {
        guard let form = set.forms[kind], kind != .register else {
            throw .unknownForm(kind, law: set.law)
        }
        let act = try act(of: kind)
        let prints = dossier.standingEvents.filter {
            $0.event.what == .printed && $0.event.from == kind.rawValue
                && $0.event.to == String(act.occasion)
        }
        let made = prints.map(\.time).min() ?? source.now
        var number = "\(PaperText.clean(code))/\(form.mark ?? form.number)"
        if act.occasion > 1 { number += "-\(act.occasion)" }
        var paper = Paper(reference: "Số: \(number)")
        if !prints.isEmpty {
            paper.mark = "BẢN SAO – in lần \(prints.count + 1), \(PaperText.moment(source.now))"
        }
        paper.blocks = head(form, number, made)
        switch kind {
        case .receipt: paper.blocks += receipt(prints.isEmpty ? .max : made)
        case .supplement: paper.blocks += supplement(act)
        case .refusal: paper.blocks += refusal(act)
        case .apology: paper.blocks += apology(act)
        case .stop: paper.blocks += stop(act)
        default: paper.blocks += control()
        }
        return MadePaper(
            kind: kind, paper: paper, number: number, occasion: act.occasion, copies: prints.count,
            made: made)
    }
}

// MARK: - What all papers have

extension PaperMaker {
    /// The issuing body, the national heading, the symbols and the title.
    private func head(_ form: PaperForm, _ number: String, _ made: Int64) -> [PaperBlock] {
        Self.heading(
            set, form, office: officeName, number: number, source.desk, made)
            + [
                .symbols(
                    code128: PaperText.fitsCode128(code) ? code : nil,
                    qr: PaperText.fitsQR(symbol) ? symbol : nil),
                .line(PaperLine(form.title, [.title], .center)),
                .line(PaperLine("Mã hồ sơ: \(PaperText.clean(code))", [.bold], .center)),
            ]
    }

    private var symbol: String { source.desk.symbol(code) }

    /// What stands over a paper of an office.
    static func heading(
        _ set: PaperFormSet, _ form: PaperForm, office: String, number: String?, _ desk: PaperDesk,
        _ made: Int64
    ) -> [PaperBlock] {
        let above = desk.body.map(PaperText.clean)
        var left = [
            PaperLine((above ?? office).uppercased(), [], .center),
            PaperLine((above == nil ? set.desk : office).uppercased(), [.bold, .ruled], .center),
        ]
        if let number { left.append(PaperLine("Số: \(number)", [], .center)) }
        return [
            .line(PaperLine("Mẫu số \(form.number) – \(set.law)", [.small, .italic], .right)),
            .heading(
                left: left,
                right: [
                    PaperLine("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", [.bold], .center),
                    PaperLine("Độc lập - Tự do - Hạnh phúc", [.bold, .ruled], .center),
                    PaperLine(PaperText.placeAndDay(desk.place, made), [.italic], .center),
                ]),
        ]
    }

    /// What the office is called.
    var officeName: String {
        PaperText.clean(
            office?.text("name") ?? dossier.text(RecordSchema.officeField) ?? set.desk)
    }

    /// The office's telephone.
    var hotline: String? { office?.text("phone").map(PaperText.clean) }

    /// Whose dossier it is, what is asked for, and where the person is found.
    var applicant: [PaperBlock] {
        var blocks = [PaperBlock.field(label: "Hồ sơ của", value: name)]
        if let agent = agent { blocks.append(.field(label: "Người nộp thay", value: agent)) }
        blocks += optional("Địa chỉ", "applicant_address")
        blocks += optional("Số điện thoại", agent == nil ? "applicant_phone" : phoneField)
        blocks += optional("Thư điện tử", "applicant_email")
        blocks.append(.field(label: "Nội dung yêu cầu giải quyết", value: procedureName))
        return blocks
    }

    /// Who comes for the applicant.
    var agent: String? { dossier.text("agent_name").map(PaperText.clean) }

    private var phoneField: FieldName {
        dossier.text("agent_phone") == nil ? "applicant_phone" : "agent_phone"
    }

    /// The procedure with its code; what a clerk wrote where the catalog does not know it.
    var procedureName: String {
        guard let written = dossier.text("procedure") else { return "(chưa ghi thủ tục)" }
        guard let name = procedure?.text("name") else { return PaperText.clean(written) }
        return PaperText.clean("\(name) (mã \(written))")
    }

    /// A field, where something stands in it.
    func optional(_ label: String, _ field: FieldName) -> [PaperBlock] {
        guard let text = dossier.text(field).map(PaperText.clean), !text.isEmpty else { return [] }
        return [.field(label: label, value: text.replacing("\n", with: "; "))]
    }

    /// When the result was promised at the receipt: without what happened to the dossier since.
    var promised: Int64? {
        var times = DossierTimes(dossier)
        (times.pauses, times.extended) = ([], nil)
        return source.book.deadline(of: times)?.due
    }

    /// When it is due now.
    var deadline: Deadline? { source.book.deadline(of: dossier) }

    /// A time on which something ends, in words for who waits; that none is promised, where none is.
    static func promise(_ time: Int64?, isKnown: Bool) -> String {
        if let time { return PaperText.moment(time, isEnd: true) }
        return isKnown
            ? "chưa hẹn ngày trả (thủ tục chưa công bố thời hạn)"
            : "chưa hẹn ngày trả (thủ tục chưa có trong danh mục)"
    }

    /// Who works on it, else who wrote the act.
    func person(_ by: String?) -> String {
        PaperText.clean(dossier.text("officer") ?? by ?? "")
    }
}

// MARK: - What a paper tells of

extension PaperMaker {
    /// What happened of which a paper tells.
    struct Act {
        /// The change that wrote it; `nil` where none tells.
        var dot: Dot?
        var clock = HybridTimestamp(rawValue: 0)
        /// Who.
        var by: String?
        /// In which stage the dossier was before, where that is known.
        var from: DossierStatus?
        /// The extension that it was.
        var extended: LimitExtension?
        /// Whether the applicant wanted it.
        var isWithdrawal = false
        /// How many there are.
        var occasion = 1
    }

    private func act(of kind: PaperKind) throws(PaperProblem) -> Act {
        var acts: [Act]
        switch kind {
        case .receipt, .control, .register:
            // An online dossier that nobody has looked at, and one that was refused, have neither.
            switch dossier.text(RecordSchema.statusField).flatMap(DossierStatus.init(rawValue:)) {
            case .new, .notAccepted: throw .nothingToTell(kind)
            default: return Act()
            }
        case .supplement: acts = pauses(.supplementRequired)
        case .refusal: acts = ends(.notAccepted, status: .notAccepted)
        case .apology:
            acts = dossier[RecordSchema.extensionsField].compactMap { entry in
                guard let signed = entry.value.text.flatMap(LimitExtension.init(parsing:)),
                    var act = act(at: entry.dot)
                else { return nil }
                act.extended = signed
                return act
            }
        case .stop: acts = pauses(.stopped) + ends(.withdrawn, status: .withdrawn)
        }
        acts.sort { $0.clock < $1.clock }
        guard var last = acts.last else { throw .nothingToTell(kind) }
        last.occasion = acts.count
        return last
    }

    private func act(at dot: Dot) -> Act? {
        dossier.stamp(of: dot).map { Act(dot: dot, clock: $0.clock, by: $0.by) }
    }

    private func pauses(_ status: DossierStatus) -> [Act] {
        let told = dossier[RecordSchema.pausesField]
            .filter { $0.value.text == status.rawValue }.compactMap { act(at: $0.dot) }
        return told.isEmpty ? shown(status) : told
    }

    private func ends(_ what: DossierEvent.What, status: DossierStatus) -> [Act] {
        let told = dossier.standingEvents.filter { $0.event.what == what }.map { event in
            Act(
                dot: event.dot, clock: event.clock, by: event.by,
                from: event.event.from.flatMap(DossierStatus.init(rawValue:)),
                isWithdrawal: what == .withdrawn)
        }
        return told.isEmpty ? shown(status, isWithdrawal: what == .withdrawn) : told
    }

    /// The act that the status shows, where nothing else tells of it.
    private func shown(_ status: DossierStatus, isWithdrawal: Bool = false) -> [Act] {
        guard dossier.text(RecordSchema.statusField) == status.rawValue,
            let entry = dossier[RecordSchema.statusField].first(where: {
                $0.value.text == status.rawValue
            }), var act = act(at: entry.dot)
        else { return [] }
        act.isWithdrawal = isWithdrawal
        return [act]
    }

    /// Why, in lines: the note of the same change; where it has none, the last note.
    func reason(_ act: Act) -> [String] {
        let notes = dossier.standingNotes
        let note = notes.last { $0.dot == act.dot } ?? notes.last
        return note?.value.text.map(PaperText.lines) ?? []
    }
}
