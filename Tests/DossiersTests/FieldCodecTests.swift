import CBOR
import Dossiers
import JSON
import Replication
import Testing
import Text

@Suite("Values of fields")
struct FieldCodecTests {
    private func value(
        _ json: JSONValue, _ name: FieldName
    ) throws(DossierError) -> FieldValue {
        guard let field = RecordSchema.definition(of: name) else {
            throw .unknownField(name, nil)
        }
        return try FieldCodec.value(from: json, for: field)
    }

    private func error(_ json: JSONValue, _ name: FieldName) -> DossierError? {
        failure { () throws(DossierError) in try value(json, name) }
    }

    private func shown(_ value: FieldValue, _ name: FieldName) -> JSONValue {
        FieldCodec.json(from: value, for: RecordSchema.definition(of: name))
    }

    @Test("A time keeps its instant and is shown at the offices' time.")
    func instants() throws {
        let utc = try value("2021-05-31T01:30:00Z", "received_at")
        #expect(utc == .integer(morning))
        #expect(try value("2021-05-31T08:30:00+07:00", "received_at") == utc)
        #expect(shown(utc, "received_at") == "2021-05-31T08:30:00+07:00")
    }

    @Test("A day means its first instant, but its last second when something is due.")
    func days() throws {
        let start = try value("2021-05-31", "received_at")
        let end = try value("2021-05-31", "due_at")
        #expect(shown(start, "received_at") == "2021-05-31T00:00:00+07:00")
        #expect(shown(end, "due_at") == "2021-05-31T23:59:59+07:00")
        #expect(try value("2024-02-29", "occurred_at") == .integer(1_709_139_600_000))
    }

    @Test(
        "Times that do not exist, or in no year that an office can mean, are refused.",
        arguments: [
            "", "yesterday", "2021-02-29", "2021-13-01", "2021-05-31T25:00:00Z",
            "2021-05-31T08:3", "31/02/2021", "0221-05-31", "2200-01-01", "1899-12-31",
        ])
    func badInstants(text: String) {
        #expect(error(.string(text), "received_at") != nil)
    }

