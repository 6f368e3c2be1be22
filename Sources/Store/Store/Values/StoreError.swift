public import Dossiers
public import Replication
public import Text

/// Why the store could not do what was asked. No case carries the content of a record.
public enum StoreError: Error, Sendable {
    /// What the store rests on failed: the database engine, the disk below it.
    case engine(any EngineFault)
    /// The file is no database of this kind.
    case notThisKind(path: String, expected: DatabaseRole)
    /// A newer program wrote the file.
    case newerVersion(path: String)
    /// There is no file.
    case missing(path: String, expected: DatabaseRole)
    /// The file that is open is no longer the one at its path: it is gone, or was replaced.
    case displaced(path: String)
    /// There is a file already where one is to be made.
    case exists(path: String)
    /// A rule of the domain forbids the edit.
    case domain(DossierError)
    /// No record has this id or code.
    case noSuchRecord
    /// Several records have this code: name one by its id.
    case ambiguousCode([RecordID])
    /// The codes of several dossiers end like this.
    case ambiguousEnd([String])
    /// A record with this id exists already.
    case duplicateID
    /// A record of another kind has this id.
    case otherKind(RecordKind)
    /// Several records, of different kinds, have this id.
    case doubledID([RecordKind])
    /// A dossier with this code exists already.
    case duplicateCode
    /// Another entry of the catalog has this code.
    case duplicateEntry
    /// The record belongs to another office.
    case outOfScope
    /// The catalog has no office with this code.
    case unknownOffice
    /// This replica is not enrolled.
    case notEnrolled
    /// A copy of this replica wrote to the record under this replica's identity.
    case identityTaken
    /// The field is not in conflict.
    case notInConflict
    /// Others refer to an entry of the catalog by this field: so many records, and devices of an office.
    case referredTo(FieldName, records: Int, devices: Int)
    /// A stored row contradicts itself: the file is damaged.
    case damaged(table: String, key: Int64)
}

extension StoreError: CustomStringConvertible {
    /// What happened, in one sentence, in English.
    public var description: String { message.english }

    /// What happened, in one sentence for a person.
    public var message: Message {
        switch self {
        case .engine(let fault): fault.message
        case .notThisKind(let path, let expected):
            Message(
                "\(path) is no DossierSync \(expected.words.english)",
                vi: "\(path) không phải \(expected.words.vietnamese) của DossierSync")
        case .newerVersion(let path):
            Message(
                "\(path) was written by a newer version of this program",
                vi: "\(path) do phiên bản mới hơn của chương trình ghi")
        case .missing(let path, let expected):
            Message(
                "there is no \(expected.words.english) at \(path)",
                vi: "không có \(expected.words.vietnamese) tại \(path)")
        case .displaced(let path):
            Message(
                "\(path) is gone, or is another file than the one that was opened",
                vi: "\(path) không còn, hoặc không phải là tệp đã mở")
        case .exists(let path):
            Message("there is already a database at \(path)", vi: "đã có cơ sở dữ liệu tại \(path)")
        case .domain(let error): error.message
        case .noSuchRecord:
            Message("no record has this id or code", vi: "không có bản ghi nào mang id hay mã này")
        case .ambiguousCode(let ids):
            Message(
                "\(ids.count) dossiers have this code: "
                    + ids.map(\.description).joined(separator: ", "),
                vi: "\(ids.count) hồ sơ có mã này: "
                    + ids.map(\.description).joined(separator: ", "))
        case .ambiguousEnd(let codes):
            Message(
                "the codes of \(codes.count) dossiers end so: ",
                vi: "mã của \(codes.count) hồ sơ có phần cuối này: ")
                + Message(
                    verbatim: codes.prefix(5).joined(separator: ", ")
                        + (codes.count > 5 ? ", …" : ""))
        case .duplicateID:
            Message("a record with this id exists already", vi: "đã có bản ghi mang id này")
        case .otherKind(let kind):
            Message(
                "the id is that of a record of another kind: \(kind.name)",
                vi: "id này là của một bản ghi loại khác: \(kind.title.vietnamese)")
        case .doubledID(let kinds):
            Message(
                "\(kinds.count) records have this id: "
                    + kinds.map(\.name).joined(separator: ", "),
                vi: "\(kinds.count) bản ghi mang id này: "
                    + kinds.map(\.title.vietnamese).joined(separator: ", "))
        case .referredTo(let name, let records, let devices):
            Message(
                "\(name) is what others refer to, and is not changed: "
                    + "\(GroupedNumber.counted(records, "record"))"
                    + (devices > 0 ? " and \(GroupedNumber.counted(devices, "device"))" : ""),
                vi: "\(name) đang được nơi khác dùng, không đổi được: "
                    + "\(Language.vietnamese.number(records)) bản ghi"
                    + (devices > 0 ? " và \(devices) thiết bị" : ""))
        case .duplicateCode:
            Message("a dossier with this code exists already", vi: "đã có hồ sơ mang mã này")
        case .duplicateEntry:
            Message(
                "another entry of the catalog has this code",
                vi: "danh mục đã có mục khác mang mã này")
        case .outOfScope:
            Message("the record belongs to another office", vi: "bản ghi thuộc cơ quan khác")
        case .unknownOffice:
            Message(
                "the catalog has no office with this code",
                vi: "danh mục không có cơ quan mang mã này")
        case .notEnrolled: Message("this replica is not enrolled", vi: "máy này chưa đăng ký")
        case .identityTaken:
            Message(
                "another copy of this replica has written to the record",
                vi: "một bản sao khác của máy này đã ghi vào bản ghi")
        case .notInConflict:
            Message("the field is not in conflict", vi: "trường không có mâu thuẫn")
        case .damaged(let table, let key):
            Message("row \(key) of \(table) is damaged", vi: "dòng \(key) của \(table) bị hỏng")
        }
    }

