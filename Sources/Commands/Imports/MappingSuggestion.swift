// A heading is taken for a field when its words are one of the field's names: the field's own, its label on
// our screens, or one in use at offices and portals. The names of a field stand in the order of how
// well they fit: a code before a title. What only has such a name within it may mean something
// else (“Địa chỉ thửa đất”, “Tình trạng hôn nhân”): it is left out, and said with what it may be.

internal import Dossiers
public import JSON
internal import Replication
internal import Text

/// A first mapping, from the headings that offices use, for a person to correct.
public struct MappingSuggestion: Sendable {
    /// A heading that was left out, though it may mean a field.
    public struct Doubt: Hashable, Sendable {
        /// The heading.
        public var heading: String
        /// The field that it may mean.
        public var field: String
        /// The heading that is taken for the field instead, if there is one.
        public var instead: String?
    }

    /// The mapping: what is not recognised is ignored, and said to be.
    public let mapping: JSONValue
    /// Headings that were left out, though they may mean a field.
    public let doubts: [Doubt]
    /// Whether a column is taken for the code, without which no row is known again.
    public let hasCode: Bool

    /// Looks at headings.
    public init(of headings: [String]) {
        let read = headings.map { Self.meaning(of: $0) }
        var taken: [String: (place: Int, rank: Int)] = [:]
        for (place, meaning) in read.enumerated() {
            guard case .exact(let field, var rank) = meaning else { continue }
            // In a log of events (XES) these are the case's own; others may be of one event.
            if headings[place].hasPrefix("case:") { rank -= Self.rankOfCase }
            if rank < taken[field]?.rank ?? .max { taken[field] = (place, rank) }
        }
        // A number in order counts the rows of most tables, unless it is said of which book.
        if taken["book"] == nil, let serial = taken["serial"],
            Folding.words(headings[serial.place]) == Self.numberInOrder
        {
            taken["serial"] = nil
        }
        var columns: [JSONMember] = []
        var ignored: [JSONValue] = []
        var doubts: [Doubt] = []
        for (place, heading) in headings.enumerated() {
            switch read[place] {
            case .exact(let field, _) where taken[field]?.place == place:
                columns.append(JSONMember(name: heading, value: .string(field)))
                continue
            case .exact(let field, _), .within(let field):
                doubts.append(
                    Doubt(
                        heading: heading, field: field,
                        instead: taken[field].map { headings[$0.place] }))
            case .none: break
            }
            if !Folding.trimmed(heading).isEmpty { ignored.append(.string(heading)) }
        }
        self.doubts = doubts
        hasCode = taken["code"] != nil
        mapping = .object([
            ("columns", .object(columns)), ("constants", .object([JSONMember]())),
            ("ignore", .array(ignored)),
        ])
    }

    /// How many of some headings are known; one that is known exactly counts as two.
    static func count(_ headings: [String]) -> Int {
        headings.reduce(0) { sum, heading in
            switch meaning(of: heading) {
            case .exact: sum + 2
            case .within: sum + 1
            case .none: sum
            }
        }
    }

    private enum Meaning {
        case exact(String, rank: Int)
        case within(String)
        case none
    }

    private static func meaning(of heading: String) -> Meaning {
        let plain = LegacyFont.of(heading)?.converted(heading) ?? heading
        var words = Folding.words(plain)
        // A number before it, a unit or a form behind it say nothing of what it is.
        while let last = words.last, silent.contains(last) { words.removeLast() }
        if words.count > 1, let first = words.first, Int(first) != nil { words.removeFirst() }
        guard !words.isEmpty else { return .none }
        let text = words.joined(separator: " ")
        if let exact = names[text] { return .exact(exact.field, rank: exact.rank) }
        for length in stride(from: words.count - 1, to: 0, by: -1) {
            for start in 0...words.count - length {
                let part = words[start..<start + length].joined(separator: " ")
                if let found = names[part], length > 1 || !weak.contains(part) {
                    return .within(found.field)
                }
            }
        }
        return .none
    }

