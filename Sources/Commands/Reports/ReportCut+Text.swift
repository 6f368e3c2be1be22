internal import Dossiers
internal import Text
internal import Time

extension ReportCut {
    /// What the report rests on, in lines for people: the position, how many devices are complete, and
    /// each that is not.
    ///
    /// - Parameters:
    ///   - office: the only office that is reported, whose devices are meant; all when `nil`.
    ///   - offices: names of offices by code.
    func lines(
        _ period: ReportPeriod, of office: String?, offices: [String: String],
        in language: Language, width: Int
    ) -> [String] {
        let minute = String(OfficeTime.text(milliseconds: time).prefix(16))
            .replacing("T", with: " ")
        let day = Message(
            minute,
            vi: Language.vietnamese.day(String(minute.prefix(10))) + String(minute.dropFirst(10)))
        let place = Int(clamping: position)
        let title = Message(
            "Rests on all that had arrived by \(day.english), position \(Language.english.number(place)) \(hash.prefix(8))",
            vi: "Căn cứ dữ liệu đã về đến \(day.vietnamese), vị trí "
                + "\(Language.vietnamese.number(place)) \(hash.prefix(8))")
        let asked = machines.filter { office == nil || $0.last?.office == office }
        let standings = asked.map { ($0, standing(of: $0, in: period)) }
        let complete = standings.count { $0.1 == .complete }
        let count = Message(
            "\(complete) of \(standings.count) devices complete",
            vi: "\(complete) trên \(standings.count) thiết bị đầy đủ")
        let missing = standings.compactMap { machine, standing -> Message? in
            guard let present = machine.last, let words = words(standing) else { return nil }
            return name(of: present, offices) + Message(verbatim: ": ") + words + pending(present)
        }
        return ([title, count] + missing.map { Message(verbatim: "  ") + $0 })
            .flatMap { ReportText.lines($0.text(in: language), width) }
    }

    private func name(of source: Source, _ offices: [String: String]) -> Message {
        let office = offices[source.office] ?? source.office
        let name = source.name.isEmpty ? "" : " (\(source.name))"
        return Message(
            "\(office), desk \(source.desk)\(name)", vi: "\(office), quầy \(source.desk)\(name)")
    }

    private func words(_ standing: Standing) -> Message? {
        switch standing {
        case .complete: nil
        case .missingSince(let day):
            Message(
                "missing since \(ReportText.day(day.year, day.month, day.day))",
                vi: "thiếu dữ liệu từ \(Language.vietnamese.day(day.description))")
        case .never: Message("has never synced completely", vi: "chưa lần nào đồng bộ đầy đủ")
        case .revoked:
            Message("shut out before the period's end", vi: "đã bị thu hồi trước khi hết kỳ")
        }
    }

    private func pending(_ source: Source) -> Message {
        guard source.pending > 0 else { return Message(verbatim: "") }
        return Message(
            "; \(GroupedNumber.counted(source.pending, "change")) waited there",
            vi: "; còn \(source.pending) thay đổi chưa gửi")
    }
}
