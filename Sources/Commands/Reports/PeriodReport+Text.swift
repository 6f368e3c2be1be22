public import Text
internal import Time

/// How a report is written for people.
public struct ReportStyle: Sendable {
    /// The narrowest and the widest text, in cells: the table by office has no narrower form.
    static let widths = 72...160
    /// Rows of a table by procedure or topic; the rest is summed up.
    static let rowsMax = 10

    /// Cells of a line at most.
    public let width: Int
    /// The language.
    public let language: Language
    /// Whether bars are of `#`, for terminals that cannot show blocks.
    public let isASCII: Bool

    /// Makes a style; widths beyond 72 to 160 cells are taken to be those.
    public init(width: Int = 80, language: Language = .english, isASCII: Bool = false) {
        self.width = min(max(width, Self.widths.lowerBound), Self.widths.upperBound)
        self.language = language
        self.isASCII = isASCII
    }

    func say(_ message: Message) -> String { message.text(in: language) }

    func number(_ number: Int) -> String { language.number(number) }
}

extension PeriodReport {
    /// The report for people: aligned figures with bars, tables by office, procedure and month,
    /// and what it rests on. Every line ends in a line feed and takes at most the style's width.
    public func text(_ style: ReportStyle = ReportStyle(), cut: ReportCut? = nil) -> String {
        var lines = heading(style)
        for block in blocks { lines += [""] + block.lines(style) }
        lines += notes(style)
        lines += clocks.lines(offices: officeNames, style)
        if office == nil || offices.count > 1 { lines += [""] + officeTable(style) }
        if procedures.contains(where: { $0.code != nil }) { lines += [""] + procedureTable(style) }
        lines += [""] + monthTable(style)
        if let cut {
            lines +=
                [""]
                + cut.lines(
                    period, of: office, offices: officeNames, in: style.language, width: style.width
                )
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private var officeNames: [String: String] {
        let names = offices.compactMap { row in row.code.map { ($0, row.name ?? $0) } }
        return Dictionary(names) { $1 }
    }

    private func heading(_ style: ReportStyle) -> [String] {
        let (from, to) = (period.from, period.to)
        let days = Message(
            "Report " + ReportText.day(from.year, from.month, from.day) + " to "
                + ReportText.day(to.year, to.month, to.day),
            vi: "Báo cáo từ \(Language.vietnamese.day(from.description)) "
                + "đến \(Language.vietnamese.day(to.description))")
        let scope: Message
        if let office {
            let name = offices.first { $0.code == office }?.name
            scope = Message(verbatim: name.map { "\($0) (\(office))" } ?? office)
        } else {
            let count = offices.count { $0.code != nil }
            scope = Message(
                count == 1 ? "one office" : "\(count) offices", vi: "\(count) cơ quan")
        }
        return [style.say(days)] + ReportText.lines(style.say(scope), style.width)
    }

    private var blocks: [FigureBlock] {
        let (guided, received, finished) = (total.guided, total.received, total.finished)
        let (inProcess, suspended, returned) = (total.inProcess, total.suspended, total.returned)
        let unstated = Message("unstated", vi: "không rõ")
        return [
            FigureBlock(
                Message("Citizens guided", vi: "Lượt hướng dẫn"), guided.total,
                [
                    (Message("in person", vi: "trực tiếp"), guided.inPerson),
                    (Message("outgoing calls", vi: "gọi đi"), guided.outgoingCalls),
                    (Message("incoming calls", vi: "gọi đến"), guided.incomingCalls),
                ],
                ifAny: [(unstated, guided.unstated)]),
            FigureBlock(
                Message("Dossiers received", vi: "Hồ sơ tiếp nhận"), received.total,
                [
                    (Message("online", vi: "trực tuyến"), received.online),
                    (Message("at the counter", vi: "tại quầy"), received.counter),
                    (Message("by post", vi: "bưu chính"), received.post),
                ],
                ifAny: [(unstated, received.unstated)]),
        ] + correctionBlocks + [
            FigureBlock(
                Message("Carried over from before", vi: "Kỳ trước chuyển sang"), total.carriedOver,
                [])
        ] + takings + [
            FigureBlock(
                Message("Finished", vi: "Đã giải quyết"), finished.total,
                [
                    (Message("early", vi: "trước hạn"), finished.early),
                    (Message("on time", vi: "đúng hạn"), finished.onTime),
                    (Message("late", vi: "trễ hạn"), finished.late),
                ],
                ifAny: [
                    (Message("without a due date", vi: "không có hạn"), finished.withoutDue),
                    (Message("without a date", vi: "không rõ ngày xong"), finished.undated),
                ]),
            FigureBlock(
                Message("In process", vi: "Đang giải quyết"), inProcess.total,
                [
                    (Message("within time", vi: "trong hạn"), inProcess.withinTime),
                    (Message("overdue", vi: "quá hạn"), inProcess.overdue),
                ]),
            FigureBlock(
                Message("Suspended", vi: "Tạm dừng"), suspended.total,
                [
                    (
                        Message("waiting for papers", vi: "chờ bổ sung"),
                        suspended.supplementRequired
                    ),
                    (
                        Message("waiting for a payment", vi: "chờ nộp phí, lệ phí"),
                        suspended.paymentRequired
                    ), (Message("stopped", vi: "dừng xử lý"), suspended.stopped),
                ]),
        ] + givings + [
            FigureBlock(
                Message("Results returned", vi: "Trả kết quả"), returned.total,
                [
                    (Message("at the counter", vi: "tại quầy"), returned.counter),
                    (Message("by post", vi: "bưu chính"), returned.post),
                ],
                ifAny: [(unstated, returned.unstated)])
        ]
    }

    /// What the report that was issued before left open, and what is corrected of that.
    private var correctionBlocks: [FigureBlock] {
        guard let found = corrections else { return [] }
        return [
            FigureBlock(
                Message("Left open as issued", vi: "Tồn kỳ trước đã báo cáo"), found.asIssued, []),
            FigureBlock(
                Message("Corrected since", vi: "Điều chỉnh sau báo cáo"), found.total, [],
                ifAny: [
                    (Message("arrived late", vi: "về muộn"), found.arrivedLate),
                    (Message("days corrected", vi: "sửa ngày"), found.corrected),
                    (Message("voided", vi: "đã hủy"), found.voided),
                    (Message("reopened", vi: "mở lại"), found.reopened),
                    (Message("not known", vi: "không rõ"), found.unknown),
                ]),
        ]
    }

    /// What came otherwise than from outside, where anything did.
    private var takings: [FigureBlock] {
        [
            FigureBlock(
                Message("Taken over from other offices", vi: "Nhận từ cơ quan khác"),
                total.takenOver, []),
            FigureBlock(
                Message("Reopened", vi: "Mở lại để giải quyết tiếp"), total.reopened, []),
        ].filter { !$0.isNothing }
    }

    /// What went otherwise than by being finished.
    private var givings: [FigureBlock] {
        [
            FigureBlock(
                Message("Withdrawn or not accepted", vi: "Rút hoặc không tiếp nhận"),
                total.withdrawn + total.notAccepted,
                [
                    (Message("withdrawn", vi: "công dân rút"), total.withdrawn),
                    (Message("not accepted", vi: "không tiếp nhận"), total.notAccepted),
                ])
        ]
            + [
                FigureBlock(
                    Message("Handed over to other offices", vi: "Chuyển cơ quan khác"),
                    total.handedOver, []),
                FigureBlock(
                    Message("Entered by mistake", vi: "Nhập nhầm, đã hủy"), total.voided, []),
            ].filter { !$0.isNothing }
    }

    private func notes(_ style: ReportStyle) -> [String] {
        var notes: [String] = []
        let conflicts = total.conflicts
        if conflicts.total > 0 {
            notes += [
                "",
                style.say(
                    Message("In conflict: ", vi: "Mâu thuẫn: ")
                        + Self.count(conflicts.dossiers, conflicts.contacts)
                        + Message(verbatim: ";")),
                style.say(
                    Message(
                        "counted by the value shown until a person decides.",
                        vi: "tính theo giá trị đang hiển thị đến khi có người quyết định.")),
            ]
        }
        let undated = total.undated
        if undated.dossiers + undated.contacts > 0 {
            notes += [
                "",
                style.say(
                    Message(
                        "Without a time, so in no period: ",
                        vi: "Không có ngày, không thuộc kỳ nào: ")
                        + Self.count(undated.dossiers, undated.contacts)
                        + Message(verbatim: ".")),
            ]
        }
        return notes
    }

    private static func count(_ dossiers: Int, _ contacts: Int) -> Message {
        Message(
            GroupedNumber.counted(dossiers, "dossier") + ", "
                + GroupedNumber.counted(contacts, "contact"),
            vi: "\(Language.vietnamese.number(dossiers)) hồ sơ, "
                + "\(Language.vietnamese.number(contacts)) lượt hướng dẫn")
    }
}

extension PeriodReport {
    /// What the tables by office and by procedure count.
    private static let figureColumns: [(title: Message, number: @Sendable (PeriodFigures) -> Int)] =
        [
            (Message("guided", vi: "h.dẫn"), { $0.guided.total }),
            (Message("received", vi: "nhận"), { $0.received.total }),
            (Message("online", vi: "tr.tuyến"), { $0.received.online }),
            (Message("finished", vi: "xong"), { $0.finished.total }),
            (Message("late", vi: "trễ"), { $0.finished.late }),
            (Message("open", vi: "đang"), { $0.inProcess.total + $0.suspended.total }),
            (Message("overdue", vi: "q.hạn"), { $0.inProcess.overdue }),
        ]

    private func officeTable(_ style: ReportStyle) -> [String] {
        let none = style.say(Message("no office", vi: "không rõ cơ quan"))
        return Self.table(
            Message("By office", vi: "Theo cơ quan"),
            offices.map { ($0.name ?? $0.code ?? none, [$0.figures]) }, style)
    }

    private func procedureTable(_ style: ReportStyle) -> [String] {
        let none = style.say(Message("not in the catalog", vi: "ngoài danh mục"))
        var rows = procedures.prefix(ReportStyle.rowsMax).map { row in
            (name: row.name ?? row.code ?? none, figures: [row.figures])
        }
        let rest = procedures.dropFirst(ReportStyle.rowsMax)
        if !rest.isEmpty {
            let others = Message("\(rest.count) others", vi: "\(rest.count) thủ tục khác")
            rows.append((style.say(others), rest.map(\.figures)))
        }
        return Self.table(Message("By procedure", vi: "Theo thủ tục"), rows, style)
    }

    /// A table of the columns above; a row with several figures is their sum.
    private static func table(
        _ title: Message, _ rows: [(name: String, figures: [PeriodFigures])], _ style: ReportStyle
    ) -> [String] {
        let numbers = rows.map { row in
            figureColumns.map { column in
                style.number(row.figures.reduce(0) { $0 + column.number($1) })
            }
        }
        return table(
            style.say(title), rows.map(\.name), figureColumns.map { style.say($0.title) },
            numbers, style)
    }

    private func monthTable(_ style: ReportStyle) -> [String] {
        let titles = [
            Message("guided", vi: "h.dẫn"), Message("finished", vi: "xong"),
            Message("late", vi: "trễ"), Message("online", vi: "tr.tuyến"),
            Message("received", vi: "nhận"),
        ].map(style.say)
        let numbers = months.map { row in
            [row.guided, row.finished, row.late, row.online, row.received].map(style.number)
        }
        let table = Self.table(
            style.say(Message("By month", vi: "Theo tháng")),
            months.map { style.language.day($0.month.description) }, titles, numbers, style)
        let room = min(24, style.width - (table.first?.count ?? 0) - 2)
        let most = months.map(\.received).max() ?? 0
        return zip(
            table,
            [""]
                + months.map { row in
                    ReportText.bar(
                        row.received, of: most, width: room, isASCII: style.isASCII)
                }
        ).map { $1.isEmpty ? $0 : "\($0)  \($1)" }
    }

    private static func widths(_ titles: [String], _ rows: [[String]]) -> [Int] {
        titles.indices.map { column in
            rows.reduce(titles[column].count) { max($0, $1[column].count) }
        }
    }

    /// A table within the style's width; a name that is longer goes on in the next lines.
    private static func table(
        _ title: String, _ names: [String], _ titles: [String], _ rows: [[String]],
        _ style: ReportStyle
    ) -> [String] {
        let widths = widths(titles, rows)
        let room = max(8, style.width - widths.reduce(0) { $0 + $1 + 2 })
        let names = names.map { TextWrap.lines(ReportText.cell($0), width: room - 2) }
        let nameWidth = names.joined().reduce(title.count) { max($0, $1.count) }
        return zip([[title]] + names, [titles] + rows).flatMap { name, cells in
            let first =
                ([ReportText.left(name[0], nameWidth)]
                + zip(cells, widths).map { ReportText.right($0, $1) }).joined(separator: "  ")
            return [first] + name.dropFirst().map { "  " + $0 }
        }
    }
}

/// A figure and the parts that it has, with their shares and bars.
private struct FigureBlock {
    private static let labelWidth = 28
    private static let barWidthMax = 24
    private let title: Message
    private let total: Int
    private let parts: [(Message, Int)]

    /// - Parameter ifAny: parts that are shown only when they are not zero.
    init(
        _ title: Message, _ total: Int, _ parts: [(Message, Int)], ifAny: [(Message, Int)] = []
    ) {
        self.title = title
        self.total = total
        self.parts = parts + ifAny.filter { $0.1 != 0 }
    }

    var isNothing: Bool { total == 0 }

    func lines(_ style: ReportStyle) -> [String] {
        let numberWidth = 9
        let head = ReportText.left(style.say(title), Self.labelWidth)
        let used = Self.labelWidth + numberWidth + 11
        return [head + ReportText.right(style.number(total), numberWidth)]
            + parts.map { label, part in
                let bar = ReportText.bar(
                    part, of: total, width: min(Self.barWidthMax, style.width - used),
                    isASCII: style.isASCII)
                let line =
                    ReportText.left("  " + style.say(label), Self.labelWidth)
                    + ReportText.right(style.number(part), numberWidth)
                    + ReportText.right(Share.text(part, of: total, style.language), 9)
                return bar.isEmpty ? line : line + "  " + bar
            }
    }
}
