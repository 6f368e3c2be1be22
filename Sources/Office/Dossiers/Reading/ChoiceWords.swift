public import Replication
public import Text

/// What people call the words of fields that hold one of a few.
public enum ChoiceWords {
    /// What people call a word of a field; the word itself where nobody gave it a name.
    public static func title(of word: String, in field: FieldName) -> Message {
        if field == RecordSchema.statusField || field == RecordSchema.pausesField,
            let status = DossierStatus(rawValue: word)
        {
            return status.title
        }
        return titles[field]?[word] ?? Message(verbatim: word)
    }

    /// The words that a field may hold.
    public static func words(of field: FieldDefinition) -> [String] {
        switch field.type {
        case .status: DossierStatus.allCases.map(\.rawValue)
        case .choice(let words): words
        default: []
        }
    }

    /// The word that a person means by its name in either language, by the word itself or by another
    /// name in use; without case, marks, and what stands between the words.
    public static func word(_ text: String, of field: FieldDefinition) -> String? {
        let words = words(of: field)
        // Programs write the word itself.
        if words.contains(text) { return text }
        let typed = Folding.words(text)
        guard !typed.isEmpty else { return nil }
        if let found = words.first(where: { word in
            let title = title(of: word, in: field.name)
            return [word, title.english, title.vietnamese].contains { Folding.words($0) == typed }
        }) {
            return found
        }
        let other = otherNames[typed.joined(separator: " ")] ?? []
        return words.first(where: other.contains)
    }

    private static let titles: [FieldName: [String: Message]] = [
        "channel": [
            "counter": Message("at the counter", vi: "tại quầy"),
            "online": Message("online", vi: "trực tuyến"),
            "post": Message("by post", vi: "bưu chính"),
        ],
        "return_method": [
            "counter": Message("at the counter", vi: "tại quầy"),
            "post": Message("by post", vi: "bưu chính"),
        ],
        "way": [
            "in_person": Message("in person", vi: "trực tiếp"),
            "incoming_call": Message("incoming call", vi: "gọi đến"),
            "outgoing_call": Message("outgoing call", vi: "gọi đi"),
        ],
        "delivery": [
            "sent": Message("sent", vi: "đã gửi"),
            "delivered": Message("delivered", vi: "đã phát"),
            "failed": Message("failed", vi: "phát không thành công"),
            "sent_back": Message("sent back", vi: "chuyển hoàn"),
        ],
        "applicant_kind": [
            "citizen": Message("citizen", vi: "cá nhân"),
            "enterprise": Message("enterprise", vi: "doanh nghiệp, tổ chức"),
            "household": Message("household business", vi: "hộ kinh doanh"),
        ],
        "result_wish": [
            "counter": Message("at the counter", vi: "tại quầy"),
            "post": Message("by post", vi: "bưu chính"),
            "online": Message("online", vi: "trực tuyến"),
        ],
        "fee_way": [
            "cash": Message("cash", vi: "tiền mặt"),
            "transfer": Message("transfer", vi: "chuyển khoản"),
            "online": Message("online", vi: "trực tuyến"),
        ],
        "level": [
            "central": Message("central", vi: "trung ương"),
            "province": Message("province", vi: "cấp tỉnh"),
            "district": Message("district", vi: "cấp huyện"),
            "commune": Message("commune", vi: "cấp xã"),
        ],
        "day_kind": [
            "off": Message("off", vi: "nghỉ"), "worked": Message("worked", vi: "làm bù"),
        ],
    ]

