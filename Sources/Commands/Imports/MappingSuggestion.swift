internal import Dossiers
public import JSON
internal import Text

/// A first mapping, from the headings that offices use, for a person to correct.
public enum MappingSuggestion {
    /// Folded words of a heading and the field that they mean; the first that fits counts.
    private static let words: [(String, String)] = [
        ("ma ho so", "code"), ("so ho so", "code"), ("so bien nhan", "code"), ("code", "code"),
        ("cccd", "applicant_id"), ("cmnd", "applicant_id"), ("can cuoc", "applicant_id"),
        ("so dinh danh", "applicant_id"), ("identity", "applicant_id"),
        ("dien thoai", "applicant_phone"), ("sdt", "applicant_phone"),
        ("phone", "applicant_phone"), ("dia chi", "applicant_address"),
        ("address", "applicant_address"), ("thu tuc", "procedure"), ("procedure", "procedure"),
        ("ngay tiep nhan", "received_at"), ("ngay nhan", "received_at"),
        ("ngay nop", "received_at"), ("received", "received_at"), ("ngay hen", "due_at"),
        ("han tra", "due_at"), ("hen tra", "due_at"), ("due", "due_at"),
        ("ngay tra", "returned_at"), ("returned", "returned_at"),
        ("ngay ket thuc", "finished_at"), ("ngay xong", "finished_at"),
        ("ngay hoan thanh", "finished_at"), ("finished", "finished_at"),
        ("trang thai", "status"), ("tinh trang", "status"), ("status", "status"),
        ("kenh", "channel"), ("hinh thuc nop", "channel"), ("channel", "channel"),
        ("hinh thuc tra", "return_method"), ("phi", "fee_vnd"), ("fee", "fee_vnd"),
        ("can bo", "officer"), ("nguoi xu ly", "officer"), ("officer", "officer"),
        ("ghi chu", "notes"), ("note", "notes"), ("giay to", "papers"),
        ("ho va ten", "applicant_name"), ("ho ten", "applicant_name"),
        ("nguoi nop", "applicant_name"), ("chu ho so", "applicant_name"),
        ("to chuc", "applicant_name"), ("name", "applicant_name"),
    ]

    /// The mapping of these headings: what is not recognised is ignored, and said to be.
    public static func mapping(of headings: [String]) -> JSONValue {
        var columns: [JSONMember] = []
        var ignored: [JSONValue] = []
        var used: Set<String> = []
        for heading in headings {
            let folded = Folding.folded(heading)
            let field = words.first { folded.contains($0.0) && !used.contains($0.1) }?.1
            if let field {
                used.insert(field)
                columns.append(JSONMember(name: heading, value: .string(field)))
            } else {
                ignored.append(.string(heading))
            }
        }
        return .object([
            ("columns", .object(columns)), ("constants", .object([JSONMember]())),
            ("ignore", .array(ignored)),
        ])
    }
}
