// Form 06: the sheet that goes with the dossier from hand to hand, and form 07: the register.

internal import Causality
public import Dossiers
public import Replication
internal import Text
public import Time

extension PaperMaker {
    /// Form 06: a row for each step, with its time, and whether it was early, on time or late.
    func control() -> [PaperBlock] {
        let due = deadline
        var blocks = applicant
        blocks += [
            .field(label: "Cơ quan giải quyết", value: officeName),
            .field(label: "Thời gian nhận hồ sơ", value: PaperText.moment(received)),
            .field(
                label: "Thời gian hẹn trả kết quả",
                value: Self.promise(due?.due, isKnown: procedure != nil)),
        ]
        let rows = hands.enumerated().map { place, hand in
            [
                String(place + 1), hand.from, hand.to, PaperText.moment(hand.time),
                due.map { Self.standing($0.standing(finished: hand.time, now: hand.time)) } ?? "",
                hand.note, "", "",
            ]
        }
        blocks.append(
            .table(
                PaperTable(
                    [
                        PaperTable.Column("TT", 8, .center), PaperTable.Column("Bên giao", 28),
                        PaperTable.Column("Bên nhận", 28),
                        PaperTable.Column("Thời gian giao, nhận", 22, .center),
                        PaperTable.Column("Trước hạn, đúng hạn, quá hạn", 19, .center),
                        PaperTable.Column("Kết quả, ghi chú", 28),
                        PaperTable.Column("Người giao ký", 16, .center),
                        PaperTable.Column("Người nhận ký", 16, .center),
                    ], rows: rows)))
        blocks.append(
            .line(
                PaperLine(
                    "Trước hạn: trước ngày hẹn trả; đúng hạn: trong ngày hẹn trả, không sau giờ hẹn.",
                    [.italic, .small])))
        return blocks
    }

    private struct Hand {
        var from: String
        var to: String
        var time: Int64
        var note = ""
    }

    /// Through which hands it went, in order.
    private var hands: [Hand] {
        func joined(_ parts: [String?]) -> String {
            PaperText.clean(parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ", "))
                .replacing("\n", with: "; ")
        }
        var hands = [
            Hand(
                from: agent ?? name, to: joined([officeName, dossier.writer(of: "received_at")]),
                time: received, note: "Tiếp nhận")
        ]
        for entry in dossier[RecordSchema.stepsField] {
            guard let step = entry.value.text.flatMap(OfficeStep.init(parsing:)),
                let stamp = dossier.stamp(of: entry.dot)
            else { continue }
            hands.append(
                Hand(
                    from: joined([step.values[.from] ?? "", stamp.by]),
                    to: joined([step.values[.to], step.values[.person]]),
                    time: dossier.civilTime(of: stamp).milliseconds,
                    note: joined([step.values[.result]])))
        }
        if let finished = dossier.time("finished_at") {
            hands.append(
                Hand(
                    from: joined([dossier.writer(of: "finished_at")]), to: officeName,
                    time: finished, note: "Có kết quả"))
        }
        if let returned = dossier.time("returned_at") {
            hands.append(
                Hand(
                    from: joined([officeName, dossier.writer(of: "returned_at")]),
                    to: joined([dossier.text("returned_to") ?? agent ?? name]), time: returned,
                    note: "Trả kết quả"))
        }
        for event in dossier.standingEvents where event.event.what == .withdrawn {
            hands.append(
                Hand(
                    from: joined([officeName, event.by]), to: agent ?? name, time: event.time,
                    note: "Người nộp rút hồ sơ"))
        }
        return hands.sorted { $0.time < $1.time }
    }

    private static func standing(_ standing: Deadline.Standing) -> String {
        switch standing {
        case .early: "trước hạn"
        case .onTime: "đúng hạn"
        default: "quá hạn"
        }
    }
}

/// Form 07: a row for each dossier that was received in a period.
public struct PaperRegister: Sendable {
    private let catalog: PaperCatalog
    private let book: DeadlineBook
    private let days: (from: CalendarDate, to: CalendarDate)
    private var rows: [(time: Int64, code: String, cells: [String])] = []
    private var count = 0

    /// An empty register of the days of a period, both included.
    public init(
        from: CalendarDate, to: CalendarDate, catalog: PaperCatalog, book: DeadlineBook
    ) {
        days = (from, to)
        (self.catalog, self.book) = (catalog, book)
    }

