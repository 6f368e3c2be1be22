// A change: one committed local write to one record, the only unit that is logged, hashed, pushed,
// pulled and audited. Its one canonical form is a deterministic CBOR map, described in CDDL in
// `Protocol/change-format.md`; the same bytes are hashed, signed and stored everywhere.

public import CBOR
public import Causality
public import Crypto

/// One field of a change with the value given to it.
public struct FieldWrite: Hashable, Sendable {
    /// The field.
    public var name: FieldName
    /// Its value.
    public var value: FieldValue

    /// Pairs a field with a value.
    public init(_ name: FieldName, _ value: FieldValue) {
        self.name = name
        self.value = value
    }
}

/// A map member of a newer version, kept so that it survives a round trip.
public struct UnknownMember: Hashable, Sendable {
    /// The member's key.
    public var key: UInt64
    /// The encoded value.
    public var encodedValue: [UInt8]
}

/// One committed local write to one record.
public struct Change: Hashable, Sendable {
    /// Which change this is.
    public var dot: Dot
    /// The writer's hybrid clock.
    public var clock: HybridTimestamp
    /// The kind of the record.
    public var kind: RecordKind
    /// The record; `nil` when this change makes it and its id follows from the chain hash.
    public var record: RecordID?
    /// The record's version vector when the change was written.
    public var context: VersionVector
    /// Fields written: each replaces the values that the context covers. Sorted by name.
    public var writes: [FieldWrite]
    /// Fields added to: nothing is replaced (notes). Sorted by name.
    public var additions: [FieldWrite]
    /// When it happened, if that is not the clock's time: offices enter the day's work later.
    public var at: Timestamp?
    /// Who wrote it.
    public var by: String?
    /// What is left of values that were erased by law; `nil` when the change is whole.
    public var erasedContent: ErasedContent?
    /// Dots that the context covers although the change had not seen them: their values stand beside its
    /// own. A change that was written elsewhere and is issued by another device names that device's
    /// values so. Sorted.
    public var unseen: [Dot] = []
    /// How the id of the record that it makes follows; `.chain` in a change that names its record.
    public var idRule: RecordIDRule = .chain
    /// Members of a newer version.
    public var unknownMembers: [UnknownMember]

    /// Makes a change; the fields are put into canonical order.
    public init(
        dot: Dot, clock: HybridTimestamp, kind: RecordKind, record: RecordID?,
        context: VersionVector, writes: [FieldWrite], additions: [FieldWrite] = [],
        at: Timestamp? = nil, by: String? = nil
    ) {
        self.dot = dot
        self.clock = clock
        self.kind = kind
        self.record = record
        self.context = context
        self.writes = writes.sorted { $0.name < $1.name }
        self.additions = additions.sorted { $0.name < $1.name }
        self.at = at
        self.by = by
        unknownMembers = []
    }

    /// Who and when, as kept beside the values that this change wrote.
    public var stamp: Stamp { Stamp(clock: clock, at: at, by: by) }

    /// The record that it is to: the one that it names, or the one that it makes.
    ///
    /// - Parameter hash: the chain hash after the change.
    public func recordID(after hash: Hash256) -> RecordID {
        record ?? RecordID(by: idRule, from: hash, at: clock)
    }

    /// Whether the writer had seen a change to the record. O(unseen dots).
    public func hasSeen(_ dot: Dot) -> Bool {
        context.covers(dot) && !unseen.contains(dot)
    }

    /// Whether it writes a field or adds to it. O(fields).
    public func touches(_ name: FieldName) -> Bool {
        writes.contains { $0.name == name } || additions.contains { $0.name == name }
    }
}

extension Change {
    private enum Key {
        static let replica: UInt64 = 0
        static let seq: UInt64 = 1
        static let clock: UInt64 = 2
        static let kind: UInt64 = 3
        static let record: UInt64 = 4
        static let context: UInt64 = 5
        static let writes: UInt64 = 6
        static let additions: UInt64 = 7
        static let at: UInt64 = 8
        static let by: UInt64 = 9
        static let erasedContent: UInt64 = 10
        static let unseen: UInt64 = 11
        static let idRule: UInt64 = 12
    }

