// Why a bundle was refused (`Protocol/bundles.md` §Refusals). No case carries content: files, numbers
// and identities only.

public import Causality
public import Text

/// Why a bundle cannot be made or applied. Nothing of a refused bundle was taken, unless a message
/// says so.
public enum BundleFailure: Error, Hashable, Sendable {
    /// What is wrong with a file's bytes.
    public enum Damage: Hashable, Sendable {
        /// Bytes are missing at its end.
        case cutShort
        /// There are more bytes than its sender wrote.
        case tooLong
        /// Its head is no head.
        case unreadableHead
        /// Something in it is not what its sender signed.
        case altered
        /// It was signed, and holds what no bundle may.
        case malformed(reason: String)
    }

    /// Why only a link helps.
    public enum LinkNeed: Hashable, Sendable {
        /// Central was restored from a backup since.
        case newEpoch
        /// Another copy of the replica has synced other changes.
        case copied
        /// The device does not know central's key.
        case unknownKey
    }

    /// The file cannot be read; `reason` is the system's.
    case unreadable(file: String, reason: String)
    /// The file cannot be made; `reason` is the system's.
    case cannotCreate(file: String, reason: String)
    /// Writing failed; `reason` is the system's.
    case writeFailed(file: String, reason: String)
    /// The file is no bundle.
    case notABundle(file: String)
    /// The file is of a format that is not known here.
    case unsupportedFormat(file: String, found: UInt8)
    /// The file is damaged.
    case damaged(file: String, Damage)
    /// Central was given its own bundle, or a counter one from a counter.
    case wrongDirection(file: String, isForCentral: Bool)
    /// The file is from or for another central.
    case otherCentral(file: String)
    /// The file is for another device.
    case otherDevice(file: String, replica: ReplicaID)
    /// The file is of another bundle than the first one given.
    case otherBundle(file: String, first: String)
    /// Parts of the bundle were not given.
    case missingParts(file: String, missing: [UInt64], of: UInt64)
    /// Another bundle has to be applied before.
    case outOfOrder(file: String, missing: BundleID?)
    /// The replica has gone on by another way, and this is no part of it.
    case overtaken(file: String)
    /// Only a link helps.
    case needsLink(LinkNeed)
}

extension BundleFailure: CustomStringConvertible {
    /// What is wrong, in words, without a full stop.
    public var description: String { message.english }

    /// What happened, in one sentence for a person.
    public var message: Message {
        switch self {
        case .unreadable(let file, let reason):
            Message(
                "\(file) cannot be read: \(reason)",
                vi: "không đọc được \(file): \(SystemCause.vietnamese(reason))")
        case .cannotCreate(let file, let reason):
            Message(
                "\(file) cannot be made: \(reason)",
                vi: "không tạo được \(file): \(SystemCause.vietnamese(reason))")
        case .writeFailed(let file, let reason):
            Message(
                "\(file) cannot be written: \(reason)",
                vi: "không ghi được \(file): \(SystemCause.vietnamese(reason))")
        case .notABundle(let file): Message("\(file) is no bundle", vi: "\(file) không phải gói")
        case .unsupportedFormat(let file, let found):
            Message(
                "\(file) is a bundle of format \(found), which is not known here",
                vi: "\(file) là gói dạng \(found), ở đây không biết")
        case .damaged(let file, let damage):
            Message("\(file) is damaged: ", vi: "\(file) bị hỏng: ") + damage.message
        case .wrongDirection(let file, let isForCentral):
            isForCentral
                ? Message(
                    "\(file) is a bundle for central, not central's reply",
                    vi: "\(file) là gói gửi trung tâm, không phải trả lời của trung tâm")
                : Message(
                    "\(file) is central's reply to a device, not a bundle for central",
                    vi:
                        "\(file) là trả lời của trung tâm cho thiết bị, không phải gói gửi trung tâm"
                )
        case .otherCentral(let file):
            Message("\(file) belongs to another central", vi: "\(file) thuộc trung tâm khác")
        case .otherDevice(let file, let replica):
            Message(
                "\(file) is for another device, or for an identity that this one had before "
                    + "(replica \(replica))",
                vi: "\(file) dành cho thiết bị khác, hoặc cho danh tính trước đây của thiết bị này "
                    + "(\(replica))")
        case .otherBundle(let file, let first):
            Message(
                "\(file) is no part of the bundle of \(first)",
                vi: "\(file) không thuộc gói của \(first)")
        case .missingParts(let file, let missing, let count):
            Message(
                "\(file) is one of \(count) parts, and \(Self.list(missing)) not given",
                vi: "\(file) là một trong \(count) phần, còn thiếu phần "
                    + missing.prefix(8).map { "\($0)" }.joined(separator: ", "))
        case .outOfOrder(let file, let missing):
            Message(
                "\(file) goes on from " + (missing.map { "bundle \($0)" } ?? "an exchange")
                    + " that was not applied to this replica",
                vi: "\(file) nối tiếp " + (missing.map { "gói \($0)" } ?? "một lần trao đổi")
                    + " mà máy này chưa nhận")
        case .overtaken(let file):
            Message(
                "\(file) answers what this replica asked before it went on by another way",
                vi: "\(file) trả lời điều máy này hỏi trước khi đi tiếp bằng cách khác")
        case .needsLink(.newEpoch):
            Message(
                "central was restored from a backup, and this device has to sync over a link once",
                vi:
                    "trung tâm đã khôi phục từ bản sao lưu, thiết bị này phải đồng bộ qua mạng một lần"
            )
        case .needsLink(.copied):
            Message(
                "another copy of this replica has synced other changes, and it has to sync over a "
                    + "link once to get an identity of its own",
                vi:
                    "một bản sao khác của máy này đã đồng bộ thay đổi khác; phải đồng bộ qua mạng một "
                    + "lần để nhận danh tính riêng")
        case .needsLink(.unknownKey):
            Message(
                "this replica does not know central's key yet, and has to sync over a link once",
                vi: "máy này chưa biết khóa của trung tâm, phải đồng bộ qua mạng một lần")
        }
    }

