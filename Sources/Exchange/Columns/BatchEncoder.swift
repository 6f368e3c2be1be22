// Sorts the parts of rows into columns. The order of columns in a batch is that of `assembled`.

internal import CBOR
internal import Causality
internal import Crypto
internal import Replication

struct BatchEncoder {
    /// A change of this batch, which later ones may name.
    private struct Row {
        /// `nil` when the change made its record and the id follows from the chain.
        var record: RecordID?
        /// Its place among a push's changes.
        var place: Int
        var context: [Dot]
    }

    private let source: UnsafeRawBufferPointer
    private let areItems: Bool

    private var shapes: [RowShape] = []
    private var shapeNumbers: [[UInt8]: Int] = [:]
    private var fieldColumns = FieldColumns()
    private var rows: [Dot: Row] = [:]
    private var chain = LazyChain()
    private var runs = ChainRuns()

    private var rowShapes: [UInt64] = []
    var dots: DotColumns
    var clocks = ClockColumns()
    private var contextCounts: [UInt64] = []
    private var contextReplicas: [UInt64] = []
    private var contextSeqs: [UInt64] = []
    private var vectorReplicas: [UInt64] = []
    private var vectorSeqs: [UInt64] = []
    private var ids: [UInt8] = []
    private var hashes: [UInt8] = []
    private var ats: [UInt64] = []
    private var authors: [FoundValue] = []
    private var stampNumbers: [UInt64] = []
    private var values: [[FoundValue]] = []
    private var rawCounts: [UInt64] = []
    private var raws: [UInt8] = []

    private var change = FoundChange()
    private var shapeKey: [UInt8] = []

    init(_ source: UnsafeRawBufferPointer, ofItems: Bool, replica: ReplicaID) {
        self.source = source
        areItems = ofItems
        dots = DotColumns(replica)
    }

    mutating func expect(firstSeq: UInt64, hashBefore: Hash256) {
        dots.expect(firstSeq)
        chain = LazyChain(seq: firstSeq &- 1, hash: hashBefore)
    }

    /// The columns of a push.
    mutating func encoded() -> ColumnarBatch {
        var reader = CBORReader(source)
        while !reader.isAtEnd {
            let start = reader
            guard isChange(&reader) else {
                guard let next = addRaw(from: start) else { break }
                chain.addRaw(start.offset..<next.offset)
                reader = next
                continue
            }
            chain.add(start.offset..<reader.offset, change)
            addChange(naming: naming(), id: nil)
        }
        return assembled()
    }

    /// The columns of items.
    mutating func encodedItems(
        _ hashAfter: (Dot) throws -> Hash256?
    ) rethrows -> ColumnarBatch {
        var reader = CBORReader(source)
        while !reader.isAtEnd {
            let start = reader
            guard let item = foundItem(&reader) else {
                guard let next = addRaw(from: start) else { break }
                runs.end()
                reader = next
                continue
            }
            switch item {
            case .change(let range, let made):
                let bytes = UnsafeRawBufferPointer(rebasing: source[range])
                let run = try runs.note(change, bytes, madeID: made, hashAfter)
                if case .begun(let hash) = run { hashes += hash.bytes }
                let naming: RowShape.Naming =
                    switch run {
                    case .begun, .continued: .derived
                    case .outside: made == nil ? self.naming() : .made
                    }
                addChange(naming: naming, id: made)
            case .void(let kind, let record, let dot):
                runs.end(dot.replica)
                addShape(RowShape(flags: RowShape.Sort.void.rawValue, kind: kind))
                dots.add(dot)
                ids += record.bytes
            case .state(let state): addState(state)
            }
        }
        return assembled()
    }

    /// The columns of changes whose dots and records both ends know; `nil` when one is no item.
    mutating func encodedLog(ends: [Int], records: [RecordID?]) -> ColumnarBatch? {
        var reader = CBORReader(source)
        for (end, record) in zip(ends, records) {
            let start = reader
            guard isChange(&reader), reader.offset == end else {
                guard let next = addRaw(from: start), next.offset == end else { return nil }
                reader = next
                continue
            }
            if change.record == nil {
                addChange(naming: .made, id: nil, isOfLog: true)
            } else {
                addChange(
                    naming: change.record == record ? .byContext : .given, id: nil, isOfLog: true)
            }
        }
        return reader.isAtEnd ? assembled(areWhole: true) : nil
    }

    private enum Item {
        case change(Range<Int>, made: RecordID?)
        case void(UInt8, RecordID, Dot)
        case state(FoundState)
    }

