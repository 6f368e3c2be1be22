public import Text

extension DossierEvent {
    /// What happened, in words: a piece of a line.
    public var words: Message {
        let (from, to) = (place(self.from), place(self.to))
        switch what {
        case .handedOver:
            return Message("handed over from ", vi: "chuyển từ ") + from
                + Message(" to ", vi: " sang ") + to
        case .reopened:
            return Message("reopened: ", vi: "mở lại: ") + from + Message(verbatim: " → ") + to
        case .undone where self.from == nil && self.to == nil:
            return Message("taken back: not void", vi: "rút lại việc hủy")
        case .undone:
            return Message("taken back: ", vi: "rút lại: ") + from + Message(verbatim: " → ") + to
        case .noteVoided:
            return Message("a note was entered by mistake", vi: "một ghi chú nhập nhầm")
        case .printed:
            let number = self.to.flatMap { $0 == "1" ? nil : " (\($0))" } ?? ""
            return Message(
                "paper \(self.from ?? "")\(number) printed",
                vi: "in giấy tờ mẫu \(self.from ?? "")\(number)")
        case .voided: return Message("entered by mistake: void", vi: "nhập nhầm: đã hủy")
        case .restored: return Message("not void after all", vi: "khôi phục, không hủy nữa")
        case .finished, .returned, .withdrawn, .notAccepted:
            return from + Message(verbatim: " → ") + to
        case nil: return Message(verbatim: word)
        }
    }

    /// A status by its title, an office by its code.
    private func place(_ text: String?) -> Message {
        text.map { text in
            DossierStatus(rawValue: text).map { status in
                Message(status.rawValue, vi: status.title.vietnamese)
            } ?? Message(verbatim: text)
        } ?? Message(verbatim: "–")
    }
}
