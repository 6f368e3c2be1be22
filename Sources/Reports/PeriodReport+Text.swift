internal import JSON

extension PeriodReport {
    /// The narrowest and the widest text, in cells: the table by office has no narrower form.
    static let widths = 72...160

    /// The report for people: aligned figures with bars, then tables by office and by month. Every
    /// line ends in a line feed and takes at most `width` cells, which are taken to be 72 to 160.
    public func text(width: Int) -> String {
        let width = min(max(width, Self.widths.lowerBound), Self.widths.upperBound)
        var lines = heading(width)
        for block in blocks { lines += [""] + block.lines(width: width) }
        lines += notes(width)
        if office == nil || offices.count > 1 { lines += [""] + officeTable(width) }
        lines += [""] + monthTable(width)
        return lines.map { $0 + "\n" }.joined()
    }

    private func heading(_ width: Int) -> [String] {
        let (from, to) = (period.from, period.to)
        let days =
            ReportText.day(from.year, from.month, from.day) + " to "
            + ReportText.day(to.year, to.month, to.day)
        let scope: String
        if let office {
            let name = offices.first { $0.code == office }?.name
            scope = name.map { "\($0) (\(office))" } ?? office
        } else {
            let count = offices.count { $0.code != nil }
            scope = count == 1 ? "one office" : "\(count) offices"
        }
        return ["Report \(days)", ReportText.cell(scope, width)]
    }

    private var blocks: [FigureBlock] {
        let (guided, received, finished) = (total.guided, total.received, total.finished)
        let (inProcess, suspended, returned) = (total.inProcess, total.suspended, total.returned)
        return [
            FigureBlock(
                "Citizens guided", guided.total,
                [
                    ("in person", guided.inPerson), ("outgoing calls", guided.outgoingCalls),
                    ("incoming calls", guided.incomingCalls),
                ],
                ifAny: [("unstated", guided.unstated)]),
            FigureBlock(
                "Dossiers received", received.total,
                [
                    ("online", received.online), ("at the counter", received.counter),
                    ("by post", received.post),
                ],
                ifAny: [("unstated", received.unstated)]),
            FigureBlock("Carried over from before", total.carriedOver, []),
            FigureBlock(
                "Finished", finished.total,
                [
                    ("early", finished.early), ("on time", finished.onTime),
                    ("late", finished.late),
                ],
                ifAny: [
                    ("without a due date", finished.withoutDue),
                    ("without a date", finished.undated),
                ]),
            FigureBlock(
                "In process", inProcess.total,
                [("within time", inProcess.withinTime), ("overdue", inProcess.overdue)]),
            FigureBlock(
                "Suspended", suspended.total,
                [
                    ("waiting for papers", suspended.supplementRequired),
                    ("waiting for a payment", suspended.paymentRequired),
                    ("stopped", suspended.stopped),
                ]),
            FigureBlock(
                "Withdrawn or not accepted", total.withdrawn + total.notAccepted,
                [("withdrawn", total.withdrawn), ("not accepted", total.notAccepted)]),
            FigureBlock(
                "Results returned", returned.total,
                [("at the counter", returned.counter), ("by post", returned.post)],
                ifAny: [("unstated", returned.unstated)]),
        ]
    }

    private func notes(_ width: Int) -> [String] {
        var notes: [String] = []
        let conflicts = total.conflicts
        if conflicts.total > 0 {
            notes += [
                "",
                "In conflict: \(Self.count(conflicts.dossiers, "dossier")), "
                    + "\(Self.count(conflicts.contacts, "contact"));",
                "counted by the value shown until a person decides.",
            ]
        }
        let undated = total.undated
        if undated.dossiers + undated.contacts > 0 {
            notes += [
                "",
                "Without a time, so in no period: \(Self.count(undated.dossiers, "dossier")), "
                    + "\(Self.count(undated.contacts, "contact")).",
            ]
        }
        return notes
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(ReportText.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    private func officeTable(_ width: Int) -> [String] {
        let titles = ["guided", "received", "online", "finished", "late", "open", "overdue"]
        let numbers = offices.map { row in
            let figures = row.figures
            return [
                figures.guided.total, figures.received.total, figures.received.online,
                figures.finished.total, figures.finished.late,
                figures.inProcess.total + figures.suspended.total, figures.inProcess.overdue,
            ].map(ReportText.grouped)
        }
        let used = Self.columns(titles, numbers).reduce(0) { $0 + $1 + 2 }
        let names = offices.map { row in
            ReportText.cell(row.name ?? row.code ?? "no office", max(8, width - used))
        }
        return Self.table("By office", names, titles, numbers)
    }

    private func monthTable(_ width: Int) -> [String] {
        let titles = ["guided", "finished", "late", "online", "received"]
        let numbers = months.map { row in
            [row.guided, row.finished, row.late, row.online, row.received].map(ReportText.grouped)
        }
        let table = Self.table("By month", months.map(\.month.description), titles, numbers)
        let room = min(24, width - (table.first?.count ?? 0) - 2)
        let most = months.map(\.received).max() ?? 0
        return zip(
            table,
            [""]
                + months.map { row in
                    ReportText.bar(row.received, of: most, width: room)
                }
        ).map { $1.isEmpty ? $0 : "\($0)  \($1)" }
    }

    private static func columns(_ titles: [String], _ rows: [[String]]) -> [Int] {
        titles.indices.map { column in
            rows.reduce(titles[column].count) { max($0, $1[column].count) }
        }
    }

    private static func table(
        _ title: String, _ names: [String], _ titles: [String], _ rows: [[String]]
    ) -> [String] {
        let widths = columns(titles, rows)
        let nameWidth = names.reduce(title.count) { max($0, $1.count) }
        return zip([title] + names, [titles] + rows).map { name, cells in
            ([ReportText.left(name, nameWidth)]
                + zip(cells, widths).map { ReportText.right($0, $1) }).joined(separator: "  ")
        }
    }
}

/// A figure and the parts that it has, with their shares and bars.
private struct FigureBlock {
    private static let labelWidth = 28
    private static let barWidthMax = 24
    private let title: String
    private let total: Int
    private let parts: [(String, Int)]

    /// - Parameter ifAny: parts that are shown only when they are not zero.
    init(
        _ title: String, _ total: Int, _ parts: [(String, Int)], ifAny: [(String, Int)] = []
    ) {
        self.title = title
        self.total = total
        self.parts = parts + ifAny.filter { $0.1 != 0 }
    }

    func lines(width: Int) -> [String] {
        let numberWidth = 9
        let head = ReportText.left(title, Self.labelWidth)
        let used = Self.labelWidth + numberWidth + 11
        return [head + ReportText.right(ReportText.grouped(total), numberWidth)]
            + parts.map { label, part in
                let bar = ReportText.bar(
                    part, of: total, width: min(Self.barWidthMax, width - used))
                let line =
                    ReportText.left("  " + label, Self.labelWidth)
                    + ReportText.right(ReportText.grouped(part), numberWidth)
                    + ReportText.right(Share.text(part, of: total), 9)
                return bar.isEmpty ? line : line + "  " + bar
            }
    }
}