    private mutating func foundItem(_ reader: inout CBORReader) -> Item? {
        do throws(CBORError) {
            switch (try reader.readArrayHeader(), try reader.readUnsigned()) {
            case (2, 1):
                let start = reader.offset
                guard try change.read(from: &reader), change.record != nil else { return nil }
                return .change(start..<reader.offset, made: nil)
            case (3, 1):
                let start = reader.offset
                guard try change.read(from: &reader), change.record == nil else { return nil }
                let end = reader.offset
                guard let id = RecordID(bytes: try reader.readBytesSlice()) else { return nil }
                return .change(start..<end, made: id)
            case (5, 2):
                guard let kind = UInt8(exactly: try reader.readUnsigned()),
                    let id = RecordID(bytes: try reader.readBytesSlice())
                else { return nil }
                let replica = try reader.readUnsigned()
                return .void(kind, id, Dot(ReplicaID(replica), try reader.readUnsigned()))
            case (2, 3): return try FoundState(from: &reader).map { .state($0) }
            default: return nil
            }
        } catch {
            return nil
        }
    }
}

// MARK: - Rows

extension BatchEncoder {
    /// Takes an item as it is and returns what follows it; takes all that is left, and returns
    /// `nil`, when that begins with no item.
    private mutating func addRaw(from start: CBORReader) -> CBORReader? {
        var next: CBORReader? = start
        do throws(CBORError) {
            try next?.skipItem()
        } catch {
            next = nil
        }
        let range = start.offset..<(next?.offset ?? source.count)
        rawCounts.append(UInt64(range.count))
        raws += source[range]
        addShape(RowShape(flags: RowShape.Sort.raw.rawValue))
        return next
    }

    private mutating func isChange(_ reader: inout CBORReader) -> Bool {
        do throws(CBORError) {
            return try change.read(from: &reader)
        } catch {
            return false
        }
    }

    private mutating func naming() -> RowShape.Naming {
        guard let record = change.record else { return .made }
        guard let named = NamingDot.of(change.context, by: change.dot.replica) else {
            return .given
        }
        guard let row = rows[named] else { return areItems ? .given : .byContext }
        let known = row.record ?? chain.record(at: row.place, in: source)
        return known == record ? .byContext : .given
    }

    private mutating func addChange(
        naming: RowShape.Naming, id: RecordID?, isOfLog: Bool = false
    ) {
        let context = addContext()
        addShape(
            flags: RowShape.flags(
                naming, context, change.idRule, hasAt: change.at != nil,
                hasBy: change.by != nil))
        if !isOfLog {
            let place = chain.count - 1
            rows[change.dot] = Row(
                record: id ?? change.record, place: place, context: change.context)
            dots.add(change.dot)
        }
        let time = clocks.add(change.clock)
        if naming == .given || naming == .made, let id = id ?? change.record { ids += id.bytes }
        if let at = change.at { ats.append((at &- time).folded) }
        if let by = change.by { authors.append(by) }
        let shape = shapes[Int(rowShapes[rowShapes.count - 1])]
        for (field, found) in zip(shape.writes, change.writes) {
            values[field.column].append(found.value)
        }
        for (field, found) in zip(shape.additions, change.additions) {
            values[field.column].append(found.value)
        }
    }

    private mutating func addContext() -> RowShape.Context {
        let context = change.context
        guard let named = NamingDot.of(context, by: change.dot.replica) else { return .none }
        let isFollowing =
            rows[named].map { NamingDot.context(after: named, seen: $0.context) == context }
            ?? false
        if isFollowing || context.count == 1 {
            addContextDot(named)
            return isFollowing ? .following : .single
        }
        contextCounts.append(UInt64(context.count))
        for dot in context { addContextDot(dot) }
        return .listed
    }

    private mutating func addContextDot(_ dot: Dot) {
        contextReplicas.append(dots.number(of: dot.replica))
        contextSeqs.append(dot.seq)
    }

    private mutating func addState(_ state: FoundState) {
        guard let id = state.id else { return }
        var shape = RowShape(flags: RowShape.Sort.state.rawValue, kind: state.kind)
        shape.vectorCount = state.vector.count
        shape.stampFlags = state.stamps.map { stamp in
            (stamp.at == nil ? 0 : RowShape.hasAt) | (stamp.by == nil ? 0 : RowShape.hasBy)
        }
        shape.writes = state.fields.map { field in
            let name = name(field.nameStart, field.nameCount)
            return RowShape.Field(
                name: name, column: fieldColumns.number(state.kind, name),
                entryCount: field.values.count)
        }
        addShape(shape)
        ids += id.bytes
        for stamp in state.stamps {
            dots.add(stamp.dot)
            let time = clocks.add(stamp.clock)
            if let at = stamp.at { ats.append((at &- time).folded) }
            if let by = stamp.by { authors.append(by) }
        }
        for dot in state.vector {
            vectorReplicas.append(dots.number(of: dot.replica))
            let stamped = state.stamps.last { $0.dot.replica == dot.replica }?.dot.seq ?? 0
            vectorSeqs.append(Int64(bitPattern: dot.seq &- stamped).folded)
        }
        for (found, field) in zip(state.fields, shape.writes) {
            stampNumbers += found.stamps
            values[field.column] += found.values
        }
    }

