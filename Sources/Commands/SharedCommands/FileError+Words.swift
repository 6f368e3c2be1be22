public import Files
public import Text

extension FileError {
    /// What happened, as part of a sentence, for a person: the system's words in English, and in Vietnamese
    /// for what offices meet.
    public var message: Message {
        let cause =
            switch self {
            case .notRegular: "không phải là tệp"
            case .isLocked: "tiến trình khác đang giữ"
            case .lineTooLong(let line, let bytesMax): "dòng \(line) dài hơn \(bytesMax) byte"
            case .tooLarge(let bytesMax): "dài hơn \(bytesMax) byte"
            case .notUTF8: "không phải văn bản UTF-8"
            default: code.map { SystemCause.words($0).vietnamese } ?? ""
            }
        return Message(description, vi: cause)
    }
}
