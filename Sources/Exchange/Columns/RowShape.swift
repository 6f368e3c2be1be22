// What rows have in common: their kind, which members they have and which fields, so that the columns
// hold nothing but values. A batch has few shapes, and many rows of each.
//
//     flags   bits 0–1: sort; of a change bit 2: has at; bit 3: has by; bits 4–5: naming;
//             bits 6–7: context, or of a change that makes its record the rule of its id; other bits 0
//     kind                        not of a row as it is
//     change: count of writes, names; count of additions, names
//     state:  count of vector entries; count of stamps, flags of each (bit 2: at; bit 3: by);
//             count of fields, each: name, count of entries
//     name:   1 + its number in `KnownWords`, or 0, count of bytes, bytes

internal import CBOR
internal import Replication

/// The shape of a row.
struct RowShape {
    enum Sort: UInt8 {
        /// Carried as it is.
        case raw = 0
        case change = 1
        case void = 2
        case state = 3
    }

    /// How a change's record is named.
    enum Naming: UInt8 {
        /// Not: the change makes it. In an item its id stands in the column of ids.
        case made = 0
        /// By its id.
        case given = 1
        /// By the change of which the context says that it was to the same record.
        case byContext = 2
        /// The change makes it, and its id follows from the chain's hash. Only in items.
        case derived = 3
    }

    /// What stands for a change's context.
    enum Context: UInt8 {
        case none = 0
        /// A dot, which is the context.
        case single = 1
        /// How many dots, and the dots.
        case listed = 2
        /// A dot of this batch: the context is that change's context and the dot.
        case following = 3
    }

    static let hasAt: UInt8 = 0x04
    static let hasBy: UInt8 = 0x08
    /// Fields, stamps or vector entries of a row in columns at most.
    static let membersMax = 256
    /// Entries of a field at most.
    static let entriesMax = 4096

    struct Field {
        var name: [UInt8]
        /// The name as an item of CBOR.
        var encodedName: [UInt8] = []
        var column: Int
        var entryCount = 1
    }

    var flags: UInt8
    var kind: UInt8 = 0
    var writes: [Field] = []
    var additions: [Field] = []
    var vectorCount = 0
    var stampFlags: [UInt8] = []

    var sort: Sort { Sort(rawValue: flags & 3) ?? .raw }
    var naming: Naming { Naming(rawValue: flags >> 4 & 3) ?? .made }
    /// Whether the change makes its record: then it has no context, and a rule stands in its place.
    var isMaking: Bool { naming == .made || naming == .derived }
    var context: Context { isMaking ? .none : Context(rawValue: flags >> 6) ?? .none }
    var idRule: RecordIDRule {
        isMaking ? RecordIDRule(rawValue: UInt64(flags >> 6)) ?? .chain : .chain
    }

    static func flags(
        _ naming: Naming, _ context: Context, _ idRule: RecordIDRule, hasAt: Bool, hasBy: Bool
    ) -> UInt8 {
        Sort.change.rawValue | (hasAt ? Self.hasAt : 0) | (hasBy ? Self.hasBy : 0)
            | naming.rawValue << 4 | (context.rawValue | UInt8(idRule.rawValue)) << 6
    }
}

extension RowShape {
    func write(to writer: inout ColumnWriter) {
        writer.byte(flags)
        guard sort != .raw else { return }
        writer.byte(kind)
        switch sort {
        case .change:
            for fields in [writes, additions] {
                writer.count(fields.count)
                for field in fields { Self.write(field.name, to: &writer) }
            }
        case .state:
            writer.count(vectorCount)
            writer.count(stampFlags.count)
            writer.raw(stampFlags)
            writer.count(writes.count)
            for field in writes {
                Self.write(field.name, to: &writer)
                writer.count(field.entryCount)
            }
        case .void, .raw: break
        }
    }

    private static func write(_ name: [UInt8], to writer: inout ColumnWriter) {
        if let known = name.withUnsafeBytes({ KnownWords.number(of: $0) }) {
            writer.count(known + 1)
        } else {
            writer.count(0)
            writer.count(name.count)
            writer.raw(name)
        }
    }

    /// - Parameter column: the number of the column for a name.
    init(
        from reader: inout ColumnReader, ofItems: Bool, column: (UInt8, [UInt8]) -> Int
    ) throws(ColumnError) {
        flags = try reader.byte()
        guard sort == .change || flags & 0xFC == 0, ofItems || naming != .derived,
            ofItems || sort == .raw || sort == .change,
            sort != .change || !isMaking || RecordIDRule(rawValue: UInt64(flags >> 6)) != nil
        else { throw .range }
        guard sort != .raw else { return }
        kind = try reader.byte()
        switch sort {
        case .change:
            writes = try Self.fields(kind, from: &reader, column, haveEntries: false)
            additions = try Self.fields(kind, from: &reader, column, haveEntries: false)
        case .state:
            vectorCount = try reader.count(max: Self.membersMax)
            for _ in 0..<(try reader.count(max: Self.membersMax)) {
                let stamp = try reader.byte()
                guard stamp & ~(Self.hasAt | Self.hasBy) == 0 else { throw .range }
                stampFlags.append(stamp)
            }
            writes = try Self.fields(kind, from: &reader, column, haveEntries: true)
        case .void, .raw: break
        }
    }

    private static func fields(
        _ kind: UInt8, from reader: inout ColumnReader, _ column: (UInt8, [UInt8]) -> Int,
        haveEntries: Bool
    ) throws(ColumnError) -> [Field] {
        var fields: [Field] = []
        for _ in 0..<(try reader.count(max: membersMax)) {
            let name: [UInt8]
            switch try reader.number() {
            case 0: name = Array(try reader.slice(try reader.count(max: reader.bytesLeft)))
            case let known:
                guard known <= UInt64(KnownWords.bytes.count) else { throw .range }
                name = KnownWords.bytes[Int(known) - 1]
            }
            var field = Field(
                name: name, encodedName: try encoded(name), column: column(kind, name))
            if haveEntries { field.entryCount = try reader.count(max: entriesMax) }
            fields.append(field)
        }
        return fields
    }
}

extension RowShape {
    private static func encoded(_ name: [UInt8]) throws(ColumnError) -> [UInt8] {
        var writer = CBORWriter(capacity: name.count + 9)
        try name.withUnsafeBufferPointer { name throws(ColumnError) in
            let name = UnsafeRawBufferPointer(name)
            guard name.isUTF8 else { throw .invalidUTF8 }
            writer.writeText(utf8: name)
        }
        return writer.bytes
    }
}

/// The columns of fields, in the order in which shapes name them first: one for each field of each
/// kind.
struct FieldColumns {
    private var numbers: [[UInt8]: Int] = [:]
    private(set) var names: [[UInt8]] = []

    mutating func number(_ kind: UInt8, _ name: [UInt8]) -> Int {
        let key = [kind] + name
        if let number = numbers[key] { return number }
        numbers[key] = names.count
        names.append(name)
        return names.count - 1
    }
}
