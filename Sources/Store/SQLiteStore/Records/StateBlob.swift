// What a row keeps beside its typed columns: the version vector, who wrote what and when, and the
// values that no column can hold. For a record written once it is about 30 bytes.
//
// A CBOR sequence: format, vector (count, then replica key and seq each), stamps (count, then
// replica key, seq, clock, time or null, person key or null each), the number of the stamp that all
// plain columns share, and the exceptions in the order of names (count, then each: the field's number in
// the schema, or its name if it has none there; number of entries, and the entries). An exception with 0
// entries is a plain column with another stamp. Then, of a record with refused changes, those: replica key
// seq, count of fields, and those.
//
// Format 1, which is only read, has a place among the columns of then for a number, and all other fields
// by name (`RecordLayout`).
//
// Invariant: columns and exceptions together give back exactly the state that was stored, also after
// fields were added to the schema or given columns.

internal import CBOR
internal import Causality
internal import Replication
internal import SQLite

enum StateBlob {
    private static let format: UInt64 = 2
    private static let formatByPlaces: UInt64 = 1

    static func encode(
        _ state: RecordState, layout: RecordLayout, interning: Interning
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
        encodeExceptions(state, common, layout, to: &writer)
        for void in state.voids {
            writer.writeUnsigned(UInt64(try interning.key(of: void.dot.replica)))
            writer.writeUnsigned(void.dot.seq)
            writer.writeUnsigned(UInt64(void.replaced.count))
            for name in void.replaced { write(name, layout, to: &writer) }
        }
        return writer.bytes
    }

    private static func encodeExceptions(
        _ state: RecordState, _ common: Int, _ layout: RecordLayout,
        to writer: inout CBORWriter
    ) {
        var exceptions = CBORWriter()
        var count: UInt64 = 0
        var column = 0
        let columns = layout.columns
        for field in state.fields {
            while column < columns.count, columns[column].name < field.name { column += 1 }
            let isPlain =
                column < columns.count && columns[column].name == field.name
                && field.entries.count == 1 && columns[column].canHold(field.entries[0].value)
            let stamp = isPlain ? stampIndex(of: field.entries[0].dot, in: state) : common
            if isPlain, stamp == common { continue }
            count += 1
            write(field.name, layout, to: &exceptions)
            if isPlain {
                exceptions.writeUnsigned(0)
                exceptions.writeUnsigned(UInt64(stamp))
                continue
            }
            exceptions.writeUnsigned(UInt64(field.entries.count))
            for entry in field.entries {
                exceptions.writeUnsigned(UInt64(stampIndex(of: entry.dot, in: state)))
                entry.value.encode(to: &exceptions)
            }
        }
        writer.writeUnsigned(count)
        writer.writeRaw(exceptions.bytes)
    }

    private static func write(
        _ name: FieldName, _ layout: RecordLayout, to writer: inout CBORWriter
    ) {
        if let number = layout.number(of: name) {
            writer.writeUnsigned(number)
        } else {
            writer.writeText(name.rawValue)
        }
    }

    private static func stampIndex(of dot: Dot, in state: RecordState) -> Int {
        if state.stamps.count == 1 { return 0 }
        guard let index = state.stampPlace(of: dot) else {
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
    /// Rebuilds a state from its blob and the values of its columns (`nil` for an empty one), by the
    /// places of the columns in the layout.
    ///
    /// - Throws: `CBORError` or `FormatError` when the blob is damaged.
    static func decode(
        _ blob: UnsafeRawBufferPointer, kind: RecordKind, id: RecordID, layout: RecordLayout,
        interning: Interning, value: (Int) -> FieldValue?
    ) throws -> RecordState {
        var reader = CBORReader(blob)
        let format = try reader.readUnsigned()
        guard format == Self.format || format == formatByPlaces else { throw FormatError.member }
        var state = RecordState(kind: kind, id: id)
        for _ in 0..<(try reader.readUnsigned()) {
            state.vv.insert(try readDot(from: &reader, interning))
        }
        for _ in 0..<(try reader.readUnsigned()) {
            let stamped = try readStamp(from: &reader, interning)
            // A state is searched by its order, and by its vector: what breaks them is no state.
            guard state.vv.covers(stamped.dot) else { throw FormatError.stamp }
            if let last = state.stamps.last, last.dot >= stamped.dot { throw FormatError.order }
            state.stamps.append(stamped)
        }
        let common = try reader.readUnsigned()
        var columns = layout.columns.enumerated().makeIterator()
        var column = columns.next()
        func takePlainColumns(before name: FieldName?) throws {
            while let (place, next) = column, name.map({ next.name < $0 }) ?? true {
                if let value = value(place) {
                    let dot = try dot(common, in: state)
                    state.fields.append(FieldState(next.name, [FieldEntry(dot, value)]))
                }
                column = columns.next()
            }
        }
        for _ in 0..<(try reader.readUnsigned()) {
            let name = try readName(from: &reader, layout, format)
            try takePlainColumns(before: name)
            if let last = state.fields.last, last.name >= name { throw FormatError.order }
            var own: FieldValue?
            if let (place, next) = column, next.name == name {
                own = value(place)
                column = columns.next()
            }
            let entries = try readEntries(from: &reader, own: own, in: state)
            state.fields.append(FieldState(name, entries))
        }
        try takePlainColumns(before: nil)
        while !reader.isAtEnd {
            let dot = try readDot(from: &reader, interning)
            guard state.vv.covers(dot), state.voids.last.map({ $0.dot < dot }) ?? true else {
                throw FormatError.order
            }
            var names: [FieldName] = []
            for _ in 0..<(try reader.readUnsigned()) {
                let name = try readName(from: &reader, layout, format)
                guard names.last.map({ $0 < name }) ?? true else {
                    throw FormatError.order
                }
                names.append(name)
            }
            state.voids.append(VoidedDot(dot, replaced: names))
        }
        return state
    }

    private static func readName(
        from reader: inout CBORReader, _ layout: RecordLayout, _ format: UInt64
    ) throws -> FieldName {
        if try reader.peekType() == .text { return FieldName(try reader.readText()) }
        let number = try reader.readUnsigned()
        let name =
            format == formatByPlaces
            ? layout.name(ofFormerPlace: number) : layout.name(of: number)
        guard let name else { throw FormatError.member }
        return name
    }

    /// The entries of an exception; `own` is the value in the field's column.
    private static func readEntries(
        from reader: inout CBORReader, own: FieldValue?, in state: RecordState
    ) throws -> [FieldEntry] {
        let count = try reader.readUnsigned()
        guard count > 0 else {
            let stamp = try reader.readUnsigned()
            guard let own else { throw FormatError.member }
            return [FieldEntry(try dot(stamp, in: state), own)]
        }
        var entries: [FieldEntry] = []
        for _ in 0..<count {
            let dot = try dot(try reader.readUnsigned(), in: state)
            if let last = entries.last, last.dot >= dot { throw FormatError.order }
            entries.append(FieldEntry(dot, try FieldValue(from: &reader)))
        }
        return entries
    }

    private static func dot(_ stamp: UInt64, in state: RecordState) throws -> Dot {
        guard stamp < UInt64(state.stamps.count) else { throw FormatError.stamp }
        return state.stamps[Int(stamp)].dot
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