    /// Other names in use, folded, and what they may mean.
    private static let otherNames: [String: [String]] = [
        "truc tiep": ["counter", "in_person"], "mot cua": ["counter"],
        "tai bo phan mot cua": ["counter"], "nop truc tiep": ["counter"],
        "nhan truc tiep": ["counter"], "tai cho": ["counter"], "in person": ["counter"],
        "bo phan mot cua": ["counter"], "at counter": ["counter"],
        "desk": ["counter"], "e mail": ["online"], "email": ["online"], "thu dien tu": ["online"],
        "qua mang": ["online"], "internet": ["online"], "qua mang internet": ["online"],
        "nop truc tuyen": ["online"], "dvc": ["online"], "dich vu cong": ["online"],
        "buu chinh cong ich": ["post"], "buu dien": ["post"], "bcci": ["post"],
        "qua buu chinh": ["post"], "qua buu dien": ["post"],
        "qua dich vu buu chinh cong ich": ["post"], "dich vu buu chinh cong ich": ["post"],
        "dien thoai den": ["incoming_call"], "cuoc goi den": ["incoming_call"],
        "dien thoai di": ["outgoing_call"], "cuoc goi di": ["outgoing_call"],
        "da giao": ["delivered"], "da nhan": ["delivered"], "that bai": ["failed"],
        "tra lai": ["sent_back"], "hoan tra": ["sent_back"],
        "cong dan": ["citizen"], "nguoi dan": ["citizen"], "individual": ["citizen"],
        "person": ["citizen"], "cong dan viet nam": ["citizen"],
        "doanh nghiep": ["enterprise"], "to chuc": ["enterprise"], "cong ty": ["enterprise"],
        "to chuc doanh nghiep": ["enterprise"], "doanh nghiep to chuc": ["enterprise"],
        "company": ["enterprise"], "organisation": ["enterprise"], "organization": ["enterprise"],
        "ho kinh doanh ca the": ["household"], "household business": ["household"],
        "ho gia dinh": ["household"],
        "tien mat tai quay": ["cash"], "nop tien mat": ["cash"],
        "ck": ["transfer"], "chuyen khoan ngan hang": ["transfer"], "ngan hang": ["transfer"],
        "bank transfer": ["transfer"], "thanh toan truc tuyen": ["online"],
        "nop qua mang": ["online"], "tra truc tuyen": ["online"],
        "tra ket qua tai quay": ["counter"], "nhan tai quay": ["counter"],
        "nhan ket qua truc tuyen": ["online"], "ban dien tu": ["online"],
        "tinh": ["province"], "ubnd cap tinh": ["province"], "cap so": ["province"],
        "huyen": ["district"], "ubnd cap huyen": ["district"], "quan huyen": ["district"],
        "cap quan huyen": ["district"], "xa": ["commune"], "ubnd cap xa": ["commune"],
        "xa phuong": ["commune"], "cap xa phuong": ["commune"], "cap bo": ["central"],
        "bo": ["central"], "cap trung uong": ["central"],
        "moi": ["new"], "cho tiep nhan": ["new"], "da tiep nhan": ["accepted"],
        "tiep nhan": ["accepted"], "tu choi": ["not_accepted"],
        "tu choi tiep nhan": ["not_accepted"], "khong tiep nhan": ["not_accepted"],
        "dang giai quyet": ["processing"], "xu ly": ["processing"],
        "cho bo sung": ["supplement_required"], "yeu cau bo sung": ["supplement_required"],
        "bo sung": ["supplement_required"], "yeu cau bo sung ho so": ["supplement_required"],
        "cho nop phi": ["payment_required"],
        "thuc hien nghia vu tai chinh": ["payment_required"],
        "nghia vu tai chinh": ["payment_required"], "rut ho so": ["withdrawn"],
        "da rut": ["withdrawn"], "da rut ho so": ["withdrawn"], "tam dung": ["stopped"],
        "xong": ["finished"], "da xong": ["finished"], "da giai quyet": ["finished"],
        "da giai quyet xong": ["finished"], "hoan thanh": ["finished"],
        "da hoan thanh": ["finished"], "da co ket qua": ["finished"], "xu ly xong": ["finished"],
        "da tra": ["returned"], "tra ket qua": ["returned"],
    ]
}
