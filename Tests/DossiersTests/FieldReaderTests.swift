import Dossiers
import JSON
import Replication
import Testing
import Text
import Time

/// What a screen or a paper shows of a value can be typed back.
@Suite("The one reader of fields")
struct FieldReaderTests {
    private func field(_ name: FieldName) throws -> FieldDefinition {
        try #require(RecordSchema.definition(of: name))
    }

    private func read(_ text: String, _ name: FieldName) throws -> FieldValue {
        try FieldCodec.value(from: .string(text), for: field(name))
    }

    private func error(_ text: String, _ name: FieldName) -> DossierError? {
        do {
            _ = try read(text, name)
            return nil
        } catch {
            return error as? DossierError
        }
    }

    /// Values of every type that people write, some of them at the edges.
    private static func values(of field: FieldDefinition) -> [FieldValue] {
        switch field.type {
        case .instant:
            [
                0, 1, 999, 1000, 61_000, 1_622_424_600_000, 1_622_394_000_000, 1_622_480_399_000,
                1_622_480_399_999, 1_798_731_930_250, -2_208_963_600_000 + 7_200_000,
            ].map { .integer($0) }
        case .integer(let range):
            [
                range.lowerBound, range.upperBound, range.lowerBound + 1, 0, 7,
                min(range.upperBound, 50_000),
            ]
            .map { .integer($0) }
        case .status, .choice: ChoiceWords.words(of: field).map { .text($0) }
        case .day: ["2024-02-29", "1900-01-01", "2199-12-31"].map { .text($0) }
        case .timeLimit:
            [
                "7wd", "1wd", "0wd", "0wd@15:00", "7wd@15:00", "1wd@09:05", "30d", "1d", "1mo",
                "3mo",
                "8wh", "1wh", "8wh@10:00",
            ].map { .text($0) }
        case .code:
            ["000.17.22.H56-210531-0001", "G/01", "Đ-1", "1.004199", "a–b"].map { .text($0) }
        case .identityNumber:
            ["012345678", "001099012345", "0101234567", "0101234567001", "C1234567"].map {
                .text($0)
            }
        case .phone: ["0912 345 678", "+84 (24) 3.825-1234", "1900"].map { .text($0) }
        case .text: ["Lê Thị Hoa", "a; b\nc", "-", "–", "30/11/2026"].map { .text($0) }
        case .transitions: [.text("new>accepted accepted>finished")]
        case .officeHours:
            [
                "mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30", "thu 07:30-11:30",
                "mon-sun 00:00-24:00\n2026-03-01: mon-wed 08:00-12:00; fri-sun 09:00-10:30",
            ].map { .text($0) }
        case .custom: [.text("a"), .text(" a  b ")]
        case .email: ["hoa@example.vn", "Le.Hoa+1@mail.example.org"].map { .text($0) }
        case .erasure, .clockOff, .timesFix, .events, .limitExtension, .officeStep,
            .desks:
            []
        }
    }

