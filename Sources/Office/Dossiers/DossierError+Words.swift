internal import JSON
internal import Replication
public import Text

extension DossierError: CustomStringConvertible {
    /// What is wrong, as part of a sentence, in English, without any value.
    public var description: String { message.english }

    /// What is wrong, as part of a sentence, without any value.
    public var message: Message {
        switch self {
        case .notJSON(let error):
            error.message
        case .notAnEdit(let reason): Self.phrase(reason)
        case .unknownMember(let name):
            Message("unknown member", vi: "mục không có") + Self.shown(name)
        case .unknownKind: Message("unknown kind of record", vi: "không có loại bản ghi này")
        case .unknownField(let name, let kind?):
            Message("a \(kind.name) has no field", vi: "\(kind.title.vietnamese) không có trường")
                + Self.shown(name)
        case .unknownField(let name, nil):
            Message("no record has a field", vi: "không bản ghi nào có trường") + Self.shown(name)
        case .repeatedField(let name):
            Message("the field", vi: "trường") + Self.shown(name)
                + Message(" occurs twice", vi: " ghi hai lần")
        case .wrongType(let name, let expected):
            Message("\(name) must be ", vi: "\(name) phải là ") + Self.phrase(expected)
        case .notClearable(let name):
            Message("\(name) cannot be cleared", vi: "không xóa được \(name)")
        case .onlyAdded(let name):
            Message(
                "\(name) cannot be overwritten, only added to",
                vi: "không ghi đè được \(name), chỉ thêm vào")
        case .onlyWritten(let name):
            Message(
                "\(name) holds one value and cannot be added to",
                vi: "\(name) chỉ có một giá trị, không thêm vào được")
        case .forbiddenCharacter(let name, let codePoint):
            Message(
                "\(name) contains the forbidden character \(Self.shown(codePoint))",
                vi: "\(name) có ký tự không cho phép \(Self.shown(codePoint))")
        case .tooLong(let name, let max):
            Message("\(name) is longer than \(max) characters", vi: "\(name) dài hơn \(max) ký tự")
        case .outOfRange(let name, let range) where range == DossierLimits.instant:
            Message(
                "\(name) lies outside the years 1900 to 2199",
                vi: "\(name) nằm ngoài các năm 1900 đến 2199")
        case .outOfRange(let name, let range):
            Message(
                "\(name) must be from \(range.lowerBound) to \(range.upperBound)",
                vi: "\(name) phải từ \(range.lowerBound) đến \(range.upperBound)")
        case .unknownChoice(let name, _):
            Message(
                "\(name) is none of the allowed words", vi: "\(name) không thuộc các từ cho phép")
        case .malformed(let name, let reason):
            Message(verbatim: "\(name) ") + Self.phrase(reason)
        case .unread(let name, let unread): Message(verbatim: "\(name) ") + unread.message
        case .tooDeep(let name, let max):
            Message(
                "\(name) nests deeper than \(max) levels", vi: "\(name) lồng sâu hơn \(max) tầng")
        case .tooLarge(let name, let max):
            Message("\(name) takes more than \(max) bytes", vi: "\(name) lớn hơn \(max) byte")
        case .illegalTransition(let from, let to):
            Message(
                "the status cannot go from \(from.rawValue) to \(to.rawValue)",
                vi: "không chuyển được trạng thái từ “\(from.title.vietnamese)” "
                    + "sang “\(to.title.vietnamese)”")
        case .outOfOrder(let name, let other):
            Message("\(name) lies before \(other)", vi: "\(name) trước \(other)")
        case .notWritable(let name):
            Message("\(name) cannot be written", vi: "không ghi được \(name)")
        case .erased(let name):
            Message(
                "the record was erased by law, and \(name) with it",
                vi: "bản ghi đã được xóa theo luật, kể cả \(name)")
        case .required(let name):
            Message("a dossier needs its \(name)", vi: "hồ sơ phải có \(name)")
        case .blank(let name):
            Message("\(name) is nothing but blanks", vi: "\(name) chỉ có dấu cách")
        case .nothingToUndo:
            Message(
                "this machine took no step with it that could be taken back",
                vi: "máy này chưa làm bước nào với hồ sơ để rút lại")
        case .notToday:
            Message("the step was not taken today", vi: "bước đó không phải làm hôm nay")
        case .writtenSince:
            Message(
                "somebody has written to it since the step",
                vi: "đã có người ghi tiếp sau bước đó")
        case .notEnded: Message("the dossier has not ended", vi: "hồ sơ chưa kết thúc")
        case .voided:
            Message(
                "the record was entered by mistake, and is void",
                vi: "bản ghi nhập nhầm, đã hủy")
        case .noSuchNote:
            Message("the record has no such note", vi: "bản ghi không có ghi chú này")
        case .tooManyFields(let max):
            Message(
                "more than \(max) fields in one change", vi: "quá \(max) trường trong một thay đổi")
        case .changeTooLarge(let max):
            Message("the change takes more than \(max) bytes", vi: "thay đổi lớn hơn \(max) byte")
        case .tooManyWriters(let max):
            Message(
                "\(max) devices and runs of central have written to this record: no other can",
                vi: "đã có \(max) thiết bị và lần chạy central ghi bản ghi này: không thêm được nữa"
            )
        }
    }