    @Test("The first and the last instant of the allowed years are taken.")
    func boundsOfInstants() throws {
        #expect(try value("1900-01-01", "due_at").integer != nil)
        #expect(
            try value("1900-01-01", "received_at") == .integer(DossierLimits.instant.lowerBound))
        #expect(
            try value("2199-12-31T23:59:59.999+07:00", "due_at")
                == .integer(DossierLimits.instant.upperBound))
    }

    @Test("Null clears a field, but a dossier keeps a status and an office, and its notes.")
    func clearing() throws {
        #expect(try value(nil, "due_at") == .null)
        #expect(try value(nil, "applicant_name") == .null)
        #expect(try value(nil, "x.a") == .null)
        for name: FieldName in ["status", "office", "notes"] {
            #expect(error(nil, name) == .notClearable(name))
        }
    }

    @Test("Values of the wrong type are refused and not converted.")
    func wrongTypes() {
        let wrong: [(FieldName, [JSONValue])] = [
            ("applicant_name", [1, true, 1.5, [], [:]]),
            ("code", [17, true, []]),
            ("fee_vnd", [1.5, true, []]),
            ("received_at", [1_622_424_600_000, 1.5, true, [:]]),
            ("status", [1, ["new"]]), ("channel", [0]), ("date", [20_210_531]),
            ("applicant_phone", [84]), ("applicant_id", [123_456_789]),
        ]
        for (name, values) in wrong {
            for json in values {
                guard case .wrongType(name, _)? = error(json, name) else {
                    Issue.record("\(name) took \(json.serialized())")
                    continue
                }
            }
        }
    }

    @Test("Fees have bounds.")
    func fees() throws {
        #expect(try value(0, "fee_vnd") == .integer(0))
        #expect(try value(1_000_000_000_000, "fee_vnd") == .integer(1_000_000_000_000))
        #expect(error(-1, "fee_vnd") == .outOfRange("fee_vnd", 0...1_000_000_000_000))
        #expect(error(1_000_000_000_001, "fee_vnd") != nil)
    }

    @Test("Words that are not among the allowed are refused, with the allowed in the hint.")
    func choices() throws {
        #expect(try value("online", "channel") == .text("online"))
        #expect(try value("not_accepted", "status") == .text("not_accepted"))
        #expect(error("fax", "channel")?.hint.english == "use one of: counter, online, post")
        #expect(error("Finishing", "status")?.hint.english.contains("supplement_required") == true)
        #expect(error("online", "return_method") != nil)
        #expect(error("", "way") != nil)
    }

    @Test("Text is kept as typed, and equal when canonically equivalent.")
    func composedAndDecomposedNames() throws {
        let composed = "Nguyễn Thị Bưởi"
        let decomposed = "Nguye\u{302}\u{303}n Thi\u{323} Bu\u{31B}o\u{31B}\u{309}i"
        let (left, right) = (
            try value(.string(composed), "applicant_name"),
            try value(.string(decomposed), "applicant_name")
        )
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(right.text?.unicodeScalars.elementsEqual(decomposed.unicodeScalars) == true)
        #expect(left.text?.unicodeScalars.elementsEqual(composed.unicodeScalars) == true)
    }

    @Test("Line feeds and tabs may stand in text, in any script; so may emoji and joiners.")
    func allowedCharacters() throws {
        for text in [
            "a\nb", "文書", "ⴰⵎⴰⵣⵉⵖ", "👨‍👩‍👧", "\u{2028}", "\u{FEFF}", "𝄞", "\u{10FFFF}", "",
        ] {
            #expect(try value(.string(text), "topic") == .text(text))
        }
        #expect(try value("a\n\tb", "notes") == .text("a\n\tb"))
    }

    @Test("Each control character and each mark that turns text is refused by its code point.")
    func forbiddenCharacters() {
        let points =
            Array(0x00...0x1F).filter { $0 != 9 && $0 != 10 } + Array(0x7F...0x9F)
            + Array(0x202A...0x202E) + Array(0x2066...0x2069)
        for point in points {
            guard let scalar = UnicodeScalar(UInt32(point)) else {
                Issue.record("U+\(point) is a scalar")
                continue
            }
            #expect(
                error(.string("Bí mật\(Character(scalar))"), "applicant_name")
                    == .forbiddenCharacter("applicant_name", codePoint: UInt32(point)))
        }
        let text = error("Bí mật\u{202E}", "applicant_name").map { "\($0) \($0.hint)" } ?? ""
        #expect(text.contains("U+202E") && !text.contains("Bí mật"))
        #expect("\(error("\u{1}", "topic").map(String.init(describing:)) ?? "")".contains("U+0001"))
    }

    @Test("The neighbours of forbidden characters are allowed.")
    func neighboursOfForbiddenCharacters() throws {
        for point in [0x20, 0x7E, 0xA0, 0x2029, 0x202F, 0x2065, 0x206A, 0x1F5E] {
            let scalar = try #require(UnicodeScalar(UInt32(point)))
            #expect(throws: Never.self) { try value(.string("a\(Character(scalar))"), "topic") }
        }
    }

    @Test("Lengths are counted in code points, and the longest text allowed is taken.")
    func lengths() throws {
        let limits: [(FieldName, Int)] = [
            ("applicant_name", 200), ("applicant_address", 500), ("notes", 10_000),
            ("officer", 200),
            ("topic", 500), ("name", 500), ("details", 50_000),
        ]
        for (name, max) in limits {
            for letter in ["a", "ễ", "𝄞"] {
                let longest = String(repeating: letter, count: max)
                #expect(try value(.string(longest), name) == .text(longest))
                #expect(
                    error(.string(longest + "a"), name) == .tooLong(name, charactersMax: max))
            }
        }
        let stacked = "a" + String(repeating: "\u{301}", count: 200)
        #expect(stacked.count == 1)
        #expect(error(.string(stacked), "applicant_name") != nil)
    }

    @Test("Codes have no white space and nothing invisible.")
    func codes() throws {
        for code in ["000.17.22.H56-210531-0001", "G/01", "Đ-1", String(repeating: "a", count: 64)]
        {
            #expect(try value(.string(code), "code") == .text(code))
        }
        let bad = [
            "", " ", "a\u{85}b", "a\u{2028}b", "\u{1}", String(repeating: "a", count: 65),
        ]
        for code in ["a b", "a\tb", "ab\n", "a\u{A0}b", "a\u{200B}b", "\u{FEFF}ab", "a\u{3000}b"] {
            #expect(try value(.string(code), "code") == .text("ab"))
        }
        for code in bad { #expect(error(.string(code), "code") != nil, "\(code.debugDescription)") }
    }

    @Test("Identity numbers stay text: leading zeros, passports and hyphens.")
    func identityNumbers() throws {
        for number in [
            "012345678", "001099012345", "C1234567", "ab-12", String(repeating: "a", count: 32),
        ] {
            #expect(try value(.string(number), "applicant_id") == .text(number))
        }
        for number in [
            "", "12345678", "00109901234", "00109901234567", "12 34", "12.34", "١٢٣", "é", "[",
            String(repeating: "a", count: 33),
        ] {
            #expect(error(.string(number), "applicant_id") != nil, "\(number)")
        }
    }

    @Test("Telephone numbers have a digit and the usual marks.")
    func phones() throws {
        for number in ["+84 (24) 3.825-1234", "1900", "0912 345 678"] {
            #expect(try value(.string(number), "caller_phone") == .text(number))
        }
        for number in ["", "+", "0912 345 678 ext 2", "٠٩", String(repeating: "1", count: 33)] {
            #expect(error(.string(number), "applicant_phone") != nil, "\(number)")
        }
    }

    @Test("A holiday is a day that exists.")
    func holidays() throws {
        #expect(try value("2024-02-29", "date") == .text("2024-02-29"))
        for day in ["2023-02-29", "2024-2", "2024-02-10T00:00:00Z", ""] {
            #expect(error(.string(day), "date") != nil, "\(day)")
        }
    }

    @Test("Errors about values never repeat the value.")
    func errorsAreSilentAboutValues() {
        let secret = "Nguyễn-012345678-bí-mật"
        for name: FieldName in [
            "status", "channel", "received_at", "fee_vnd", "applicant_id", "applicant_phone",
            "date",
        ] {
            let texts = error(.string(secret), name).map { "\($0) \($0.hint) \($0.code)" }
            #expect(texts?.contains("012345678") == false, "\(name)")
        }
        let name = FieldName("Nguyễn Văn A")
        #expect(!"\(DossierError.unknownField(name, .dossier))".contains("Văn"))
        #expect(!"\(DossierError.unknownMember(name))".contains("Văn"))
    }

    @Test("A change from a device is held to the same rules as JSON.")
    func checkingOfValues() throws {
        let phone = try #require(RecordSchema.definition(of: "applicant_phone"))
        let due = try #require(RecordSchema.definition(of: "due_at"))
        let status = try #require(RecordSchema.definition(of: "status"))
        func check(_ value: FieldValue, _ field: FieldDefinition) -> DossierError? {
            failure { () throws(DossierError) in try FieldCodec.check(value, for: field) }
        }
        #expect(check(.integer(1), phone) != nil)
        #expect(check(.text("2021-05-31"), due) != nil)
        #expect(check(.integer(.max), due) == .outOfRange("due_at", DossierLimits.instant))
        #expect(check(.real(1), due) != nil)
        #expect(check(.bool(true), status) != nil)
        #expect(check(.text("archived"), status) != nil)
        #expect(check(.other(.bytes([1])), phone) != nil)
        #expect(check(.integer(morning), due) == nil)
    }
}
