internal import CBOR
internal import Causality
internal import Crypto
internal import Replication

extension BatchDecoder {
    mutating func writeRaw(_ columns: inout BatchColumns) throws {
        let count = try columns.rawCounts.nextCount(max: limit)
        let bytes = try columns.raws.slice(count)
        // A row without bytes would be for free.
        guard count > 0 else { throw ColumnError.range }
        if followsChain, !areItems {
            chain?.append(innerHash: Change.innerHash(of: bytes))
        }
        chains = [:]
        out.writeRaw(bytes)
    }

    mutating func writeChange(
        _ shape: RowShape, _ columns: inout BatchColumns, _ known: (Dot) throws -> RecordID?
    ) throws {
        let dot = try columns.dots.next()
        let (context, isOfRecord) = try context(shape, dot, &columns)
        var id: RecordID?
        switch shape.naming {
        case .given: id = try recordID(from: &columns.ids)
        case .made: if areItems { id = try recordID(from: &columns.ids) }
        case .byContext:
            guard let named = isOfRecord else { throw ColumnError.range }
            id = try rows[named]?.record ?? known(named)
            guard id != nil else { throw ColumnError.unknownChange(named) }
        case .derived: break
        }
        let isMaking = shape.isMaking
        if areItems {
            out.writeArrayHeader(count: isMaking ? 3 : 2)
            out.writeUnsigned(1)
        }
        let start = out.bytes.count
        let clock = try writeMembers(shape, dot, isMaking ? nil : id, context, &columns)
        if followsChain {
            let made = try follow(dot, from: start, shape.naming, &columns)
                .map { RecordID(by: shape.idRule, from: $0, at: clock) }
            if shape.naming == .derived { id = made }
            if !areItems, isMaking { id = made }
        }
        if areItems, isMaking {
            guard let id else { throw ColumnError.range }
            id.withBytes { out.writeBytes($0) }
        }
        if namesRows, let id {
            keptDotsLeft -= context.count + 1
            guard keptDotsLeft >= 0 else { throw ColumnError.tooMany }
            rows[dot] = Row(record: id, context: context)
        }
    }

    /// Moves the chain on; its hash after the change, from which the id of a record that it makes follows.
    private mutating func follow(
        _ dot: Dot, from start: Int, _ naming: RowShape.Naming, _ columns: inout BatchColumns
    ) throws -> Hash256? {
        func moved(_ chain: HashChain) -> HashChain {
            var chain = chain
            out.bytes.withUnsafeBytes {
                chain.append(UnsafeRawBufferPointer(rebasing: $0[start...]))
            }
            return chain
        }
        guard areItems else {
            chain = chain.map(moved)
            return chain?.hash
        }
        let previous = dot.seq &- 1
        if naming == .made {
            chains[dot.replica] = nil
        } else if let chain = chains[dot.replica], chain.seq == previous {
            chains[dot.replica] = moved(chain)
        } else if naming == .derived {
            guard let hash = Hash256(bytes: try columns.hashes.slice(Hash256.byteCount)) else {
                throw ColumnError.truncated
            }
            chains[dot.replica] = moved(HashChain(seq: previous, hash: hash))
        } else {
            chains[dot.replica] = nil
        }
        return chains[dot.replica]?.hash
    }

    /// A change's context, and the dot in it that names the record.
    func context(
        _ shape: RowShape, _ dot: Dot, _ columns: inout BatchColumns
    ) throws(ColumnError) -> (context: [Dot], naming: Dot?) {
        switch shape.context {
        case .none: return ([], nil)
        case .single:
            let dot = try contextDot(&columns)
            return ([dot], dot)
        case .following:
            let named = try contextDot(&columns)
            guard let row = rows[named], row.context.count < budget.contextDotsMax else {
                throw .range
            }
            return (NamingDot.context(after: named, seen: row.context), named)
        case .listed:
            let count = try columns.contextCounts.nextCount(max: budget.contextDotsMax)
            var context: [Dot] = []
            for _ in 0..<count { context.append(try contextDot(&columns)) }
            return (context, NamingDot.of(context, by: dot.replica))
        }
    }

    private func contextDot(_ columns: inout BatchColumns) throws(ColumnError) -> Dot {
        let number = try columns.contextReplicas.nextCount(max: replicas.count - 1)
        return Dot(ReplicaID(replicas[number]), try columns.contextSeqs.next())
    }

    func recordID(from ids: inout ColumnReader) throws(ColumnError) -> RecordID {
        guard let id = RecordID(bytes: try ids.slice(RecordID.byteCount)) else {
            throw .truncated
        }
        return id
    }