    private func name(_ start: Int, _ count: Int) -> [UInt8] {
        Array(source[start..<start + count])
    }

    /// Notes the shape of the change that was read last.
    private mutating func addShape(flags: UInt8) {
        shapeKey.removeAll(keepingCapacity: true)
        shapeKey.append(flags)
        shapeKey.append(change.kind)
        for fields in [change.writes, change.additions] {
            for field in fields {
                // A name's bytes end with what no name holds.
                shapeKey += source[field.nameStart..<field.nameStart + field.nameCount]
                shapeKey.append(0xFF)
            }
            shapeKey.append(0xFE)
        }
        if let number = shapeNumbers[shapeKey] {
            rowShapes.append(UInt64(number))
            return
        }
        var shape = RowShape(flags: flags, kind: change.kind)
        func columns(_ fields: [FoundChange.Field]) -> [RowShape.Field] {
            fields.map { field in
                let name = name(field.nameStart, field.nameCount)
                return RowShape.Field(
                    name: name, column: fieldColumns.number(change.kind, name))
            }
        }
        shape.writes = columns(change.writes)
        shape.additions = columns(change.additions)
        add(shape, key: shapeKey)
    }

    private mutating func addShape(_ shape: RowShape) {
        var writer = ColumnWriter()
        shape.write(to: &writer)
        // Unlike the keys of changes: those begin with other flags.
        if let number = shapeNumbers[writer.bytes] {
            rowShapes.append(UInt64(number))
        } else {
            add(shape, key: writer.bytes)
        }
    }

    private mutating func add(_ shape: RowShape, key: [UInt8]) {
        shapeNumbers[key] = shapes.count
        rowShapes.append(UInt64(shapes.count))
        shapes.append(shape)
        while values.count < fieldColumns.names.count { values.append([]) }
    }
}

// MARK: - Columns

extension BatchEncoder {
    /// - Parameter areWhole: whether texts are not taken apart: in a segment, which zstd packs in any case, that
    ///   gains 5 bytes a dossier and costs a third of the work.
    private func assembled(areWhole: Bool = false) -> ColumnarBatch {
        var writer = ColumnWriter()
        var parts: [ColumnarBatch.Part] = []
        func part(_ name: String, _ write: (inout ColumnWriter) -> Void) {
            let start = writer.bytes.count
            write(&writer)
            guard writer.bytes.count > start else { return }
            parts.append(ColumnarBatch.Part(name: name, range: start..<writer.bytes.count))
        }
        part("shapes") { writer in
            writer.byte(ColumnarBatch.form)
            writer.count(rowShapes.count)
            writer.count(dots.replicas.count - 1)
            for replica in dots.replicas.dropFirst() {
                withUnsafeBytes(of: replica.bigEndian) { writer.raw($0) }
            }
            writer.count(shapes.count)
            for shape in shapes { shape.write(to: &writer) }
            NumberColumn.write(rowShapes, to: &writer)
        }
        part("dots") { dots.write(to: &$0) }
        part("clocks") { clocks.write(to: &$0) }
        part("contexts") { writer in
            NumberColumn.write(contextCounts, to: &writer)
            NumberColumn.write(contextReplicas, to: &writer)
            NumberColumn.write(contextSeqs, to: &writer)
            NumberColumn.write(vectorReplicas, to: &writer)
            NumberColumn.write(vectorSeqs, to: &writer)
        }
        part("ids") { writer in
            writer.raw(ids)
            if areItems {
                writer.count(hashes.count / Hash256.byteCount)
                writer.raw(hashes)
            }
        }
        part("at") { NumberColumn.write(ats, to: &$0) }
        part("by") { ValueColumn.write(authors, in: source, areWhole: areWhole, to: &$0) }
        part("stamps") { NumberColumn.write(stampNumbers, to: &$0) }
        for (name, values) in zip(fieldColumns.names, values) {
            part(String(decoding: name, as: UTF8.self)) {
                ValueColumn.write(values, in: source, areWhole: areWhole, to: &$0)
            }
        }
        part("as they are") { writer in
            NumberColumn.write(rawCounts, to: &writer)
            writer.raw(raws)
        }
        return ColumnarBatch(bytes: writer.bytes, parts: parts)
    }
}