    @Test("read(shown(x)) = x for every field of every kind in both languages.")
    func readsWhatIsShown() throws {
        var seen = 0
        for kind in [RecordKind.dossier, .contact, .office, .procedure, .holiday] {
            for field in RecordSchema.definitions(of: kind) where field.type.isWritten {
                for value in Self.values(of: field) {
                    let json = FieldCodec.json(from: value, for: field)
                    let shown = FieldWords.text(of: json, for: field, .exact)
                    for text in [shown.english, shown.vietnamese] {
                        seen += 1
                        #expect(
                            try FieldReader.value(text, for: field) == value,
                            "\(field.name) shows \(text)")
                    }
                }
                if field.isClearable {
                    let shown = FieldWords.text(of: .null, for: field)
                    for text in [shown.english, shown.vietnamese] {
                        #expect(try FieldReader.value(text, for: field) == .null)
                    }
                }
            }
        }
        #expect(seen > 300)
    }

    @Test(
        "Hours of an office are read as they are written in either language, and said without English."
    )
    func hours() throws {
        let field = try #require(RecordSchema.definition(of: "hours", in: .office))
        let usual = "mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30"
        for text in [
            usual, "Mon-Fri 7:30-11:30 13:30-17:00; Sat 7:30-11:30",
            "thứ 2 đến thứ 6 07:30-11:30 13:30-17:00; thứ 7 07:30-11:30",
            "Thứ Hai - Thứ Sáu: 7h30 - 11h30, 13h30 – 17h; Thứ Bảy: 7h30-11h30",
            "T2-T6 7h30-11h30 và 13h30-17h00; T7 7g30-11g30",
            "monday to friday 07:30-11:30 and 13:30-17:00; saturday 07:30-11:30;",
        ] {
            #expect(try FieldReader.value(text, for: field) == .text(usual), "\(text)")
        }
        let words = FieldWords.text(of: .string("2026-03-01: " + usual), for: field)
        #expect(
            words.vietnamese
                == "từ 01/03/2026: thứ 2 đến thứ 6 07:30-11:30 13:30-17:00; thứ 7 07:30-11:30")
        for text in ["thứ 8 07:30-11:30", "thứ 2 11:30-07:30", "mở cửa cả ngày", "thứ 2"] {
            #expect(throws: DossierError.self) {
                try FieldCodec.check(try FieldReader.value(text, for: field), for: field)
            }
        }
    }

    @Test("Papers are read with their counts behind the name, in words of either language.")
    func papers() throws {
        let field = try #require(RecordSchema.definition(of: "papers", in: .dossier))
        for (text, kept) in [
            ("CCCD (2 bản sao)", "CCCD | copies=2"), ("CCCD (2 copies)", "CCCD | copies=2"),
            ("Đơn: 1 bản chính", "Đơn"), ("Đơn (1 original)", "Đơn"),
            ("Sổ (1 bản chính, 2 bản sao chứng thực)", "Sổ | originals=1 certified=2"),
            ("Ảnh (3 tệp)", "Ảnh | electronic=3"),
            ("Giấy ủy quyền (mẫu 02)", "Giấy ủy quyền (mẫu 02)"),
            ("Tờ khai (2 trang)", "Tờ khai (2 trang)"),
            ("Kèm: 2 bản sao, 1 thẻ", "Kèm: 2 bản sao, 1 thẻ"),
            ("A | copies=2", "A | copies=2"), ("(2 bản sao)", "(2 bản sao)"),
            // A line that is empty, or blank, is no paper.
            ("CCCD\n\n  \n Đơn (1 bản chính) \n", "CCCD\nĐơn"), (" \n ", ""),
        ] {
            #expect(try FieldReader.value(text, for: field) == .text(kept), "\(text)")
        }
    }

    @Test("Instants of many years, days and minutes are read back as they are shown.")
    func instants() throws {
        let field = try field("received_at")
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let instant = Int64.random(in: DossierLimits.instant, using: &random)
            for value in [instant, instant / 1000 * 1000, instant / 60_000 * 60_000] {
                let shown = FieldWords.moment(milliseconds: value, .exact)
                for text in [shown.english, shown.vietnamese] {
                    #expect(
                        try FieldReader.value(text, for: field) == .integer(value),
                        "\(value): \(text)")
                }
                let minute = FieldWords.moment(milliseconds: value).vietnamese
                let read = try #require(try FieldReader.value(minute, for: field).integer)
                // To the minute it is that minute's first instant.
                let past = (value % 60_000 + 60_000) % 60_000
                #expect(read == value - past, "\(minute)")
            }
        }
    }

    @Test("Words of both languages and the names in use mean the field's words.")
    func words() throws {
        for (name, text, word) in [
            ("status", "Đang xử lý", "processing"), ("status", "DANG XU LY", "processing"),
            ("status", "not accepted", "not_accepted"), ("status", "Not_Accepted", "not_accepted"),
            ("status", "Đã trả kết quả", "returned"), ("channel", "Trực tuyến", "online"),
            ("channel", "Trực tiếp", "counter"), ("channel", "bưu chính công ích", "post"),
            ("way", "trực tiếp", "in_person"), ("way", "gọi đến", "incoming_call"),
            ("way", "outgoing call", "outgoing_call"), ("return_method", "Tại quầy", "counter"),
            ("delivery", "đã phát", "delivered"), ("delivery", "chuyển hoàn", "sent_back"),
            ("day_kind", "làm bù", "worked"),
        ] as [(FieldName, String, String)] {
            #expect(try read(text, name) == .text(word), "\(name) \(text)")
        }
        for kind in [RecordKind.dossier, .contact, .office, .procedure, .holiday] {
            for field in RecordSchema.definitions(of: kind) {
                // A word is itself in any case, and so it means nothing else.
                for word in ChoiceWords.words(of: field) {
                    #expect(ChoiceWords.word(word, of: field) == word, "\(field.name) \(word)")
                    let typed = word.uppercased()
                    #expect(ChoiceWords.word(typed, of: field) == word, "\(field.name) \(typed)")
                }
            }
        }
        #expect(error("fax", "channel")?.code == "unknown_choice")
        #expect(error("đang", "status")?.code == "unknown_choice")
        #expect(error("online", "return_method")?.code == "unknown_choice")
    }

    @Test("Numbers of persons are kept as digits alone, whatever stands between them.")
    func identities() throws {
        for (text, number) in [
            ("001 085 000 001", "001085000001"), ("001.085.000.001", "001085000001"),
            ("001-085-000-001", "001085000001"), ("'001085000001", "001085000001"),
            ("=\"001085000001\"", "001085000001"), ("012 345 678", "012345678"),
            ("0101234567-001", "0101234567001"), ("0101 234 567", "0101234567"),
            ("C 1234567", "C1234567"), ("001085000001\u{A0}", "001085000001"),
        ] {
            #expect(try read(text, "applicant_id") == .text(number), "\(text)")
        }
        for text in ["1085000001 1", "1.08E+09", "00108500000a 1?", "0010850000011234"] {
            #expect(error(text, "applicant_id") != nil, "\(text)")
        }
        #expect(try read("-", "applicant_id") == .null)
    }

    @Test("Telephones, postal numbers and codes, names with their blanks squeezed.")
    func texts() throws {
        #expect(try read("+84  912\u{A0}345 678", "applicant_phone") == .text("+84 912 345 678"))
        #expect(try read("0912–345–678", "applicant_phone") == .text("0912-345-678"))
        #expect(try read("'0912345678", "applicant_phone") == .text("0912345678"))
        #expect(try read("EE 123 456 789 VN", "tracking_number") == .text("EE123456789VN"))
        #expect(try read("'G-01", "code") == .text("G-01"))
        #expect(try read("=\"G-01\"", "code") == .text("G-01"))
        #expect(
            try read(" 000.17.01.H56 – 260105 – 0001 ", "code")
                == .text("000.17.01.H56–260105–0001"))
        #expect(try read("  Lê   Văn  Tám ", "applicant_name") == .text("Lê Văn Tám"))
        #expect(try read("\n a\n  b \n", "notes") == .text("a\n  b"))
    }

    @Test("Half a value is never taken: the error says from where it is not understood.")
    func leftovers() {
        #expect(
            error("05/01/2026 2:30 mai", "received_at")
                == .unread("received_at", Unread(17, .notATime)))
        #expect(error("50.000 đ/bản", "fee_vnd") == .unread("fee_vnd", Unread(9, .notANumber)))
        #expect(error("2024-02-10T00:00:00Z", "date") != nil)
        #expect(error("7 ngày làm việc và 2 giờ", "limit")?.code == "malformed")
        let message = error("05/01/2026 bí mật", "received_at")?.message
        #expect(message?.vietnamese.contains("từ ký tự thứ 12") == true)
        #expect(message?.english.contains("bí mật") == false)
    }
}
