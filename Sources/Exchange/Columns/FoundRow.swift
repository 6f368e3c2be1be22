// Reads changes, voids and states just far enough to sort their parts into columns. Whatever is not
// exactly of the form that the decoder will write again is not found here, and travels as it is.

internal import CBOR
internal import Causality
internal import Replication

/// A change where it stands in a sequence.
struct FoundChange {
    struct Field {
        var nameStart: Int
        var nameCount: Int
        var value: FoundValue
    }

    var dot = Dot(ReplicaID(0), 0)
    var clock: UInt64 = 0
    var kind: UInt8 = 0
    var record: RecordID?
    var context: [Dot] = []
    var writes: [Field] = []
    var additions: [Field] = []
    var at: Int64?
    var by: FoundValue?
    var idRule = RecordIDRule.chain

    /// Reads the next change over the one before; `false` for one that has no place in columns.
    ///
    /// - Throws: `CBORError`, which means the same.
    mutating func read(from reader: inout CBORReader) throws(CBORError) -> Bool {
        record = nil
        context.removeAll(keepingCapacity: true)
        writes.removeAll(keepingCapacity: true)
        additions.removeAll(keepingCapacity: true)
        at = nil
        by = nil
        idRule = .chain
        let count = try reader.readMapHeader()
        guard count >= 4, try reader.readUnsigned() == 0 else { return false }
        let replica = try reader.readUnsigned()
        guard try reader.readUnsigned() == 1 else { return false }
        dot = Dot(ReplicaID(replica), try reader.readUnsigned())
        guard try reader.readUnsigned() == 2 else { return false }
        clock = try reader.readUnsigned()
        guard try reader.readUnsigned() == 3,
            let kind = UInt8(exactly: try reader.readUnsigned())
        else { return false }
        self.kind = kind
        var last: UInt64 = 3
        for _ in 4..<count {
            let key = try reader.readUnsigned()
            guard key > last else { return false }
            last = key
            guard try readMember(key, from: &reader) else { return false }
        }
        // What no change is: the rule's place in a shape is that of a context.
        return record == nil ? context.isEmpty : idRule == .chain
    }

    private mutating func readMember(
        _ key: UInt64, from reader: inout CBORReader
    ) throws(CBORError) -> Bool {
        switch key {
        case 4:
            record = RecordID(bytes: try reader.readBytesSlice())
            return record != nil
        case 5: return try FoundDots.read(into: &context, from: &reader)
        case 6: return try Self.read(&writes, from: &reader)
        case 7: return try Self.read(&additions, from: &reader)
        case 8:
            at = try reader.readInteger()
            return true
        case 9:
            by = try FoundValue(from: &reader)
            return by?.sort == .text
        case 12:
            guard let rule = RecordIDRule(rawValue: try reader.readUnsigned()), rule != .chain
            else { return false }
            idRule = rule
            return true
        default: return false
        }
    }

    private static func read(
        _ fields: inout [Field], from reader: inout CBORReader
    ) throws(CBORError) -> Bool {
        let count = try reader.readMapHeader()
        guard (1...RowShape.membersMax).contains(count) else { return false }
        for _ in 0..<count {
            let name = try reader.readTextBytes()
            let start = reader.offset - name.count
            fields.append(
                Field(
                    nameStart: start, nameCount: name.count,
                    value: try FoundValue(from: &reader)))
        }
        return true
    }
}

enum FoundDots {
    /// Reads a vector that is not empty, in any order; `false` for a long one.
    static func read(
        into dots: inout [Dot], from reader: inout CBORReader
    ) throws(CBORError) -> Bool {
        let count = try reader.readMapHeader()
        guard (1...RowShape.membersMax).contains(count) else { return false }
        for _ in 0..<count {
            let replica = try reader.readUnsigned()
            dots.append(Dot(ReplicaID(replica), try reader.readUnsigned()))
        }
        return true
    }
}

extension FoundValue {
    init(from reader: inout CBORReader) throws(CBORError) {
        switch try reader.peekType() {
        case .text:
            let text = try reader.readTextBytes()
            self.init(sort: .text, start: reader.offset - text.count, count: text.count)
        case .unsigned, .negative:
            let start = reader
            do {
                self.init(
                    sort: .integer, start: 0, count: 0, number: try reader.readInteger())
            } catch {
                reader = start
                let range = try reader.skipItem()
                self.init(sort: .other, start: range.lowerBound, count: range.count)
            }
        default:
            let range = try reader.skipItem()
            self.init(sort: .other, start: range.lowerBound, count: range.count)
        }
    }
}

/// A state where it stands in a sequence.
struct FoundState {
    struct Stamp {
        var dot: Dot
        var clock: UInt64
        var at: Int64?
        var by: FoundValue?
    }

    struct Field {
        var nameStart: Int
        var nameCount: Int
        var stamps: [UInt64] = []
        var values: [FoundValue] = []
    }

    var kind: UInt8 = 0
    var id: RecordID?
    var vector: [Dot] = []
    var stamps: [Stamp] = []
    var fields: [Field] = []

    /// - Returns: `nil` for one that has no place in columns.
    /// - Throws: `CBORError`, which means the same.
    init?(from reader: inout CBORReader) throws(CBORError) {
        guard try reader.readMapHeader() == 5, try reader.readUnsigned() == 0,
            let kind = UInt8(exactly: try reader.readUnsigned()), try reader.readUnsigned() == 1
        else { return nil }
        self.kind = kind
        id = RecordID(bytes: try reader.readBytesSlice())
        guard id != nil, try reader.readUnsigned() == 2,
            try FoundDots.read(into: &vector, from: &reader), try reader.readUnsigned() == 3
        else { return nil }
        let stampCount = try reader.readArrayHeader()
        guard stampCount <= RowShape.membersMax else { return nil }
        for _ in 0..<stampCount {
            guard let stamp = try Stamp(from: &reader) else { return nil }
            stamps.append(stamp)
        }
        guard try reader.readUnsigned() == 4 else { return nil }
        let fieldCount = try reader.readMapHeader()
        guard fieldCount <= RowShape.membersMax else { return nil }
        for _ in 0..<fieldCount {
            guard let field = try Field(from: &reader) else { return nil }
            fields.append(field)
        }
    }
}

extension FoundState.Stamp {
    fileprivate init?(from reader: inout CBORReader) throws(CBORError) {
        guard try reader.readArrayHeader() == 5 else { return nil }
        let replica = try reader.readUnsigned()
        dot = Dot(ReplicaID(replica), try reader.readUnsigned())
        clock = try reader.readUnsigned()
        if try reader.peekType() == .null {
            try reader.readNull()
        } else {
            at = try reader.readInteger()
        }
        if try reader.peekType() == .null {
            try reader.readNull()
        } else {
            by = try FoundValue(from: &reader)
            guard by?.sort == .text else { return nil }
        }
    }
}

extension FoundState.Field {
    fileprivate init?(from reader: inout CBORReader) throws(CBORError) {
        nameCount = try reader.readTextBytes().count
        nameStart = reader.offset - nameCount
        let count = try reader.readArrayHeader()
        guard count > 0, count.isMultiple(of: 2), count / 2 <= RowShape.entriesMax else {
            return nil
        }
        for _ in 0..<count / 2 {
            stamps.append(try reader.readUnsigned())
            values.append(try FoundValue(from: &reader))
        }
    }
}
