import CBOR
import Replication
import Testing

@Suite("Field values")
struct FieldValueTests {
    private func roundTrip(_ value: FieldValue) throws -> FieldValue {
        var writer = CBORWriter()
        value.encode(to: &writer)
        return try CBORReader.withReader(over: writer.bytes) { reader in
            let read = try FieldValue(from: &reader)
            try reader.requireEnd()
            return read
        }
    }

    @Test("Every type is read back as itself, at its limits")
    func types() throws {
        let values: [FieldValue] = [
            .null, .bool(true), .bool(false), .integer(0), .integer(.min), .integer(.max),
            .real(0.1), .real(1), .real(-.infinity), .real(.nan), .text(""), .text("x\u{0}y"),
            .other(.unsigned(1 << 63)), .other(.negative(.max)), .other(.bytes([])),
            .other(.undefined), .other(.simple(255)), .other(.array([.null])),
            .other(.tag(1, .unsigned(0))),
            .other(.map([CBORPair(.unsigned(1), .text("e\u{301}"))])),
        ]
        for value in values { #expect(try roundTrip(value) == value) }
        #expect(Set(values).count == values.count)
    }

    @Test("Equal values have equal hashes, so a set tells conflicts apart")
    func hashes() {
        #expect(Set<FieldValue>([.text("\u{e9}"), .text("e\u{301}")]).count == 1)
        #expect(Set<FieldValue>([.real(.nan), .real(-.nan), .real(.signalingNaN)]).count == 1)
        #expect(Set<FieldValue>([.real(0), .real(-0.0)]).count == 1)
        #expect(Set<FieldValue>([.integer(1), .real(1), .text("1"), .bool(true)]).count == 4)
    }

    @Test("A value is given as text or number only when it is one")
    func accessors() {
        #expect(FieldValue.text("a").text == "a")
        #expect(FieldValue.integer(1).text == nil)
        #expect(FieldValue.integer(1).integer == 1)
        #expect(FieldValue.real(1).integer == nil)
        #expect(FieldValue.null.text == nil)
    }

    @Test("Field names, which are ASCII, are ordered by length, then bytes, as encoded keys are")
    func nameOrder() {
        let names: [FieldName] = ["", "-", "9", "Z", "_", "a", "b", "z", "aa", "zz", "a.b", "aaaa"]
        #expect(names.reversed().sorted() == names)
        let encoded = names.map { text($0.rawValue) }
        #expect(zip(encoded, encoded.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    }
}
