// What a row keeps beside its typed columns: the version vector, who wrote what and when, and the
// values that no column can hold. For a record written once it is about 30 bytes.
//
// A CBOR sequence: format, vector (count, then replica key and seq each), stamps (count, then
// replica key, seq, clock, time or null, person key or null each), the number of the stamp that all
// plain columns share, and the exceptions (count, then each: column number or field name, number of
// entries, and the entries). An exception with 0 entries is a plain column with another stamp.
//
// Invariant: columns and exceptions together give back exactly the state that was stored.

internal import CBOR
internal import Causality
internal import Replication
internal import SQLite

/// A field that has a column of its own.
struct RecordColumn: Sendable {
    let name: FieldName
    let isText: Bool

    /// Whether the column can hold the value so that it comes back the same.
    func canHold(_ value: FieldValue) -> Bool {
        switch value {
        case .text: isText
        case .integer: !isText
        case .null, .bool, .real, .other: false
        }
    }
}

enum StateBlob {
    private static let format: UInt64 = 1

    static func encode(
        _ state: RecordState, columns: [RecordColumn], interning: Interning
    ) throws -> [UInt8] {
        var writer = CBORWriter(capacity: 64)
        writer.writeUnsigned(format)
        writer.writeUnsigned(UInt64(state.vv.entries.count))
        for entry in state.vv.entries {
            writer.writeUnsigned(UInt64(try interning.key(of: entry.replica)))
            writer.writeUnsigned(entry.seq)
        }
        writer.writeUnsigned(UInt64(state.stamps.count))
        for stamped in state.stamps {
            writer.writeUnsigned(UInt64(try interning.key(of: stamped.dot.replica)))
            writer.writeUnsigned(stamped.dot.seq)
            writer.writeUnsigned(stamped.stamp.clock.rawValue)
            if let at = stamped.stamp.at {
                writer.writeInteger(at.milliseconds)
            } else {
                writer.writeNull()
            }
            if let by = stamped.stamp.by {
                writer.writeUnsigned(UInt64(try interning.key(ofPerson: by)))
            } else {
                writer.writeNull()
            }
        }
        let common = commonStamp(of: state)
        writer.writeUnsigned(UInt64(common))
        encodeExceptions(state, common, columns, to: &writer)
        return writer.bytes
    }

    private static func encodeExceptions(
        _ state: RecordState, _ common: Int, _ columns: [RecordColumn],
        to writer: inout CBORWriter
    ) {
        var exceptions = CBORWriter()
        var count: UInt64 = 0
        var column = 0
        for field in state.fields {
            while column < columns.count, columns[column].name < field.name { column += 1 }
            let isColumn = column < columns.count && columns[column].name == field.name
            let isPlain =
                isColumn && field.entries.count == 1
                && columns[column].canHold(field.entries[0].value)
            if isPlain {
                let stamp = stampIndex(of: field.entries[0].dot, in: state)
                if stamp == common { continue }
                exceptions.writeUnsigned(UInt64(column))
                exceptions.writeUnsigned(0)
                exceptions.writeUnsigned(UInt64(stamp))
            } else {
                if isColumn {
                    exceptions.writeUnsigned(UInt64(column))
                } else {
                    exceptions.writeText(field.name.rawValue)
                }
                exceptions.writeUnsigned(UInt64(field.entries.count))
                for entry in field.entries {
                    exceptions.writeUnsigned(UInt64(stampIndex(of: entry.dot, in: state)))
                    entry.value.encode(to: &exceptions)
                }
            }
            count += 1
        }
        writer.writeUnsigned(count)
        writer.writeRaw(exceptions.bytes)
    }

    private static func stampIndex(of dot: Dot, in state: RecordState) -> Int {
        if state.stamps.count == 1 { return 0 }
        guard let index = state.stamps.firstIndex(where: { $0.dot == dot }) else {
            preconditionFailure("every dot of a state has a stamp")
        }
        return index
    }