    /// Writes a change; returns its clock.
    @discardableResult
    mutating func writeMembers(
        _ shape: RowShape, _ dot: Dot, _ record: RecordID?, _ context: [Dot],
        _ columns: inout BatchColumns
    ) throws(ColumnError) -> HybridTimestamp {
        let hasAt = shape.flags & RowShape.hasAt != 0
        let hasBy = shape.flags & RowShape.hasBy != 0
        var count = 4
        if record != nil { count += 1 }
        if shape.context != .none { count += 1 }
        if !shape.writes.isEmpty { count += 1 }
        if !shape.additions.isEmpty { count += 1 }
        if hasAt { count += 1 }
        if hasBy { count += 1 }
        if shape.idRule != .chain { count += 1 }
        out.writeMapHeader(count: count)
        out.writeUnsigned(0)
        out.writeUnsigned(dot.replica.rawValue)
        out.writeUnsigned(1)
        out.writeUnsigned(dot.seq)
        out.writeUnsigned(2)
        let clock = try columns.clocks.next()
        out.writeUnsigned(clock)
        out.writeUnsigned(3)
        out.writeUnsigned(UInt64(shape.kind))
        if let record {
            out.writeUnsigned(4)
            record.withBytes { out.writeBytes($0) }
        }
        if shape.context != .none {
            out.writeUnsigned(5)
            writeVector(context)
        }
        try writeFields(6, shape.writes, &columns)
        try writeFields(7, shape.additions, &columns)
        if hasAt {
            out.writeUnsigned(8)
            out.writeInteger(try at(clock, &columns))
        }
        if hasBy {
            out.writeUnsigned(9)
            try columns.authors.writeNext(to: &out, limit: limit)
        }
        if shape.idRule != .chain {
            out.writeUnsigned(12)
            out.writeUnsigned(shape.idRule.rawValue)
        }
        return HybridTimestamp(rawValue: clock)
    }

    private mutating func writeFields(
        _ key: UInt64, _ fields: [RowShape.Field], _ columns: inout BatchColumns
    ) throws(ColumnError) {
        guard !fields.isEmpty else { return }
        out.writeUnsigned(key)
        out.writeMapHeader(count: fields.count)
        for field in fields {
            try writeName(field)
            try columns.values[field.column].writeNext(to: &out, limit: limit)
        }
    }

    private func at(_ clock: UInt64, _ columns: inout BatchColumns) throws(ColumnError) -> Int64 {
        Int64(clock >> 16) &+ Int64(unfolding: try columns.ats.next())
    }

    private mutating func writeVector(_ dots: [Dot]) {
        out.writeMapHeader(count: dots.count)
        for dot in dots {
            out.writeUnsigned(dot.replica.rawValue)
            out.writeUnsigned(dot.seq)
        }
    }

    private mutating func writeName(_ field: RowShape.Field) throws(ColumnError) {
        guard out.bytes.count <= limit else { throw .tooLarge(limitBytes: limit) }
        field.encodedName.withUnsafeBytes { out.writeRaw($0) }
    }

    mutating func writeVoid(_ shape: RowShape, _ columns: inout BatchColumns) throws {
        let dot = try columns.dots.next()
        chains[dot.replica] = nil
        out.writeArrayHeader(count: 5)
        out.writeUnsigned(2)
        out.writeUnsigned(UInt64(shape.kind))
        try recordID(from: &columns.ids).withBytes { out.writeBytes($0) }
        out.writeUnsigned(dot.replica.rawValue)
        out.writeUnsigned(dot.seq)
    }

    mutating func writeState(_ shape: RowShape, _ columns: inout BatchColumns) throws {
        out.writeArrayHeader(count: 2)
        out.writeUnsigned(3)
        out.writeMapHeader(count: 5)
        out.writeUnsigned(0)
        out.writeUnsigned(UInt64(shape.kind))
        out.writeUnsigned(1)
        try recordID(from: &columns.ids).withBytes { out.writeBytes($0) }
        var stamps = CBORWriter()
        stamps.writeArrayHeader(count: shape.stampFlags.count)
        var stamped: [ReplicaID: UInt64] = [:]
        for flags in shape.stampFlags {
            guard stamps.bytes.count <= limit else { throw ColumnError.tooLarge(limitBytes: limit) }
            let dot = try columns.dots.next()
            stamped[dot.replica] = dot.seq
            stamps.writeArrayHeader(count: 5)
            stamps.writeUnsigned(dot.replica.rawValue)
            stamps.writeUnsigned(dot.seq)
            let clock = try columns.clocks.next()
            stamps.writeUnsigned(clock)
            if flags & RowShape.hasAt != 0 {
                stamps.writeInteger(try at(clock, &columns))
            } else {
                stamps.writeNull()
            }
            if flags & RowShape.hasBy != 0 {
                try columns.authors.writeNext(to: &stamps, limit: limit)
            } else {
                stamps.writeNull()
            }
        }
        out.writeUnsigned(2)
        writeVector(try vector(shape.vectorCount, stamped, &columns))
        out.writeUnsigned(3)
        out.writeRaw(stamps.bytes)
        out.writeUnsigned(4)
        out.writeMapHeader(count: shape.writes.count)
        for field in shape.writes {
            try writeName(field)
            out.writeArrayHeader(count: 2 * field.entryCount)
            for _ in 0..<field.entryCount {
                out.writeUnsigned(try columns.stampNumbers.next())
                try columns.values[field.column].writeNext(to: &out, limit: limit)
            }
        }
    }

    private func vector(
        _ count: Int, _ stamped: [ReplicaID: UInt64], _ columns: inout BatchColumns
    ) throws(ColumnError) -> [Dot] {
        var vector: [Dot] = []
        for _ in 0..<count {
            let number = try columns.vectorReplicas.nextCount(max: replicas.count - 1)
            let replica = ReplicaID(replicas[number])
            let step = UInt64(bitPattern: Int64(unfolding: try columns.vectorSeqs.next()))
            vector.append(Dot(replica, (stamped[replica] ?? 0) &+ step))
        }
        return vector
    }
}
