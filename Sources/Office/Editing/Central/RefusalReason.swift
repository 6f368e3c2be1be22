public import Replication
public import Text

/// Why central sets a change aside, but for what is wrong with the change's own fields.
///
/// The wire carries the English text (`Protocol/sync.md`, `refusal`); a counter knows it again and
/// says it in the clerk's language.
public enum RefusalReason: CaseIterable, Sendable {
    /// The kind of record is not known to central.
    case unknownKind
    /// It was refused before central was restored from a backup.
    case refusedBefore
    /// Central does not know what the change builds on.
    case unknownBase
    /// The change that would have made the record was refused.
    case refusedMaking
    /// The record is another office's.
    case otherOffice
    /// The record's id is that of a record of another kind.
    case otherKind
    /// The catalog is central's.
    case catalog
    /// A device makes records of its own office only.
    case otherOfficesRecord
    /// The record is another office's by now.
    case handedOver
    /// The context lacks an earlier change of the device to the record.
    case unseenOwnChange
    /// The catalog has no such office.
    case unknownOffice
    /// Only central erases.
    case onlyCentralErases
    /// The change says that it was erased, and its record was not.
    case notErased
    /// The record was erased, and the writer knew it.
    case erased

    /// The reason that a text of central's tells; `nil` for all other texts.
    public init?(text: String) {
        guard let reason = Self.allCases.first(where: { $0.message.english == text }) else {
            return nil
        }
        self = reason
    }

    /// The code that goes with it; that of before for `refusedBefore`.
    public var code: RefusalCode {
        switch self {
        case .unknownKind: .unknownKind
        case .refusedBefore: .other
        case .unknownBase, .refusedMaking: .noRecord
        case .otherOffice, .catalog, .otherOfficesRecord: .outOfScope
        case .handedOver: .handedOver
        case .otherKind: .otherKind
        case .unseenOwnChange, .unknownOffice, .onlyCentralErases, .notErased, .erased:
            .invalidField
        }
    }

    /// The reason, as part of a sentence.
    public var message: Message {
        switch self {
        case .unknownKind:
            Message(
                "this central does not know the kind of record",
                vi: "trung tâm này không biết loại bản ghi")
        case .refusedBefore:
            Message(
                "central refused it before it was restored from a backup",
                vi: "trung tâm đã từ chối trước khi khôi phục từ bản sao lưu")
        case .unknownBase:
            Message(
                "what the change builds on is not known",
                vi: "trung tâm không biết nội dung mà thay đổi dựa vào")
        case .refusedMaking:
            Message(
                "the change that would have made the record was refused",
                vi: "thay đổi tạo ra bản ghi đã bị từ chối")
        case .otherOffice:
            Message("the record is not this office's", vi: "bản ghi không thuộc cơ quan này")
        case .otherKind:
            Message(
                "the id is that of a record of another kind",
                vi: "id này là của một bản ghi loại khác")
        case .catalog:
            Message(
                "only the central office writes the catalog",
                vi: "chỉ cơ quan trung tâm được ghi danh mục")
        case .otherOfficesRecord:
            Message(
                "a device makes records of its own office only",
                vi: "thiết bị chỉ tạo bản ghi của cơ quan mình")
        case .handedOver:
            Message(
                "the record was handed over to another office",
                vi: "bản ghi đã chuyển cho cơ quan khác")
        case .unseenOwnChange:
            Message(
                "the change has not seen the device's own earlier one",
                vi: "thay đổi chưa thấy thay đổi trước của chính thiết bị")
        case .unknownOffice:
            Message(
                "the catalog has no office with the code in office",
                vi: "danh mục không có cơ quan mang mã ghi ở office")
        case .onlyCentralErases:
            Message(
                "only the central office erases records",
                vi: "chỉ cơ quan trung tâm được xóa bản ghi")
        case .notErased:
            Message(
                "the change was erased, and its record was not",
                vi: "thay đổi đã bị xóa nhưng bản ghi thì chưa")
        case .erased:
            Message("the record was erased by law", vi: "bản ghi đã được xóa theo luật")
        }
    }
}