    /// The stamp that most fields with one value share.
    private static func commonStamp(of state: RecordState) -> Int {
        guard state.stamps.count > 1 else { return 0 }
        var uses = [Int](repeating: 0, count: state.stamps.count)
        for field in state.fields where field.entries.count == 1 {
            uses[stampIndex(of: field.entries[0].dot, in: state)] += 1
        }
        return uses.indices.max { uses[$0] < uses[$1] } ?? 0
    }
}

extension StateBlob {
    /// Rebuilds a state from its blob and the values of its columns (`nil` for an empty one).
    ///
    /// - Throws: `CBORError` or `FormatError` when the blob is damaged.
    static func decode(
        _ blob: UnsafeRawBufferPointer, kind: RecordKind, id: RecordID, columns: [RecordColumn],
        interning: Interning, value: (Int) -> FieldValue?
    ) throws -> RecordState {
        var reader = CBORReader(blob)
        guard try reader.readUnsigned() == format else { throw FormatError.member }
        var state = RecordState(kind: kind, id: id)
        for _ in 0..<(try reader.readUnsigned()) {
            state.vv.insert(try readDot(from: &reader, interning))
        }
        for _ in 0..<(try reader.readUnsigned()) {
            state.stamps.append(try readStamp(from: &reader, interning))
        }
        let common = Int(clamping: try reader.readUnsigned())
        var exceptionsLeft = try reader.readUnsigned()
        var column = 0
        func dot(_ index: Int) throws -> Dot {
            guard index < state.stamps.count else { throw FormatError.stamp }
            return state.stamps[index].dot
        }
        func takePlainColumns(upTo end: Int) throws {
            while column < end {
                if let value = value(column) {
                    state.fields.append(
                        FieldState(columns[column].name, [FieldEntry(try dot(common), value)]))
                }
                column += 1
            }
        }
        while exceptionsLeft > 0 {
            exceptionsLeft -= 1
            let name: FieldName
            var own: Int?
            if try reader.peekType() == .text {
                name = FieldName(try reader.readText())
                let place = columns.firstIndex { name < $0.name } ?? columns.count
                try takePlainColumns(upTo: place)
            } else {
                let place = Int(clamping: try reader.readUnsigned())
                guard place < columns.count, place >= column else { throw FormatError.order }
                try takePlainColumns(upTo: place)
                column += 1
                own = place
                name = columns[place].name
            }
            let entryCount = try reader.readUnsigned()
            var entries: [FieldEntry] = []
            if entryCount == 0 {
                let index = Int(clamping: try reader.readUnsigned())
                guard let own, let plain = value(own) else { throw FormatError.member }
                entries.append(FieldEntry(try dot(index), plain))
            }
            for _ in 0..<entryCount {
                let index = Int(clamping: try reader.readUnsigned())
                entries.append(FieldEntry(try dot(index), try FieldValue(from: &reader)))
            }
            state.fields.append(FieldState(name, entries))
        }
        try takePlainColumns(upTo: columns.count)
        guard reader.isAtEnd else { throw FormatError.member }
        return state
    }

    private static func readDot(
        from reader: inout CBORReader, _ interning: Interning
    ) throws -> Dot {
        let key = Int64(clamping: try reader.readUnsigned())
        guard let replica = try interning.replica(key) else { throw FormatError.member }
        return Dot(replica, try reader.readUnsigned())
    }

    private static func readStamp(
        from reader: inout CBORReader, _ interning: Interning
    ) throws -> StampedDot {
        let dot = try readDot(from: &reader, interning)
        var stamp = Stamp(clock: HybridTimestamp(rawValue: try reader.readUnsigned()))
        if try reader.peekType() == .null {
            try reader.readNull()
        } else {
            stamp.at = Timestamp(milliseconds: try reader.readInteger())
        }
        if try reader.peekType() == .null {
            try reader.readNull()
        } else {
            let key = Int64(clamping: try reader.readUnsigned())
            guard let person = try interning.person(key) else { throw FormatError.member }
            stamp.by = person
        }
        return StampedDot(dot, stamp)
    }
}