    /// The canonical bytes: deterministic CBOR (RFC 8949 §4.2).
    public var canonicalBytes: [UInt8] {
        var writer = CBORWriter(capacity: 640)
        encode(to: &writer)
        return writer.bytes
    }

    /// Appends the canonical bytes.
    public func encode(to writer: inout CBORWriter) {
        let optionalMembers: [Bool] = [
            record != nil, !context.isEmpty, !writes.isEmpty, !additions.isEmpty, at != nil,
            by != nil, erasedContent != nil, !unseen.isEmpty, idRule != .chain,
        ]
        let memberCount = 4 + optionalMembers.count { $0 } + unknownMembers.count
        writer.writeMapHeader(count: memberCount)
        writer.writeUnsigned(Key.replica)
        writer.writeUnsigned(dot.replica.rawValue)
        writer.writeUnsigned(Key.seq)
        writer.writeUnsigned(dot.seq)
        writer.writeUnsigned(Key.clock)
        writer.writeUnsigned(clock.rawValue)
        writer.writeUnsigned(Key.kind)
        writer.writeUnsigned(UInt64(kind.rawValue))
        if let record {
            writer.writeUnsigned(Key.record)
            record.withBytes { writer.writeBytes($0) }
        }
        if !context.isEmpty {
            writer.writeUnsigned(Key.context)
            context.encode(to: &writer)
        }
        Self.encode(writes, key: Key.writes, to: &writer)
        Self.encode(additions, key: Key.additions, to: &writer)
        if let at {
            writer.writeUnsigned(Key.at)
            writer.writeInteger(at.milliseconds)
        }
        if let by {
            writer.writeUnsigned(Key.by)
            writer.writeText(by)
        }
        if let erasedContent {
            writer.writeUnsigned(Key.erasedContent)
            erasedContent.encode(to: &writer)
        }
        if !unseen.isEmpty {
            writer.writeUnsigned(Key.unseen)
            writer.writeArrayHeader(count: unseen.count * 2)
            for dot in unseen {
                writer.writeUnsigned(dot.replica.rawValue)
                writer.writeUnsigned(dot.seq)
            }
        }
        if idRule != .chain {
            writer.writeUnsigned(Key.idRule)
            writer.writeUnsigned(idRule.rawValue)
        }
        for member in unknownMembers {
            writer.writeUnsigned(member.key)
            writer.writeRaw(member.encodedValue)
        }
    }

    private static func encode(_ fields: [FieldWrite], key: UInt64, to writer: inout CBORWriter) {
        guard !fields.isEmpty else { return }
        writer.writeUnsigned(key)
        writer.writeMapHeader(count: fields.count)
        for field in fields {
            writer.writeText(field.name.rawValue)
            field.value.encode(to: &writer)
        }
    }
}

extension Change {
    /// Reads the canonical bytes of one change; nothing may follow.
    ///
    /// - Throws: `FormatError` when the bytes are no canonical change.
    public init(
        canonicalBytes bytes: [UInt8], within budget: FormatBudget = .standard
    ) throws(FormatError) {
        self = try Decoding.whole(bytes, within: budget.cbor) { reader throws(FormatError) in
            try Change(from: &reader, within: budget)
        }
    }

