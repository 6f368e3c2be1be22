public import Replication
public import Text

/// Why words that name fields and values cannot be taken.
public enum RecordArgumentError: Error, Hashable, Sendable {
    /// A word is not `FIELD=VALUE`.
    ///
    /// - Parameter place: which of the words, beginning with 1.
    case notAField(place: Int)
    /// A conflict is to be settled with no value, or with two.
    case notOneValue
    /// The change that was named wrote none of the field's values.
    case valueOfNoChange(FieldName)

    /// What is wrong, without a full stop.
    public var message: Message {
        switch self {
        case .notAField(let place):
            Message(
                "argument \(place) of the fields is not FIELD=VALUE",
                vi: "đối số thứ \(place) không có dạng TRƯỜNG=GIÁ-TRỊ")
        case .notOneValue:
            Message(
                "either a VALUE or --use REPLICA:SEQ is needed",
                vi: "cần GIÁ-TRỊ hoặc --use REPLICA:SEQ")
        case .valueOfNoChange(let field):
            Message(
                "no value of \(field) was written by that change",
                vi: "thay đổi đó không ghi giá trị nào của \(field)")
        }
    }

    /// What to write instead.
    public var hint: Message? {
        switch self {
        case .notAField:
            Message(
                "put words with spaces in quotes: applicant_name=\"Trần Văn A\"",
                vi: "đặt chữ có dấu cách trong nháy: applicant_name=\"Trần Văn A\"")
        case .notOneValue: nil
        case .valueOfNoChange:
            Message(
                "the values stand in: counter conflicts --json, central conflicts --json",
                vi: "xem các giá trị bằng: counter conflicts --json, central conflicts --json")
        }
    }
}