    /// What the person can do.
    public var hint: Message {
        switch self {
        case .unreadable:
            Message("check the name, and who may read it", vi: "kiểm tra tên và quyền đọc")
        case .cannotCreate:
            Message(
                "give a new name in a folder that may be written: a bundle never replaces a file",
                vi: "ghi tên mới trong thư mục được phép ghi: gói không bao giờ thay tệp có sẵn")
        case .writeFailed:
            Message(
                "nothing was lost; free some room, or take another medium",
                vi: "không mất gì; giải phóng chỗ, hoặc dùng phương tiện khác")
        case .notABundle:
            Message(
                "give the files that bundle create or bundle apply --reply wrote",
                vi: "dùng các tệp do bundle create hoặc bundle apply --reply ghi ra")
        case .unsupportedFormat: Message("update this program", vi: "cập nhật chương trình")
        case .damaged(_, .malformed):
            Message(
                "nothing was lost; tell the central office what this message says",
                vi: "không mất gì; báo cho cơ quan trung tâm nội dung thông báo này")
        case .damaged:
            Message(
                "copy it again from where it was made; nothing was lost",
                vi: "sao chép lại từ nơi tạo ra; không mất gì")
        case .wrongDirection(_, let isForCentral):
            isForCentral
                ? Message(
                    "take it to central: central bundle apply FILE --reply FILE2",
                    vi: "đem đến trung tâm: central bundle apply TỆP --reply TỆP2")
                : Message(
                    "take it to its device: counter bundle apply FILE",
                    vi: "đem đến thiết bị của nó: counter bundle apply TỆP")
        case .otherCentral, .otherDevice:
            Message("take it to where it belongs", vi: "đem đến đúng nơi của nó")
        case .otherBundle:
            Message(
                "give the parts of one bundle at a time", vi: "mỗi lần chỉ đưa các phần của một gói"
            )
        case .missingParts:
            Message(
                "give all parts in one call, in any order",
                vi: "đưa mọi phần trong một lần gọi, thứ tự tùy ý")
        case .outOfOrder:
            Message(
                "apply that one first; if it is lost, or this replica was restored from a backup: "
                    + "counter bundle create FILE",
                vi: "nhận gói đó trước; nếu đã mất, hoặc máy này khôi phục từ bản sao lưu: "
                    + "counter bundle create TỆP")
        case .overtaken:
            Message(
                "nothing was lost; make a new one: counter bundle create FILE",
                vi: "không mất gì; tạo gói mới: counter bundle create TỆP")
        case .needsLink:
            Message(
                "nothing was lost; run counter sync where there is a link",
                vi: "không mất gì; chạy counter sync ở nơi có mạng")
        }
    }

    private static func list(_ parts: [UInt64]) -> String {
        let shown = parts.prefix(8).map { "\($0)" }.joined(separator: ", ")
        let more = parts.count > 8 ? " and \(parts.count - 8) others were" : ""
        let verb = parts.count > 8 ? "" : parts.count == 1 ? " was" : " were"
        return "\(parts.count == 1 ? "part" : "parts") \(shown)\(more)\(verb)"
    }
}

extension BundleFailure.Damage: CustomStringConvertible {
    /// What is wrong, in words.
    public var description: String { message.english }

    /// What is wrong, in words.
    public var message: Message {
        switch self {
        case .cutShort: Message("it is cut short", vi: "bị cắt cụt")
        case .tooLong: Message("there are bytes after its end", vi: "còn byte sau phần cuối")
        case .unreadableHead: Message("its head cannot be read", vi: "không đọc được phần đầu")
        case .altered:
            Message(
                "it does not hold what its sender signed",
                vi: "nội dung không đúng với chữ ký của nơi gửi")
        case .malformed(let reason):
            Message("it was signed so, but \(reason)", vi: "đúng chữ ký, nhưng \(reason)")
        }
    }
}