    /// Reads one change of a sequence.
    ///
    /// - Throws: `FormatError` when the bytes are no canonical change.
    public init(
        from reader: inout CBORReader, within budget: FormatBudget = .standard
    ) throws(FormatError) {
        var replica: UInt64?
        var seq: UInt64?
        var clock: UInt64?
        var kind: UInt64?
        record = nil
        context = VersionVector()
        writes = []
        additions = []
        at = nil
        by = nil
        erasedContent = nil
        unseen = []
        unknownMembers = []
        do {
            var keys = MapKeys(count: try reader.readMapHeader())
            while let key = try keys.next(in: &reader) {
                switch key {
                case Key.replica: replica = try reader.readUnsigned()
                case Key.seq: seq = try reader.readUnsigned()
                case Key.clock: clock = try reader.readUnsigned()
                case Key.kind: kind = try reader.readUnsigned()
                case Key.record: record = RecordID(bytes: try reader.readBytesSlice())
                case Key.context: context = try VersionVector(from: &reader, within: budget)
                case Key.writes: writes = try Self.fields(from: &reader, budget)
                case Key.additions: additions = try Self.fields(from: &reader, budget)
                case Key.at: at = Timestamp(milliseconds: try reader.readInteger())
                case Key.by: by = try reader.readText()
                case Key.erasedContent: erasedContent = try ErasedContent(from: &reader)
                case Key.unseen: unseen = try Self.dots(from: &reader)
                case Key.idRule: idRule = try Self.idRule(from: &reader)
                default:
                    unknownMembers.append(try UnknownMember(key: key, from: &reader))
                }
                if key == Key.record, record == nil { throw FormatError.record }
                if key == Key.context, context.isEmpty { throw FormatError.member }
            }
        } catch let error as CBORError {
            throw .cbor(error)
        } catch let error as FormatError {
            throw error
        } catch {
            throw .member
        }
        guard let replica, replica > 0, let seq, (1...Limits.seqMax).contains(seq), let clock,
            let kind, let kind = UInt8(exactly: kind)
        else { throw .member }
        dot = Dot(ReplicaID(replica), seq)
        self.clock = HybridTimestamp(rawValue: clock)
        self.kind = RecordKind(rawValue: kind)
        guard hasPossibleContext, hasDistinctFields, lacksErased,
            unseen.allSatisfy(context.covers), idRule == .chain || record == nil
        else { throw .member }
    }

    /// A change has not seen itself, and one that makes its record has seen nothing of it.
    private var hasPossibleContext: Bool {
        !context.covers(dot) && (record != nil || context.isEmpty)
    }

    /// A field is written or added to, not both: a dot names one value of a field.
    private var hasDistinctFields: Bool {
        guard !additions.isEmpty, !writes.isEmpty else { return true }
        let names = Set(writes.map(\.name))
        return !additions.contains { names.contains($0.name) }
    }

    /// What was erased is not there.
    private var lacksErased: Bool {
        guard let erasedContent else { return true }
        let gone = Set(erasedContent.fields)
        return !(writes + additions).contains { gone.contains($0.name) }
    }

    /// Dots in ascending order, at least one.
    private static func dots(from reader: inout CBORReader) throws -> [Dot] {
        let count = try reader.readArrayHeader()
        guard count > 0, count.isMultiple(of: 2), count <= 2 * Limits.unseenDotsMax else {
            throw FormatError.member
        }
        var dots: [Dot] = []
        for _ in 0..<count / 2 {
            let (replica, seq) = (try reader.readUnsigned(), try reader.readUnsigned())
            guard replica > 0, (1...Limits.seqMax).contains(seq) else { throw FormatError.member }
            let dot = Dot(ReplicaID(replica), seq)
            guard dots.last.map({ $0 < dot }) ?? true else { throw FormatError.order }
            dots.append(dot)
        }
        return dots
    }

    /// A rule that this program knows: without it the record's id is not known either.
    private static func idRule(from reader: inout CBORReader) throws -> RecordIDRule {
        guard let rule = RecordIDRule(rawValue: try reader.readUnsigned()), rule != .chain else {
            throw FormatError.member
        }
        return rule
    }

    private static func fields(
        from reader: inout CBORReader, _ budget: FormatBudget
    ) throws -> [FieldWrite] {
        let count = try reader.readMapHeader()
        guard count > 0 else { throw FormatError.member }
        guard count <= budget.fieldsMax else { throw FormatError.tooLong }
        var fields: [FieldWrite] = []
        for _ in 0..<count {
            let name = try FieldName(from: &reader)
            guard fields.last.map({ $0.name < name }) ?? true else { throw FormatError.order }
            fields.append(FieldWrite(name, try FieldValue(from: &reader)))
        }
        return fields
    }
}

extension UnknownMember {
    init(key: UInt64, from reader: inout CBORReader) throws(CBORError) {
        self.key = key
        let range = try reader.skipItem()
        encodedValue = Array(reader.encodedBytes(range))
    }
}
