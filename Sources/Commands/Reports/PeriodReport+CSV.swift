internal import Text

extension PeriodReport {
    /// The report as a table: a heading and lines of `scope,key,name,figure,value`, UTF-8, RFC 4180.
    ///
    /// The scope is `total`, `office` and `procedure` (the key is its code, the name that of the catalog),
    /// `corrected` (the key is the number of the issued report before),
    /// `month` (the key is `YYYY-MM`) or `cut` (the key is a device's replica, or `feed`; figures
    /// `position`, `seq`; for the present identity of a machine `pending`, and `complete`, 0 or 1). What
    /// wrong clocks did, if anything, is scope `after_cut` (the key is a record's code or id, the name its
    /// office, the value a time) and `uncorrected`. Figures are named as in JSON.
    public func csv(cut: ReportCut? = nil) -> String {
        var lines = ["scope,key,name,figure,value"]
        func add(_ scope: String, _ key: String, _ name: String, _ figure: String, _ value: Int) {
            lines.append(CSVText.line([scope, key, name, figure, String(value)]))
        }
        for (figure, value) in total.flat { add("total", "", "", figure, value) }
        for row in offices {
            for (figure, value) in row.figures.flat {
                add("office", row.code ?? "", row.name ?? "", figure, value)
            }
        }
        for row in months {
            let figures = [
                ("guided.total", row.guided), ("received.total", row.received),
                ("received.online", row.online), ("finished.total", row.finished),
                ("finished.late", row.late),
            ]
            for (figure, value) in figures {
                add("month", row.month.description, "", figure, value)
            }
        }
        for row in procedures {
            for (figure, value) in row.figures.flat {
                add("procedure", row.code ?? "", row.name ?? "", figure, value)
            }
        }
        for (figure, value) in corrections?.named ?? [] {
            add("corrected", String(corrections?.since ?? 0), "", figure, value)
        }
        lines += clocks.csvLines
        if let cut {
            add("cut", "feed", cut.hash, "position", Int(clamping: cut.position))
            for machine in cut.machines {
                for source in machine {
                    var figures = [("seq", Int(source.seq))]
                    if source == machine.last {
                        let isComplete = cut.standing(of: machine, in: period) == .complete
                        figures.append(("pending", Int(source.pending)))
                        figures.append(("complete", isComplete ? 1 : 0))
                    }
                    for (figure, value) in figures {
                        add("cut", source.replica, "\(source.office) \(source.desk)", figure, value)
                    }
                }
            }
        }
        return lines.map { $0 + "\r\n" }.joined()
    }
}

extension PeriodFigures {
    fileprivate var flat: [(String, Int)] {
        named.map { group, name, value in (name.map { "\(group).\($0)" } ?? group, value) }
    }
}
