// Form 01: the receipt with the promised day.

internal import Causality
internal import Dossiers
internal import Replication
internal import Text
internal import Time

extension PaperMaker {
    /// - Parameter made: when it was made first: what was handed in later does not stand on it.
    func receipt(_ made: Int64) -> [PaperBlock] {
        let papers = papers(until: made)
        var blocks: [PaperBlock] = [.field(label: "Nơi tiếp nhận", value: placeOfReceipt)]
        blocks += applicant
        blocks.append(.field(label: "Hình thức nộp", value: channel))
        if papers.isEmpty {
            blocks.append(.field(label: "Thành phần hồ sơ nộp", value: "(chưa ghi)"))
        } else {
            blocks.append(.line(PaperLine("Thành phần hồ sơ nộp gồm:")))
            blocks.append(.table(Self.table(of: papers)))
        }
        blocks += [
            .field(label: "Số lượng hồ sơ", value: "01 (bộ)"),
            .field(label: "Thời gian giải quyết hồ sơ theo quy định", value: limit),
            .field(label: "Thời gian nhận hồ sơ", value: PaperText.moment(received)),
            .field(
                label: "Thời gian trả kết quả",
                value: Self.promise(promised, isKnown: procedure != nil)),
            .field(label: "Nhận kết quả", value: way),
            .field(label: "Phí, lệ phí", value: fee),
            .field(label: "Vào Sổ theo dõi hồ sơ", value: register),
        ]
        let call = hotline.map { " Đường dây nóng: \($0)." } ?? ""
        blocks.append(
            .line(
                PaperLine(
                    "Khi nhận kết quả, xin mang theo giấy này và giấy tờ tùy thân; người nhận thay mang theo "
                        + "giấy ủy quyền." + call, [.italic, .small])))
        let receiver = PaperText.clean(
            dossier.writer(of: "received_at") ?? dossier.text("officer") ?? "")
        blocks.append(
            .signatures([
                PaperSignature("NGƯỜI NỘP HỒ SƠ", name: agent ?? name),
                PaperSignature("NGƯỜI TIẾP NHẬN HỒ SƠ", name: receiver),
            ]))
        return blocks
    }

    private var placeOfReceipt: String {
        [officeName, office?.text("address").map(PaperText.clean)].compactMap(\.self)
            .joined(separator: ", ")
    }

    /// How it came in.
    private var channel: String {
        switch dossier.text("channel") {
        case "online": "trực tuyến"
        case "post": "qua dịch vụ bưu chính công ích"
        default: "trực tiếp"
        }
    }

    /// The papers that were handed in by a time.
    private func papers(until time: Int64) -> [DossierPaper] {
        let entries = dossier.shown("papers", by: .entries)?.entries.reversed() ?? []
        return entries.filter { entry in
            dossier.stamp(of: entry.dot).map { dossier.civilTime(of: $0).milliseconds <= time }
                ?? true
        }.compactMap(\.value.text).flatMap(DossierPaper.papers)
    }

    private static func table(of papers: [DossierPaper]) -> PaperTable {
        func count(_ paper: DossierPaper, _ form: DossierPaper.Form) -> String {
            paper.counts[form].map(String.init) ?? ""
        }
        return PaperTable(
            [
                PaperTable.Column("TT", 8, .center), PaperTable.Column("Tên giấy tờ", 84),
                PaperTable.Column("Bản chính", 17, .center),
                PaperTable.Column("Bản sao chứng thực", 21, .center),
                PaperTable.Column("Bản chụp", 17, .center),
                PaperTable.Column("Bản điện tử", 18, .center),
            ],
            rows: papers.enumerated().map { place, paper in
                [String(place + 1), PaperText.clean(paper.name)]
                    + DossierPaper.Form.allCases.map { count(paper, $0) }
            })
    }

    private var limit: String {
        let day = OfficeTime.day(ofMilliseconds: received)
        guard let code = dossier.text("procedure"),
            let limit = source.book.limit(ofProcedure: code, receivedOn: day)
        else { return procedure == nil ? "thủ tục chưa có trong danh mục" : "chưa công bố" }
        return limit.words.vietnamese
    }

    /// Where and how the result is had.
    private var way: String {
        let address = dossier.text("result_address").map {
            PaperText.clean($0).replacing("\n", with: ", ")
        }
        switch dossier.text("result_wish") {
        case "post":
            let to = address ?? dossier.text("applicant_address").map(PaperText.clean)
            return "qua dịch vụ bưu chính công ích" + (to.map { ", gửi đến: \($0)" } ?? "")
        case "online": return "trực tuyến"
        default: return "trực tiếp tại \(officeName)"
        }
    }

    /// What it costs, and whether that was paid.
    var fee: String {
        guard
            let amount = dossier.shownValue("fee_vnd")?.integer
                ?? procedure?.shownValue("fee_vnd")?.integer
        else { return "không ghi" }
        if amount == 0 { return "không thu" }
        guard let paid = dossier.time("fee_paid_at") else {
            return "\(PaperText.money(amount)), chưa nộp"
        }
        var text = "\(PaperText.money(amount)), đã nộp \(PaperText.moment(paid))"
        switch dossier.text("fee_way") {
        case "cash": text += ", bằng tiền mặt"
        case "transfer": text += ", chuyển khoản"
        case "online": text += ", trực tuyến"
        default: break
        }
        if let number = dossier.text("receipt_number") {
            text += ", biên lai số \(PaperText.clean(number))"
        }
        return text
    }

    private var register: String {
        let (book, serial) = (dossier.text("book"), dossier.text("serial"))
        return "quyển số \(book.map(PaperText.clean) ?? "……"), số thứ tự "
            + (serial.map(PaperText.clean) ?? "……")
    }
}
