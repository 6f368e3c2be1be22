import CBOR
import Dossiers
import JSON
import Replication
import Testing

@Suite("Custom fields")
struct CustomFieldTests {
    private func roundTrip(_ json: JSONValue) throws(DossierError) -> JSONValue {
        guard let field = RecordSchema.definition(of: "x.a", in: .dossier) else {
            throw .unknownField("x.a", .dossier)
        }
        let value = try FieldCodec.value(from: json, for: field)
        return FieldCodec.json(from: value, for: field)
    }

    private func error(_ json: JSONValue) -> DossierError? {
        failure { () throws(DossierError) in try roundTrip(json) }
    }

    private func nested(_ levels: Int) -> JSONValue {
        (0..<levels).reduce(1) { inner, level in
            level.isMultiple(of: 2) ? [inner] : ["a": inner]
        }
    }

    @Test("Every JSON value comes back as it went in.")
    func roundTrips() throws {
        let values: [JSONValue] = [
            nil, true, 0, -1, 1.5, .integer(.min), .integer(.max), "", "Đơn\n", [], [:],
            [1, "a", nil, [true]], ["a": 1, "b": ["c": [1.5]]],
        ]
        for value in values {
            #expect(try roundTrip(value) == value, "\(value.serialized())")
        }
    }

    @Test("Members of an object come back in canonical order: the shorter name first.")
    func objectOrder() throws {
        #expect(try roundTrip(["bb": 1, "c": 2, "aa": 3]) == ["c": 2, "aa": 3, "bb": 1])
    }

    @Test("Eight levels are taken and nine are not.")
    func depth() throws {
        #expect(try roundTrip(nested(8)) == nested(8))
        #expect(error(nested(9)) == .tooDeep("x.a", depthMax: 8))
    }

    @Test("A value may take 16 KiB as CBOR.")
    func size() {
        // An array of two texts with 3-byte headers, itself with a header of one byte.
        let part = String(repeating: "a", count: 8_000)
        let rest = DossierLimits.customBytesMax - 1 - 8_003 - 3
        let fits: JSONValue = [.string(part), .string(String(repeating: "a", count: rest))]
        let exceeds: JSONValue = [.string(part), .string(String(repeating: "a", count: rest + 1))]
        #expect(error(fits) == nil)
        #expect(error(exceeds) == .tooLarge("x.a", bytesMax: 16_384))
        #expect(error(.string(String(repeating: "ễ", count: 6_000))) != nil)
        #expect(error(.string(String(repeating: "a", count: 10_001))) != nil)
    }

    @Test("Forbidden characters are found inside arrays, objects and names of members.")
    func forbiddenCharactersInside() {
        for json: JSONValue in ["\u{1}", ["\u{1}"], [["a": "\u{1}"]], ["\u{1}": 1]] {
            #expect(error(json) == .forbiddenCharacter("x.a", codePoint: 1))
        }
    }

    @Test("What JSON cannot say is shown readably.")
    func foreignCBOR() {
        let shown: [(CBORValue, JSONValue)] = [
            (.bytes([0x00, 0xFF]), ["$bytes": "00ff"]),
            (.unsigned(UInt64(Int64.max)), .integer(.max)),
            (.unsigned(.max), ["$integer": "18446744073709551615"]),
            (.negative(UInt64(Int64.max)), .integer(.min)),
            (.negative(1 << 63), ["$integer": "-9223372036854775809"]),
            (.negative(.max), ["$integer": "-18446744073709551616"]),
            (.tag(1, .unsigned(5)), ["$tag": 1, "value": 5]),
            (.undefined, ["$undefined": true]),
            (.simple(16), ["$simple": 16]),
            (.map([CBORPair(.text("a"), .bytes([]))]), ["a": ["$bytes": ""]]),
            (.map([CBORPair(.unsigned(1), .text("a"))]), ["$map": [[1, "a"]]]),
            (
                .map([CBORPair(.text("é"), .null), CBORPair(.text("e\u{301}"), .null)]),
                ["$map": [["é", nil], ["é", nil]]]
            ),
        ]
        for (value, json) in shown {
            #expect(FieldCodec.json(from: .other(value), for: nil) == json)
        }
    }

    @Test("A custom field may come from a device with any CBOR within the limits.")
    func foreignCBORIsTaken() throws {
        let field = try #require(RecordSchema.definition(of: "x.a", in: .dossier))
        func check(_ value: CBORValue) -> DossierError? {
            failure { () throws(DossierError) in try FieldCodec.check(.other(value), for: field) }
        }
        #expect(check(.bytes([UInt8](repeating: 0, count: 16_381))) == nil)
        #expect(check(.bytes([UInt8](repeating: 0, count: 16_382))) != nil)
        #expect(check(.map([CBORPair(.unsigned(1), .text("\u{9F}"))])) != nil)
        let tags = (0..<9).reduce(CBORValue.null) { inner, _ in .tag(1, inner) }
        #expect(check(tags) == .tooDeep("x.a", depthMax: 8))
    }
}
