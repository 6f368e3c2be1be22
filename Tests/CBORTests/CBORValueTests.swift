import CBOR
import Testing

@Suite("CBORValue")
struct CBORValueTests {
    @Test("Values are equal exactly when their encodings are")
    func equality() {
        #expect(CBORValue.text("é") != .text("e\u{301}"))
        #expect(CBORValue.double(0.0) != .double(-0.0))
        #expect(CBORValue.double(.nan) == .double(.signalingNaN))
        #expect(CBORValue.double(1) != .unsigned(1))
        #expect(CBORValue.bytes([0x61]) != .text("a"))
        #expect(CBORValue.null != .undefined)
        let distinct: Set<CBORValue> = [
            .text("é"), .text("e\u{301}"), .double(0), .double(-0.0), .double(.nan), .double(-.nan),
        ]
        #expect(distinct.count == 5)
    }

    @Test("A map is sorted by the bytes of its encoded keys")
    func sorting() throws {
        let keys: [CBORValue] = [
            .unsigned(10), .unsigned(100), CBORValue(-1), .text("z"), .text("aa"),
            .array([.unsigned(100)]), .array([CBORValue(-1)]), .bool(false),
        ]
        let pairs = keys.map { CBORPair($0, .null) }
        #expect(try CBORValue(sortingPairs: pairs.reversed()) == .map(pairs))
        #expect(refusal(CBORValue.map(pairs).encoded()) == nil)
    }

    @Test("A map from pairs refuses a key that occurs twice, and tells which pair repeats it")
    func duplicates() throws {
        let pairs = ["b", "a", "b"].map { CBORPair(.text($0), .null) }
        #expect(throws: CBORError(.duplicateKey, at: 2)) { try CBORValue(sortingPairs: pairs) }
        let twoForms = ["é", "e\u{301}"].map { CBORPair(.text($0), .null) }
        #expect(hex(try CBORValue(sortingPairs: twoForms).encoded()) == "a262c3a9f66365cc81f6")
    }

    @Test("Items one after another are a sequence; a broken one is told by its place")
    func sequences() throws {
        #expect(try CBORValue.decodeSequence([]) == [])
        #expect(
            try CBORValue.decodeSequence([0x01, 0x61, 0x61, 0x80])
                == [.unsigned(1), .text("a"), .array([])])
        #expect(throws: CBORError(.truncated, at: 1)) {
            try CBORValue.decodeSequence([0x01, 0x61])
        }
    }

    @Test("Integers of either sign take their own form")
    func integers() {
        #expect(CBORValue(5) == .unsigned(5))
        #expect(CBORValue(-1) == .negative(0))
        #expect(CBORValue(.min) == .negative(UInt64(Int64.max)))
    }

    @Test(
        "Floats are laid out positionally from 1e-6 to 1e21, and with an exponent beyond",
        arguments: [
            (1e-6, "0.000001"), (1e-7, "1.0e-7"), (1.25e-7, "1.25e-7"), (0.1, "0.1"),
            (123.456, "123.456"), (1e20, "100000000000000000000.0"), (1e21, "1.0e+21"),
            (-1.5e22, "-1.5e+22"), (0x1p53, "9007199254740992.0"), (1e16, "10000000000000000.0"),
            (.leastNonzeroMagnitude, "5.0e-324"), (0.00012, "0.00012"), (-0.5, "-0.5"),
        ] as [(Double, String)])
    func floatNotation(value: Double, expected: String) {
        #expect(CBORValue.double(value).diagnosticNotation == expected)
    }

    @Test("Control characters, quotes and long bignums are shown in a form that can be read")
    func notation() {
        #expect(CBORValue.text("a\"\\\n\r\t\u{1}").diagnosticNotation == #""a\"\\\n\r\t\u0001""#)
        #expect(CBORValue.negative(.max).diagnosticNotation == "-18446744073709551616")
        #expect(CBORValue.negative(99).diagnosticNotation == "-100")
        let long = CBORValue.tag(2, .bytes([1] + [UInt8](repeating: 0, count: 64)))
        #expect(long.diagnosticNotation.hasPrefix("2(h'01000000"))
    }
}