    /// What the person can do about it.
    public var hint: Message {
        switch self {
        case .notJSON:
            Message("write one JSON object on each line", vi: "mỗi dòng ghi một đối tượng JSON")
        case .notAnEdit, .unknownMember:
            Message(
                #"a line is {"new":KIND,"fields":{…}}, {"set":ID,"fields":{…}} or "#
                    + #"{"note":ID,"text":…}, each with "at" and "by" if wanted"#,
                vi: #"mỗi dòng là {"new":LOẠI,"fields":{…}}, {"set":ID,"fields":{…}} hoặc "#
                    + #"{"note":ID,"text":…}, có thể kèm "at" và "by""#)
        case .unknownKind:
            Message(
                "the kinds are dossier, contact, office, procedure and holiday",
                vi: "các loại: dossier, contact, office, procedure và holiday")
        case .unknownField(_, let kind?): Self.fieldsHint(kind)
        case .unknownField(_, nil):
            Message("names of custom fields begin with x.", vi: "tên trường riêng bắt đầu bằng x.")
        case .repeatedField: Message("give every field once", vi: "mỗi trường ghi một lần")
        case .wrongType(_, let expected):
            Message(
                "write \(expected), or null to clear the field",
                vi: "ghi \(Self.phrase(expected).vietnamese), hoặc null để xóa trường")
        case .notClearable: Message("give it another value instead", vi: "hãy ghi giá trị khác")
        case .onlyAdded:
            Message("add a text; what was noted before stays", vi: "thêm nội dung; phần cũ vẫn giữ")
        case .onlyWritten: Message("set the field instead", vi: "dùng set để ghi trường")
        case .forbiddenCharacter:
            Message(
                "take out control characters and marks that turn the direction of text; "
                    + "line feed and tab are allowed",
                vi: "bỏ ký tự điều khiển và dấu đổi chiều chữ; được dùng xuống dòng và tab")
        case .tooLong:
            Message(
                "shorten the text, or put the rest into notes",
                vi: "rút ngắn, hoặc ghi phần còn lại vào ghi chú")
        case .outOfRange:
            Message("check the number for a typing error", vi: "kiểm tra số có gõ sai không")
        case .unknownChoice(let name, let allowed):
            Message("use one of: ", vi: "dùng một trong: ")
                + .joined(
                    allowed.map { word in
                        let title = ChoiceWords.title(of: word, in: name)
                        return Message(word, vi: "\(title.vietnamese) (\(word))")
                    }, separator: ", ")
        case .malformed(let name, _), .unread(let name, _):
            Message("correct \(name)", vi: "sửa \(name)")
        case .tooDeep, .tooLarge:
            Message(
                "keep large or nested data in a document and note its number",
                vi: "để dữ liệu lớn vào một văn bản và ghi số của nó")
        case .illegalTransition(let from, _): Self.transitionHint(from)
        case .outOfOrder: Message("check both dates", vi: "kiểm tra cả hai ngày")
        case .notWritable(RecordSchema.clockOffField), .notWritable(RecordSchema.timesFixedField):
            Message(
                "times written under a wrong clock are set right with: counter correct-times",
                vi: "thời gian ghi khi đồng hồ sai được sửa bằng: counter correct-times")
        case .notWritable:
            Message(
                "records are erased at central, with: central erase",
                vi: "bản ghi được xóa tại trung tâm, bằng: central erase")
        case .erased:
            Message(
                "only what is no person's data can still be written: "
                    + "enter a new dossier if the person applies again",
                vi: "chỉ còn ghi được những gì không phải dữ liệu cá nhân: "
                    + "hãy lập hồ sơ mới nếu người dân nộp lại")
        case .required: Message("give it another value instead", vi: "hãy ghi giá trị khác")
        case .blank: Message("write the name", vi: "hãy ghi tên")
        case .nothingToUndo, .notToday, .writtenSince:
            Message(
                "an end is taken back later at central, with: central reopen CODE REASON",
                vi: "việc kết thúc được rút lại sau ở trung tâm, bằng: central reopen MÃ LÝ_DO")
        case .notEnded:
            Message(
                "reopened is what is finished, returned, withdrawn, not accepted or void",
                vi: "chỉ mở lại hồ sơ đã xong, đã trả, đã rút, không tiếp nhận hoặc đã hủy")
        case .voided:
            Message(
                "today undo takes that back, later: central reopen CODE REASON",
                vi: "trong ngày rút lại bằng undo, sau đó: central reopen MÃ LÝ_DO")
        case .noSuchNote:
            Message(
                "notes are counted from 1, as show lists them",
                vi: "ghi chú đánh số từ 1, theo thứ tự của show")
        case .tooManyWriters:
            Message(
                "write it on a device that has written to it before, or make a new record",
                vi: "ghi trên thiết bị đã từng ghi bản ghi này, hoặc lập bản ghi mới")
        case .tooManyFields, .changeTooLarge:
            Message("split the edit into several", vi: "chia thành nhiều lần ghi")
        }
    }

    private static func fieldsHint(_ kind: RecordKind) -> Message {
        let names = RecordSchema.definitions(of: kind).map(\.name.rawValue)
            .filter { $0 != RecordSchema.erasedField.rawValue }
            .joined(separator: ", ")
        return Message(
            "the fields are \(names), and x.<name> for custom ones",
            vi: "các trường: \(names), và x.<tên> cho trường riêng")
    }

    private static func transitionHint(_ from: DossierStatus) -> Message {
        guard !from.isEnd else {
            return Message(
                "\(from.rawValue) is an end; today counter undo takes a slip back, later central reopen",
                vi:
                    "“\(from.title.vietnamese)” là trạng thái cuối; nhầm thì trong ngày dùng counter undo, "
                    + "sau đó central reopen")
        }
        let next = from.nextStatuses
        let slip = Message(
            "; a slip of today is taken back with: counter undo",
            vi: "; nhầm trong ngày thì rút lại bằng: counter undo")
        return Message(
            "it can go to \(next.map(\.rawValue).joined(separator: ", "))",
            vi: "có thể sang: "
                + next.map { "\($0.rawValue) (\($0.title.vietnamese))" }.joined(separator: ", "))
            + slip
    }

    /// A name that anyone may have typed is shown only when it cannot be text of a record.
    private static func shown(_ name: FieldName) -> Message {
        RecordSchema.isWellFormed(name)
            ? Message(verbatim: " \(name)") : Message(" of that name", vi: " có tên đó")
    }

    private static func shown(_ codePoint: UInt32) -> String {
        let digits = String(codePoint, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// One of our fixed phrases, in both languages; a test holds that none is missing.
    static func phrase(_ english: String) -> Message {
        Message(english, vi: phrases[english] ?? english)
    }

    static let phrases = [
        "a whole number": "số nguyên", "an object of fields and values": "đối tượng các trường",
        "text": "chữ", "a time as text": "thời điểm dạng chữ", "a day as text": "ngày dạng chữ",
        "a JSON value": "giá trị JSON",
        "cannot be made for this day": "không cấp được cho ngày này",
        "is no list of desks": "không phải danh sách quầy",
        "fields is empty": "fields trống", "nothing is written": "không ghi gì",
        "has a count that is no number": "có số lượng không phải là số",
        "has a member that occurs twice": "có mục ghi hai lần",
        "is empty": "trống",
        "is empty, or has spaces or invisible marks": "trống, hoặc có dấu cách hay ký tự ẩn",
        "is neither an id nor a code": "không phải id hay mã",
        "is no JSON after :=": "không phải JSON sau :=", "is no UUID": "không phải UUID",
        "is no order of erasure": "không phải lệnh xóa",
        "is no day of the form YYYY-MM-DD": "không phải ngày dạng YYYY-MM-DD",
        "is no hours such as mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30":
            "không phải giờ làm việc như thứ 2 đến thứ 6 07:30-11:30 13:30-17:00; thứ 7 07:30-11:30",
        "is no address such as hoa@example.vn": "không phải địa chỉ như hoa@example.vn",
        "is no extension of a limit": "không phải gia hạn thời hạn",
        "is no step inside the office": "không phải bước luân chuyển nội bộ",
        "is no list of events": "không phải danh sách diễn biến",
        "is no list of times that were set right": "không phải danh sách thời gian đã sửa",
        "is no list of steps such as new>accepted accepted>finished":
            "không phải danh sách bước như new>accepted accepted>finished",
        "is no limit such as 15wd, 30d, 1mo, 8wh or 0wd@15:00":
            "không phải thời hạn như 15wd, 30d, 1mo, 8wh hay 0wd@15:00",
        "has the wrong number of digits: a person's has 9 or 12, a tax code 10 or 13":
            "sai số chữ số: số định danh có 9 hoặc 12, mã số thuế 10 hoặc 13",
        "may have letters A to Z, digits and hyphens only":
            "chỉ được có chữ A đến Z, số và gạch nối",
        "needs digits, and may have spaces and + ( ) . - beside":
            "cần có số, và có thể có dấu cách và + ( ) . -",
        "the line has more than one of new, set and note":
            "dòng có nhiều hơn một trong new, set, note",
        "the line has none of new, set and note": "dòng không có new, set hay note",
        "the line is no JSON object": "dòng không phải đối tượng JSON",
    ]
}