    /// What the person can do about it.
    public var hint: Message {
        switch self {
        case .engine(let fault): fault.hint ?? Self.hintToKeep
        case .damaged: Self.hintToKeep
        case .notThisKind, .missing:
            Message("check --home (or DOSSIER_HOME)", vi: "kiểm tra --home (hoặc DOSSIER_HOME)")
        case .displaced:
            Message(
                "nothing was written; put the right file in its place and start this program again",
                vi: "không ghi gì; đặt lại đúng tệp và khởi động lại chương trình")
        case .newerVersion: Message("update this program", vi: "cập nhật chương trình")
        case .exists: Message("choose another --home", vi: "chọn --home khác")
        case .domain(let error): error.hint
        case .noSuchRecord:
            Message(
                "look for it with: counter list --search TEXT",
                vi: "tìm bằng: counter list --search CHỮ")
        case .ambiguousCode: Message("name the dossier by its id", vi: "ghi id của hồ sơ")
        case .ambiguousEnd: Message("give more of the code", vi: "ghi dài hơn phần cuối của mã")
        case .duplicateID:
            Message(
                "leave the id out, or use set to change the record",
                vi: "bỏ id, hoặc dùng set để sửa bản ghi")
        case .otherKind:
            Message("leave the id out to have one given", vi: "bỏ id để được cấp id")
        case .doubledID:
            Message(
                "one of them needs an id of its own: central settle ID --keep KIND",
                vi: "một bản ghi cần id riêng: central settle ID --keep LOẠI")
        case .referredTo:
            Message(
                "add a new entry beside it: central office add, or central catalog add",
                vi: "thêm mục mới bên cạnh: central office add, hoặc central catalog add")
        case .duplicateCode:
            Message("leave the code out to have one given", vi: "bỏ mã để được cấp mã")
        case .duplicateEntry:
            Message(
                "see the entries with: central catalog list",
                vi: "xem các mục bằng: central catalog list")
        case .outOfScope:
            Message(
                "only the office that holds the dossier can write to it",
                vi: "chỉ cơ quan đang giữ hồ sơ được ghi")
        case .unknownOffice:
            Message(
                "sync first, or ask the central office to add it",
                vi: "đồng bộ trước, hoặc nhờ cơ quan trung tâm thêm vào")
        case .notEnrolled:
            Message(
                "ask the central office for a code, then: counter enrol URL --code C",
                vi: "xin mã của cơ quan trung tâm, rồi: counter enrol URL --code MÃ")
        case .identityTaken:
            Message(
                "run counter sync: it gives this one an identity of its own",
                vi: "chạy counter sync: máy này sẽ nhận danh tính riêng")
        case .notInConflict:
            Message(
                "see the conflicts that wait with: counter conflicts, central conflicts",
                vi: "xem các mâu thuẫn đang chờ bằng: counter conflicts, central conflicts")
        }
    }

    private static let hintToKeep = Message(
        "nothing was written; keep a copy of the file and ask for help",
        vi: "không ghi gì; giữ một bản sao của tệp và nhờ trợ giúp")
}

/// Why what a store rests on failed. No case carries the content of a record.
public protocol EngineFault: Error, Sendable {
    /// What happened, in one sentence for a person.
    var message: Message { get }
    /// What the person can do about it; `nil` when there is nothing but to ask for help.
    var hint: Message? { get }
}

/// What a store is for.
public enum DatabaseRole: Sendable {
    /// A counter's replica.
    case counter
    /// The central node.
    case central
}

extension DatabaseRole {
    /// What people call such a database.
    public var words: Message {
        switch self {
        case .counter: Message("replica", vi: "dữ liệu quầy")
        case .central: Message("central", vi: "dữ liệu trung tâm")
        }
    }
}
