internal import Dossiers
public import JSON
internal import Text
internal import Time

extension ClockFindings {
    /// Records that the text names; the rest is counted there, and named in JSON and CSV.
    private static let shownMax = 20

    /// `{afterCut: {count, records: [{id, code, office, field, at}]}, uncorrected: {dossiers, received,
    /// carriedOver, uncounted, contacts}}`.
    public var json: JSONValue {
        func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
        let records = afterCut.map { record in
            JSONValue.object([
                ("id", .string(record.id)), ("code", text(record.code)),
                ("office", text(record.office)), ("field", .string(record.field)),
                ("at", .string(OfficeTime.text(milliseconds: record.time))),
            ])
        }
        return .object([
            (
                "afterCut",
                .object([
                    ("count", .integer(Int64(afterCutCount))), ("records", .array(records)),
                ])
            ),
            (
                "uncorrected",
                .object(uncorrectedFigures.map { ($0.0, .integer(Int64($0.1))) })
            ),
        ])
    }

    private var uncorrectedFigures: [(String, Int)] {
        [
            ("dossiers", uncorrected.dossiers), ("received", uncorrected.received),
            ("carriedOver", uncorrected.carriedOver), ("uncounted", uncorrected.uncounted),
            ("contacts", uncorrected.contacts),
        ]
    }

    /// Lines of `scope,key,name,figure,value`: scope `after_cut` (key: code or id; name: the office;
    /// value: the time), and scope `uncorrected`.
    var csvLines: [String] {
        guard !isEmpty else { return [] }
        return afterCut.map { record in
            CSVText.line([
                "after_cut", record.code ?? record.id, record.office ?? "", record.field,
                OfficeTime.text(milliseconds: record.time),
            ])
        } + [CSVText.line(["after_cut", "", "", "count", String(afterCutCount)])]
            + uncorrectedFigures.map { figure, value in
                CSVText.line(["uncorrected", "", "", figure, String(value)])
            }
    }

    /// Paragraphs for people, each after an empty line.
    ///
    /// - Parameter offices: names of offices by code.
    func lines(offices: [String: String], _ style: ReportStyle) -> [String] {
        (afterCutLines(offices) + uncorrectedLines).flatMap {
            ReportText.lines(style.say($0), style.width)
        }
    }

    private func afterCutLines(_ offices: [String: String]) -> [Message] {
        guard afterCutCount > 0 else { return [] }
        let number = Language.vietnamese.number(afterCutCount)
        let title = [
            Message(verbatim: ""),
            Message(
                "Dated after the cut: \(GroupedNumber.counted(afterCutCount, "record")), counted by these "
                    + "dates;",
                vi: "Ngày sau thời điểm lập báo cáo: \(number) bản ghi, tính theo ngày này;"),
            Message(
                "a clock was wrong there, or a date was mistyped.",
                vi: "đồng hồ sai khi ghi, hoặc gõ nhầm ngày."),
        ]
        let named = afterCut.prefix(Self.shownMax).map { record in
            let office = record.office.map { offices[$0] ?? $0 }
            let place = office.map { ", \($0)" } ?? ""
            let minute = String(OfficeTime.text(milliseconds: record.time).prefix(16))
                .replacing("T", with: " ")
            let name = "  \(record.code ?? record.id)\(place): \(record.field) "
            return Message(
                name + minute,
                vi: name + Language.vietnamese.day(String(minute.prefix(10)))
                    + minute.dropFirst(10))
        }
        let rest = afterCutCount - named.count
        let more = Message(
            "  and \(GroupedNumber.string(rest)) more",
            vi: "  và \(Language.vietnamese.number(rest)) bản ghi nữa")
        return title + named + (rest > 0 ? [more] : [])
    }

    private var uncorrectedLines: [Message] {
        let found = uncorrected
        guard found.dossiers + found.contacts > 0 else { return [] }
        let vietnamese = Language.vietnamese
        return [
            Message(verbatim: ""),
            Message(
                "Written under a wrong clock, not set right yet: "
                    + GroupedNumber.counted(found.dossiers, "dossier") + ", "
                    + GroupedNumber.counted(found.contacts, "contact") + ";",
                vi: "Ghi khi đồng hồ sai, chưa sửa: \(vietnamese.number(found.dossiers)) hồ sơ, "
                    + "\(vietnamese.number(found.contacts)) lượt hướng dẫn;"),
            Message(
                "of the dossiers, by the times that they show, "
                    + "\(GroupedNumber.string(found.received)) count as received,",
                vi: "theo thời gian đang ghi, tính là tiếp nhận trong kỳ: "
                    + "\(vietnamese.number(found.received)) hồ sơ,"),
            Message(
                "\(GroupedNumber.string(found.carriedOver)) as carried over, "
                    + "\(GroupedNumber.string(found.uncounted)) not at all: counter correct-times.",
                vi: "kỳ trước chuyển sang: \(vietnamese.number(found.carriedOver)), không tính: "
                    + "\(vietnamese.number(found.uncounted)); sửa bằng: counter correct-times."),
        ]
    }
}
