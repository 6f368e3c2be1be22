import CBOR
import Testing

@Suite("CBORReader")
struct CBORReaderTests {
    @Test(
        "What is not deterministic is refused with the place of the item at fault",
        arguments: [
            ("1817", .notShortest, 0), ("1900ff", .notShortest, 0), ("1a0000ffff", .notShortest, 0),
            ("1b00000000ffffffff", .notShortest, 0), ("8301023817", .notShortest, 3),
            ("580161", .notShortest, 0), ("780161", .notShortest, 0), ("9800", .notShortest, 0),
            ("b800", .notShortest, 0), ("d80100", .notShortest, 0), ("fa3f800000", .notShortest, 0),
            ("fb3ff8000000000000", .notShortest, 0), ("fb3fb99999a0000000", .notShortest, 0),
            ("f97e01", .nonCanonicalNaN, 0), ("f9fe00", .nonCanonicalNaN, 0),
            ("f97c01", .nonCanonicalNaN, 0), ("fa7f800001", .nonCanonicalNaN, 0),
            ("5fff", .indefiniteLength, 0), ("7fff", .indefiniteLength, 0),
            ("819fff", .indefiniteLength, 1), ("bfff", .indefiniteLength, 0),
            ("ff", .indefiniteLength, 0), ("1f", .reserved, 0), ("3f", .reserved, 0),
            ("df00", .reserved, 0), ("1c", .reserved, 0), ("5d", .reserved, 0),
            ("fc", .reserved, 0),
            ("f818", .reserved, 0), ("f814", .reserved, 0), ("f800", .reserved, 0),
            ("a2020001", .truncated, 0), ("a202000100", .keysOutOfOrder, 3),
            ("a201000100", .duplicateKey, 3), ("a2616200616100", .keysOutOfOrder, 4),
            ("a2616100616100", .duplicateKey, 4), ("61ff", .invalidUTF8, 0),
            ("62c080", .invalidUTF8, 0), ("63eda080", .invalidUTF8, 0),
            ("64f4908080", .invalidUTF8, 0), ("8261614161c3", .trailingBytes, 5),
            ("8161c3", .invalidUTF8, 1), ("", .truncated, 0), ("0000", .trailingBytes, 1),
            ("c24101", .notShortest, 0), ("c248ffffffffffffffff", .notShortest, 0),
            ("c349000000000000000001", .notShortest, 0), ("c240", .notShortest, 0),
            ("81c200", .unexpectedType(expected: .bytes, found: .unsigned), 2),
        ] as [(String, CBORError.Reason, Int)])
    func refusals(input: String, reason: CBORError.Reason, offset: Int) throws {
        #expect(refusal(try bytes(input)) == CBORError(reason, at: offset))
        #expect(skipRefusal(try bytes(input)) == CBORError(reason, at: offset))
    }

    @Test("A count or length that the input cannot hold is refused before anything is reserved")
    func hugeCounts() throws {
        for major in ["5b", "7b", "9b", "bb"] {
            for count in ["ffffffffffffffff", "7fffffffffffffff", "8000000000000000"] {
                let input = try bytes(major + count)
                #expect(refusal(input) == CBORError(.truncated, at: 0))
                #expect(skipRefusal(input) == CBORError(.truncated, at: 0))
            }
        }
        #expect(refusal(try bytes("8301")) == CBORError(.truncated, at: 0))
        #expect(refusal(try bytes("a2010203")) == CBORError(.truncated, at: 0))
    }