    private static let rankOfCase = 1_000
    private static let numberInOrder = ["so", "thu", "tu"]

    private static let silent: Set<String> = [
        "dong", "vnd", "d", "dd", "mm", "yyyy", "gio", "phut",
    ]
    /// Names of one word that stand within too many others.
    private static let weak: Set<String> = [
        "code", "name", "status", "address", "phone", "ten", "ma", "phi", "notes", "note", "limit",
        "fee", "id", "kenh", "office", "field", "procedure", "officer", "channel", "papers", "book",
        "register", "serial", "receipt", "agent", "quyen", "mail", "extension", "extensions",
    ]

    /// The names of fields, folded, with the field and how well the name fits.
    private static let names: [String: (field: String, rank: Int)] = {
        var names: [String: (field: String, rank: Int)] = [:]
        for (field, words) in namesByField {
            for (rank, word) in words.enumerated() { names[word] = (field, rank) }
        }
        for definition in RecordSchema.definitions(of: .dossier) where definition.isImported {
            let field = definition.name.rawValue
            let label = RecordSchema.title(of: definition.name).vietnamese
                .prefix { $0 != "(" }
            for name in [field, String(label)] {
                let key = Folding.words(name).joined(separator: " ")
                if names[key] == nil { names[key] = (field, name == field ? 0 : 50) }
            }
        }
        return names
    }()

    /// Names with `_` in the place of whom people call the one that comes for the applicant.
    private static func names(of patterns: [String]) -> [String] {
        let people = [
            "nguoi duoc uy quyen", "nguoi dai dien", "nguoi nop thay", "nguoi nop ho",
            "nguoi di nop", "dai dien",
        ]
        return patterns.flatMap { pattern in
            pattern.contains("_") ? people.map { pattern.replacing("_", with: $0) } : [pattern]
        }
    }

