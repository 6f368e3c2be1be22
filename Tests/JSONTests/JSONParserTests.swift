import JSON
import Testing

@Suite("Parsing JSON")
struct JSONParserTests {
    @Test("Every kind of value is read as what it is")
    func everyKindOfValue() throws {
        let text = #" {"n":null,"t":true,"f":false,"i":-12,"r":1.0,"s":"hồ sơ","a":[1,[]],"o":{}} "#
        let expected: JSONValue = [
            "n": nil, "t": true, "f": false, "i": -12, "r": 1.0, "s": "hồ sơ", "a": [1, []],
            "o": [:],
        ]
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test("Members keep the order in which they were written")
    func orderOfMembers() throws {
        let value = try JSONValue(parsing: #"{"z":1,"a":2,"m":3}"#)
        #expect(value.objectValue?.map(\.name) == ["z", "a", "m"])
    }

    @Test(
        "Numbers are integers or reals by how they are written",
        arguments: [
            ("0", .integer(0)), ("-0", .integer(0)), ("-0.0", .real(-0.0)), ("1e2", .real(100)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("0.1", .real(0.1)), ("1E+2", .real(100)), ("25e-1", .real(2.5)),
            ("123456789012345678901234567890.0", .real(123456789012345677877719597056)),
            ("4.9e-324", .real(.leastNonzeroMagnitude)), ("1e-400", .real(0)), ("0e400", .real(0)),
            ("1.7976931348623157e308", .real(.greatestFiniteMagnitude)),
            ("9007199254740993.0", .real(9007199254740992)),
            ("2.2250738585072011e-308", .real(.leastNormalMagnitude.nextDown)),
        ] as [(String, JSONValue)])
    func numbers(text: String, expected: JSONValue) throws {
        let value = try JSONValue(parsing: text)
        #expect(value == expected)
        #expect(value.doubleValue?.sign == expected.doubleValue?.sign)
    }

    @Test(
        "A number that cannot be held is refused, not rounded",
        arguments: [
            "9223372036854775808", "-9223372036854775809", "99999999999999999999999", "1e400",
            "-1e400", "1.8e308", "18446744073709551616", "1e99999999999999999999",
        ])
    func numbersOutOfRange(text: String) {
        #expect(throws: JSONError.numberOutOfRange(offset: 1)) {
            try JSONValue(parsing: "[" + text + "]")
        }
    }

    @Test(
        "Escapes stand for their characters",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0000""#, "\0"),
            (#""\u00e1\u1EA1""#, "áạ"), (#""a\ud83d\ude00b""#, "a😀b"),
            (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
            (#""\uD7FF\uE000""#, "\u{D7FF}\u{E000}"),
            ("\"\u{7F}\u{2028}\u{FEFF}\"", "\u{7F}\u{2028}\u{FEFF}"),
        ])
    func escapes(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text) == .string(expected))
    }

    @Test(
        "A surrogate without its partner is refused",
        arguments: [
            #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #""\ud800\n""#,
            #""\ud800\u0041""#, #""\udc00\ud800""#, #""\ud83d\u""#, #""\ud83d\"#,
        ])
    func loneSurrogates(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1 2]", "{\"a\"",
            "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}",
            "{1:1}", "{,}", "{\"a\":1 \"b\":2}", "tru", "True", "nul", "nulll", "fals", "NaN",
            "Infinity", "-Infinity", "-", "+1", "01", "-01", "00", "1.", ".5", "-.5", "1.e1", "1e",
            "1e+", "1e-", "1.2.3", "0x10", "1_000", "1a", "\"", "\"a", "\"\\\"", "\"\\x\"",
            "\"\\u12\"", "\"\\u12G4\"", "\"\\U0041\"", "\"\n\"", "\"\t\"", "\"\0\"", "\"\u{1F}\"",
            "1 1", "{}[]", "[]]", "/**/1", "1//", "\u{A0}1", "\u{2028}1", "\u{C}1", "[\u{B}]", "\0",
            "\"\\\n\"", "'a'", "undefined", "[1\u{0}]", "1\0",
        ])
    func notJSON(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        "Strings that are not UTF-8 are refused at the string that holds them",
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xFF],
            [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xE1, 0xBB], [0xF8, 0x88, 0x80],
        ] as [[UInt8]])
    func invalidUTF8(content: [UInt8]) {
        let plain = [0x5B, 0x22] + content + [0x22, 0x5D]
        let escaped = [0x5B, 0x22, 0x5C, 0x6E] + content + [0x22, 0x5D]
        #expect(throws: JSONError.invalidUTF8(offset: 1)) { try JSONValue(parsing: plain) }
        #expect(throws: JSONError.invalidUTF8(offset: 1)) { try JSONValue(parsing: escaped) }
    }

    @Test("A written replacement character is valid")
    func replacementCharacter() throws {
        #expect(try JSONValue(parsing: "\"\u{FFFD}\"") == "\u{FFFD}")
    }

    @Test("A byte order mark is refused with its own error")
    func byteOrderMark() {
        #expect(throws: JSONError.byteOrderMark) { try JSONValue(parsing: "\u{FEFF}{}") }
    }

    @Test("A member name that appears twice is refused at its second place")
    func duplicateNames() {
        #expect(throws: JSONError.duplicateName(offset: 7)) {
            try JSONValue(parsing: #"{"a":1,"a":2}"#)
        }
        #expect(throws: JSONError.duplicateName(offset: 7)) {
            try JSONValue(parsing: #"{"a":1,"\u0061":2}"#)
        }
        #expect(throws: JSONError.self, "composed and decomposed") {
            try JSONValue(parsing: "{\"\u{E1}\":1,\"a\u{301}\":2}")
        }
        #expect(throws: Never.self, "the same name on two levels") {
            try JSONValue(parsing: #"{"a":{"a":1},"b":{"a":1}}"#)
        }
    }

    @Test("A duplicate is found among very many names", arguments: [15, 16, 17, 18, 1000])
    func duplicateAmongMany(count: Int) throws {
        let names = (0..<count).map { "\"n\($0)\":0" }.joined(separator: ",")
        #expect(try JSONValue(parsing: "{\(names)}").objectValue?.count == count)
        for repeated in ["n0", "n\(count - 1)"] {
            #expect(throws: JSONError.duplicateName(offset: names.utf8.count + 2)) {
                try JSONValue(parsing: "{\(names),\"\(repeated)\":1}")
            }
        }
    }

    @Test("Nesting is allowed to the limit and not beyond it")
    func nesting() throws {
        let allowed = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(throws: Never.self) { try JSONValue(parsing: allowed) }
        #expect(throws: JSONError.tooDeep(offset: 32, depthMax: 32)) {
            try JSONValue(parsing: "[" + allowed + "]")
        }
        #expect(throws: JSONError.tooDeep(offset: 5, depthMax: 1)) {
            try JSONValue(parsing: #"{"a":{}}"#, within: JSONBudget(depthMax: 1))
        }
        let text = #"[1,{"a":[2,3]},4]"#
        let value = try JSONValue(parsing: text)
        #expect(try JSONValue(parsing: text, within: JSONBudget(elementsMax: 6)) == value)
        for (elementsMax, offset) in [(0, 1), (1, 3), (2, 4), (3, 9), (4, 11), (5, 15)] {
            #expect(throws: JSONError.tooManyElements(offset: offset)) {
                try JSONValue(parsing: text, within: JSONBudget(elementsMax: elementsMax))
            }
        }
        #expect(throws: JSONError.tooDeep(offset: 512, depthMax: 512)) {
            try JSONValue(
                parsing: [UInt8](repeating: UInt8(ascii: "["), count: 100_000),
                within: JSONBudget(depthMax: .max))
        }
    }

    @Test("An error's text never repeats what was read")
    func errorsHideContent() {
        let secret = "0912345678"
        for text in [
            "{\"\(secret)\":1,\"\(secret)\":2}", "[\"\(secret)\\q\"]", "[\(secret)x]",
            "\(secret) \(secret)", "\(secret)\(secret)\(secret)", "{\"a\":\"\(secret)",
        ] {
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
            #expect(error?.description.contains(secret) == false)
            #expect(error.map { "\($0)" }?.contains("at byte") == true)
        }
    }

    @Test("An empty buffer without an address is refused like an empty text")
    func nullBuffer() {
        #expect(throws: JSONError.self) {
            try JSONValue(parsing: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    @Test("A slice is read by itself, with offsets from its start")
    func slices() throws {
        let bytes = Array("xx[1]yy".utf8)
        #expect(try JSONValue(parsing: bytes[2..<5]) == [1])
        #expect(throws: JSONError.malformed(offset: 2, reason: "a comma or ] is expected")) {
            try JSONValue(parsing: bytes[2..<4])
        }
    }

    @Test("Every prefix of a document is refused without reading past its end")
    func prefixes() throws {
        let bytes = Array(#"{"a":[true,false,null,-1.5e+3,"\ud83d\ude00é"],"b":{"c":""}}"#.utf8)
        for length in bytes.indices {
            #expect(throws: JSONError.self, "prefix of \(length) bytes") {
                try JSONValue(parsing: bytes[..<length])
            }
        }
        #expect(throws: Never.self) { try JSONValue(parsing: bytes) }
    }
}
