// Forms 02 to 05: what the office asks for, refuses, puts off and stops.

internal import Causality
internal import Dossiers
internal import Replication
internal import Text
internal import Time

extension PaperMaker {
    /// Form 02: the papers asked for, and the officer to ask.
    func supplement(_ act: Act) -> [PaperBlock] {
        var blocks = applicant
        blocks.append(.line(PaperLine("Yêu cầu bổ sung, hoàn thiện hồ sơ gồm những nội dung sau:")))
        blocks.append(Self.numbered(reason(act), title: "Nội dung cần bổ sung, hoàn thiện"))
        let officer = person(act.by)
        let call = hotline.map { ", điện thoại \($0)" } ?? ""
        blocks += [
            .field(label: "Thời điểm yêu cầu", value: moment(of: act)),
            .field(
                label: "Cán bộ hướng dẫn",
                value: (officer.isEmpty ? officeName : "\(officer), \(officeName)") + call),
            .line(
                PaperLine(
                    "Thời gian chờ bổ sung không tính vào thời hạn giải quyết. Trong quá trình hoàn thiện hồ "
                        + "sơ, nếu có vướng mắc, xin liên hệ cán bộ nêu trên để được hướng dẫn.")),
            .signatures([
                PaperSignature("NGƯỜI NỘP HỒ SƠ", name: agent ?? name),
                PaperSignature("NGƯỜI HƯỚNG DẪN", name: officer),
            ]),
        ]
        return blocks
    }

    /// Form 03: the reason, and where the rules stand.
    func refusal(_ act: Act) -> [PaperBlock] {
        var blocks = applicant
        blocks.append(
            .line(
                PaperLine(
                    "Qua xem xét, \(officeName) thông báo không tiếp nhận, giải quyết hồ sơ này, với lý do cụ "
                        + "thể như sau:")))
        blocks.append(Self.numbered(reason(act), title: "Lý do"))
        let code = dossier.text("procedure").map { " (mã \(PaperText.clean($0)))" } ?? ""
        blocks += [
            .field(label: "Thời điểm từ chối", value: moment(of: act)),
            .field(
                label: "Quy định áp dụng",
                value:
                    "thành phần hồ sơ, trình tự và thời hạn của thủ tục\(code) được công khai trên Cơ sở "
                    + "dữ liệu quốc gia về thủ tục hành chính và niêm yết tại nơi tiếp nhận"),
            .line(PaperLine("Xin thông báo để Ông/Bà, tổ chức được biết và thực hiện.")),
            .signatures([
                PaperSignature("NGƯỜI NỘP HỒ SƠ", name: agent ?? name),
                PaperSignature("NGƯỜI TIẾP NHẬN HỒ SƠ", name: PaperText.clean(act.by ?? "")),
            ]),
        ]
        return blocks
    }

    /// Form 04: when it came in, what was promised, why that is not kept, and the new day.
    func apology(_ act: Act) -> [PaperBlock] {
        var blocks: [PaperBlock] = [.field(label: "Kính gửi", value: name)]
        blocks += optional("Địa chỉ", "applicant_address")
        let past = act.extended?.from?.milliseconds ?? promised
        let next = act.extended?.to.milliseconds
        blocks += [
            .field(label: "Nội dung yêu cầu giải quyết", value: procedureName),
            .field(label: "Thời gian nhận hồ sơ", value: PaperText.moment(received)),
            .field(
                label: "Thời gian hẹn trả kết quả",
                value: Self.promise(past, isKnown: procedure != nil)),
            .line(
                PaperLine(
                    "Đến nay, \(officeName) chưa trả được kết quả giải quyết hồ sơ đúng thời gian đã hẹn, với lý "
                        + "do như sau:")),
            Self.numbered(reason(act), title: "Lý do"),
            .line(
                PaperLine(
                    "Sự chậm trễ này đã gây phiền hà, tốn kém thời gian và công sức. \(officeName) xin lỗi "
                        + "\(name) và đề nghị gia hạn thời gian giải quyết.")),
            .field(
                label: "Thời gian trả kết quả mới", value: Self.promise(next, isKnown: true)),
            .line(PaperLine("Rất mong nhận được sự thông cảm.")),
            .signatures([
                PaperSignature("Nơi nhận:", note: "- Như trên; - Lưu hồ sơ."),
                PaperSignature(
                    "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ", note: "(Ký, ghi rõ họ tên, đóng dấu)",
                    name: PaperText.clean(act.extended?.signer ?? "")),
            ]),
        ]
        return blocks
    }

    /// Form 05: the request, the stage, the decision, and the money.
    func stop(_ act: Act) -> [PaperBlock] {
        var blocks = applicant
        let reasons = reason(act)
        blocks += [
            .field(label: "Thời gian nhận hồ sơ", value: PaperText.moment(received)),
            .field(
                label: "Đề nghị dừng giải quyết",
                value: act.isWithdrawal
                    ? "người nộp hồ sơ đề nghị rút hồ sơ"
                    : "cơ quan giải quyết dừng xử lý"),
            .line(PaperLine("Nội dung, lý do:")),
            Self.numbered(reasons, title: "Lý do"),
            .field(label: "Giai đoạn giải quyết khi dừng", value: stage(act)),
            .field(
                label: "Quyết định",
                value: "dừng giải quyết hồ sơ từ \(moment(of: act))"
                    + (act.isWithdrawal
                        ? "; hồ sơ được trả lại cho người nộp"
                        : "; thời hạn giải quyết tạm dừng đến khi có thông báo tiếp theo")),
            .field(label: "Phí, lệ phí", value: fee),
            .signatures([
                PaperSignature("NGƯỜI NỘP HỒ SƠ", name: agent ?? name),
                PaperSignature("NGƯỜI THÔNG BÁO", name: person(act.by)),
            ]),
        ]
        return blocks
    }

    /// In which stage it was stopped: by what the event says, else by the last unit that took it.
    private func stage(_ act: Act) -> String {
        let before = dossier[RecordSchema.stepsField].filter { entry in
            dossier.stamp(of: entry.dot).map { $0.clock < act.clock } ?? false
        }.max { one, other in
            guard let one = dossier.stamp(of: one.dot)?.clock,
                let other = dossier.stamp(of: other.dot)?.clock
            else { return false }
            return one < other
        }
        let unit = before?.value.text.flatMap(OfficeStep.init(parsing:))?.values[.to]
        let status = (act.from ?? .processing).title.vietnamese
        return status + (unit.map { ", tại \(PaperText.clean($0))" } ?? "")
    }

    private func moment(of act: Act) -> String {
        guard let stamp = act.dot.flatMap({ dossier.stamp(of: $0) }) else { return "(chưa ghi)" }
        return PaperText.moment(dossier.civilTime(of: stamp).milliseconds)
    }

    private static func numbered(_ lines: [String], title: String) -> PaperBlock {
        let rows = lines.isEmpty ? ["(chưa ghi)"] : lines
        return .table(
            PaperTable(
                [PaperTable.Column("TT", 8, .center), PaperTable.Column(title, 157)],
                rows: rows.enumerated().map { [String($0 + 1), $1] }))
    }
}
