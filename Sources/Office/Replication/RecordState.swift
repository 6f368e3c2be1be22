// The state of one record: what a replica knows of it.
//
// Invariants: `vv` covers every dot that occurs; entries of a field are sorted by dot and unique;
// fields are sorted by name and none is without entries; an erased record has only those that its
// erasures leave; `stamps` holds exactly the dots that occur, sorted; `voids` is sorted, `vv` covers it, and
// no value has a dot of it. So equal states have equal canonical bytes, and the digest can be taken over
// those.

public import CBOR
public import Causality

/// Who wrote a value and when, by the writer's own clock.
public struct Stamp: Hashable, Sendable {
    /// The writer's hybrid clock.
    public var clock: HybridTimestamp
    /// When it happened, if not at the clock's time.
    public var at: Timestamp?
    /// Who wrote it.
    public var by: String?

    /// Makes a stamp.
    public init(clock: HybridTimestamp, at: Timestamp? = nil, by: String? = nil) {
        self.clock = clock
        self.at = at
        self.by = by
    }

    /// The time to show to people.
    public var shownTime: Timestamp { at ?? clock.time }
}

/// One value of a field with the change that wrote it.
public struct FieldEntry: Hashable, Sendable {
    /// The change that wrote the value.
    public var dot: Dot
    /// The value.
    public var value: FieldValue

    /// Pairs a value with its dot.
    public init(_ dot: Dot, _ value: FieldValue) {
        self.dot = dot
        self.value = value
    }
}

/// The values that one field has at present.
public struct FieldState: Hashable, Sendable {
    /// The field.
    public var name: FieldName
    /// Its values, sorted by dot; more than one when writes were concurrent or entries were added.
    public var entries: [FieldEntry]

    /// Makes a field's state from sorted entries.
    public init(_ name: FieldName, _ entries: [FieldEntry]) {
        self.name = name
        self.entries = entries
    }
}

/// A dot with its stamp.
public struct StampedDot: Hashable, Sendable {
    /// The change.
    public var dot: Dot
    /// Who and when.
    public var stamp: Stamp

    /// Pairs a dot with its stamp.
    public init(_ dot: Dot, _ stamp: Stamp) {
        self.dot = dot
        self.stamp = stamp
    }
}

/// A change that central refused: its dot is known, and nothing of it was seen, neither what it wrote nor what it
/// had replaced.
public struct VoidedDot: Hashable, Sendable {
    /// The change.
    public var dot: Dot
    /// The fields that changes have written which were seen here and whose writers had seen this one, sorted: its
    /// values of these are replaced, should another life of central have taken it.
    public private(set) var replaced: [FieldName]

    /// A refused change.
    public init(_ dot: Dot, replaced: some Sequence<FieldName> = []) {
        self.dot = dot
        self.replaced = []
        note(replaced)
    }

    /// Adds fields, of which the first by name are kept: so the order in which they come does not matter.
    mutating func note(_ names: some Sequence<FieldName>) {
        guard names.contains(where: lacks) else { return }
        replaced = Array(Set(replaced).union(names).sorted().prefix(Limits.voidFieldsMax))
    }

    /// Whether a field would be added. Almost always it is there: a writer goes on in the same fields.
    private func lacks(_ name: FieldName) -> Bool {
        if replaced.count == Limits.voidFieldsMax, let last = replaced.last, last < name {
            return false
        }
        return !replaced.contains(name)
    }

    /// Lets go of the fields that a condition does not hold for.
    mutating func keep(_ isKept: (FieldName) -> Bool) { replaced.removeAll { !isKept($0) } }
}

/// What a replica knows of one record.
public struct RecordState: Hashable, Sendable {
    /// The record's kind.
    public var kind: RecordKind
    /// The record.
    public var id: RecordID
    /// Which changes to this record are known: those that have been seen, and the refused ones.
    public var vv: VersionVector
    /// The refused changes among those, sorted.
    public var voids: [VoidedDot]
    /// The fields that have values, sorted by name.
    public var fields: [FieldState]
    /// Who and when for every dot that occurs, sorted by dot.
    public var stamps: [StampedDot]

    /// The state of a record of which nothing is known.
    public init(kind: RecordKind, id: RecordID) {
        self.kind = kind
        self.id = id
        vv = VersionVector()
        voids = []
        fields = []
        stamps = []
    }

    /// The values of a field; empty when it has none. O(log fields).
    public subscript(name: FieldName) -> [FieldEntry] {
        let place = place(of: name)
        return place < fields.count && fields[place].name == name ? fields[place].entries : []
    }

    /// Whether a change has been seen: it is known, and was not refused. O(log).
    public func hasSeen(_ dot: Dot) -> Bool { vv.covers(dot) && !hasVoid(dot) }

    /// Whether a change's value of a field has been seen, or what replaced it. O(log).
    func hasSeen(_ dot: Dot, in name: FieldName) -> Bool {
        guard vv.covers(dot) else { return false }
        return voidPlace(of: dot).map { voids[$0].replaced.contains(name) } ?? true
    }