    @Test("Every container may claim all that remains, and memory still follows the input")
    func nestedHugeCounts() throws {
        var input: [UInt8] = []
        for _ in 0..<30 { input += [0x9a, 0x00, 0x0f, 0x00, 0x00] }
        input += [UInt8](repeating: 0xff, count: 0xf0200)
        #expect(refusal(input) == CBORError(.tooManyElements, at: 5))
        let unbounded = CBORBudget(elementsMax: .max)
        #expect(throws: CBORError(.indefiniteLength, at: 150)) {
            try CBORReader.withReader(over: input, within: unbounded) { try $0.readValue() }
        }
    }

    @Test("Items and pairs are counted over all containers, and refused before the first is read")
    func elements() throws {
        // [[1, 2], {3: 4}, 5]: three items, two, and one pair.
        let input = try bytes("83820102a1030405")
        let offsets = [0, 0, 0, 1, 1, 4]
        for elementsMax in 0...8 {
            let budget = CBORBudget(elementsMax: elementsMax)
            let fault =
                elementsMax < offsets.count
                ? CBORError(.tooManyElements, at: offsets[elementsMax]) : nil
            for reads in [true, false] {
                let found = Self.fault(input, budget, reads: reads)
                #expect(found == fault, "\(elementsMax)")
            }
        }
    }

    private static func fault(_ input: [UInt8], _ budget: CBORBudget, reads: Bool) -> CBORError? {
        do throws(CBORError) {
            try CBORReader.withReader(over: input, within: budget) { reader throws(CBORError) in
                if reads { _ = try reader.readValue() } else { try reader.skipItem() }
            }
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Containers nest to the limit and no deeper",
        arguments: [[0x81], [0xa1, 0x00], [0xd8, 0x64]] as [[UInt8]])
    func depth(container: [UInt8]) {
        let limit = CBORBudget.standard.depthMax
        func nested(_ depth: Int) -> [UInt8] {
            (0..<depth).flatMap { _ in container } + [0x00]
        }
        #expect(refusal(nested(limit)) == nil)
        #expect(skipRefusal(nested(limit)) == nil)
        let fault = CBORError(.tooDeep, at: limit * container.count)
        #expect(refusal(nested(limit + 1)) == fault)
        #expect(skipRefusal(nested(limit + 1)) == fault)
        #expect(refusal(nested(20_000)) == fault)
        #expect(skipRefusal(nested(20_000)) == fault)
    }

    @Test("Items are read one after another by their kinds")
    func sequence() throws {
        let input = try bytes(
            "182a3863187b" + "63e6b0b4" + "420102" + "f5f6f7f93e00f0f8ff" + "c100")
        try CBORReader.withReader(over: input) { reader throws in
            #expect(try reader.readUnsigned() == 42)
            #expect(try reader.readInteger() == -100)
            #expect(try reader.readInteger() == 123)
            #expect(reader.offset == 6)
            #expect(try reader.peekType() == .text)
            #expect(try reader.readText() == "水")
            #expect(try reader.readBytes() == [1, 2])
            #expect(try reader.readBool())
            try reader.readNull()
            try reader.readUndefined()
            #expect(try reader.readDouble() == 1.5)
            #expect(try reader.readSimple() == 16)
            #expect(try reader.readSimple() == 255)
            #expect(try reader.readTag() == 1)
            #expect(reader.remainingBytes == 1)
            #expect(!reader.isAtEnd)
            #expect(try reader.skipItem() == 23..<24)
            #expect(reader.isAtEnd)
            try reader.requireEnd()
        }
    }

    @Test("Slices give the content in place")
    func slices() throws {
        try CBORReader.withReader(over: try bytes("6261624201028101")) { reader throws in
            #expect(Array(try reader.readTextBytes()) == [0x61, 0x62])
            #expect(Array(try reader.readBytesSlice()) == [1, 2])
            let place = try reader.skipItem()
            #expect(Array(reader.encodedBytes(place)) == [0x81, 0x01])
        }
    }

    @Test("Every first byte has the type that RFC 8949 gives it")
    func types() {
        for initial in UInt8.min...UInt8.max {
            let expected: CBORType? =
                switch initial {
                case 0xf4, 0xf5: .bool
                case 0xf6: .null
                case 0xf7: .undefined
                case 0xf9...0xfb: .float
                case 0xe0...0xf8: .simple
                case _ where initial & 0x1f > 27: nil
                default:
                    [.unsigned, .negative, .bytes, .text, .array, .map, .tag][Int(initial >> 5)]
                }
            var found: CBORType?
            let refusal = readRefusal([initial]) { (reader) throws(CBORError) in
                found = try reader.peekType()
            }
            #expect(found == expected)
            #expect((refusal == nil) == (expected != nil))
        }
    }

    @Test("An item of another kind is named, and so is the kind that was asked for")
    func unexpectedTypes() throws {
        let text = try bytes("6161")
        let refusals: [(CBORType, CBORError?)] = [
            (.unsigned, readRefusal(text) { (r) throws(CBORError) in try r.readUnsigned() }),
            (.negative, readRefusal(text) { (r) throws(CBORError) in try r.readNegative() }),
            (.bytes, readRefusal(text) { (r) throws(CBORError) in try r.readBytes() }),
            (.array, readRefusal(text) { (r) throws(CBORError) in try r.readArrayHeader() }),
            (.map, readRefusal(text) { (r) throws(CBORError) in try r.readMapHeader() }),
            (.tag, readRefusal(text) { (r) throws(CBORError) in try r.readTag() }),
            (.bool, readRefusal(text) { (r) throws(CBORError) in try r.readBool() }),
            (.null, readRefusal(text) { (r) throws(CBORError) in try r.readNull() }),
            (.undefined, readRefusal(text) { (r) throws(CBORError) in try r.readUndefined() }),
            (.float, readRefusal(text) { (r) throws(CBORError) in try r.readDouble() }),
            (.simple, readRefusal(text) { (r) throws(CBORError) in try r.readSimple() }),
        ]
        for (type, refusal) in refusals {
            #expect(
                refusal == CBORError(.unexpectedType(expected: type, found: .text), at: 0))
        }
        let number = readRefusal([0x00]) { (r) throws(CBORError) in try r.readText() }
        #expect(number?.reason == .unexpectedType(expected: .text, found: .unsigned))
        #expect(number?.description == "CBOR: expected text, found unsigned (byte 0)")
        let broken = readRefusal([0xff]) { (r) throws(CBORError) in try r.readText() }
        #expect(broken?.reason == .indefiniteLength)
    }

    @Test("Integers beyond Int64 are refused by readInteger and not by the others")
    func integerRange() throws {
        func integer(_ input: String) throws -> Int64 {
            try CBORReader.withReader(over: bytes(input)) { try $0.readInteger() }
        }
        #expect(try integer("1b7fffffffffffffff") == .max)
        #expect(try integer("3b7fffffffffffffff") == .min)
        for input in ["1b8000000000000000", "3b8000000000000000", "3bffffffffffffffff"] {
            let refusal = readRefusal(try bytes(input)) { (reader) throws(CBORError) in
                try reader.readInteger()
            }
            #expect(refusal == CBORError(.integerOutOfRange, at: 0))
        }
        let least = try bytes("3bffffffffffffffff")
        #expect(try CBORReader.withReader(over: least) { try $0.readNegative() } == .max)
    }

    @Test("readText and readTextBytes accept the UTF-8 that the standard library accepts")
    func textValidation() {
        let edges: [UInt8] = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]
        for lead in UInt8(0x7f)...0xff {
            for second in edges {
                for length in 1...4 {
                    let content = Array([lead, second, 0x80, 0xbf].prefix(length))
                    let input = [0x60 + UInt8(length)] + content
                    let isValid = String(validating: content, as: UTF8.self) != nil
                    let text = readRefusal(input) { (r) throws(CBORError) in try r.readText() }
                    let utf8 = readRefusal(input) { (r) throws(CBORError) in try r.readTextBytes() }
                    if (text == nil) != isValid || text != utf8 { Issue.record("\(content)") }
                }
            }
        }
    }
}