    private static let namesByField: [String: [String]] = [
        "code": [
            "code", "ma ho so", "so ho so", "ma so ho so", "so bien nhan", "ma bien nhan",
            "so bien nhan ho so", "ma hs", "so hs", "so tiep nhan", "ma tiep nhan", "dossier code",
            "case concept name", "case id",
            "ma ho so mot cua", "id ho so",
        ],
        "applicant_id": [
            "applicant id", "so cccd", "cccd", "so cccd cmnd", "cccd cmnd", "cmnd cccd",
            "so cmnd cccd",
            "so cmnd", "cmnd", "can cuoc cong dan", "so can cuoc", "so can cuoc cong dan",
            "can cuoc", "so dinh danh", "so dinh danh ca nhan", "ma dinh danh", "so giay to",
            "so giay to tuy than", "giay to tuy than", "so ho chieu", "ma so thue", "mst",
            "identity", "identity number", "so cmt", "cmnd ho chieu", "so cccd nguoi nop",
            "cccd nguoi nop", "cmnd nguoi nop", "so dinh danh nguoi nop", "so cccd chu ho so",
        ],
        "applicant_phone": [
            "applicant phone", "so dien thoai", "dien thoai", "sdt", "dt", "so dt", "di dong",
            "so di dong", "dien thoai nguoi nop", "so dien thoai nguoi nop", "sdt nguoi nop",
            "dien thoai lien he", "so dien thoai lien he", "so dien thoai chu ho so", "phone",
            "dien thoai di dong", "phone number",
        ],
        "applicant_address": [
            "applicant address", "dia chi", "dia chi thuong tru", "noi thuong tru",
            "dia chi nguoi nop", "dia chi lien he", "dia chi chu ho so", "noi o", "cho o",
            "noi cu tru", "dia chi cu tru", "noi o hien tai", "address",
        ],
        "procedure": [
            "procedure", "ma thu tuc", "ma tthc", "ma thu tuc hanh chinh", "ma so tthc",
            "thu tuc", "thu tuc hanh chinh", "tthc", "ten thu tuc", "ten tthc",
            "ten thu tuc hanh chinh", "procedure code",
        ],
        "received_at": [
            "received at", "ngay tiep nhan", "thoi gian tiep nhan", "ngay gio tiep nhan",
            "thoi diem tiep nhan", "ngay nhan ho so", "ngay tiep nhan ho so", "ngay nhan",
            "ngay nop", "ngay nop ho so", "thoi gian nop", "received",
            "case startdate", "case start date",
        ],
        "due_at": [
            "due at", "ngay hen tra", "ngay hen tra ket qua", "han tra", "hen tra", "han xu ly",
            "ngay hen", "han giai quyet", "thoi gian hen tra", "han tra ket qua",
            "thoi han tra ket qua", "due", "due date",
            "case deadline", "case enddate planned", "case end date planned", "han hoan thanh",
        ],
        "finished_at": [
            "finished at", "ngay ket thuc xu ly", "ngay ket thuc", "ngay hoan thanh",
            "ngay co ket qua", "ngay xong", "ngay xu ly xong", "ngay giai quyet xong",
            "thoi gian hoan thanh", "finished", "ngay giai quyet",
            "case enddate", "case end date",
        ],
        "returned_at": [
            "returned at", "ngay tra ket qua", "ngay tra", "thoi gian tra", "thoi gian tra ket qua",
            "ngay nhan ket qua", "ngay thuc tra", "ngay tra thuc te", "returned",
        ],
        "status": [
            "status", "trang thai", "trang thai ho so", "tinh trang ho so", "tinh trang xu ly",
            "trang thai xu ly", "tinh trang", "tinh trang giai quyet",
        ],
        "channel": [
            "channel", "kenh", "kenh nop", "kenh tiep nhan", "hinh thuc nop", "hinh thuc tiep nhan",
            "hinh thuc nop ho so", "hinh thuc nhan ho so", "cach thuc nop", "nguon tiep nhan",
            "hinh thuc tiep nhan ho so", "case channel",
        ],
        "return_method": [
            "return method", "hinh thuc tra", "hinh thuc tra ket qua", "hinh thuc nhan ket qua",
            "cach thuc nhan ket qua",
        ],
        "fee_vnd": [
            "fee vnd", "phi le phi", "le phi", "phi", "tong phi le phi", "so tien", "so tien phi",
            "muc phi", "muc thu", "fee", "tong tien",
        ],
        "officer": [
            "officer", "can bo thu ly", "can bo xu ly", "can bo tiep nhan", "can bo", "nguoi xu ly",
            "nguoi tiep nhan", "chuyen vien", "cong chuc tiep nhan", "cong chuc thu ly",
            "can bo dang xu ly", "case responsible", "case responsible actor",
        ],
        "office": [
            "office", "co quan tiep nhan", "ma co quan tiep nhan", "don vi tiep nhan",
            "ma don vi tiep nhan", "co quan", "ma co quan", "don vi", "ma don vi",
            "co quan thuc hien", "noi tiep nhan", "bo phan mot cua", "co quan giai quyet",
            "don vi xu ly", "noi nhan ho so", "madonvi",
        ],
        "notes": ["notes", "ghi chu", "note", "y kien", "noi dung ghi chu"],
        "papers": [
            "papers", "thanh phan ho so", "giay to", "giay to kem theo", "tai lieu kem theo",
            "giay to da nop", "tai lieu nop", "thanh phan giay to",
        ],
        "applicant_name": [
            "applicant name", "chu ho so", "ten chu ho so", "ho ten chu ho so",
            "ho va ten chu ho so", "nguoi nop", "ten nguoi nop", "ho ten nguoi nop",
            "ho va ten nguoi nop", "nguoi nop ho so", "ho va ten", "ho ten", "ten cong dan",
            "nguoi yeu cau", "ten to chuc ca nhan", "to chuc ca nhan", "ca nhan to chuc",
            "ten ca nhan to chuc", "cong dan", "ten to chuc", "to chuc", "nguoi dan", "name",
            "ten khach hang", "nguoi nop don",
        ],
        "applicant_email": [
            "applicant email", "email", "e mail", "thu dien tu", "hop thu dien tu", "mail",
            "dia chi email", "dia chi thu dien tu", "dia chi e mail", "email nguoi nop",
            "email chu ho so", "email lien he", "thu dien tu nguoi nop",
        ],
        "applicant_kind": [
            "applicant kind", "kind of applicant", "applicant type", "loai nguoi nop",
            "loai chu ho so", "doi tuong", "loai doi tuong", "doi tuong nop", "doi tuong nop ho so",
            "loai khach hang", "loai hinh nguoi nop", "doi tuong thuc hien", "loai doi tuong nop",
        ],
        "agent_name": names(of: [
            "agent name", "representative", "representative name", "representative s name",
            "name of representative",
            "agent", "ten _", "ho ten _", "ho va ten _", "_",
        ]),
        "agent_id": names(of: [
            "agent id", "representative id", "id of representative",
            "representative identity number", "so dinh danh _", "so cccd _", "cccd _",
            "so cmnd cccd _", "cccd cmnd _", "so cccd cmnd _", "so cmnd _", "cmnd _",
            "so giay to _",
            "giay to tuy than _", "can cuoc _", "so can cuoc _", "can cuoc cong dan _",
        ]),
        "agent_phone": names(of: [
            "agent phone", "representative phone", "representative telephone",
            "phone of representative", "telephone of representative", "so dien thoai _",
            "dien thoai _", "sdt _", "so dt _", "dt _",
        ]),
        "result_wish": [
            "result wish", "wish for result", "cach nhan ket qua", "dang ky nhan ket qua",
            "nhu cau nhan ket qua", "yeu cau nhan ket qua", "hinh thuc dang ky nhan ket qua",
            "dang ky hinh thuc nhan ket qua", "nguyen vong nhan ket qua",
        ],
        "result_address": [
            "result address", "noi nhan ket qua", "dia chi nhan ket qua", "dia diem nhan ket qua",
            "noi tra ket qua", "dia chi tra ket qua",
        ],
        "fee_paid_at": [
            "fee paid at", "fee paid", "paid at", "payment date", "ngay nop phi",
            "ngay nop le phi", "ngay nop phi le phi", "ngay nop tien", "ngay thu phi",
            "ngay thu le phi", "ngay thu tien", "thoi gian nop phi", "thoi gian nop le phi",
            "thoi diem nop phi", "ngay thanh toan", "thoi gian thanh toan", "ngay dong phi",
            "ngay dong le phi",
        ],
        "fee_way": [
            "fee way", "payment method", "method of payment", "way of payment", "cach nop phi",
            "hinh thuc nop phi", "hinh thuc nop le phi", "hinh thuc thanh toan",
            "phuong thuc thanh toan", "hinh thuc thu phi", "hinh thuc nop tien",
            "cach thuc thanh toan", "hinh thuc nop phi le phi", "hinh thuc thu",
            "phuong thuc nop phi",
        ],
        "receipt_number": [
            "receipt number", "receipt no", "receipt", "so bien lai", "bien lai so", "bien lai",
            "so bien lai thu", "so bien lai thu phi", "so bien lai thu le phi",
            "bien lai thu phi", "ma bien lai", "so hoa don", "so phieu thu",
            "so bien lai thu phi le phi",
        ],
        "extensions": [
            "extensions", "extended to", "extension", "gia han den", "gia han den ngay",
            "ngay gia han", "gia han", "ngay hen tra gia han", "ngay hen tra sau gia han",
            "han moi", "ngay hen tra moi", "thoi gian gia han", "han sau gia han",
        ],
        "book": ["book", "register book", "register", "quyen so", "quyen", "so quyen", "ten so"],
        "serial": [
            "serial", "serial number", "serial no", "so vao so", "so thu tu trong so",
            "so vao so theo doi", "so trong so", "stt trong so", "so thu tu vao so", "so thu tu",
        ],
        "tracking_number": [
            "tracking number", "ma buu gui", "so buu gui", "ma van don", "van don",
        ],
        "returned_to": ["returned to", "nguoi nhan ket qua", "nguoi nhan", "ho ten nguoi nhan"],
    ]
}
