import JSON
import Testing

@Suite("Writing JSON")
struct JSONSerializationTests {
    @Test("Compact text has no white space and keeps the order of members")
    func compact() {
        let value: JSONValue = .object([
            ("b", .array([1, 2.5, nil, true])), ("a", .object([])), ("c", .array([])),
        ])
        #expect(value.serialized() == #"{"b":[1,2.5,null,true],"a":{},"c":[]}"#)
    }

    @Test("Pretty text is indented by two spaces")
    func pretty() {
        let value: JSONValue = ["a": [1, ["b": nil]], "c": [], "d": [:]]
        let expected = """
            {
              "a": [
                1,
                {
                  "b": null
                }
              ],
              "c": [],
              "d": {}
            }
            """
        #expect(value.serialized(pretty: true) == expected)
    }

    @Test("Only what must be escaped is escaped")
    func escapes() {
        let value: JSONValue =
            "/\"\\\u{8}\t\n\u{C}\r\0\u{1B}\u{1F}\u{7F}đồ\u{2028}\u{2029}\u{2027}😀"
        let expected =
            "\"/\\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001b\\u001f\u{7F}đồ\\u2028\\u2029\u{2027}😀\""
        #expect(value.serialized().utf8.elementsEqual(expected.utf8))
    }

    @Test("Names are escaped like other strings")
    func escapedNames() {
        #expect(JSONValue.object([("a\n", 1)]).serialized() == #"{"a\n":1}"#)
    }

    @Test(
        "Doubles are written as short as they can be read back",
        arguments: [
            (0.1, "0.1"), (1, "1.0"), (-0.0, "-0.0"), (1e100, "1e+100"),
            (.leastNonzeroMagnitude, "5e-324"),
            (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
            (1.0 / 3, "0.3333333333333333"),
        ] as [(Double, String)])
    func doubles(number: Double, expected: String) {
        #expect(JSONValue.real(number).serialized() == expected)
    }

    @Test("Integers are written exactly")
    func integers() {
        #expect(JSONValue.integer(.min).serialized() == "-9223372036854775808")
        #expect(JSONValue.integer(.max).serialized() == "9223372036854775807")
    }

    @Test("Values are reached by name and position")
    func access() {
        let value: JSONValue = ["a": [1, "x"], "b": 2.5]
        #expect(value["a"]?[1]?.stringValue == "x")
        #expect(value["a"]?[0]?.integerValue == 1)
        #expect(value["b"]?.doubleValue == 2.5)
        #expect(value["b"]?.integerValue == nil)
        #expect(value["c"] == nil)
        #expect(value["a"]?[2] == nil)
        #expect(value["a"]?[-1] == nil)
    }
}
