// What central's feed brings a replica: a change, the trace of a refused one, or a whole state.

public import CBOR
public import Causality
public import Replication

/// One item of a reply.
public enum FeedItem: Hashable, Sendable {
    /// A change with the record it belongs to.
    case change(Change, record: RecordID)
    /// A change that central refused: its dot is known and void.
    case void(kind: RecordKind, record: RecordID, dot: Dot)
    /// A record's whole state: for a first download, a repair, or a hand-over.
    case state(RecordState)
    /// A record that the device's office has read before and that is another's now.
    case departure(kind: RecordKind, record: RecordID)
}

extension FeedItem {
    private enum Tag {
        static let change: UInt64 = 1
        static let void: UInt64 = 2
        static let state: UInt64 = 3
        static let departure: UInt64 = 4
    }

    /// Appends a change from its canonical bytes; the id only when the change does not hold it.
    public static func encodeChange(
        canonicalBytes: UnsafeRawBufferPointer, madeRecord: RecordID?, to writer: inout CBORWriter
    ) {
        writer.writeArrayHeader(count: madeRecord == nil ? 2 : 3)
        writer.writeUnsigned(Tag.change)
        writer.writeRaw(canonicalBytes)
        if let madeRecord { madeRecord.withBytes { writer.writeBytes($0) } }
    }

    /// Appends the trace of a refused change.
    public static func encodeVoid(
        kind: RecordKind, record: RecordID, dot: Dot, to writer: inout CBORWriter
    ) {
        writer.writeArrayHeader(count: 5)
        writer.writeUnsigned(Tag.void)
        writer.writeUnsigned(UInt64(kind.rawValue))
        record.withBytes { writer.writeBytes($0) }
        writer.writeUnsigned(dot.replica.rawValue)
        writer.writeUnsigned(dot.seq)
    }

    /// Appends a state.
    public static func encodeState(_ state: RecordState, to writer: inout CBORWriter) {
        writer.writeArrayHeader(count: 2)
        writer.writeUnsigned(Tag.state)
        state.encode(to: &writer)
    }

    /// Appends what says that a record has left.
    public static func encodeDeparture(
        kind: RecordKind, record: RecordID, to writer: inout CBORWriter
    ) {
        writer.writeArrayHeader(count: 3)
        writer.writeUnsigned(Tag.departure)
        writer.writeUnsigned(UInt64(kind.rawValue))
        record.withBytes { writer.writeBytes($0) }
    }

    /// Calls `body` with each item of a CBOR sequence, in order.
    ///
    /// - Throws: `SyncFailure.malformed`, or what `body` throws.
    public static func forEach(
        in sequence: [UInt8], within budget: FormatBudget = .standard,
        _ body: (FeedItem) throws -> Void
    ) throws {
        try sequence.withUnsafeBytes { buffer in
            var reader = CBORReader(buffer, within: budget.cbor)
            while !reader.isAtEnd {
                let item: FeedItem
                do {
                    item = try FeedItem(from: &reader, budget)
                } catch {
                    throw SyncFailure.malformed(what: "reply", reason: "\(error)")
                }
                try body(item)
            }
        }
    }

    /// Appends the item.
    public func encode(to writer: inout CBORWriter) {
        switch self {
        case .change(let change, let record):
            change.canonicalBytes.withUnsafeBytes {
                Self.encodeChange(
                    canonicalBytes: $0, madeRecord: change.record == nil ? record : nil,
                    to: &writer)
            }
        case .void(let kind, let record, let dot):
            Self.encodeVoid(kind: kind, record: record, dot: dot, to: &writer)
        case .state(let state):
            Self.encodeState(state, to: &writer)
        case .departure(let kind, let record):
            Self.encodeDeparture(kind: kind, record: record, to: &writer)
        }
    }

    private init(from reader: inout CBORReader, _ budget: FormatBudget) throws {
        let count = try reader.readArrayHeader()
        switch (try reader.readUnsigned(), count) {
        case (Tag.change, 2):
            let change = try Change(from: &reader, within: budget)
            guard let record = change.record else { throw FormatError.record }
            self = .change(change, record: record)
        case (Tag.change, 3):
            let change = try Change(from: &reader, within: budget)
            guard change.record == nil, let id = RecordID(bytes: try reader.readBytesSlice()) else {
                throw FormatError.record
            }
            self = .change(change, record: id)
        case (Tag.void, 5):
            guard let kind = UInt8(exactly: try reader.readUnsigned()),
                let record = RecordID(bytes: try reader.readBytesSlice())
            else { throw FormatError.record }
            let dot = Dot(ReplicaID(try reader.readUnsigned()), try reader.readUnsigned())
            guard dot.replica.rawValue > 0, (1...Limits.seqMax).contains(dot.seq) else {
                throw FormatError.member
            }
            self = .void(kind: RecordKind(rawValue: kind), record: record, dot: dot)
        case (Tag.state, 2):
            self = .state(try RecordState(from: &reader, within: budget))
        case (Tag.departure, 3):
            guard let kind = UInt8(exactly: try reader.readUnsigned()),
                let record = RecordID(bytes: try reader.readBytesSlice())
            else { throw FormatError.record }
            self = .departure(kind: RecordKind(rawValue: kind), record: record)
        default:
            throw FormatError.member
        }
    }
}
