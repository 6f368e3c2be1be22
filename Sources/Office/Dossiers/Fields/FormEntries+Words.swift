internal import Causality
public import Text

extension DossierPaper {
    /// The paper with its counts: `CCCD (2 copies)`; without them where it is one original.
    public var words: Message {
        guard counts != [.originals: 1] else { return Message(verbatim: name) }
        let parts = Form.allCases.compactMap { form in
            counts[form].map { $0 == 1 ? form.one : form.many($0) }
        }
        return Message(verbatim: "\(name) (") + .joined(parts, separator: ", ")
            + Message(verbatim: ")")
    }
}

extension DossierPaper.Form {
    fileprivate var one: Message {
        switch self {
        case .originals: Message("1 original", vi: "1 bản chính")
        case .certified: Message("1 certified copy", vi: "1 bản sao chứng thực")
        case .copies: Message("1 copy", vi: "1 bản chụp")
        case .electronic: Message("1 electronic", vi: "1 bản điện tử")
        }
    }

    fileprivate func many(_ count: Int) -> Message {
        switch self {
        case .originals: Message("\(count) originals", vi: "\(count) bản chính")
        case .certified: Message("\(count) certified copies", vi: "\(count) bản sao chứng thực")
        case .copies: Message("\(count) copies", vi: "\(count) bản chụp")
        case .electronic: Message("\(count) electronic", vi: "\(count) bản điện tử")
        }
    }
}

extension LimitExtension {
    /// `extended from 2026-03-19 17:00, signed by Hoa`.
    public var words: Message {
        let from = from.map {
            Message(" from ", vi: " từ ")
                + FieldWords.moment(milliseconds: $0.milliseconds, isEnd: true)
        }
        let by =
            signer.isEmpty
            ? Message(verbatim: "") : Message(", signed by \(signer)", vi: ", \(signer) ký")
        return Message("extended", vi: "gia hạn") + (from ?? Message(verbatim: "")) + by
    }
}

extension OfficeStep {
    /// `one-stop → land registry, Hoa: measured`.
    public var words: Message {
        var text = [values[.from], values[.to]].compactMap(\.self).joined(separator: " → ")
        if let person = values[.person] { text += ", \(person)" }
        if let result = values[.result] { text += ": \(result)" }
        return Message(verbatim: text)
    }
}