    /// Adds a dossier; void ones, and those that were received on other days, are no rows of it.
    public mutating func add(_ dossier: RecordState) {
        guard dossier.kind == .dossier, !dossier.isVoided, let time = dossier.time("received_at"),
            (days.from...max(days.from, days.to)).contains(OfficeTime.day(ofMilliseconds: time))
        else { return }
        count += 1
        guard count <= PaperLimits.rowsMax else { return }
        rows.append((time, dossier.text("code") ?? "", cells(of: dossier, time)))
    }

    private func cells(of dossier: RecordState, _ received: Int64) -> [String] {
        func text(_ name: FieldName) -> String? {
            dossier.text(name).map { PaperText.clean($0).replacing("\n", with: "; ") }
        }
        func moment(_ name: FieldName) -> String {
            dossier.time(name).map { PaperText.moment($0) } ?? ""
        }
        let procedure = catalog.procedure(dossier.text("procedure"), receivedAt: received)
        let office = dossier.text(RecordSchema.officeField)
        let body = catalog.office(office)?.text("name") ?? office ?? ""
        let sent = dossier[RecordSchema.stepsField].compactMap { dossier.stamp(of: $0.dot) }
            .map { dossier.civilTime(of: $0).milliseconds }.min()
        let due = book.deadline(of: dossier)?.due
        let way: String =
            switch dossier.text("return_method") ?? dossier.text("result_wish") {
            case "post": "bưu chính"
            case "online": "trực tuyến"
            case "counter": "trực tiếp"
            default: ""
            }
        let status = dossier.text(RecordSchema.statusField)
            .flatMap(DossierStatus.init(rawValue:))?.title.vietnamese
        return [
            text("code") ?? "", PaperText.clean(procedure?.text("name") ?? text("procedure") ?? ""),
            "01", text("applicant_name") ?? "",
            [text("applicant_address"), text("applicant_phone")].compactMap(\.self)
                .joined(separator: "; "),
            PaperText.clean(body), PaperText.moment(received),
            due.map { PaperText.moment($0, isEnd: true) } ?? "",
            sent.map { PaperText.moment($0) } ?? "", moment("finished_at"), moment("returned_at"),
            way, "", status ?? "",
        ]
    }

    /// How many dossiers it has.
    public var rowCount: Int { count }

    /// The register as a paper, in the order of receipt.
    ///
    /// - Throws: `PaperProblem`.
    public func paper(
        ofOffice code: String?, desk: PaperDesk, now: Int64
    ) throws(PaperProblem) -> Paper {
        guard let set = PaperFormSet.set(receivedOn: days.from), let form = set.forms[.register]
        else { throw .unknownDay(days.from) }
        guard count <= PaperLimits.rowsMax else { throw .tooManyRows(count) }
        let office = catalog.office(code)?.text("name") ?? code ?? set.desk
        let period = "Từ ngày \(PaperText.day(days.from)) đến ngày \(PaperText.day(days.to))"
        let sorted = rows.sorted { ($0.time, $0.code) < ($1.time, $1.code) }
        return Paper(
            .landscape, reference: "\(form.title), \(period.lowercased())",
            blocks: PaperMaker.heading(
                set, form, office: PaperText.clean(office), number: nil, desk, now)
                + [
                    .line(PaperLine(form.title, [.title], .center)),
                    .line(PaperLine(period, [.italic], .center)),
                    .table(
                        PaperTable(
                            Self.columns,
                            rows: sorted.enumerated().map { [String($0 + 1)] + $1.cells })),
                    .line(PaperLine("Tổng số: \(count) hồ sơ.", [.bold])),
                ])
    }

    private static let columns = [
        PaperTable.Column("TT", 9, .center), PaperTable.Column("Mã hồ sơ", 27),
        PaperTable.Column("Tên thủ tục hành chính", 32), PaperTable.Column("Số bộ", 8, .center),
        PaperTable.Column("Tên cá nhân, tổ chức", 25),
        PaperTable.Column("Địa chỉ, số điện thoại", 42),
        PaperTable.Column("Cơ quan chủ trì giải quyết", 20),
        PaperTable.Column("Nhận hồ sơ", 20, .center), PaperTable.Column("Hẹn trả", 20, .center),
        PaperTable.Column("Chuyển cơ quan giải quyết", 20, .center),
        PaperTable.Column("Nhận kết quả", 20, .center),
        PaperTable.Column("Trả kết quả", 20, .center),
        PaperTable.Column("Phương thức", 17, .center), PaperTable.Column("Ký nhận", 13, .center),
        PaperTable.Column("Ghi chú", 16),
    ]
}