    /// Whether a change is known to have been refused. O(log voids).
    public func hasVoid(_ dot: Dot) -> Bool { voidPlace(of: dot) != nil }

    /// Where a refused change stands; `nil` when the change is not known as one. O(log voids).
    func voidPlace(of dot: Dot) -> Int? {
        guard !voids.isEmpty else { return nil }
        let place = voids.place(of: dot)
        return place < voids.count && voids[place].dot == dot ? place : nil
    }

    /// The stamp of a dot that occurs in this state. O(log stamps).
    public func stamp(of dot: Dot) -> Stamp? {
        stampPlace(of: dot).map { stamps[$0].stamp }
    }

    /// Where a dot stands among the stamps; `nil` when it does not occur. O(log stamps).
    public func stampPlace(of dot: Dot) -> Int? {
        let place = stamps.place(of: dot)
        return place < stamps.count && stamps[place].dot == dot ? place : nil
    }

    /// Where the field stands, or would stand.
    func place(of name: FieldName) -> Int {
        var (low, high) = (0, fields.count)
        while low < high {
            let middle = (low + high) / 2
            if fields[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension RecordState {
    private enum Key {
        static let kind: UInt64 = 0
        static let id: UInt64 = 1
        static let vv: UInt64 = 2
        static let stamps: UInt64 = 3
        static let fields: UInt64 = 4
        static let voids: UInt64 = 5
    }

    /// The canonical bytes, which the wire carries and the digest hashes.
    public var canonicalBytes: [UInt8] {
        var writer = CBORWriter(capacity: 768)
        encode(to: &writer)
        return writer.bytes
    }

    /// Appends the canonical bytes.
    public func encode(to writer: inout CBORWriter) {
        writer.writeMapHeader(count: voids.isEmpty ? 5 : 6)
        writer.writeUnsigned(Key.kind)
        writer.writeUnsigned(UInt64(kind.rawValue))
        writer.writeUnsigned(Key.id)
        id.withBytes { writer.writeBytes($0) }
        writer.writeUnsigned(Key.vv)
        vv.encode(to: &writer)
        writer.writeUnsigned(Key.stamps)
        writer.writeArrayHeader(count: stamps.count)
        for stamped in stamps {
            Self.encode(stamped, to: &writer)
        }
        writer.writeUnsigned(Key.fields)
        writer.writeMapHeader(count: fields.count)
        for field in fields {
            writer.writeText(field.name.rawValue)
            writer.writeArrayHeader(count: field.entries.count * 2)
            for entry in field.entries {
                let index = stamps.count == 1 ? 0 : stampIndex(of: entry.dot)
                writer.writeUnsigned(UInt64(index))
                entry.value.encode(to: &writer)
            }
        }
        guard !voids.isEmpty else { return }
        writer.writeUnsigned(Key.voids)
        writer.writeArrayHeader(count: voids.count * 3)
        for void in voids {
            writer.writeUnsigned(void.dot.replica.rawValue)
            writer.writeUnsigned(void.dot.seq)
            writer.writeArrayHeader(count: void.replaced.count)
            for name in void.replaced { writer.writeText(name.rawValue) }
        }
    }

    private static func encode(_ stamped: StampedDot, to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 5)
        writer.writeUnsigned(stamped.dot.replica.rawValue)
        writer.writeUnsigned(stamped.dot.seq)
        writer.writeUnsigned(stamped.stamp.clock.rawValue)
        if let at = stamped.stamp.at {
            writer.writeInteger(at.milliseconds)
        } else {
            writer.writeNull()
        }
        if let by = stamped.stamp.by {
            writer.writeText(by)
        } else {
            writer.writeNull()
        }
    }

    private func stampIndex(of dot: Dot) -> Int {
        guard let index = stampPlace(of: dot) else {
            preconditionFailure("every dot of a state has a stamp")
        }
        return index
    }
}

extension RecordState {
    /// Reads the canonical bytes of one state; nothing may follow.
    ///
    /// - Throws: `FormatError` when the bytes are no canonical state.
    public init(
        canonicalBytes bytes: [UInt8], within budget: FormatBudget = .standard
    ) throws(FormatError) {
        self = try Decoding.whole(bytes, within: budget.cbor) { reader throws(FormatError) in
            try RecordState(from: &reader, within: budget)
        }
    }

    /// Reads one state of a sequence.
    ///
    /// - Throws: `FormatError` when the bytes are no canonical state.
    public init(
        from reader: inout CBORReader, within budget: FormatBudget = .standard
    ) throws(FormatError) {
        do {
            self = try Self.decode(from: &reader, budget)
        } catch let error as CBORError {
            throw .cbor(error)
        } catch let error as FormatError {
            throw error
        } catch {
            throw .member
        }
    }

    private static func decode(
        from reader: inout CBORReader, _ budget: FormatBudget
    ) throws -> RecordState {
        let memberCount = try reader.readMapHeader()
        guard memberCount == 5 || memberCount == 6 else { throw FormatError.member }
        try expect(Key.kind, in: &reader)
        guard let kind = UInt8(exactly: try reader.readUnsigned()) else { throw FormatError.member }
        try expect(Key.id, in: &reader)
        guard let id = RecordID(bytes: try reader.readBytesSlice()) else {
            throw FormatError.record
        }
        var state = RecordState(kind: RecordKind(rawValue: kind), id: id)
        try expect(Key.vv, in: &reader)
        state.vv = try VersionVector(from: &reader, within: budget)
        try expect(Key.stamps, in: &reader)
        let stampCount = try reader.readArrayHeader()
        for _ in 0..<stampCount {
            let stamped = try decodeStamp(from: &reader)
            guard state.vv.covers(stamped.dot) else { throw FormatError.stamp }
            guard state.stamps.last.map({ $0.dot < stamped.dot }) ?? true else {
                throw FormatError.order
            }
            state.stamps.append(stamped)
        }
        try expect(Key.fields, in: &reader)
        let fieldCount = try reader.readMapHeader()
        guard fieldCount <= budget.fieldsMax else { throw FormatError.tooLong }
        var used = Set<Int>()
        for _ in 0..<fieldCount {
            let name = try FieldName(from: &reader)
            guard state.fields.last.map({ $0.name < name }) ?? true else { throw FormatError.order }
            state.fields.append(
                FieldState(name, try decodeEntries(state.stamps, &used, from: &reader)))
        }
        guard used.count == stampCount else { throw FormatError.stamp }
        let kept = state.keptFields
        guard state.fields.allSatisfy({ kept?.contains($0.name) ?? true }) else {
            throw FormatError.member
        }
        if memberCount == 6 { try state.decodeVoids(from: &reader, budget) }
        return state
    }

    private mutating func decodeVoids(
        from reader: inout CBORReader, _ budget: FormatBudget
    ) throws {
        try Self.expect(Key.voids, in: &reader)
        let count = try reader.readArrayHeader()
        guard count > 0, count.isMultiple(of: 3) else { throw FormatError.member }
        guard count / 3 <= budget.voidsMax else { throw FormatError.tooLong }
        for _ in 0..<count / 3 {
            let replica = try reader.readUnsigned()
            let dot = Dot(ReplicaID(replica), try reader.readUnsigned())
            guard replica > 0, dot.seq > 0 else { throw FormatError.member }
            guard voids.last.map({ $0.dot < dot }) ?? true else { throw FormatError.order }
            guard vv.covers(dot), stampPlace(of: dot) == nil else { throw FormatError.member }
            var names: [FieldName] = []
            let nameCount = try reader.readArrayHeader()
            guard nameCount <= Limits.voidFieldsMax else { throw FormatError.tooLong }
            for _ in 0..<nameCount {
                let name = try FieldName(from: &reader)
                guard names.last.map({ $0 < name }) ?? true else { throw FormatError.order }
                names.append(name)
            }
            voids.append(VoidedDot(dot, replaced: names))
        }
    }

    private static func expect(_ key: UInt64, in reader: inout CBORReader) throws {
        guard try reader.readUnsigned() == key else { throw FormatError.member }
    }

    private static func decodeStamp(from reader: inout CBORReader) throws -> StampedDot {
        guard try reader.readArrayHeader() == 5 else { throw FormatError.member }
        let replica = try reader.readUnsigned()
        let seq = try reader.readUnsigned()
        guard replica > 0, (1...Limits.seqMax).contains(seq) else { throw FormatError.member }
        var stamp = Stamp(clock: HybridTimestamp(rawValue: try reader.readUnsigned()))
        if try reader.peekType() == .null {
            try reader.readNull()
        } else {
            stamp.at = Timestamp(milliseconds: try reader.readInteger())
        }
        if try reader.peekType() == .null {
            try reader.readNull()
        } else {
            stamp.by = try reader.readText()
        }
        return StampedDot(Dot(ReplicaID(replica), seq), stamp)
    }

    private static func decodeEntries(
        _ stamps: [StampedDot], _ used: inout Set<Int>, from reader: inout CBORReader
    ) throws -> [FieldEntry] {
        let count = try reader.readArrayHeader()
        guard count > 0, count.isMultiple(of: 2) else { throw FormatError.member }
        var entries: [FieldEntry] = []
        for _ in 0..<count / 2 {
            guard let index = Int(exactly: try reader.readUnsigned()), index < stamps.count else {
                throw FormatError.stamp
            }
            let dot = stamps[index].dot
            guard entries.last.map({ $0.dot < dot }) ?? true else { throw FormatError.order }
            used.insert(index)
            entries.append(FieldEntry(dot, try FieldValue(from: &reader)))
        }
        return entries
    }
}
